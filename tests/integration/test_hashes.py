"""What is taken of folders and pages that promise no hash, where the user has written some down."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.command import archives, assert_nothing_finished, lock_of, refused, wheelforge
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from index import PackageIndex

LEAF, SDIST = "leaf-1.0-py3-none-any.whl", "leaf-1.0.tar.gz"
OFFLINE = ("-r", "hashed.txt", "--require-hashes", "--no-index", "-f", "wheels", "-o", "folder")


@pytest.fixture(autouse=True)
def _wheels(here: Path, package_index: PackageIndex) -> None:
    assert here
    Path("wheels").mkdir()
    for name in (LEAF, SDIST):
        shutil.copy(package_index.folder / name, "wheels")


def digest(name: str, algorithm: str = "sha256") -> str:
    return hashlib.new(algorithm, (Path("wheels") / name).read_bytes()).hexdigest()


def write(*digests: str, algorithm: str = "sha256") -> None:
    Path("hashed.txt").write_text(" ".join(["leaf==1.0", *(f"--hash={algorithm}:{one}" for one in digests)]))


def test_files_of_a_folder_are_taken_where_their_bytes_are_those_asked_for() -> None:
    write(digest(LEAF), digest(SDIST))
    wheelforge("collect", *OFFLINE)
    assert archives(Path("folder")) == {LEAF}
    assert [file.sha256 for file in lock_of(Path("folder")).artifacts] == [digest(LEAF)]


def test_an_sdist_is_checked_before_its_backend_is_asked() -> None:
    write("0" * 64)
    (Path("wheels") / LEAF).unlink()
    told = refused("collect", *OFFLINE, "--build-deps", code=ExitCode.INTEGRITY)
    assert f"asked for  sha256:{'0' * 64}\n  it has     sha256:{digest(SDIST)}" in told
    assert_nothing_finished(Path("folder"))


def test_a_page_without_hashes_is_no_reason_not_to_check() -> None:
    page = Path("index/leaf/index.html")
    page.parent.mkdir(parents=True)
    page.write_text(f'<a href="../../wheels/{LEAF}">{LEAF}</a>')
    arguments = ("-r", "hashed.txt", "--index-url", Path("index").absolute().as_uri(), "-o", "folder")
    write(digest(SDIST))
    assert f"it has     sha256:{digest(LEAF)}" in refused("collect", *arguments, code=ExitCode.INTEGRITY)
    assert_nothing_finished(Path("folder"))
    write(digest(SDIST), digest(LEAF))
    wheelforge("collect", *arguments)
    assert archives(Path("folder")) == {LEAF}


@pytest.mark.parametrize("algorithm", ["sha384", "sha512"])
def test_an_index_that_promises_sha256_is_held_against_other_hashes_by_the_bytes(
    package_index: PackageIndex, algorithm: str
) -> None:
    arguments = ("-r", "hashed.txt", "--index-url", package_index.url, "-o", "folder")
    size = len(digest(LEAF, algorithm))
    write("0" * size, algorithm=algorithm)
    told = refused("collect", *arguments, code=ExitCode.INTEGRITY)
    assert f"asked for  {algorithm}:{'0' * size}\n  it has     sha256:{digest(LEAF)}" in told
    assert f"it has     {algorithm}:{digest(LEAF, algorithm)}" in told
    assert_nothing_finished(Path("folder"))
    write("0" * size, digest(LEAF, algorithm), algorithm=algorithm)
    wheelforge("collect", *arguments)
    assert [file.sha256 for file in lock_of(Path("folder")).artifacts] == [digest(LEAF)]
    assert "following folder/wheelforge.lock" in wheelforge("collect", *arguments, "--locked").stderr


def test_the_hash_of_another_algorithm_may_stand_in_a_url_or_in_a_constraint() -> None:
    url, right = (Path("wheels") / LEAF).absolute().as_uri(), digest(LEAF, "sha512")
    wrong = refused("collect", f"{url}#sha512={'0' * 128}", "-o", "folder", code=ExitCode.INTEGRITY)
    assert f"it has     sha512:{right}" in wrong
    arguments = (f"{url}#sha512={right}", "-c", "c.txt", "-o", "folder")
    Path("c.txt").write_text(f"leaf==1.0 --hash=sha512:{'0' * 128}")
    assert f"it has     sha512:{right}" in refused("collect", *arguments, code=ExitCode.INTEGRITY)
    assert_nothing_finished(Path("folder"))
    Path("c.txt").write_text(f"leaf==1.0 --hash=sha512:{right}")
    wheelforge("collect", *arguments)
    assert archives(Path("folder")) == {LEAF}
