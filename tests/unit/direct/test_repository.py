"""Git repositories: what a reference means, what is recorded, and what a hostile one can do: nothing."""

from __future__ import annotations

import shutil
import tarfile
from typing import TYPE_CHECKING

import pytest

from loopback import serving
from places import DYNAMIC, STATIC, Visitor, place
from repositories import MOMENT, Repository, Served
from wheelforge.archives.pack import write_sdist
from wheelforge.direct import trees
from wheelforge.direct.git import Network
from wheelforge.errors import IndexAccessError, ResolutionError, UsageError
from wheelforge.model.direct import DirectUrl, VcsInfo
from wheelforge.simple.exchange import NotAsked

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.direct.port import PackedTree, SdistMaker


@pytest.fixture
def repository(repository: Repository) -> Repository:
    """The small one, with tags, a branch, a proposal, and a second commit."""
    repository.git("tag", "light")
    repository.git("tag", "--annotate", "v1", "--message", "one")
    repository.git("checkout", "--quiet", "-b", "other")
    repository.commit({"module.py": "2"})
    repository.git("update-ref", "refs/pull/1/head", "HEAD")
    repository.git("checkout", "--quiet", "main")
    repository.commit({"module.py": "3"})
    return repository


def url(repository: Repository, ref: str = "") -> str:
    return f"git+{repository.folder.as_uri()}{ref}"


@pytest.mark.parametrize(
    ("ref", "module"),
    [
        ("", "3"),
        ("@main", "3"),
        ("@other", "2"),
        ("@light", "1"),
        ("@v1", "1"),
        ("@refs/heads/other", "2"),
        ("@refs/tags/v1", "1"),
        ("@refs/pull/1/head", "2"),
    ],
)
def test_a_ref_is_the_default_branch_or_a_branch_or_a_tag_or_a_full_name(
    visitor: Visitor, repository: Repository, ref: str, module: str
) -> None:
    found = visitor.obtain(place(url(repository, ref)))
    assert visitor.members(found)["my_thing-1.0/module.py"] == module


def test_the_commit_is_recorded_in_full_beside_what_was_asked_for(visitor: Visitor, repository: Repository) -> None:
    commit = repository.git("rev-parse", "v1^{commit}")
    assert visitor.obtain(place(url(repository, "@v1"))).artifact.direct == DirectUrl(
        url="thing", vcs=VcsInfo(vcs="git", commit_id=commit, requested_revision="v1")
    )


@pytest.mark.parametrize("length", [40, 10])
def test_a_commit_may_be_given_in_full_or_by_its_first_digits(
    visitor: Visitor, repository: Repository, length: int
) -> None:
    commit = repository.git("rev-parse", "v1^{commit}")
    found = visitor.obtain(place(url(repository, f"@{commit[:length]}")))
    assert visitor.members(found)["my_thing-1.0/module.py"] == "1"
    assert found.artifact.direct is not None
    assert found.artifact.direct.vcs == VcsInfo(vcs="git", commit_id=commit, requested_revision=commit[:length])


def test_a_commit_that_was_taken_before_needs_no_repository(visitor: Visitor, repository: Repository) -> None:
    commit = repository.git("rev-parse", "other")
    before = visitor.obtain(place(url(repository, f"@{commit}"))).artifact
    shutil.rmtree(repository.folder)
    assert visitor.obtain(place(url(repository, f"@{commit}"))).artifact == before


def test_a_branch_is_looked_up_anew(visitor: Visitor, repository: Repository) -> None:
    visitor.obtain(place(url(repository)))
    repository.commit({"module.py": "4"})
    assert visitor.members(visitor.obtain(place(url(repository))))["my_thing-1.0/module.py"] == "4"


def test_the_same_commit_gives_the_same_bytes_from_any_store(
    visitor: Visitor, repository: Repository, tmp_path: Path
) -> None:
    other = Visitor(tmp_path / "elsewhere")
    one, two = (each.obtain(place(url(repository))) for each in (visitor, other))
    assert one.artifact.sha256 == two.artifact.sha256
    with tarfile.open(visitor.store.blobs.path(one.artifact.sha256 or "")) as archive:
        assert {member.mtime for member in archive} == {MOMENT}


def test_a_project_in_a_subdirectory_is_taken_from_there(visitor: Visitor, repository: Repository) -> None:
    repository.commit({"inner/pyproject.toml": STATIC.replace("My.Thing", "inner"), "inner/x.py": ""})
    found = visitor.obtain(place(url(repository), name="inner", subdirectory="inner"))
    assert set(visitor.members(found)) == {f"inner-1.0/{name}" for name in ("PKG-INFO", "pyproject.toml", "x.py")}
    assert found.artifact.direct is not None
    assert found.artifact.direct.subdirectory == "inner"


def test_an_unknown_ref_is_told_with_those_that_are_like_it(visitor: Visitor, repository: Repository) -> None:
    with pytest.raises(ResolutionError, match="has no branch, tag or commit 'mian'") as caught:
        visitor.obtain(place(url(repository, "@mian")))
    assert caught.value.hint == "did you mean main?"


@pytest.mark.parametrize("commit", ["f" * 40, "fffffff"])
def test_an_unknown_commit_is_told(visitor: Visitor, repository: Repository, commit: str) -> None:
    with pytest.raises(ResolutionError, match=f"has no (branch, tag or )?commit '{commit}'"):
        visitor.obtain(place(url(repository, f"@{commit}")))


def test_a_full_commit_is_itself_whatever_else_has_its_digits_for_a_name(
    visitor: Visitor, repository: Repository
) -> None:
    commit = repository.git("rev-parse", "v1^{commit}")
    for kind in ("heads", "tags"):
        repository.git("update-ref", f"refs/{kind}/{commit}", "other")
    with serving(Served(repository).routes()) as server:  # this one gives no single commit, and so all its branches
        for location in (url(repository), f"git+{server.url}/bare.git"):
            found = visitor.obtain(place(f"{location}@{commit}"))
            assert visitor.members(found)["my_thing-1.0/module.py"] == "1"
            assert found.artifact.direct is not None
            assert found.artifact.direct.vcs == VcsInfo(vcs="git", commit_id=commit, requested_revision=commit)


def test_a_branch_or_a_tag_is_no_full_commit(visitor: Visitor, repository: Repository) -> None:
    digits = "0123456789abcdef" * 4
    repository.git("branch", digits)
    for ref in (digits, repository.git("rev-parse", "v1")):
        with pytest.raises(ResolutionError, match=f"has no commit '{ref}'"):
            visitor.obtain(place(url(repository, f"@{ref}")))


def test_a_repository_without_a_commit_is_told(visitor: Visitor, tmp_path: Path) -> None:
    with pytest.raises(ResolutionError, match="is empty"):
        visitor.obtain(place(url(Repository(tmp_path / "empty"))))


def test_a_repository_that_is_not_there_is_told(visitor: Visitor, tmp_path: Path, repository: Repository) -> None:
    with pytest.raises(IndexAccessError, match="is not there"):
        visitor.obtain(place(f"git+{(tmp_path / 'absent').as_uri()}"))
    assert repository.folder.is_dir()


def test_a_ref_that_git_could_take_for_an_option_never_reaches_it(visitor: Visitor, repository: Repository) -> None:
    with pytest.raises(UsageError, match="can be no branch, tag or commit"):
        visitor.obtain(place(url(repository, f"@--upload-pack=touch${{IFS}}{visitor.folder}/planted")))
    assert not (visitor.folder / "planted").exists()


def test_links_of_a_repository_that_lead_out_are_left_out(visitor: Visitor, repository: Repository) -> None:
    (repository.folder / "out").symlink_to("/etc/passwd")
    repository.commit({})
    assert "my_thing-1.0/out" not in visitor.members(visitor.obtain(place(url(repository))))
    assert "left out 'out'" in visitor.warnings()[0]


def test_filters_and_hooks_of_a_repository_are_not_run(
    visitor: Visitor, repository: Repository, tmp_path: Path
) -> None:
    planted = tmp_path / "planted"
    repository.commit({".gitattributes": "* filter=lfs\n", "setup.py": f"open({str(planted)!r}, 'w')\n"})
    repository.plant_hook(planted)
    visitor.obtain(place(url(repository)))
    assert not planted.exists()


def test_a_submodule_on_this_machine_is_refused_as_git_does(
    visitor: Visitor, repository: Repository, tmp_path: Path
) -> None:
    inner = Repository(tmp_path / "inner")
    inner.commit({"x": ""})
    repository.git("-c", "protocol.file.allow=always", "submodule", "add", inner.folder.as_uri(), "inner")
    repository.commit({})
    with pytest.raises(IndexAccessError, match="transport 'file' not allowed"):
        visitor.obtain(place(url(repository)))


def test_credentials_are_sent_and_recorded_nowhere(visitor: Visitor, repository: Repository, tmp_path: Path) -> None:
    with serving(Served(repository, "user:s3cret").routes()) as server:
        location = f"git+{server.url}/bare.git".replace("://", "://user:s3cret@")
        direct = visitor.obtain(place(location)).artifact.direct
    assert direct is not None
    assert direct.url == f"{server.url}/bare.git"
    kept = [path for path in (tmp_path / "cache").rglob("*") if path.is_file() and b"s3cret" in path.read_bytes()]
    assert kept == []


def test_a_refused_login_is_told_without_it(visitor: Visitor, repository: Repository) -> None:
    with serving(Served(repository, "user:right").routes()) as server:
        location = f"git+{server.url}/bare.git".replace("://", "://user:s3cret@")
        with pytest.raises(IndexAccessError, match="may not be read") as caught:
            visitor.obtain(place(location))
    assert "s3cret" not in f"{caught.value.message} {caught.value.hint}"


def test_nobody_is_asked_for_a_password(visitor: Visitor, repository: Repository) -> None:
    with (
        serving(Served(repository, "user:right").routes()) as server,
        pytest.raises(IndexAccessError, match="may not be read") as caught,
    ):
        visitor.obtain(place(f"git+{server.url}/bare.git"))
    assert "credential helper" in (caught.value.hint or "")


def test_a_machine_without_git_is_told_what_to_install(visitor: Visitor, repository: Repository) -> None:
    visitor.environ = {"PATH": str(visitor.folder)}
    with pytest.raises(IndexAccessError, match="is a git repository, and git cannot be started") as caught:
        visitor.obtain(place(url(repository)))
    assert caught.value.hint == "apt-get install git"


@pytest.mark.parametrize(("ref", "warned"), [("", 1), ("@main", 1), (f"@{'0' * 40}", 0)])
def test_a_repository_over_http_is_warned_of_unless_it_is_fixed(
    visitor: Visitor, repository: Repository, monkeypatch: pytest.MonkeyPatch, ref: str, warned: int
) -> None:
    monkeypatch.setattr(trees, "exposed", lambda _url: True)
    with pytest.raises(ResolutionError if ref.endswith("0") else IndexAccessError):
        visitor.obtain(place(f"git+{(repository.folder if not warned else visitor.folder / 'absent').as_uri()}{ref}"))
    assert len(visitor.warnings()) == warned


def test_no_server_is_asked_offline_and_what_is_here_still_serves(visitor: Visitor, repository: Repository) -> None:
    commit = repository.git("rev-parse", "v1^{commit}")
    with serving(Served(repository).routes()) as server:
        location = f"git+{server.url}/bare.git@"
        before = visitor.obtain(place(location + commit)).artifact
        asked = len(server.seen)
        visitor.network = Network.CLOSED
        assert visitor.obtain(place(location + commit)).artifact == before
        with pytest.raises(NotAsked, match="--offline forbids"):
            visitor.obtain(place(location + "main"))
        assert len(server.seen) == asked


def test_what_a_killed_git_has_left_locked_is_unlocked(visitor: Visitor, repository: Repository) -> None:
    visitor.obtain(place(url(repository)))
    [mirror] = visitor.store.folder("git").iterdir()
    for name in ("shallow.lock", "packed-refs.lock", "refs/heads/main.lock"):
        (mirror / name).touch()
    repository.commit({"module.py": "4"})
    assert visitor.members(visitor.obtain(place(url(repository))))["my_thing-1.0/module.py"] == "4"


def test_a_server_that_is_away_is_told(visitor: Visitor, repository: Repository) -> None:
    with serving(Served(repository).routes()) as server:
        pass
    with pytest.raises(IndexAccessError, match="cannot be read") as caught:
        visitor.obtain(place(f"git+{server.url}/bare.git"))
    assert "network" in (caught.value.hint or "")


def test_a_backend_that_counts_versions_gets_the_history_and_the_tags(
    visitor: Visitor, repository: Repository, tmp_path: Path
) -> None:
    repository.commit({"pyproject.toml": DYNAMIC})
    visitor.maker = counting(tmp_path)
    found = visitor.obtain(place(url(repository)))
    assert visitor.members(found)["thing-1.2/described"].startswith("v1-2-g")


def test_only_the_one_commit_is_read_where_the_version_stands_in_the_file_and_the_rest_when_it_is_needed(
    visitor: Visitor, repository: Repository, tmp_path: Path
) -> None:
    visitor.obtain(place(url(repository)))
    [mirror] = visitor.store.folder("git").iterdir()
    assert repository.git("-C", str(mirror), "rev-list", "--all", "--count") == "1"
    repository.commit({"pyproject.toml": DYNAMIC})
    visitor.maker = counting(tmp_path)
    assert visitor.members(visitor.obtain(place(url(repository))))["thing-1.2/described"].startswith("v1-2-g")


def test_the_history_of_a_local_folder_is_handed_on_too(
    visitor: Visitor, repository: Repository, tmp_path: Path
) -> None:
    repository.commit({"pyproject.toml": DYNAMIC})
    repository.git("config", "remote.origin.url", "https://user:s3cret@host.example/x")
    repository.write({"staged.py": ""})
    repository.git("add", "staged.py")
    visitor.maker = counting(tmp_path)
    members = visitor.members(visitor.obtain(place(repository.folder.as_uri())))
    assert members["thing-1.2/described"].startswith("v1-2-g")
    assert members["thing-1.2/described"].endswith("-dirty")
    assert members["thing-1.2/tracked"].split() == ["module.py", "pyproject.toml", "staged.py"]
    assert "s3cret" not in members["thing-1.2/config"]


def test_a_working_tree_of_a_repository_has_its_history(
    visitor: Visitor, repository: Repository, tmp_path: Path
) -> None:
    repository.commit({"pyproject.toml": DYNAMIC})
    repository.git("worktree", "add", "--quiet", str(tmp_path / "tree"))
    visitor.maker = counting(tmp_path)
    members = visitor.members(visitor.obtain(place((tmp_path / "tree").as_uri())))
    assert members["thing-1.2/described"].startswith("v1-2-g")
    assert not members["thing-1.2/described"].endswith("-dirty")


def counting(folder: Path) -> SdistMaker:
    """A maker that does as setuptools-scm would: it asks git in the tree that it is given."""
    asking = Repository(folder / "asking")

    async def make(tree: PackedTree, output: Path, /) -> Path:
        with tarfile.open(tree.archive) as archive:
            archive.extractall(output / "unpacked", filter="data")
        top = str(output / "unpacked" / "source")
        told = {
            "PKG-INFO": "Metadata-Version: 2.1\nName: thing\nVersion: 1.2\n",
            "described": asking.git("-C", top, "describe", "--tags", "--dirty", "--always"),
            "tracked": asking.git("-C", top, "ls-files"),
            "config": asking.git("-C", top, "config", "--list", "--local"),
        }
        members = {f"thing-1.2/{name}": text.encode() for name, text in told.items()}
        write_sdist(output / "thing-1.2.tar.gz", members, moment=0)
        return output / "thing-1.2.tar.gz"

    return make
