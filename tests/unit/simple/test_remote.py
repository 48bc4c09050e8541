"""An index over HTTP: what is asked, what is kept, and what is refused."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit, urlunsplit

import pytest
from distlib.index import DEFAULT_INDEX  # type: ignore[import-untyped] # distlib ships no types
from packaging.utils import canonicalize_name
from packaging.version import Version

from archives_fixture import metadata, wheel_files, write_wheel
from loopback import JSON, Loopback, Reply, file_entry, in_turn, json_page, ranged, serving
from wheelforge.errors import IndexAccessError, IntegrityError
from wheelforge.events import DownloadAdvanced, Downloaded, Looked, Warn
from wheelforge.model.artifacts import Artifact, Kind
from wheelforge.model.shape import Shape
from wheelforge.simple.exchange import Options, Unreachable
from wheelforge.simple.remote import SimpleIndex
from wheelforge.simple.web import Web
from wheelforge.store.blobs import HashMismatch
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from loopback import Route
    from wheelforge.events import Event

T = TypeVar("T")

DEMO = canonicalize_name("demo")
FILENAME = "demo-1.0-py3-none-any.whl"
FILE = f"/files/{FILENAME}"
PAGE = "/simple/demo/"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_wheel(tmp_path_factory.mktemp("small") / FILENAME, wheel_files()).read_bytes()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    files = {"demo/data.bin": hashlib.shake_128().digest(300_000)} | wheel_files()
    return write_wheel(tmp_path_factory.mktemp("large") / FILENAME, files).read_bytes()


class Run:
    """One run of the product against a server, with a store of its own or a shared one."""

    def __init__(self, server: Loopback, cache: Path, userinfo: str = "") -> None:
        self.url = server.url.replace("://", f"://{userinfo}") + "/simple/"
        self.store = Store(cache)
        self.events: list[Event] = []

    def __call__(self, act: Callable[[SimpleIndex], Awaitable[T]]) -> T:
        async def main() -> T:
            async with Web(Options(pause=0)) as web:
                index = SimpleIndex(name="main", url=self.url, web=web, store=self.store, reporter=self.events.append)
                return await act(index)

        return asyncio.run(main())


async def first(index: SimpleIndex) -> Artifact:
    """The only file of the only version."""
    project = await index.project(DEMO)
    assert project is not None
    [[artifact]] = project.releases.values()
    return artifact


async def first_metadata(index: SimpleIndex) -> bytes:
    return await index.metadata(await first(index))


def blobs(run: Run) -> list[Path]:
    return [path for path in run.store.folder("blobs").rglob("*") if path.is_file()]


def test_a_project_is_read(tmp_path: Path, small: bytes) -> None:
    with serving({PAGE: json_page(file_entry(FILENAME, small))}) as server:
        run = Run(server, tmp_path)
        artifact = run(first)
    assert (artifact.version, artifact.kind, artifact.index) == (Version("1.0"), Kind.WHEEL, "main")
    assert artifact.url == f"{server.url}{FILE}"
    assert run.events == [Looked(subject="demo")]
    assert JSON in server.seen[0].headers["accept"]


def test_an_unknown_project_is_none(tmp_path: Path) -> None:
    with serving({}) as server:
        assert Run(server, tmp_path)(lambda index: index.project(DEMO)) is None


def test_html_will_do(tmp_path: Path, small: bytes) -> None:
    digest = hashlib.sha256(small).hexdigest()
    page = Reply(body=f'<a href="..{FILE}#sha256={digest}">x</a>'.encode(), headers={"Content-Type": "text/html"})
    with serving({PAGE: page}) as server:
        assert Run(server, tmp_path)(first).sha256 == digest


def test_a_page_that_several_want_is_asked_for_once(tmp_path: Path, small: bytes) -> None:
    async def many(index: SimpleIndex) -> None:
        await asyncio.gather(*(index.project(DEMO) for _ in range(5)))

    with serving({PAGE: json_page(file_entry(FILENAME, small))}) as server:
        Run(server, tmp_path)(many)
    assert server.paths() == [PAGE]


def test_a_page_of_nonsense_is_told(tmp_path: Path) -> None:
    with (
        serving({PAGE: Reply(body=b"<html>captive portal</html>", headers={"Content-Type": JSON})}) as server,
        pytest.raises(IndexAccessError, match="no page of a package index"),
    ):
        Run(server, tmp_path)(first)


def test_credentials_are_for_the_index_and_its_own_files(tmp_path: Path, small: bytes) -> None:
    with serving({FILE: small}) as other, serving({}) as server:
        server.routes[PAGE] = json_page(file_entry(FILENAME, small, url=f"{other.url}{FILE}"))
        run = Run(server, tmp_path, "user:secret@")
        artifact = run(first)
        run(lambda index: index.fetch(artifact))
    assert "authorization" in server.seen[0].headers
    assert "authorization" not in other.seen[0].headers
    assert "secret" not in artifact.url
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert all(b"secret" not in content for content in kept)


def test_a_file_is_fetched_once_and_then_cached(tmp_path: Path, small: bytes) -> None:
    async def several(index: SimpleIndex) -> None:
        artifact = await first(index)
        one, two = await asyncio.gather(index.fetch(artifact), index.fetch(artifact))
        assert one == two
        assert one.path.read_bytes() == small
        assert (one.sha256, one.size) == (artifact.sha256, len(small))

    with serving({PAGE: json_page(file_entry(FILENAME, small)), FILE: small}) as server:
        cold, warm = Run(server, tmp_path), Run(server, tmp_path)
        cold(several)
        warm(several)
    assert server.paths() == [PAGE, FILE, PAGE]
    assert DownloadAdvanced(filename=FILENAME, received=len(small), size=len(small)) in cold.events
    assert cold.events[-1] == Downloaded(filename=FILENAME, size=len(small), cached=False)
    assert warm.events[-1] == Downloaded(filename=FILENAME, size=len(small), cached=True)


def test_a_damaged_cached_file_is_fetched_again(tmp_path: Path, small: bytes) -> None:
    async def fetched(index: SimpleIndex) -> bytes:
        return (await index.fetch(await first(index))).path.read_bytes()

    with serving({PAGE: json_page(file_entry(FILENAME, small)), FILE: small}) as server:
        run = Run(server, tmp_path)
        run(fetched)
        [blob] = blobs(run)
        blob.write_bytes(small[:-1] + b"!")
        assert Run(server, tmp_path)(fetched) == small


def test_a_lying_hash_is_refused_and_nothing_kept(tmp_path: Path, small: bytes) -> None:
    with serving({PAGE: json_page(file_entry(FILENAME, b"other", size=None)), FILE: small}) as server:
        run = Run(server, tmp_path)
        artifact = run(first)
        with pytest.raises(HashMismatch) as caught:
            run(lambda index: index.fetch(artifact))
    assert caught.value.filename == FILENAME
    assert caught.value.actual == hashlib.sha256(small).hexdigest()
    assert blobs(run) == []


def test_a_file_without_a_promised_hash_gets_its_own(tmp_path: Path, small: bytes) -> None:
    with serving({PAGE: json_page(file_entry(FILENAME, small, hashes={})), FILE: small}) as server:
        run = Run(server, tmp_path)
        artifact = run(first)
        assert artifact.sha256 is None
        assert run(lambda index: index.fetch(artifact)).sha256 == hashlib.sha256(small).hexdigest()


def test_a_file_longer_than_promised_is_cut_off(tmp_path: Path, small: bytes) -> None:
    with serving({PAGE: json_page(file_entry(FILENAME, small, size=10)), FILE: small}) as server:
        run = Run(server, tmp_path)
        artifact = run(first)
        with pytest.raises(IntegrityError, match="goes on after the 10 bytes"):
            run(lambda index: index.fetch(artifact))
    assert blobs(run) == []


@pytest.mark.parametrize("hashes", [{}, {"sha256": None}])
def test_a_file_shorter_than_promised_is_refused(tmp_path: Path, small: bytes, hashes: dict[str, str | None]) -> None:
    entry = file_entry(FILENAME, small, size=len(small) + 1, hashes=hashes)
    with serving({PAGE: json_page(entry), FILE: small}) as server:
        run = Run(server, tmp_path)
        artifact = run(first)
        with pytest.raises(IntegrityError, match=f"has {len(small)} bytes, not the {len(small) + 1} "):
            run(lambda index: index.fetch(artifact))
    assert blobs(run) == []


def strong(body: bytes, *algorithms: str) -> dict[str, str]:
    return {algorithm: hashlib.new(algorithm, body).hexdigest() for algorithm in algorithms}


@pytest.mark.parametrize("algorithm", ["sha384", "sha512"])
def test_any_strong_hash_of_the_page_is_checked(tmp_path: Path, small: bytes, algorithm: str) -> None:
    with serving({PAGE: json_page(file_entry(FILENAME, small, hashes=strong(small, algorithm)))}) as server:
        run = Run(server, tmp_path)
        artifact = run(first)
        server.routes[FILE] = small[:-1] + b"!"
        with pytest.raises(HashMismatch, match=f"promised {algorithm} ") as caught:
            run(lambda index: index.fetch(artifact))
        assert caught.value.expected == strong(small, algorithm)[algorithm]
        assert blobs(run) == []
        server.routes[FILE] = small
        assert run(lambda index: index.fetch(artifact)).path.read_bytes() == small
    assert not any(isinstance(event, Warn) for event in run.events)


def test_a_page_whose_hashes_contradict_each_other_is_believed_in_none(tmp_path: Path, small: bytes) -> None:
    hashes = {**strong(small, "sha256"), **strong(b"other", "sha512")}
    with serving({PAGE: json_page(file_entry(FILENAME, small, hashes=hashes)), FILE: small}) as server:
        run = Run(server, tmp_path)
        artifact = run(first)
        with pytest.raises(HashMismatch, match="promised sha512"):
            run(lambda index: index.fetch(artifact))
        # Nor where its file is in the cache already.
        run(lambda index: index.fetch(replace(artifact, other_hashes=frozenset())))
        with pytest.raises(HashMismatch, match="promised sha512"):
            Run(server, tmp_path)(lambda index: index.fetch(artifact))


def test_a_cached_file_of_another_size_than_promised_is_refused_too(tmp_path: Path, small: bytes) -> None:
    with serving({PAGE: json_page(file_entry(FILENAME, small)), FILE: small}) as server:
        run = Run(server, tmp_path)
        artifact = run(first)
        run(lambda index: index.fetch(artifact))
        with pytest.raises(IntegrityError, match=f"has {len(small)} bytes, not the 10 "):
            Run(server, tmp_path)(lambda index: index.fetch(replace(artifact, size=10)))


@pytest.mark.parametrize("ask", [SimpleIndex.fetch, SimpleIndex.metadata, SimpleIndex.shape])
def test_what_was_fetched_with_one_hash_does_not_answer_for_another(
    tmp_path: Path, small: bytes, ask: Callable[[SimpleIndex, Artifact], Awaitable[object]]
) -> None:
    async def twice(index: SimpleIndex) -> None:
        artifact = await first(index)
        await ask(index, artifact)
        with pytest.raises(HashMismatch):
            await ask(index, replace(artifact, sha256="0" * 64))

    with serving({PAGE: json_page(file_entry(FILENAME, small)), FILE: small}) as server:
        Run(server, tmp_path)(twice)


def test_a_broken_download_is_resumed(tmp_path: Path, large: bytes) -> None:
    file = in_turn(Reply(body=large, cut=200_000), ranged(large))
    with serving({PAGE: json_page(file_entry(FILENAME, large)), FILE: file}) as server:
        run = Run(server, tmp_path)
        artifact = run(first)
        assert run(lambda index: index.fetch(artifact)).path.read_bytes() == large


def test_metadata_of_a_small_wheel_comes_with_the_whole_of_it(tmp_path: Path, small: bytes) -> None:
    with serving({PAGE: json_page(file_entry(FILENAME, small)), FILE: small}) as server:
        run = Run(server, tmp_path)
        assert run(first_metadata) == metadata()
    assert server.paths() == [PAGE, FILE]
    assert len(blobs(run)) == 1


def test_metadata_of_a_large_wheel_comes_by_range_and_is_remembered(tmp_path: Path, large: bytes) -> None:
    with serving({PAGE: json_page(file_entry(FILENAME, large)), FILE: ranged(large)}) as server:
        run = Run(server, tmp_path)
        assert run(first_metadata) == metadata()
        assert Run(server, tmp_path)(first_metadata) == metadata()
    assert server.paths() == [PAGE, FILE, PAGE]
    assert blobs(run) == []
    assert run.events[-1] == Looked(subject="demo 1.0")


def test_without_ranges_the_whole_wheel_is_read(tmp_path: Path, large: bytes) -> None:
    with serving({PAGE: json_page(file_entry(FILENAME, large)), FILE: large}) as server:
        run = Run(server, tmp_path)
        assert run(first_metadata) == metadata()
    assert len(blobs(run)) == 1


def promising(large: bytes, promised: bytes) -> dict[str, object]:
    return file_entry(FILENAME, large, core_metadata={"sha256": hashlib.sha256(promised).hexdigest()})


def test_promised_metadata_is_taken(tmp_path: Path, large: bytes) -> None:
    routes: dict[str, Route] = {PAGE: json_page(promising(large, metadata())), f"{FILE}.metadata": metadata()}
    with serving(routes) as server:
        assert Run(server, tmp_path)(first_metadata) == metadata()
    assert server.paths() == [PAGE, f"{FILE}.metadata"]


def test_promised_metadata_of_another_hash_is_refused(tmp_path: Path, large: bytes) -> None:
    routes: dict[str, Route] = {PAGE: json_page(promising(large, metadata())), f"{FILE}.metadata": b"other"}
    with serving(routes) as server, pytest.raises(HashMismatch, match=r"any\.whl\.metadata"):
        Run(server, tmp_path)(first_metadata)


@pytest.mark.parametrize("status", [403, 404, 500])
def test_promised_metadata_that_is_not_there_is_read_from_the_wheel(tmp_path: Path, large: bytes, status: int) -> None:
    routes: dict[str, Route] = {
        PAGE: json_page(promising(large, metadata())),
        f"{FILE}.metadata": Reply(status=status),
        FILE: ranged(large),
    }
    with serving(routes) as server:
        assert Run(server, tmp_path)(first_metadata) == metadata()


def test_a_wheel_that_disagrees_with_its_metadata_is_refused_and_then_known(tmp_path: Path, large: bytes) -> None:
    lie = metadata("demo", "1.0", "Requires-Dist: evil")
    routes: dict[str, Route] = {PAGE: json_page(promising(large, lie)), f"{FILE}.metadata": lie, FILE: large}
    with serving(routes) as server:
        run = Run(server, tmp_path)
        artifact = run(first)
        assert run(lambda index: index.metadata(artifact)) == lie
        with pytest.raises(IntegrityError, match="other metadata"):
            run(lambda index: index.fetch(artifact))
        assert run(lambda index: index.metadata(artifact)) == metadata()


def test_what_one_index_says_of_a_wheel_does_not_speak_for_another(tmp_path: Path, large: bytes) -> None:
    lie = metadata("demo", "1.0", "Requires-Dist: evil")
    with (
        serving({PAGE: json_page(promising(large, lie)), f"{FILE}.metadata": lie}) as liar,
        serving({PAGE: json_page(file_entry(FILENAME, large)), FILE: ranged(large)}) as honest,
    ):
        assert Run(liar, tmp_path)(first_metadata) == lie
        assert Run(honest, tmp_path)(first_metadata) == metadata()


async def first_shape(index: SimpleIndex) -> Shape:
    return await index.shape(await first(index))


SHAPE = Shape(tags=("py3-none-any",), modules=("demo",))


def test_the_outline_of_a_small_wheel_comes_with_the_whole_of_it(tmp_path: Path, small: bytes) -> None:
    with serving({PAGE: json_page(file_entry(FILENAME, small)), FILE: small}) as server:
        run = Run(server, tmp_path)
        assert run(first_shape) == SHAPE
    assert server.paths() == [PAGE, FILE]
    assert len(blobs(run)) == 1


def test_the_outline_of_a_large_wheel_comes_by_range_and_is_remembered(tmp_path: Path, large: bytes) -> None:
    with serving({PAGE: json_page(file_entry(FILENAME, large)), FILE: ranged(large)}) as server:
        run = Run(server, tmp_path)
        assert run(first_shape) == SHAPE
        assert Run(server, tmp_path)(first_shape) == SHAPE
    assert server.paths() == [PAGE, FILE, PAGE]
    assert blobs(run) == []


def test_an_outline_comes_with_metadata_that_was_read_by_range(tmp_path: Path, large: bytes) -> None:
    async def both(index: SimpleIndex) -> Shape:
        await first_metadata(index)
        return await first_shape(index)

    with serving({PAGE: json_page(file_entry(FILENAME, large)), FILE: ranged(large)}) as server:
        assert Run(server, tmp_path)(both) == SHAPE
    assert server.paths() == [PAGE, FILE]


def test_the_outline_of_a_wheel_that_is_here_is_read_from_it(tmp_path: Path, large: bytes) -> None:
    async def fetched(index: SimpleIndex) -> Shape:
        await index.fetch(await first(index))
        return await first_shape(index)

    with serving({PAGE: json_page(file_entry(FILENAME, large)), FILE: large}) as server:
        assert Run(server, tmp_path)(fetched) == SHAPE
    assert server.paths() == [PAGE, FILE]


def test_an_outline_that_several_want_is_read_once(tmp_path: Path, large: bytes) -> None:
    async def many(index: SimpleIndex) -> None:
        await asyncio.gather(*(first_shape(index) for _ in range(5)))

    with serving({PAGE: json_page(file_entry(FILENAME, large)), FILE: ranged(large)}) as server:
        Run(server, tmp_path)(many)
    assert server.paths() == [PAGE, FILE]


def test_a_huge_wheel_is_not_read_whole_for_its_outline(tmp_path: Path, large: bytes) -> None:
    page = json_page(file_entry(FILENAME, large, size=17 << 20))
    with (
        serving({PAGE: page, FILE: large}) as server,
        pytest.raises(IndexAccessError, match=rf"outline of {FILENAME}: 127\.0\.0\.1"),
    ):
        Run(server, tmp_path)(first_shape)


def test_a_wheel_with_another_outline_than_its_parts_is_refused_and_then_known(tmp_path: Path, large: bytes) -> None:
    files = {"other/data.bin": hashlib.shake_128().digest(300_000), "other.py": b"", **wheel_files()}
    lie = write_wheel(tmp_path / FILENAME, files).read_bytes()
    lie += bytes(max(len(large) - len(lie), 0))
    page = json_page(file_entry(FILENAME, large, size=None))
    with serving({PAGE: page, FILE: ranged(lie)}) as server:
        run = Run(server, tmp_path / "cache")
        assert run(first_shape) != SHAPE
        server.routes[FILE] = large
        artifact = run(first)
        with pytest.raises(IntegrityError, match="other contents"):
            run(lambda index: index.fetch(artifact))
        assert run(first_shape) == SHAPE


def test_a_missing_wheel_is_told(tmp_path: Path, large: bytes) -> None:
    with serving({PAGE: json_page(file_entry(FILENAME, large))}) as server:
        run = Run(server, tmp_path)
        with pytest.raises(IndexAccessError, match="404"):
            run(first_metadata)


def test_the_store_is_shared_between_indexes_by_hash(tmp_path: Path, small: bytes) -> None:
    with (
        serving({PAGE: json_page(file_entry(FILENAME, small)), FILE: small}) as one,
        serving({PAGE: json_page(file_entry(FILENAME, small))}) as two,
    ):
        artifact = Run(one, tmp_path)(first)
        Run(one, tmp_path)(lambda index: index.fetch(artifact))
        elsewhere = replace(artifact, url=f"{two.url}{FILE}")
        assert Run(two, tmp_path)(lambda index: index.fetch(elsewhere)).path.read_bytes() == small


def test_files_without_a_promise_are_warned_of_once(tmp_path: Path, small: bytes) -> None:
    async def twice(index: SimpleIndex) -> None:
        artifact = await first(index)
        await index.fetch(artifact)
        await index.fetch(replace(artifact, url=f"{artifact.url}?again"))

    page = json_page(file_entry(FILENAME, small, hashes={}))
    with serving({PAGE: page, FILE: small, f"{FILE}?again": small}) as server:
        run = Run(server, tmp_path)
        run(twice)
    [warning] = [event for event in run.events if isinstance(event, Warn)]
    assert warning.text.startswith("main (127.0.0.1:")
    assert f") promises no sha256 for {FILENAME}" in warning.text


def test_an_index_over_plain_http_is_warned_of_once(tmp_path: Path) -> None:
    async def twice(index: SimpleIndex) -> None:
        for name in ("one", "two"):
            with pytest.raises(IndexAccessError):
                await index.project(canonicalize_name(name))

    with serving({}) as server:
        run = Run(server, tmp_path)
    run.url = "http://user:secret@index.invalid/simple/"
    run(twice)
    [warning] = run.events
    assert isinstance(warning, Warn)
    assert warning.text.startswith("the index index.invalid is read over http")


def test_metadata_of_a_host_that_does_not_answer_is_not_sought_there_again(tmp_path: Path, large: bytes) -> None:
    with serving({}) as away:
        entry = promising(large, metadata()) | {"url": f"{away.url}{FILE}"}
    with serving({PAGE: json_page(entry)}) as server, pytest.raises(Unreachable, match=r"\.metadata: "):
        Run(server, tmp_path)(first_metadata)


@pytest.mark.network
def test_the_real_index_gives_pages_and_ranges(tmp_path: Path) -> None:
    async def read(index: SimpleIndex) -> tuple[int, bytes, list[Path]]:
        project = await index.project(canonicalize_name("flask"))
        assert project is not None
        [wheel] = [one for one in project.releases[Version("3.1.0")] if one.kind is Kind.WHEEL]
        # As if it were too large to be read whole.
        data = await index.metadata(replace(wheel, size=None))
        return len(project.releases), data, list((tmp_path / "store-v1" / "blobs").rglob("*.part"))

    parts = urlsplit(DEFAULT_INDEX)
    url = urlunsplit((parts.scheme, parts.netloc, "/simple/", "", ""))

    async def main() -> tuple[int, bytes, list[Path]]:
        async with Web() as web:
            return await read(SimpleIndex(name="default", url=url, web=web, store=Store(tmp_path)))

    versions, data, left = asyncio.run(main())
    assert versions > 50
    assert b"\nName: Flask\nVersion: 3.1.0\n" in data
    assert left == []
    assert not [path for path in (tmp_path / "store-v1" / "blobs").rglob("*") if path.is_file()]
