"""Good sdists are read and unpacked as they are; hostile ones are refused by name and leave nothing behind."""

from __future__ import annotations

import gzip
import os
import stat
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archives_fixture import MOMENT, Entry, file, folder, hardlink, metadata, symlink, write_tar, write_zip
from wheelforge.archives.faults import BrokenArchive, UnsafeArchive
from wheelforge.archives.sdist import read_sdist, unpack_dated, unpack_sdist
from wheelforge.errors import IntegrityError, StorageError, WheelforgeError

GOOD = (
    folder("demo-1.0"),
    file("demo-1.0/PKG-INFO", metadata()),
    file("demo-1.0/pyproject.toml", b"[project]\n"),
    file("demo-1.0/setup.py", b"raise SystemExit('this must never run')\n"),
    file("demo-1.0/configure", b"#!/bin/sh\n", 0o775),
    file("demo-1.0/src/demo/__init__.py", b"VALUE = 1\n"),
    file("demo-1.0/demo.egg-info/PKG-INFO", b"another one"),
    symlink("demo-1.0/src/demo/configure", "../../configure"),
)

HOSTILE = {
    "a path that goes up": (file("demo-1.0/../../evil"),),
    "a name that is only dots": (file("../evil"),),
    "an absolute path": (file("/evil"),),
    "a path of Windows that goes up": (file("demo-1.0/..\\..\\evil"),),
    "a drive of Windows": (file("C:/evil"),),
    "a share of Windows": (file("\\\\host\\share\\evil"),),
    "an absolute link": (symlink("demo-1.0/evil", "/etc/passwd"),),
    "a link that leads out": (symlink("demo-1.0/evil", "../../evil"),),
    "a link beside the tree": (symlink("demo-1.0/evil", "../evil"),),
    "a link out of the tree and back into it": (symlink("demo-1.0/evil", "../demo-1.0/setup.py"),),
    "a link through a link that leads out": (
        folder("demo-1.0/a/b"),
        symlink("demo-1.0/a/b/up", ".."),
        symlink("demo-1.0/evil", "a/b/up/../../evil"),
    ),
    "a link through a link that comes later": (
        symlink("demo-1.0/evil", "a/b/up/../../evil"),
        symlink("demo-1.0/a/b/up", ".."),
    ),
    "links in a circle": (symlink("demo-1.0/a", "b"), symlink("demo-1.0/b", "a")),
    "a link that is its own folder": (symlink("demo-1.0/a", "a/a"),),
    "a file written through a link": (symlink("demo-1.0/a", "."), file("demo-1.0/a/evil")),
    "a file written over a link": (symlink("demo-1.0/a", "setup.py"), file("demo-1.0/a")),
    "a folder made over a link": (symlink("demo-1.0/a", "."), folder("demo-1.0/a")),
    "a link written over a file": (file("demo-1.0/a"), symlink("demo-1.0/a", ".")),
    "a link in place of the top folder": (symlink("demo-1.0", "/etc"), file("demo-1.0/passwd")),
    "the same file twice": (file("demo-1.0/a", b"one"), file("demo-1.0/a", b"two")),
    "the same file twice, once to be run": (file("demo-1.0/a", b"one"), file("demo-1.0/a", b"one", 0o755)),
    "the same file twice, spelt otherwise": (file("demo-1.0/a", b"one"), file("demo-1.0/./a", b"two")),
    "a file below a file": (file("demo-1.0/a"), file("demo-1.0/a/b")),
    "a folder in place of a file": (file("demo-1.0/a"), folder("demo-1.0/a")),
    "a file in place of a folder": (file("demo-1.0/a/b"), file("demo-1.0/a")),
    "a hard link that leads out": (hardlink("demo-1.0/evil", "../evil"),),
    "a hard link to a file of the machine": (hardlink("demo-1.0/evil", "/etc/passwd"),),
    "a hard link to a link": (symlink("demo-1.0/a", "setup.py"), hardlink("demo-1.0/evil", "demo-1.0/a")),
    "a hard link to nothing": (hardlink("demo-1.0/evil", "demo-1.0/nothing"),),
    "a hard link to a folder": (folder("demo-1.0/a"), hardlink("demo-1.0/evil", "demo-1.0/a")),
    "a character device": (Entry(name="demo-1.0/evil", type=tarfile.CHRTYPE),),
    "a block device": (Entry(name="demo-1.0/evil", type=tarfile.BLKTYPE),),
    "a named pipe": (Entry(name="demo-1.0/evil", type=tarfile.FIFOTYPE),),
    "a sparse file": (Entry(name="demo-1.0/evil", pax={"GNU.sparse.map": "0,1", "GNU.sparse.size": "1"}),),
    "a member of an unknown kind": (Entry(name="demo-1.0/evil", type=b"Z"),),
    "two top folders": (file("other-1.0/a"),),
    "a file beside the top folder": (file("evil"),),
    "a step of a name that is too long": (file("demo-1.0/" + "a" * 300),),
    "a name that is too long": (file("demo-1.0/" + "a/" * 3000),),
    "a place too deep": (file("demo-1.0/" + "a/" * 200),),
    "a link that is too long": (symlink("demo-1.0/a", "a/" * 3000),),
}

HOSTILE_IN_ZIP = (
    "a path that goes up",
    "an absolute path",
    "a path of Windows that goes up",
    "an absolute link",
    "a link that leads out",
    "a link through a link that leads out",
    "a file written through a link",
    "a named pipe",
    "two top folders",
)


Write = Callable[[Path, Iterable[Entry]], Path]


def listing(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.mark.parametrize("suffix", [".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar", ""])
def test_a_tar_is_read_whatever_its_compression_and_name(tmp_path: Path, suffix: str) -> None:
    contents = read_sdist(write_tar(tmp_path / f"demo-1.0{suffix}", GOOD))
    assert contents.root == "demo-1.0"
    assert contents.pkg_info == metadata()
    assert contents.pyproject == b"[project]\n"
    assert contents.setup_py
    assert contents.newest_mtime == MOMENT


def test_a_zip_is_read_and_unpacked_like_a_tar(tmp_path: Path) -> None:
    zipped = write_zip(tmp_path / "demo-1.0.zip", GOOD)
    tarred = write_tar(tmp_path / "demo-1.0.tar.gz", GOOD)
    assert read_sdist(zipped) == read_sdist(tarred)
    trees = [unpack_sdist(zipped, tmp_path / "a"), unpack_sdist(tarred, tmp_path / "b")]
    assert listing(trees[0]) == listing(trees[1])


@pytest.mark.parametrize("write", [write_tar, write_zip])
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")  # zipfile, which writes it here
def test_a_file_that_comes_twice_with_the_same_bytes_is_no_harm(tmp_path: Path, write: Write) -> None:
    sdist = write(tmp_path / "demo-1.0.zip", [*GOOD, file("demo-1.0/PKG-INFO", metadata()), GOOD[-2]])
    assert read_sdist(sdist).pkg_info == metadata()
    assert (unpack_sdist(sdist, tmp_path / "place") / "PKG-INFO").read_bytes() == metadata()


def test_what_an_sdist_lacks_is_said(tmp_path: Path) -> None:
    contents = read_sdist(write_tar(tmp_path / "Demo_Legacy-1.0.tar.gz", [file("Demo_Legacy-1.0/README")]))
    assert (contents.root, contents.pkg_info, contents.pyproject) == ("Demo_Legacy-1.0", None, None)
    assert not contents.setup_py


def test_files_that_backends_take_settings_from_are_read_but_neither_programs_nor_links(tmp_path: Path) -> None:
    top = [file(f"demo-1.0/{name}", b"[a]\n") for name in ("setup.cfg", "setup.py", "pdm_build.py", "other.cfg")]
    below = file("demo-1.0/inner/setup.cfg")
    contents = read_sdist(write_tar(tmp_path / "demo-1.0.tar.gz", [*top, below, symlink("demo-1.0/hatch.toml", "a")]))
    assert contents.beside == {"setup.cfg": b"[a]\n", "setup.py": None, "pdm_build.py": None, "hatch.toml": None}


def test_unpacking_tells_the_same_time_as_reading(tmp_path: Path) -> None:
    sdist = write_tar(tmp_path / "demo-1.0.tar.gz", [*GOOD, Entry(name="demo-1.0/new", mtime=MOMENT + 5)])
    unpacked = unpack_dated(sdist, tmp_path / "tree")
    assert unpacked.newest_mtime == read_sdist(sdist).newest_mtime == MOMENT + 5
    assert unpacked.root == tmp_path / "tree" / "demo-1.0"


def test_a_leading_dot_in_names_is_nothing(tmp_path: Path) -> None:
    entries = [folder("."), folder("./demo-1.0"), file("./demo-1.0/PKG-INFO", metadata())]
    assert read_sdist(write_tar(tmp_path / "demo-1.0.tar.gz", entries)).pkg_info == metadata()


@pytest.mark.parametrize(("mtime", "newest"), [(-1.0, 0), (float("nan"), 0), (1e300, 0), (2.0**40, 2**32 - 1)])
def test_times_that_no_file_system_holds_are_moved_into_range(tmp_path: Path, mtime: float, newest: int) -> None:
    entry = Entry(name="demo-1.0/a", mtime=0, pax={"mtime": str(mtime)})
    if mtime == 1e300:
        entry = Entry(name="demo-1.0/a", mtime=0, pax={"mtime": "inf"})
    assert read_sdist(write_tar(tmp_path / "demo-1.0.tar.gz", [entry])).newest_mtime == newest


def test_unpacking_gives_the_tree_with_sane_modes_and_its_own_times(tmp_path: Path) -> None:
    root = unpack_sdist(write_tar(tmp_path / "demo-1.0.tar.gz", GOOD), tmp_path / "deep" / "tree")
    assert root == tmp_path / "deep" / "tree" / "demo-1.0"
    assert (root / "src/demo/__init__.py").read_bytes() == b"VALUE = 1\n"
    assert (root / "src/demo/configure").readlink() == Path("../../configure")
    assert stat.S_IMODE((root / "configure").stat().st_mode) == 0o755
    assert stat.S_IMODE((root / "setup.py").stat().st_mode) == 0o644
    assert {(path.stat().st_uid, path.stat().st_gid) for path in root.rglob("*")} == {(os.getuid(), os.getgid())}
    assert root.stat().st_mtime == (root / "setup.py").stat().st_mtime == MOMENT


def test_modes_do_not_depend_on_the_umask(tmp_path: Path) -> None:
    archive = write_tar(tmp_path / "demo-1.0.tar.gz", GOOD)
    before = os.umask(0o077)
    try:
        root = unpack_sdist(archive, tmp_path / "tree")
    finally:
        os.umask(before)
    folders = [root.parent, *(path for path in root.rglob("*") if path.is_dir())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o755}


def test_a_hard_link_inside_the_tree_is_fine(tmp_path: Path) -> None:
    entries = [file("demo-1.0/a", b"one"), hardlink("demo-1.0/b/c", "demo-1.0/a")]
    root = unpack_sdist(write_tar(tmp_path / "demo-1.0.tar.gz", entries), tmp_path / "tree")
    assert (root / "b/c").read_bytes() == b"one"


def test_a_link_to_nothing_inside_the_tree_is_fine(tmp_path: Path) -> None:
    entries = [symlink("demo-1.0/docs/a", "../later/b")]
    root = unpack_sdist(write_tar(tmp_path / "demo-1.0.tar.gz", entries), tmp_path / "tree")
    assert (root / "docs/a").is_symlink()


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_tar_is_refused_by_name_and_leaves_nothing(tmp_path: Path, case: str) -> None:
    archive = write_tar(tmp_path / "demo-1.0.tar.gz", (*GOOD, *HOSTILE[case]))
    for refuse in (lambda: read_sdist(archive), lambda: unpack_sdist(archive, tmp_path / "tree")):
        with pytest.raises(UnsafeArchive) as caught:
            refuse()
        assert caught.value.archive == "demo-1.0.tar.gz"
        assert caught.value.member.rstrip("/") in {entry.name.rstrip("/") for entry in HOSTILE[case]}
        assert len(caught.value.message) < 800
    assert listing(tmp_path) == {"demo-1.0.tar.gz"}


def test_a_size_below_nothing_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    # Newer Pythons find it themselves, and tell no member's name.
    archive = write_tar(tmp_path / "demo-1.0.tar.gz", (*GOOD, Entry(name="demo-1.0/evil", pax={"size": "-512"})))
    for refuse in (lambda: read_sdist(archive), lambda: unpack_sdist(archive, tmp_path / "tree")):
        with pytest.raises(IntegrityError, match=r"demo-1\.0\.tar\.gz"):
            refuse()
    assert listing(tmp_path) == {"demo-1.0.tar.gz"}


def test_a_broken_header_is_no_end_of_an_archive(tmp_path: Path) -> None:
    whole = bytearray(gzip.decompress(write_tar(tmp_path / "whole.tar.gz", GOOD).read_bytes()))
    second = whole.index(b"ustar", 512) - 257
    whole[second + 148 : second + 156] = b"0000000\0"  # the checksum of its header
    broken = tmp_path / "demo-1.0.tar.gz"
    broken.write_bytes(gzip.compress(bytes(whole)))
    with pytest.raises(BrokenArchive):
        unpack_sdist(broken, tmp_path / "tree")
    assert listing(tmp_path) == {"demo-1.0.tar.gz", "whole.tar.gz"}


@pytest.mark.parametrize("case", HOSTILE_IN_ZIP)
def test_a_hostile_zip_is_refused_by_name_and_leaves_nothing(tmp_path: Path, case: str) -> None:
    archive = write_zip(tmp_path / "demo-1.0.zip", (*GOOD, *HOSTILE[case]))
    with pytest.raises(UnsafeArchive):
        unpack_sdist(archive, tmp_path / "tree")
    assert listing(tmp_path) == {"demo-1.0.zip"}


@pytest.mark.parametrize("name", ["PKG-INFO", "pyproject.toml"])
def test_a_static_file_that_is_a_link_is_refused(tmp_path: Path, name: str) -> None:
    archive = write_tar(tmp_path / "demo-1.0.tar.gz", [file("demo-1.0/a"), symlink(f"demo-1.0/{name}", "a")])
    with pytest.raises(BrokenArchive, match=name):
        read_sdist(archive)


def test_a_file_of_a_store_is_named_as_the_caller_knows_it(tmp_path: Path) -> None:
    archive = write_tar(tmp_path / "5f8a", [file("/evil")])
    with pytest.raises(UnsafeArchive, match=r"demo-1\.0\.tar\.gz is refused: its member '/evil' has an absolute path"):
        unpack_sdist(archive, tmp_path / "tree", name="demo-1.0.tar.gz")


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wheelforge.archives.tree.MAX_MEMBERS", 20)
    archive = write_tar(tmp_path / "demo-1.0.tar.gz", [file(f"demo-1.0/{place}") for place in range(21)])
    with pytest.raises(UnsafeArchive, match="one too many"):
        read_sdist(archive)


@pytest.mark.parametrize("write", [write_tar, write_zip])
def test_an_archive_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Write
) -> None:
    monkeypatch.setattr("wheelforge.archives.stream.MAX_TOTAL", 2**20)
    monkeypatch.setattr("wheelforge.archives.members.MAX_TOTAL", 2**20)
    archive = tmp_path / "demo-1.0"
    write(archive, [file("demo-1.0/a", bytes(2**21))])
    with pytest.raises(UnsafeArchive, match="unpacks to more than"):
        unpack_sdist(archive, tmp_path / "tree")
    assert listing(tmp_path) == {"demo-1.0"}


def test_a_header_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    archive = write_tar(tmp_path / "demo-1.0.tar.gz", [Entry(name="demo-1.0/a", pax={"comment": "a" * 2**21})])
    with pytest.raises(UnsafeArchive, match="a header"):
        read_sdist(archive)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no archive",
        b"PK\3\4 no zip",
        b"BZh9 no bzip2",
        b"\xfd7zXZ\0 no xz",
        gzip.compress(b"no tar", mtime=0),
        bytes(10240),
        b"PK\5\6" + bytes(18),
    ],
    ids=["empty", "text", "zip", "bzip2", "xz", "gzip", "zeros", "a zip of nothing"],
)
def test_what_is_no_archive_is_told_as_such(tmp_path: Path, data: bytes) -> None:
    archive = tmp_path / "demo-1.0.tar.gz"
    archive.write_bytes(data)
    with pytest.raises(BrokenArchive, match=r"demo-1\.0\.tar\.gz cannot be read"):
        read_sdist(archive)


@pytest.mark.parametrize("suffix", [".tar.gz", ".tar.bz2", ".tar.xz"])
def test_an_archive_that_was_cut_short_leaves_nothing(tmp_path: Path, suffix: str) -> None:
    archive = write_tar(tmp_path / f"demo-1.0{suffix}", [*GOOD, file("demo-1.0/noise", os.urandom(2**16))])
    archive.write_bytes(archive.read_bytes()[:-2000])
    with pytest.raises(BrokenArchive):
        unpack_sdist(archive, tmp_path / "tree")
    assert listing(tmp_path) == {archive.name}


def test_an_archive_that_is_missing_is_an_error_of_storage(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"demo-1\.0\.tar\.gz cannot be read"):
        read_sdist(tmp_path / "demo-1.0.tar.gz")


def test_a_folder_in_use_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "mine").touch()
    with pytest.raises(StorageError, match="cannot unpack into"):
        unpack_sdist(write_tar(tmp_path / "demo-1.0.tar.gz", GOOD), tmp_path / "tree")
    assert listing(tmp_path) == {"demo-1.0.tar.gz", "tree", "tree/mine"}


STEPS = st.sampled_from(["demo-1.0", "a", "b", "..", ".", "", "up"])
PATHS = st.lists(STEPS, min_size=1, max_size=6).map("/".join)
KINDS = st.sampled_from([tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
ENTRIES = st.builds(
    Entry,
    name=st.one_of(PATHS, PATHS.map("demo-1.0/".__add__)),
    type=KINDS,
    link=st.one_of(PATHS, PATHS.map("demo-1.0/".__add__)),
)
NO_RESET = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@NO_RESET
@given(entries=st.lists(ENTRIES, max_size=8))
def test_whatever_the_members_are_nothing_leaves_the_destination(
    tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]
) -> None:
    place = tmp_path_factory.mktemp("place")
    archive = write_tar(place / "demo-1.0.tar", entries)
    try:
        root = unpack_sdist(archive, place / "tree").resolve()
    except IntegrityError:
        assert listing(place) == {"demo-1.0.tar"}
        return
    assert {path.name for path in place.iterdir()} == {"demo-1.0.tar", "tree"}
    assert all(path.resolve().is_relative_to(root) for path in root.rglob("*"))


@NO_RESET
@given(place=st.integers(0, 10239), value=st.integers(0, 255), write=st.sampled_from([write_tar, write_zip]))
def test_an_archive_with_any_byte_altered_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, value: int, write: Write
) -> None:
    folder_of_it = tmp_path_factory.mktemp("place")
    archive = write(folder_of_it / "demo-1.0", GOOD)
    data = bytearray(archive.read_bytes())
    data[place % len(data)] = value
    archive.write_bytes(data)
    try:
        unpack_sdist(archive, folder_of_it / "tree")
    except WheelforgeError:
        assert listing(folder_of_it) == {"demo-1.0"}
