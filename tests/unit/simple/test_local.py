"""Indexes and files on this machine: read where they stand, copied and checked when they are taken."""

from __future__ import annotations

import asyncio
import hashlib
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from archives_fixture import metadata, wheel_files, write_wheel
from wheelforge.errors import IndexAccessError, IntegrityError, UsageError
from wheelforge.events import Warn
from wheelforge.simple.local import LocalFiles, LocalIndex
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path
    from typing import TypeVar

    from wheelforge.events import Event
    from wheelforge.model.artifacts import Artifact, Project

    T = TypeVar("T")

DEMO = canonicalize_name("demo")
FILENAME = "demo-1.0-py3-none-any.whl"


def run(work: Awaitable[T]) -> T:
    async def main() -> T:
        return await work

    return asyncio.run(main())


class Tree:
    """A folder that is an index, as a mirror writes it, with a space in its name."""

    def __init__(self, root: Path) -> None:
        self.root = root / "py pi"
        self.files = self.root / "files"
        self.files.mkdir(parents=True)
        self.url = (self.root / "simple").as_uri() + "/"
        self.events: list[Event] = []
        self.store = Store(root / "cache")
        self.local = LocalFiles(self.store, self.events.append)

    def page(self, text: str) -> None:
        folder = self.root / "simple" / "demo"
        folder.mkdir(parents=True)
        (folder / "index.html").write_text(text)

    def project(self) -> Project | None:
        return run(LocalIndex(name="tree", url=self.url, reporter=self.events.append).project(DEMO))

    def artifact(self) -> Artifact:
        found = self.project()
        assert found is not None
        [artifact] = found.releases[Version("1.0")]
        return artifact

    def wheel(self) -> bytes:
        return write_wheel(self.files / FILENAME, wheel_files()).read_bytes()


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def test_a_wheel_is_read_where_it_stands_and_copied_when_it_is_taken(tree: Tree) -> None:
    data = tree.wheel()
    digest = hashlib.sha256(data).hexdigest()
    tree.page(f'<a href="../../files/{FILENAME}#sha256={digest}">')
    artifact = tree.artifact()
    assert (artifact.index, artifact.sha256) == ("tree", digest)
    assert run(tree.local.metadata(artifact)) == metadata()
    assert "demo" in run(tree.local.shape(artifact)).modules
    fetched = run(tree.local.fetch(artifact))
    assert (fetched.sha256, fetched.size, fetched.path.read_bytes()) == (digest, len(data), data)
    assert fetched.path.stat().st_nlink == (tree.files / FILENAME).stat().st_nlink == 1
    assert not fetched.path.samefile(tree.files / FILENAME)


def test_a_lying_hash_is_refused(tree: Tree) -> None:
    tree.wheel()
    tree.page(f'<a href="../../files/{FILENAME}#sha256={"a" * 64}">')
    with pytest.raises(IntegrityError, match="not what was promised"):
        run(tree.local.fetch(tree.artifact()))


def test_a_lying_sha512_is_refused(tree: Tree) -> None:
    tree.wheel()
    tree.page(f'<a href="../../files/{FILENAME}#sha512={"0" * 128}">x</a>')
    with pytest.raises(IntegrityError, match="promised sha512"):
        run(tree.local.fetch(tree.artifact()))


def test_a_file_of_another_size_than_promised_is_refused(tree: Tree) -> None:
    size = len(tree.wheel())
    tree.page(f'<a href="../../files/{FILENAME}">x</a>')
    with pytest.raises(IntegrityError, match=f"has {size} bytes, not the {size + 1} "):
        run(tree.local.fetch(replace(tree.artifact(), size=size + 1)))


def test_a_file_that_is_listed_and_not_there_is_named(tree: Tree) -> None:
    tree.page(f'<a href="../../files/{FILENAME}">')
    with pytest.raises(IndexAccessError, match=rf"{FILENAME}, which tree lists, cannot be read: No such file"):
        run(tree.local.fetch(tree.artifact()))
    with pytest.raises(IndexAccessError, match="which tree lists"):
        run(tree.local.metadata(tree.artifact()))


def test_a_local_page_may_link_to_the_web_but_not_out_of_the_name(tree: Tree) -> None:
    tree.page(f'<a href="https://files.example/{FILENAME}"><a href="javascript:{FILENAME}">')
    assert tree.artifact().url == f"https://files.example/{FILENAME}"


def test_a_project_that_is_not_there_is_none(tree: Tree) -> None:
    (tree.root / "simple").mkdir()
    assert tree.project() is None
    assert not [event for event in tree.events if isinstance(event, Warn)]


def test_an_index_that_is_not_there_is_warned_of(tree: Tree) -> None:
    assert tree.project() is None
    [warning] = [event for event in tree.events if isinstance(event, Warn)]
    assert warning.text == f"the index tree is not there: {tree.root / 'simple'}"


def test_a_project_in_quarantine_is_told(tree: Tree) -> None:
    tree.page(f'<meta name="pypi:project-status" content="quarantined"><a href="{FILENAME}">')
    found = tree.project()
    assert found is not None
    assert len(found.releases) == 0
    [warning] = [event for event in tree.events if isinstance(event, Warn)]
    assert warning.text.startswith("demo is in quarantine on tree")


def test_a_pipe_and_what_is_far_too_large_are_not_opened(tree: Tree) -> None:
    tree.page(f'<a href="../../files/{FILENAME}">')
    artifact, file = tree.artifact(), tree.files / FILENAME
    os.mkfifo(file)
    for ask in (tree.local.fetch, tree.local.metadata, tree.local.shape):
        with pytest.raises(IndexAccessError, match=rf"{FILENAME}, which tree lists, cannot be read: it is no regular"):
            run(ask(artifact))
    file.unlink()
    file.touch()
    os.truncate(file, (16 << 30) + 1)
    with pytest.raises(IndexAccessError, match="cannot be read: it has more than 17179869184 bytes"):
        run(tree.local.fetch(artifact))


def test_a_page_that_is_a_device_a_pipe_or_far_too_large_is_not_read(tree: Tree) -> None:
    tree.page("")
    page = tree.root / "simple" / "demo" / "index.html"
    page.unlink()
    page.symlink_to("/dev/zero")
    with pytest.raises(IndexAccessError, match=r"index\.html cannot be read: it is no regular file"):
        tree.project()
    page.unlink()
    os.mkfifo(page)
    with pytest.raises(IndexAccessError, match=r"index\.html cannot be read: it is no regular file"):
        tree.project()
    page.unlink()
    page.touch()
    os.truncate(page, (64 << 20) + 1)
    with pytest.raises(IndexAccessError, match=r"index\.html cannot be read: it has more than 67108864 bytes"):
        tree.project()


def test_a_page_that_cannot_be_read_is_named(tree: Tree) -> None:
    (tree.root / "simple" / "demo" / "index.html").mkdir(parents=True)
    with pytest.raises(IndexAccessError, match=r"index\.html cannot be read"):
        tree.project()


def test_a_folder_of_a_project_without_a_page_is_told_with_what_takes_its_files(tree: Tree) -> None:
    folder = tree.root / "simple" / "demo"
    folder.mkdir(parents=True)
    assert tree.project() is None
    [warning] = [event for event in tree.events if isinstance(event, Warn)]
    assert warning.hint == f"take the files there as they are: --find-links {folder}"


def test_a_file_that_a_lock_of_the_user_lists_and_that_is_not_there_is_his_input(tree: Tree) -> None:
    tree.page(f'<a href="../../files/{FILENAME}">')
    with pytest.raises(UsageError) as caught:
        run(tree.local.fetch(replace(tree.artifact(), listed="pylock.toml: packages[0]")))
    assert caught.value.message.startswith(f"pylock.toml: packages[0] lists {FILENAME}, which cannot be read: ")
    assert str(tree.root) not in caught.value.message
