"""A page's files by version."""

from __future__ import annotations

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelforge.model.artifacts import Kind
from wheelforge.model.digest import Algorithm, Digest, sha256
from wheelforge.simple.pages import File, Hashes
from wheelforge.simple.releases import Releases

BASE = "https://index.example/simple/demo/"
SHA256 = "ab" * 32


def releases(*files: File, url: str = BASE) -> Releases:
    return Releases(files, name=canonicalize_name("demo"), index="main", url=url)


def sdist(url: str = "demo-1.0.tar.gz", **fields: object) -> File:
    return File(filename="demo-1.0.tar.gz", url=url, **fields)  # type: ignore[arg-type] # any field of a File


def test_versions_come_newest_first() -> None:
    names = ["demo-1.9.tar.gz", "demo-1.10.tar.gz", "demo-2.0rc1.tar.gz", "demo-1!0.1.zip"]
    found = releases(*(File(filename=name, url=name) for name in names))
    assert [str(version) for version in found] == ["1!0.1", "2.0rc1", "1.10", "1.9"]
    assert len(found) == 4


def test_files_of_one_version_are_together_however_it_is_written() -> None:
    names = ["demo-1.0.tar.gz", "demo-1-py3-none-any.whl", "demo-1.0.0-7-py3-none-any.whl"]
    found = releases(*(File(filename=name, url=name) for name in names))
    assert [artifact.filename for artifact in found[Version("1")]] == names
    assert [artifact.kind for artifact in found[Version("1.0")]] == [Kind.SDIST, Kind.WHEEL, Kind.WHEEL]
    assert found[Version("1")][2].build == (7, "")


def test_an_artifact_tells_all_that_its_page_does() -> None:
    file = File(
        filename="Demo-1.0-py2.py3-none-any.whl",
        url="../../f/Demo-1.0-py2.py3-none-any.whl#frag",
        hashes=Hashes(sha256=SHA256.upper()),
        requires_python=">=3.9",
        size=5,
        upload_time="2025-01-02T03:04:05Z",
        yanked=True,
        core_metadata=Hashes(sha256=SHA256),
    )
    [artifact] = releases(file)[Version("1.0")]
    assert artifact.url == "https://index.example/f/Demo-1.0-py2.py3-none-any.whl"
    assert (artifact.name, artifact.index, artifact.size) == ("demo", "main", 5)
    assert (artifact.sha256, artifact.metadata_sha256) == (SHA256, SHA256)
    assert str(artifact.requires_python) == ">=3.9"
    assert artifact.yanked == ""
    assert artifact.upload_time == "2025-01-02T03:04:05Z"
    assert {tag.interpreter for tag in artifact.tags} == {"py2", "py3"}


@pytest.mark.parametrize(
    "file",
    [
        File(filename="demo-nonsense.tar.gz", url="x"),
        File(filename="other-1.0.tar.gz", url="x"),
        File(filename="../demo-1.0.tar.gz", url="x"),
        File(filename="demo-1.0.exe", url="x"),
        sdist(url="file:///etc/passwd"),
        sdist(url="javascript:alert()"),
        sdist(url="https://["),
        sdist(hashes=Hashes(sha256="../../x")),
        sdist(hashes=Hashes(sha256="")),
    ],
)
def test_what_cannot_be_used_is_skipped(file: File) -> None:
    assert list(releases(file)) == []


def test_credentials_in_links_are_dropped() -> None:
    [artifact] = releases(sdist(url="https://user:secret@index.example/demo-1.0.tar.gz"))[Version("1.0")]
    assert artifact.url == "https://index.example/demo-1.0.tar.gz"


def test_a_query_stays_since_the_file_may_not_be_had_without_it() -> None:
    [artifact] = releases(sdist(url="/demo-1.0.tar.gz?signed=1#sha256=x"))[Version("1.0")]
    assert artifact.url == "https://index.example/demo-1.0.tar.gz?signed=1"


def test_a_page_that_is_a_file_may_link_to_files() -> None:
    [artifact] = releases(sdist(url="demo-1.0.tar.gz"), url="file:///srv/simple/demo/index.html")[Version("1.0")]
    assert artifact.url == "file:///srv/simple/demo/demo-1.0.tar.gz"


@pytest.mark.parametrize(("yanked", "reason"), [(False, None), ("", None), (True, ""), ("bad", "bad")])
def test_yanked_has_a_reason_or_an_empty_one(yanked: bool | str, reason: str | None) -> None:  # noqa: FBT001 - PEP 592
    [artifact] = releases(sdist(yanked=yanked))[Version("1.0")]
    assert artifact.yanked == reason


@pytest.mark.parametrize(
    ("new", "old", "promised"),
    [
        (Hashes(sha256=SHA256), None, SHA256),
        (None, Hashes(sha256=SHA256), SHA256),
        (False, Hashes(sha256=SHA256), None),
        (True, None, None),
        (Hashes(), None, None),
        (Hashes(sha256="short"), None, None),
    ],
)
def test_the_newer_metadata_attribute_counts(
    new: bool | Hashes | None,  # noqa: FBT001 - PEP 714
    old: Hashes | None,
    promised: str | None,
) -> None:
    [artifact] = releases(sdist(core_metadata=new, data_dist_info_metadata=old))[Version("1.0")]
    assert artifact.metadata_sha256 == promised


def test_a_specifier_that_cannot_be_read_asks_for_nothing() -> None:
    [artifact] = releases(sdist(requires_python=">=3.*.1 or so"))[Version("1.0")]
    assert artifact.requires_python is None


def test_other_strong_hashes_are_promises_too() -> None:
    [artifact] = releases(sdist(hashes=Hashes(sha256=SHA256, sha512="AB" * 64)))[Version("1.0")]
    assert artifact.sha256 == SHA256
    assert artifact.other_hashes == {Digest(algorithm=Algorithm.SHA512, value="ab" * 64)}
    assert artifact.promises == {*artifact.other_hashes, sha256(SHA256)}


@pytest.mark.parametrize("hashes", [Hashes(sha512=SHA256), Hashes(sha384="x" * 96), Hashes(sha256=SHA256, sha512="")])
def test_a_strong_hash_that_is_none_takes_its_file_away(hashes: Hashes) -> None:
    assert not releases(sdist(hashes=hashes))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2025-01-02T03:04:05.678901Z", "2025-01-02T03:04:05.678901Z"),
        ("2025-01-02T03:04:05+01:00", "2025-01-02T02:04:05Z"),
        ("0001-01-01T00:00:00+23:59", None),
        ("\x1b[31m", None),
    ],
)
def test_an_upload_time_is_a_moment_or_none(written: str, kept: str | None) -> None:
    [artifact] = releases(sdist(upload_time=written))[Version("1.0")]
    assert artifact.upload_time == kept
