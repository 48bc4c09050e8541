"""Archives of ours: the same bytes for the same content, whenever and by whomever it was written."""

from __future__ import annotations

import gzip
import os
import tarfile
from typing import TYPE_CHECKING

import pytest

from archives_fixture import Entry, file, symlink, write_tar, write_zip
from archives_fixture import folder as folder_entry
from wheelforge.archives.faults import UnsafeArchive
from wheelforge.archives.pack import below, repack, write_sdist
from wheelforge.archives.pack import write_tar as write_plain_tar
from wheelforge.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

MOMENT = 1_600_000_000


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    top = tmp_path / "tree"
    (top / "empty").mkdir(parents=True)
    (top / "package").mkdir()
    (top / "package" / "module.py").write_text("VALUE = 1\n")
    (top / "run.sh").write_text("#!/bin/sh\n")
    (top / "run.sh").chmod(0o700)
    (top / "alias").symlink_to("package/module.py")
    return top


def members(path: Path) -> list[tarfile.TarInfo]:
    with tarfile.open(path) as archive:
        return archive.getmembers()


def test_members_are_sorted_and_owned_by_nobody_and_of_one_time(tree: Path, tmp_path: Path) -> None:
    write_sdist(tmp_path / "a.tar.gz", below(tree, top="a-1"), moment=MOMENT)
    found = members(tmp_path / "a.tar.gz")
    assert [(one.name, oct(one.mode), one.linkname) for one in found] == [
        ("a-1", "0o755", ""),
        ("a-1/alias", "0o644", "package/module.py"),
        ("a-1/empty", "0o755", ""),
        ("a-1/package", "0o755", ""),
        ("a-1/package/module.py", "0o644", ""),
        ("a-1/run.sh", "0o755", ""),
    ]
    assert {(one.uid, one.gid, one.uname, one.gname, one.mtime) for one in found} == {(0, 0, "", "", MOMENT)}


def test_the_same_tree_at_another_time_and_with_other_permissions_gives_the_same_bytes(
    tree: Path, tmp_path: Path
) -> None:
    write_sdist(tmp_path / "one.tar.gz", below(tree, top="a-1"), moment=MOMENT)
    os.utime(tree / "run.sh", (1, 1))
    (tree / "package" / "module.py").chmod(0o600)
    write_sdist(tmp_path / "two.tar.gz", dict(reversed(below(tree, top="a-1").items())), moment=MOMENT)
    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "two.tar.gz").read_bytes()


def test_the_gzip_header_holds_neither_name_nor_time(tmp_path: Path) -> None:
    write_sdist(tmp_path / "telling.tar.gz", {"a-1/x": b"x"}, moment=MOMENT)
    header = (tmp_path / "telling.tar.gz").read_bytes()[:10]
    assert header[3:8] == bytes(5)
    assert b"telling" not in (tmp_path / "telling.tar.gz").read_bytes()


def test_a_plain_tar_holds_the_same_members(tree: Path, tmp_path: Path) -> None:
    write_plain_tar(tmp_path / "a.tar", below(tree, top="a"), moment=MOMENT)
    write_sdist(tmp_path / "a.tar.gz", below(tree, top="a"), moment=MOMENT)
    assert gzip.decompress((tmp_path / "a.tar.gz").read_bytes()) == (tmp_path / "a.tar").read_bytes()


def test_long_and_foreign_names_are_kept(tmp_path: Path) -> None:
    names = [f"a-1/{'long' * 60}", "a-1/\u00fcber", "a-1/\udcff"]
    write_sdist(tmp_path / "a.tar.gz", dict.fromkeys(names, b""), moment=MOMENT)
    assert {one.name for one in members(tmp_path / "a.tar.gz")} == set(names)


def test_what_is_neither_file_nor_folder_nor_link_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StorageError, match="no plain file"):
        write_sdist(tmp_path / "a.tar.gz", {"a-1/pipe": tmp_path / "pipe"}, moment=MOMENT)
    assert not (tmp_path / "a.tar.gz").exists()


def test_a_file_that_cannot_be_read_is_told_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"cannot pack .*gone: No such file"):
        write_sdist(tmp_path / "a.tar.gz", {"a-1/gone": tmp_path / "gone"}, moment=MOMENT)


SDIST = [
    folder_entry("a-1"),
    file("a-1/PKG-INFO", b"Name: a\n"),
    file("a-1/run", b"", mode=0o775),
    symlink("a-1/link", "run"),
]


def test_sdists_of_other_forms_and_times_are_the_same_when_they_are_packed_anew(tmp_path: Path) -> None:
    one = write_tar(tmp_path / "one.tar.gz", SDIST)
    later = [Entry(**{slot: getattr(entry, slot) for slot in entry.__slots__} | {"mtime": 5}) for entry in SDIST]
    two = write_tar(tmp_path / "two.tar.bz2", reversed(later[1:]))
    three = write_zip(tmp_path / "three.zip", SDIST)
    for path in (one, two, three):
        repack(path, tmp_path / f"{path.name}.new", moment=MOMENT, name=path.name)
    assert len({(tmp_path / f"{path.name}.new").read_bytes() for path in (one, two, three)}) == 1


def test_an_unsafe_sdist_is_not_packed_anew(tmp_path: Path) -> None:
    hostile = write_tar(tmp_path / "a.tar.gz", [file("a-1/ok"), symlink("a-1/out", "../../secret")])
    with pytest.raises(UnsafeArchive, match="leads out"):
        repack(hostile, tmp_path / "new.tar.gz", moment=MOMENT, name="a-1.tar.gz")
    assert not (tmp_path / "new.tar.gz").exists()
