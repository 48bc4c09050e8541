"""Sources as they are: written whole, and never over what somebody has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from places import Visitor, place
from wheelforge.direct.clone import copy_tree
from wheelforge.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from repositories import Repository


def clone(visitor: Visitor, repository: Repository) -> Path:
    with visitor.visiting(place(f"git+{repository.folder.as_uri()}")) as found:
        copied = copy_tree(found, visitor.folder / "folder")
    assert copied == visitor.folder / "folder" / "clone" / "my-thing-1.0"
    return copied


def test_a_clone_is_the_whole_repository_at_the_commit(visitor: Visitor, repository: Repository) -> None:
    copied = clone(visitor, repository)
    assert (copied / "module.py").read_text() == "1"
    assert repository.git("-C", str(copied), "rev-parse", "HEAD") == repository.git("rev-parse", "HEAD")
    assert repository.git("-C", str(copied), "status", "--porcelain") == ""
    assert {path.name for path in copied.parent.iterdir()} == {"my-thing-1.0", ".my-thing-1.0.sha256"}


def test_what_is_as_it_was_written_is_replaced(visitor: Visitor, repository: Repository) -> None:
    copied = clone(visitor, repository)
    repository.commit({"module.py": "2"})
    (copied / "module.py").touch()
    repository.git("-C", str(copied), "status")
    clone(visitor, repository)
    assert (copied / "module.py").read_text() == "2"


@pytest.mark.parametrize("edit", ["module.py", "new.py"])
def test_what_somebody_has_changed_stays_and_is_told(visitor: Visitor, repository: Repository, edit: str) -> None:
    copied = clone(visitor, repository)
    (copied / edit).write_text("mine")
    repository.commit({"module.py": "2"})
    with pytest.raises(UsageError, match=r"my-thing-1\.0 has changed since it was written") as caught:
        clone(visitor, repository)
    assert (copied / edit).read_text() == "mine"
    assert "mv " in (caught.value.hint or "")


def test_what_was_never_written_here_stays_unless_it_is_the_same(visitor: Visitor, repository: Repository) -> None:
    copied = clone(visitor, repository)
    (copied.parent / ".my-thing-1.0.sha256").unlink()
    clone(visitor, repository)
    (copied.parent / ".my-thing-1.0.sha256").unlink()
    repository.commit({"module.py": "2"})
    with pytest.raises(UsageError, match="has changed since it was written"):
        clone(visitor, repository)


@pytest.mark.parametrize("link", ["clone", "clone/my-thing-1.0"])
def test_nothing_is_written_through_a_link(visitor: Visitor, repository: Repository, link: str) -> None:
    elsewhere = visitor.folder / "elsewhere"
    elsewhere.mkdir()
    place = visitor.folder / "folder" / link
    place.parent.mkdir(parents=True)
    place.symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(UsageError):
        clone(visitor, repository)
    assert list(elsewhere.iterdir()) == []
