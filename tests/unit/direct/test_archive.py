"""Archives by their address: wheels and sdists as they stand, any other one as the source tree that it holds."""

from __future__ import annotations

import base64
import hashlib
import itertools
from typing import TYPE_CHECKING

import pytest

from archives_fixture import file, metadata, symlink, wheel_files, write_tar, write_wheel, write_zip
from loopback import Reply, serving
from places import STATIC, Visitor, place
from wheelforge.archives.faults import UnsafeArchive
from wheelforge.direct import archive
from wheelforge.errors import IndexAccessError, IntegrityError, ResolutionError, UsageError
from wheelforge.model import digest
from wheelforge.model.artifacts import Kind
from wheelforge.model.digest import Algorithm, Digest
from wheelforge.model.direct import DirectUrl
from wheelforge.simple.exchange import Missing
from wheelforge.store.vouching import NotVouched

if TYPE_CHECKING:
    from pathlib import Path

    from loopback import Request

WHEEL = "demo-1.0-py3-none-any.whl"
SDIST = "demo-1.0.tar.gz"


@pytest.fixture
def wheel(tmp_path: Path) -> bytes:
    return write_wheel(tmp_path / WHEEL, wheel_files()).read_bytes()


@pytest.fixture
def sdist(tmp_path: Path) -> bytes:
    members = [file("demo-1.0/PKG-INFO", metadata()), file("demo-1.0/setup.py", b"raise SystemExit\n")]
    return write_tar(tmp_path / SDIST, members).read_bytes()


@pytest.fixture
def tree(tmp_path: Path) -> bytes:
    """What a forge makes of a branch."""
    members = [file("thing-main/pyproject.toml", STATIC.encode()), file("thing-main/module.py")]
    return write_zip(tmp_path / "main.zip", members).read_bytes()


ZEROS = digest.sha256("0" * 64)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_wheel_is_taken_as_it_is(visitor: Visitor, wheel: bytes) -> None:
    with serving({f"/files/{WHEEL}?token=s3cret": wheel}) as server:
        url = f"{server.url}/files/{WHEEL}"
        found = visitor.obtain(place(f"{url}?token=s3cret", name="demo"))
    artifact = found.artifact
    assert (artifact.filename, artifact.kind, artifact.sha256) == (WHEEL, Kind.WHEEL, sha256(wheel))
    assert (artifact.url, artifact.size, artifact.direct) == ("", len(wheel), DirectUrl(url=url))
    assert {str(tag) for tag in artifact.tags} == {"py3-none-any"}
    assert found.source is None


def test_the_address_of_a_wheel_is_recorded_where_it_leads_there(visitor: Visitor, wheel: bytes) -> None:
    with serving({f"/{WHEEL}": wheel}) as server:
        location = f"{server.url}/{WHEEL}"
        artifact = visitor.obtain(place(location.replace("://", "://user:s3cret@"))).artifact
    assert (artifact.url, artifact.direct) == (location, DirectUrl(url=location))


def test_a_body_without_end_is_not_read_to_its_end(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST", 1 << 20)
    endless = Reply(pieces=itertools.repeat(bytes(1 << 16)))
    with serving({f"/{WHEEL}": endless}) as server, pytest.raises(IntegrityError, match="has more than 1048576 bytes"):
        visitor.obtain(place(f"{server.url}/{WHEEL}"))
    assert not [path for path in visitor.store.folder("blobs").rglob("*") if path.is_file()]


def test_an_sdist_is_taken_as_it_is(visitor: Visitor, sdist: bytes) -> None:
    with serving({f"/{SDIST}": sdist}) as server:
        artifact = visitor.obtain(place(f"{server.url}/{SDIST}")).artifact
    assert (artifact.filename, artifact.kind, artifact.sha256) == (SDIST, Kind.SDIST, sha256(sdist))


def test_an_sdist_of_another_project_than_its_name_says_is_refused(visitor: Visitor, tmp_path: Path) -> None:
    told = b"Metadata-Version: 2.2\nName: other\nVersion: 1.0\n"
    path = write_tar(tmp_path / "yy-1.0.tar.gz", [file("yy-1.0/PKG-INFO", told)])
    with pytest.raises(IntegrityError, match=r"yy-1\.0\.tar\.gz holds metadata of other 1\.0"):
        visitor.obtain(place(path.as_uri()))


def test_a_url_that_leads_to_nothing_is_to_be_checked(visitor: Visitor) -> None:
    with serving({}) as server, pytest.raises(Missing) as caught:
        visitor.obtain(place(f"{server.url}/{SDIST}"))
    assert str(caught.value.hint).startswith("check the URL: ")


@pytest.mark.parametrize("filename", [WHEEL, SDIST])
def test_a_local_archive_is_recorded_without_its_path(
    visitor: Visitor, tmp_path: Path, filename: str, wheel: bytes, sdist: bytes
) -> None:
    artifact = visitor.obtain(place((tmp_path / filename).as_uri())).artifact
    assert artifact.sha256 == sha256(wheel if filename == WHEEL else sdist)
    assert (artifact.url, artifact.direct) == ("", DirectUrl(url=filename))


@pytest.mark.parametrize("path", ["/archive/main.zip", "/archive/thing-1.0.zip", "/archive/v1.0"])
def test_any_other_archive_is_a_source_tree(visitor: Visitor, tree: bytes, path: str) -> None:
    with serving({path: tree}) as server:
        artifact = visitor.obtain(place(f"{server.url}{path}")).artifact
    assert (artifact.filename, artifact.url) == ("my_thing-1.0.tar.gz", "")
    assert artifact.direct == DirectUrl(url=f"{server.url}{path}")


def test_an_archive_of_a_tree_gives_the_same_bytes_in_any_form(visitor: Visitor, tree: bytes, tmp_path: Path) -> None:
    members = [file("other-top/module.py"), file("other-top/pyproject.toml", STATIC.encode())]
    tar = write_tar(tmp_path / "main.tar.gz", members).read_bytes()
    with serving({"/main.zip": tree, "/main.tar.gz": tar}) as server:
        one, two = (visitor.obtain(place(f"{server.url}/main{suffix}")).artifact for suffix in (".zip", ".tar.gz"))
    assert one.sha256 == two.sha256


def test_a_tree_that_would_write_elsewhere_is_refused(visitor: Visitor, tmp_path: Path) -> None:
    for members in ([file("top/x"), file("../y")], [file("top/x"), symlink("top/out", "../../y")]):
        write_tar(tmp_path / "main.tar.gz", members)
        with pytest.raises(UnsafeArchive):
            visitor.obtain(place((tmp_path / "main.tar.gz").as_uri()))


def test_a_right_hash_is_checked_and_spares_the_next_download(visitor: Visitor, wheel: bytes) -> None:
    hashes = frozenset({digest.sha256(sha256(wheel)), ZEROS})
    with serving({f"/{WHEEL}": wheel}) as server:
        for _ in range(2):
            visitor.obtain(place(f"{server.url}/{WHEEL}", hashes=hashes))
        assert server.paths() == [f"/{WHEEL}"]


def test_any_one_hash_will_do(visitor: Visitor, wheel: bytes) -> None:
    strong = Digest(algorithm=Algorithm.SHA384, value=hashlib.sha384(wheel).hexdigest())
    with serving({f"/{WHEEL}": wheel}) as server:
        artifact = visitor.obtain(place(f"{server.url}/{WHEEL}", hashes=frozenset({strong, ZEROS}))).artifact
    assert artifact.sha256 == sha256(wheel)


@pytest.mark.parametrize("local", [False, True])
@pytest.mark.parametrize("hashed", [ZEROS, Digest(algorithm=Algorithm.SHA512, value="0" * 128)])
def test_a_wrong_hash_is_refused(
    visitor: Visitor, wheel: bytes, tmp_path: Path, hashed: Digest, *, local: bool
) -> None:
    with serving({f"/{WHEEL}": wheel}) as server:
        base = tmp_path.as_uri() if local else server.url
        with pytest.raises(NotVouched):
            visitor.obtain(place(f"{base}/{WHEEL}", hashes=frozenset({hashed})))


def test_credentials_are_sent_and_never_told(visitor: Visitor, wheel: bytes) -> None:
    def answer(request: Request) -> Reply:
        said = request.headers.get("authorization") == "Basic " + base64.b64encode(b"user:s3cret").decode()
        return Reply(body=wheel) if said else Reply(status=401)

    with serving({f"/{WHEEL}": answer}) as server:
        location = server.url.replace("://", "://user:s3cret@")
        artifact = visitor.obtain(place(f"{location}/{WHEEL}")).artifact
        with pytest.raises(IndexAccessError) as caught:
            visitor.obtain(place(f"{location}/absent-1-py3-none-any.whl"))
    assert "s3cret" not in f"{artifact} {visitor.events} {caught.value.message} {caught.value.hint}"


def test_an_archive_over_http_without_a_hash_is_warned_of(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "exposed", lambda _url: True)
    with serving({}) as server, pytest.raises(IndexAccessError):
        visitor.obtain(place(f"{server.url}/{WHEEL}"))
    assert "anybody on the way can alter it" in visitor.warnings()[0]


def test_a_file_named_as_no_wheel_is_named_is_refused(visitor: Visitor, wheel: bytes) -> None:
    with serving({"/demo.whl": wheel}) as server, pytest.raises(UsageError, match="is no name of a wheel"):
        visitor.obtain(place(f"{server.url}/demo.whl"))


@pytest.mark.parametrize("path", ["/..%2F..%2Fdemo-1.0-py3-none-any.whl", "/de%1Bmo-1.0-py3-none-any.whl"])
def test_a_name_that_no_file_should_have_is_not_taken(visitor: Visitor, wheel: bytes, path: str) -> None:
    with serving({path: wheel}) as server:
        if "%1B" in path:
            with pytest.raises(UsageError, match="is no name of a wheel"):
                visitor.obtain(place(f"{server.url}{path}"))
        else:
            assert visitor.obtain(place(f"{server.url}{path}")).artifact.filename == WHEEL


def test_another_project_than_was_asked_for_is_refused(visitor: Visitor, wheel: bytes) -> None:
    with serving({f"/{WHEEL}": wheel}) as server, pytest.raises(ResolutionError, match=r"is demo 1\.0, not other"):
        visitor.obtain(place(f"{server.url}/{WHEEL}", name="other"))


def test_a_wheel_has_no_subdirectory(visitor: Visitor, wheel: bytes) -> None:
    with serving({f"/{WHEEL}": wheel}) as server, pytest.raises(UsageError, match="has no subdirectory"):
        visitor.obtain(place(f"{server.url}/{WHEEL}", subdirectory="x"))


@pytest.mark.parametrize("location", ["ftp://host.example/x.zip", "hg+https://host.example/x", "x"])
def test_a_place_that_cannot_be_reached_is_told(visitor: Visitor, location: str) -> None:
    with pytest.raises(UsageError, match="is no place that can be reached"):
        visitor.obtain(place(location))


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"hello\n", "see what the URL gives, and whether it is there as a whole: an archive is wanted"),
        (
            b"\n<!DOCTYPE html><html>",
            "a web page stands there: name the URL of the archive itself, or the page with --find-links",
        ),
    ],
)
def test_what_is_no_archive_at_an_address_is_not_to_be_fetched_again(visitor: Visitor, data: bytes, hint: str) -> None:
    with serving({"/x.zip": data}) as server, pytest.raises(IntegrityError) as caught:
        visitor.obtain(place(f"{server.url}/x.zip"))
    assert caught.value.hint == hint


@pytest.mark.parametrize("name", ["x.zip", WHEEL, SDIST])
def test_a_file_of_the_user_is_not_to_be_removed(visitor: Visitor, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"hello\n")
    with pytest.raises(IntegrityError) as caught:
        visitor.obtain(place((tmp_path / name).as_uri()))
    assert caught.value.hint == "see what the file is, and whether it is here as a whole: an archive is wanted"
