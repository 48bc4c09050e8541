"""Local folders: what belongs to them, that nothing of them is run or changed, and the same bytes each time."""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
import tarfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from places import DYNAMIC, REFUSAL, STATIC, Visitor, place
from repositories import MOMENT, Repository, write
from wheelforge.archives.headers import read_headers
from wheelforge.errors import ResolutionError, UsageError
from wheelforge.metadata.ladder import BackendNotAsked
from wheelforge.model.artifacts import Kind
from wheelforge.model.digest import sha256
from wheelforge.model.direct import DirectUrl

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.direct.places import Places
    from wheelforge.direct.port import PackedTree
    from wheelforge.plan.facts import Unanswered


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(tmp_path / "project", {"pyproject.toml": STATIC, "src/thing.py": "VALUE = 1\n"})


def test_a_folder_becomes_an_sdist_that_is_named_by_pep_625(visitor: Visitor, project: Path) -> None:
    artifact = visitor.obtain(place(project.as_uri())).artifact
    assert (artifact.filename, artifact.name, str(artifact.version)) == ("my_thing-1.0.tar.gz", "my-thing", "1.0")
    assert (artifact.kind, artifact.url, artifact.index) == (Kind.SDIST, "", "direct")
    assert artifact.direct == DirectUrl(url="project", directory=True)
    assert artifact.sha256 is not None
    data = visitor.store.blobs.path(artifact.sha256).read_bytes()
    assert (artifact.size, artifact.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_a_folder_elsewhere_is_recorded_by_its_last_part(visitor: Visitor, project: Path) -> None:
    visitor.folder = project / "src"
    direct = visitor.obtain(place(project.as_uri())).artifact.direct
    assert direct == DirectUrl(url="project", directory=True)


def test_the_sdist_carries_what_the_table_says_and_calls_the_rest_dynamic(visitor: Visitor, tmp_path: Path) -> None:
    pyproject = STATIC + 'requires-python = ">=3.9"\ndependencies = ["a>1"]\noptional-dependencies.x = ["b"]\n'
    folder = write(tmp_path / "project", {"pyproject.toml": pyproject})
    headers = read_headers(visitor.members(visitor.obtain(place(folder.as_uri())))["my_thing-1.0/PKG-INFO"].encode())
    assert headers.first("metadata-version") == "2.2"
    assert headers.all("requires-dist") == ("a>1", 'b; extra == "x"')
    assert headers.all("requires-python") == (">=3.9",)
    assert headers.all("provides-extra") == ("x",)
    dynamic = {one.lower() for one in headers.all("dynamic")}
    assert {"summary", "classifier", "description"} <= dynamic
    assert not dynamic & {"name", "version", "requires-dist", "requires-python", "provides-extra"}


def test_the_same_tree_with_other_times_gives_the_same_bytes(visitor: Visitor, project: Path) -> None:
    one = visitor.obtain(place(project.as_uri())).artifact
    for path in (project / "pyproject.toml", project / "src"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    (project / "src" / "__pycache__").mkdir()
    (project / "src" / "__pycache__" / "thing.pyc").write_bytes(b"\0")
    assert visitor.obtain(place(project.as_uri())).artifact == one


def test_what_is_no_source_is_left_out_where_no_repository_says_what_is(visitor: Visitor, project: Path) -> None:
    write(
        project,
        {
            "dist/old.whl": "",
            "build/lib/thing.py": "",
            "env/pyvenv.cfg": "",
            "env/bin/python": "",
            ".mypy_cache/CACHEDIR.TAG": "",
            "src/build/__init__.py": "",
            "src/dist/data.txt": "",
            ".git/config": "",
        },
    )
    assert set(visitor.members(visitor.obtain(place(project.as_uri())))) == {
        "my_thing-1.0/PKG-INFO",
        "my_thing-1.0/pyproject.toml",
        "my_thing-1.0/src/thing.py",
        "my_thing-1.0/src/build/__init__.py",
        "my_thing-1.0/src/dist/data.txt",
    }


def test_links_that_lead_out_and_sockets_are_left_out_and_told(
    visitor: Visitor, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text("secret")
    (project / "out").symlink_to("../secret")
    (project / "absolute").symlink_to(tmp_path / "secret")
    (project / "folder").symlink_to(tmp_path, target_is_directory=True)
    (project / "inside").symlink_to("src/thing.py")
    monkeypatch.chdir(project)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        members = visitor.members(visitor.obtain(place(project.as_uri())))
    assert members["my_thing-1.0/inside"] == "src/thing.py"
    assert not {"out", "absolute", "folder", "socket"} & {name.rpartition("/")[2] for name in members}
    [told] = visitor.warnings()
    assert "left out 'absolute', 'folder', 'out' and others" in told


@pytest.mark.parametrize("subdirectory", ["..", "/etc", "a/../..", "C:\\x", "absent", "out"])
def test_a_subdirectory_must_be_a_folder_inside(visitor: Visitor, project: Path, subdirectory: str) -> None:
    (project / "out").symlink_to("..", target_is_directory=True)
    with pytest.raises(UsageError, match="#subdirectory="):
        visitor.obtain(place(project.as_uri(), subdirectory=subdirectory))


def test_a_version_that_only_the_backend_knows_is_refused_where_nothing_is_run(
    visitor: Visitor, tmp_path: Path
) -> None:
    folder = write(tmp_path / "project", {"pyproject.toml": DYNAMIC})
    with pytest.raises(
        BackendNotAsked, match="its version is dynamic, and its backend cannot be asked: nothing is run"
    ):
        visitor.obtain(place(folder.as_uri()))


def test_a_setup_py_without_a_table_is_refused_where_nothing_is_run_and_stays_inert(
    visitor: Visitor, tmp_path: Path
) -> None:
    planted = f"open({str(tmp_path / 'planted')!r}, 'w')\n"
    folder = write(tmp_path / "project", {"setup.py": planted})
    with pytest.raises(BackendNotAsked, match=r"it has no \[project\] table"):
        visitor.obtain(place(folder.as_uri()))
    write(folder, {"pyproject.toml": STATIC})
    visitor.obtain(place(folder.as_uri()))
    assert not (tmp_path / "planted").exists()


def test_another_name_than_was_asked_for_is_refused(visitor: Visitor, project: Path) -> None:
    with pytest.raises(ResolutionError, match=r"the command line: .* is my-thing 1\.0, not other"):
        visitor.obtain(place(project.as_uri(), name="other"))


def test_a_place_where_nothing_stands_is_told(visitor: Visitor, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither a file nor a folder"):
        visitor.obtain(place((tmp_path / "absent").as_uri()))


def test_a_folder_has_no_hash(visitor: Visitor, project: Path) -> None:
    with pytest.raises(UsageError, match="cannot have a hash"):
        visitor.obtain(place(project.as_uri(), hashes=frozenset({sha256("0" * 64)})))


def test_a_repository_says_what_belongs_to_its_folder(visitor: Visitor, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "project")
    repository.commit({"pyproject.toml": STATIC, ".gitignore": "*.log\n", "dist/kept.txt": "", "gone.txt": ""})
    repository.write({"new.py": "", "noise.log": ""})
    (repository.folder / "gone.txt").unlink()
    found = visitor.obtain(place(repository.folder.as_uri()))
    assert set(visitor.members(found)) == {
        f"my_thing-1.0/{name}" for name in ("PKG-INFO", "pyproject.toml", ".gitignore", "dist/kept.txt", "new.py")
    }
    assert visitor.warnings() == []


def test_what_we_write_into_a_project_is_no_part_of_it(visitor: Visitor, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "project")
    repository.commit({"pyproject.toml": STATIC, "wheelforge.lock": "", "dist/kept.txt": ""})
    before = visitor.obtain(place(repository.folder.as_uri())).artifact
    repository.write(
        {"out/wheelforge.lock": "", "out/x.tar.gz": "", "__pycache__/x.pyc": "", "env/pyvenv.cfg": "", "dist/x.whl": ""}
    )
    assert visitor.obtain(place(repository.folder.as_uri())).artifact == before


def test_a_repository_without_a_commit_says_what_belongs_to_it_too(visitor: Visitor, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "project")
    repository.write({"pyproject.toml": STATIC, ".gitignore": ".env\n", ".env": "secret"})
    members = visitor.members(visitor.obtain(place(repository.folder.as_uri())))
    assert set(members) == {f"my_thing-1.0/{name}" for name in ("PKG-INFO", "pyproject.toml", ".gitignore")}


def test_what_a_folder_makes_bears_the_time_of_its_commit(visitor: Visitor, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "project")
    repository.commit({"pyproject.toml": STATIC})
    artifact = visitor.obtain(place(repository.folder.as_uri())).artifact
    with tarfile.open(visitor.store.blobs.path(artifact.sha256 or "")) as archive:
        assert {one.mtime for one in archive} == {MOMENT}


def test_a_repository_cannot_name_a_folder_of_others_as_its_own(visitor: Visitor, tmp_path: Path) -> None:
    write(tmp_path / "others", {"secret": ""})
    repository = Repository(tmp_path / "project")
    repository.commit({"pyproject.toml": STATIC})
    repository.git("config", "core.worktree", str(tmp_path))
    members = visitor.members(visitor.obtain(place(repository.folder.as_uri())))
    assert not [name for name in members if "secret" in name]


def test_a_repository_runs_nothing_of_its_own(visitor: Visitor, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "project")
    repository.commit({"pyproject.toml": STATIC, "data.bin": "x"})
    planted = tmp_path / "planted"
    for key in ("core.fsmonitor", "core.sshCommand", "core.pager", "uploadpack.packObjectsHook", "filter.f.clean"):
        repository.git("config", key, f"touch {planted}")
    repository.plant_hook(planted)
    repository.write({".gitattributes": "* filter=f\n"})
    visitor.obtain(place(repository.folder.as_uri()))
    assert not planted.exists()


def test_a_project_in_a_repository_sees_what_else_is_tracked_there_and_nothing_more(
    visitor: Visitor, tmp_path: Path
) -> None:
    repository = Repository(tmp_path / "whole")
    repository.commit({"LICENSE": "free", "inner/pyproject.toml": STATIC})
    (repository.folder / "inner" / "LICENSE").symlink_to("../LICENSE")
    repository.write({"private.txt": "", "inner/new.py": ""})
    found = visitor.obtain(place((repository.folder / "inner").as_uri()))
    assert visitor.members(found)["my_thing-1.0/LICENSE"] == "free"
    assert set(visitor.members(found)) == {
        f"my_thing-1.0/{name}" for name in ("PKG-INFO", "pyproject.toml", "LICENSE", "new.py")
    }


def test_a_folder_that_a_repository_around_it_does_not_track_stands_alone(visitor: Visitor, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "home")
    repository.commit({".gitignore": "*\n!.gitignore\n", "dotfile": ""})
    folder = write(repository.folder / "project", {"pyproject.toml": STATIC})
    assert set(visitor.members(visitor.obtain(place(folder.as_uri())))) == {
        "my_thing-1.0/PKG-INFO",
        "my_thing-1.0/pyproject.toml",
    }


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_another_user_is_refused_until_git_is_told_to_trust_it(
    visitor: Visitor, tmp_path: Path
) -> None:
    repository = Repository(tmp_path / "project")
    repository.commit({"pyproject.toml": STATIC, ".gitignore": "secret\n", "secret": ""})
    for path in (repository.folder, repository.folder / ".git"):
        os.chown(path, 12345, 12345)
    visitor.environ["HOME"] = str(write(tmp_path / "home", {}))
    with pytest.raises(UsageError, match="a git repository of another user") as caught:
        visitor.obtain(place(repository.folder.as_uri()))
    assert caught.value.hint == f"git config --global --add safe.directory {repository.folder}"
    write(tmp_path / "home", {".gitconfig": f"[safe]\ndirectory = {repository.folder}\n"})
    assert "my_thing-1.0/secret" not in visitor.members(visitor.obtain(place(repository.folder.as_uri())))


def test_a_folder_serves_without_git(visitor: Visitor, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "project")
    repository.commit({"pyproject.toml": STATIC})
    visitor.environ = {"PATH": str(tmp_path)}
    found = visitor.obtain(place(repository.folder.as_uri()))
    assert set(visitor.members(found)) == {"my_thing-1.0/PKG-INFO", "my_thing-1.0/pyproject.toml"}


def test_secrets_are_left_out_and_told_where_nobody_says_that_they_belong_there(
    visitor: Visitor, project: Path
) -> None:
    key = "-----BEGIN PRIVATE KEY-----\n"
    write(project, dict.fromkeys((".env", "src/.env.local", ".pypirc", "id_rsa", ".aws/credentials"), ""))
    write(project, {"server.pem": f"-----BEGIN CERTIFICATE-----\n{key}", "server.key": key})
    write(project, dict.fromkeys((".env.example", "id_rsa.pub", "public.pem", "environment.py"), ""))
    members = visitor.members(visitor.obtain(place(project.as_uri())))
    kept = {name.removeprefix("my_thing-1.0/") for name in members}
    assert kept == {
        "PKG-INFO",
        "pyproject.toml",
        "src/thing.py",
        ".env.example",
        "id_rsa.pub",
        "public.pem",
        "environment.py",
    }
    assert "left out '.aws/credentials', '.env', '.pypirc' and others" in visitor.notes()[0]


def test_a_secret_is_taken_where_the_repository_tracks_it(visitor: Visitor, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "project")
    repository.commit({"pyproject.toml": STATIC, "tests/.env": ""})
    repository.write({".env": "secret"})
    members = visitor.members(visitor.obtain(place(repository.folder.as_uri())))
    assert "my_thing-1.0/tests/.env" in members
    assert "my_thing-1.0/.env" not in members
    assert len(visitor.notes()) == 1


def test_of_a_history_no_more_is_read_than_the_version_needs(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "project")
    for number in range(3):
        repository.commit({"pyproject.toml": f"{STATIC}# {number}\n"})
    seen: list[str] = []

    async def counting(tree: PackedTree, output: Path, /) -> Unanswered:
        with tarfile.open(tree.archive) as archive:
            archive.extractall(output, filter="data")
        seen.append(repository.git("-C", str(output / "source"), "rev-list", "--all", "--count"))
        return REFUSAL

    visitor = Visitor(tmp_path, counting)
    visitor.obtain(place(repository.folder.as_uri()))
    repository.write({"pyproject.toml": DYNAMIC})
    with pytest.raises(BackendNotAsked):
        visitor.obtain(place(repository.folder.as_uri()))
    assert seen == ["1", "3"]


def test_what_is_asked_for_twice_is_obtained_once(visitor: Visitor, project: Path) -> None:
    async def twice(places: Places) -> None:
        one = place(project.as_uri())
        await asyncio.gather(places.obtain(one), places.obtain(replace(one, name=canonicalize_name("my-thing"))))

    with visitor.places() as (places, _):
        asyncio.run(twice(places))
        assert [one.artifact.filename for one in places.obtained] == ["my_thing-1.0.tar.gz"]
