"""What an index or an archive may do to harm: refused before anything is written, and named."""

from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path

import pytest

import loopback
from archives_fixture import Entry, file, hardlink, metadata, symlink, write_tar
from integration.command import assert_nothing_finished, names, refused, wheelforge
from integration.offered import offering
from wheelforge.errors import ExitCode

pytestmark = pytest.mark.usefixtures("here")

ROOT = "demo-1.0"
STATIC = file(f"{ROOT}/PKG-INFO", metadata(metadata_version="2.4"))
TOML = file(f"{ROOT}/pyproject.toml", b'[build-system]\nrequires = []\nbuild-backend = "backend"\n')


@pytest.mark.parametrize(
    "member",
    [
        pytest.param(file(f"{ROOT}/../../escaped"), id="a path that climbs"),
        pytest.param(file("/escaped"), id="an absolute path"),
        pytest.param(symlink(f"{ROOT}/link", "../../escaped"), id="a link out of the tree"),
        pytest.param(symlink(f"{ROOT}/link", "/etc/passwd"), id="a link to an absolute path"),
        pytest.param(hardlink(f"{ROOT}/link", "/etc/passwd"), id="a hard link out of the tree"),
        pytest.param(Entry(name=f"{ROOT}/device", type=tarfile.CHRTYPE), id="a device"),
        pytest.param(Entry(name=f"{ROOT}/pipe", type=tarfile.FIFOTYPE), id="a named pipe"),
    ],
)
def test_an_unsafe_sdist_is_refused_by_name(member: Entry, tmp_path: Path) -> None:
    sdist = write_tar(tmp_path / "demo-1.0.tar.gz", [STATIC, TOML, member])
    with offering(sdist) as url:
        said = refused("collect", "demo", "-o", "folder", "--index-url", url, code=ExitCode.INTEGRITY)
    assert f"demo-1.0.tar.gz is refused: its member {member.name!r} " in said
    assert_nothing_finished(Path("folder"))
    assert not any(path.name == "escaped" for path in tmp_path.rglob("*"))


def test_a_hash_that_is_not_the_index_s_is_told_before_the_archive_is_opened(tmp_path: Path) -> None:
    # It is no archive at all, so whoever opened it would say so.
    sdist = tmp_path / "demo-1.0.tar.gz"
    sdist.write_bytes(b"no archive")
    promised, actual = "0" * 64, hashlib.sha256(b"no archive").hexdigest()
    with offering(sdist, sha256=promised) as url:
        said = refused("collect", "demo", "-o", "folder", "--index-url", url, code=ExitCode.INTEGRITY)
    assert promised in said
    assert actual in said
    assert "demo-1.0.tar.gz" in said
    assert_nothing_finished(Path("folder"))


def test_a_hash_that_is_not_the_user_s_is_told_with_those_on_the_index(tmp_path: Path) -> None:
    sdist = write_tar(tmp_path / "demo-1.0.tar.gz", [STATIC, TOML])
    asked, offered = "1" * 64, hashlib.sha256(sdist.read_bytes()).hexdigest()
    Path("hashed.txt").write_text(f"demo==1.0 --hash=sha256:{asked}\n")
    with offering(sdist) as url:
        arguments = ("-r", "hashed.txt", "-o", "folder", "--index-url", url)
        said = refused("collect", *arguments, code=ExitCode.INTEGRITY)
    assert f"asked for  sha256:{asked}" in said
    assert f"on index   sha256:{offered}  demo-1.0.tar.gz" in said
    assert_nothing_finished(Path("folder"))


def test_what_is_no_archive_is_named(tmp_path: Path) -> None:
    sdist = tmp_path / "demo-1.0.tar.gz"
    sdist.write_bytes(b"no archive")
    with offering(sdist) as url:
        said = refused("collect", "demo", "-o", "folder", "--index-url", url, code=ExitCode.INTEGRITY)
    assert "demo-1.0.tar.gz cannot be read" in said


def test_a_page_that_is_no_page_is_the_index_s_fault() -> None:
    page = loopback.Reply(body=b"{", headers={"Content-Type": loopback.JSON})
    with loopback.serving({"/simple/demo/": page}) as server:
        said = refused("collect", "demo", "-o", "folder", "-i", f"{server.url}/simple/", code=ExitCode.INDEX)
    assert f"{server.url}/simple/demo/" in said


def test_a_download_that_breaks_off_is_no_file(tmp_path: Path) -> None:
    sdist = write_tar(tmp_path / "demo-1.0.tar.gz", [STATIC, TOML])
    entry = loopback.file_entry(sdist.name, sdist.read_bytes())
    broken = loopback.Reply(body=sdist.read_bytes(), cut=100)
    with loopback.serving({"/simple/demo/": loopback.json_page(entry), entry["url"]: broken}) as server:
        arguments = ("demo", "-o", "folder", "-i", f"{server.url}/simple/", "--retries", "1", "--cache-dir", "cache")
        refused("collect", *arguments, code=ExitCode.INDEX)
        assert_nothing_finished(Path("folder"))
        assert not [name for name in names(Path("cache")) if "blobs" in name]
        server.routes[entry["url"]] = sdist.read_bytes()
        wheelforge("collect", *arguments)
    assert Path("folder", sdist.name).read_bytes() == sdist.read_bytes()


@pytest.mark.parametrize("where", ["setup.py", "own_backend.py"])
def test_collect_runs_nothing_of_what_says_statically_what_it_requires(where: str, tmp_path: Path) -> None:
    trap = file(f"{ROOT}/{where}", f"open({str(tmp_path / 'sprung')!r}, 'w')\n".encode())
    system = b'[build-system]\nrequires = []\nbuild-backend = "own_backend"\nbackend-path = ["."]\n'
    sdist = write_tar(tmp_path / "demo-1.0.tar.gz", [STATIC, file(f"{ROOT}/pyproject.toml", system), trap])
    with offering(sdist) as url:
        wheelforge("collect", "demo", "-o", "folder", "--index-url", url, "--isolation", "venv")
    assert names(Path("folder")) == {"demo-1.0.tar.gz", "pylock.toml", "wheelforge.lock"}
    assert not (tmp_path / "sprung").exists()
