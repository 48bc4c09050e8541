"""What a hostile repository can make git take: no more than its limits."""

from __future__ import annotations

import secrets
import sys
from typing import TYPE_CHECKING

import pytest

from loopback import serving
from places import STATIC, Visitor, place
from repositories import Repository, Served
from wheelforge.direct import bound, submodules
from wheelforge.direct import repository as mirror
from wheelforge.direct.git import Limits
from wheelforge.errors import IndexAccessError, IntegrityError

if TYPE_CHECKING:
    from wheelforge.direct.obtained import Obtained


def obtain(visitor: Visitor, repository: Repository) -> Obtained:
    return visitor.obtain(place(f"git+{repository.folder.as_uri()}"))


def nested(repository: Repository, levels: int, more: str = "") -> None:
    """Make every commit hold the one before it as a submodule, of which ``more`` may be said."""
    repository.commit({".gitmodules": f'[submodule "inner"]\n\tpath = inner\n\turl = ../bare.git\n{more}'})
    for _ in range(levels):
        hold(repository, repository.git("rev-parse", "HEAD"))


def hold(repository: Repository, commit: str) -> None:
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},inner")
    repository.git("commit", "--quiet", "--message", "deeper")


def test_a_server_that_says_nothing_is_left(visitor: Visitor, repository: Repository) -> None:
    visitor.environ["GIT_SSH_COMMAND"] = "sleep 600; :"
    visitor.limits = Limits(answer=0.5)
    with pytest.raises(IndexAccessError, match=r"within what is allowed: git did not end within 0\.5 s"):
        visitor.obtain(place("git+ssh://git@host.example/x"))
    assert obtain(visitor, repository)


def test_a_server_that_names_things_without_end_is_left(visitor: Visitor, repository: Repository) -> None:
    visitor.limits = Limits(output=10)
    with pytest.raises(IndexAccessError, match="within what is allowed: git wrote more than 10 bytes"):
        obtain(visitor, repository)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no limit can be set from outside")
def test_a_server_that_sends_too_much_is_left(visitor: Visitor, repository: Repository) -> None:
    repository.commit({"large.txt": secrets.token_hex(500_000)})
    visitor.limits = Limits(file=100_000)
    with pytest.raises(IndexAccessError, match="a file would have more than 100000 bytes"):
        obtain(visitor, repository)


def test_a_pyproject_that_is_too_large_is_not_read(
    visitor: Visitor, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror, "MAX_STATIC", 10)
    with pytest.raises(IntegrityError, match=r"pyproject\.toml has \d+ bytes; 10 are the limit"):
        obtain(visitor, repository)


@pytest.mark.parametrize("limit", ["MAX_MEMBERS", "MAX_TOTAL"])
def test_a_commit_that_would_fill_the_disk_is_not_checked_out(
    visitor: Visitor, repository: Repository, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(bound, limit, 1)
    repository.commit({"more.txt": ""})
    with pytest.raises(IntegrityError, match=r"has 3 files of \d+ bytes in all"):
        obtain(visitor, repository)


def test_submodules_are_checked_out_with_theirs(visitor: Visitor, repository: Repository) -> None:
    nested(repository, 2)
    with serving(Served(repository).routes()) as server:
        members = visitor.members(visitor.obtain(place(f"git+{server.url}/bare.git")))
    assert members["my_thing-1.0/inner/inner/pyproject.toml"] == STATIC


def test_a_submodule_is_at_its_commit_whatever_branch_has_its_digits_for_a_name(
    visitor: Visitor, repository: Repository
) -> None:
    inner = repository.git("rev-parse", "HEAD")
    repository.commit({"module.py": "2"})
    nested(repository, 0)
    hold(repository, inner)
    served = Served(repository)
    repository.git("-C", "../bare.git", "update-ref", f"refs/heads/{inner}", "main")
    repository.git("-C", "../bare.git", "symbolic-ref", "HEAD", f"refs/heads/{inner}")
    repository.git("-C", "../bare.git", "update-server-info")
    with serving(served.routes()) as server:
        members = visitor.members(visitor.obtain(place(f"git+{server.url}/bare.git@main")))
    assert members["my_thing-1.0/module.py"] == "2"
    assert members["my_thing-1.0/inner/module.py"] == "1"


@pytest.mark.parametrize("limit", ["MAX_MEMBERS", "MAX_TOTAL"])
def test_submodules_that_would_fill_the_disk_are_not_checked_out(
    visitor: Visitor, repository: Repository, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    nested(repository, 2)
    files = repository.git("ls-files", "*.*").split()
    own = len(files) if limit == "MAX_MEMBERS" else sum((repository.folder / file).stat().st_size for file in files)
    monkeypatch.setattr(bound, limit, 2 * own)
    with serving(Served(repository).routes()) as server:
        with pytest.raises(IntegrityError, match=rf"has {3 * len(files)} files of \d+ bytes in all; "):
            visitor.obtain(place(f"git+{server.url}/bare.git"))
        monkeypatch.setattr(bound, limit, 3 * own)
        assert visitor.obtain(place(f"git+{server.url}/bare.git"))


def test_a_submodule_that_is_not_wanted_by_default_is_left_out(visitor: Visitor, repository: Repository) -> None:
    nested(repository, 1, "\tupdate = none\n")
    with serving(Served(repository).routes()) as server:
        members = visitor.members(visitor.obtain(place(f"git+{server.url}/bare.git")))
    assert [name for name in members if "inner" in name] == []


@pytest.mark.parametrize(
    ("limit", "told"), [("MAX_DEPTH", "nested more than 1 deep"), ("MAX_SUBMODULES", "more than 1 submodules")]
)
def test_submodules_without_end_are_not_followed(
    visitor: Visitor, repository: Repository, monkeypatch: pytest.MonkeyPatch, limit: str, told: str
) -> None:
    nested(repository, 2)
    monkeypatch.setattr(submodules, limit, 1)
    with serving(Served(repository).routes()) as server, pytest.raises(IntegrityError, match=told):
        visitor.obtain(place(f"git+{server.url}/bare.git"))
