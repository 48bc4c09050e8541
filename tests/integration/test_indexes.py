"""Where packages are looked for: several indexes, folders, credentials, and no network at all."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import loopback
from index import serving
from integration.command import archives, lock_of, refused, wheelforge
from projects import releases
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index import PackageIndex

pytestmark = pytest.mark.usefixtures("here")

LEAF = "leaf-9.0-py3-none-any.whl"
PUBLIC_LEAF = "leaf-2.0-py3-none-any.whl"


@pytest.fixture
def private(tmp_path: Path) -> Iterator[PackageIndex]:
    """An index of its own, which has one project only: a leaf that the public index does not have."""
    folder = tmp_path / "private"
    folder.mkdir()
    leaf = next(release for release in releases() if release.project["name"] == "leaf")
    with serving(folder, [replace(leaf, project={**leaf.project, "version": "9.0"})]) as index:
        yield index


def locked(*arguments: str | Path) -> dict[str, str]:
    """Collect into a fresh folder: the index of each file that is locked."""
    wheelforge("collect", *arguments, "-o", "folder")
    return {artifact.filename: artifact.index for artifact in lock_of(Path("folder")).artifacts}


def texts(*folders: Path) -> str:
    """All names and contents under some folders."""
    paths = [path for folder in folders for path in folder.rglob("*")]
    return "\n".join([*map(str, paths), *(path.read_bytes().decode("latin-1") for path in paths if path.is_file())])


def test_a_named_index_comes_first_and_the_main_one_has_the_rest(private: PackageIndex) -> None:
    assert locked("app", "--index", f"corp={private.url}") == {
        "app-1.0-py3-none-any.whl": "default",
        LEAF: "corp",
        "lib-1.0-py3-none-any.whl": "default",
    }


def test_an_extra_index_is_asked_only_for_what_the_others_lack(private: PackageIndex) -> None:
    assert locked("leaf", "--extra-index-url", private.url) == {PUBLIC_LEAF: "default"}
    assert private.server.seen == []


def test_a_pinned_project_comes_from_its_index_only(private: PackageIndex) -> None:
    found = locked("leaf", "lib", "--extra-index-url", f"corp={private.url}", "--pin", "leaf=corp")
    assert found == {LEAF: "corp", "lib-1.0-py3-none-any.whl": "default"}


def test_a_project_of_the_uv_table_of_this_folder_comes_from_its_index(private: PackageIndex) -> None:
    Path("pyproject.toml").write_text(f"""
        [project]
        name = "here"
        dependencies = ["leaf", "lib"]
        [tool.uv.sources]
        leaf = {{ index = "corp" }}
        [[tool.uv.index]]
        name = "corp"
        url = "{private.url}"
        explicit = true
    """)
    assert locked() == {LEAF: "corp", "lib-1.0-py3-none-any.whl": "default"}
    assert lock_of(Path("folder")).inputs.options["index-pins"] == ("leaf=corp",)
    # What is asked for by name is no business of the project that happens to stand here.
    assert locked("leaf") == {PUBLIC_LEAF: "default"}


def test_each_target_takes_a_project_from_its_own_index(private: PackageIndex) -> None:
    Path("pyproject.toml").write_text(f"""
        [project]
        name = "here"
        dependencies = ["leaf"]
        [tool.uv.sources]
        leaf = [
            {{ index = "corp", marker = "sys_platform == 'linux'" }},
            {{ index = "elsewhere", marker = "sys_platform == 'win32'" }},
        ]
        [[tool.uv.index]]
        name = "corp"
        url = "{private.url}"
        explicit = true
    """)
    targets = ("--target", "cp312-manylinux_2_28_x86_64", "--target", "cp312-macosx_14_0_arm64")
    assert locked(*targets) == {LEAF: "corp", PUBLIC_LEAF: "default"}
    lock = lock_of(Path("folder"))
    assert {target.name: [pin.artifact for pin in target.pins] for target in lock.targets} == {
        "cp312-manylinux_2_28_x86_64": [LEAF],
        "cp312-macosx_14_0_arm64": [PUBLIC_LEAF],
    }
    assert lock.inputs.options["index-pins"] == (
        'leaf=corp; sys_platform == "linux"',
        'leaf=elsewhere; sys_platform == "win32"',
    )
    told = refused("collect", "--target", "cp312-win_amd64", "-o", "other", code=ExitCode.USAGE)
    assert "leaf is to be taken from the index 'elsewhere', and nothing here says where that is" in told


def test_an_index_that_is_not_there_is_asked_for_by_a_name_near_it(private: PackageIndex) -> None:
    told = refused(
        "collect", "leaf", "--index", f"corp={private.url}", "--pin", "leaf=crop", "-o", "folder", code=ExitCode.USAGE
    )
    assert told.startswith("error: --pin: no index is called 'crop'; did you mean 'corp'?")


def test_a_folder_alone_will_do_and_its_path_is_not_locked(package_index: PackageIndex) -> None:
    found = locked("app", "--no-index", "-f", package_index.folder)
    assert set(found) == {"app-1.0-py3-none-any.whl", "leaf-2.1-py3-none-any.whl", "lib-1.0-py3-none-any.whl"}
    lock = Path("folder", "wheelforge.lock").read_text()
    assert str(package_index.folder) not in lock
    assert "file:" not in lock


def test_a_folder_s_files_are_candidates_beside_the_index_s(private: PackageIndex) -> None:
    assert locked("leaf", "-f", private.folder) == {LEAF: private.folder.name}


def test_a_folder_that_is_not_there_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", "no-such-folder")
    outcome = wheelforge("collect", "leaf", "-o", "folder")
    assert "warning: no-such-folder is not used: " in outcome.stderr


def test_requirement_files_name_indexes_too(private: PackageIndex) -> None:
    Path("requirements.txt").write_text(f"--no-index\n--find-links {private.folder}\nleaf\n")
    assert set(locked("-r", "requirements.txt")) == {LEAF}


def test_a_mirror_on_this_machine_is_an_index(tmp_path: Path, private: PackageIndex) -> None:
    data = (private.folder / LEAF).read_bytes()
    page = tmp_path / "mirror" / "simple" / "leaf" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text(f'<a href="../../files/{LEAF}#sha256={hashlib.sha256(data).hexdigest()}">')
    (tmp_path / "mirror" / "files").mkdir()
    (tmp_path / "mirror" / "files" / LEAF).write_bytes(data)
    url = (tmp_path / "mirror" / "simple").as_uri()
    assert locked("leaf", "--index-url", url) == {LEAF: "default"}
    assert "file:" not in Path("folder", "wheelforge.lock").read_text()


def test_offline_the_cache_alone_is_asked(package_index: PackageIndex, tmp_path: Path) -> None:
    cache = tmp_path / "own-cache"
    wheelforge("collect", "app", "-o", "folder", "--cache-dir", cache)
    before = len(package_index.server.seen)
    wheelforge("collect", "app", "-o", "again", "--cache-dir", cache, "--offline")
    assert archives(Path("again")) == archives(Path("folder"))
    told = refused("collect", "nest", "-o", "other", "--cache-dir", cache, "--offline", code=ExitCode.INDEX)
    assert "/simple/nest/ is not in the cache" in told
    assert len(package_index.server.seen) == before


def guarded(handler: loopback.Route) -> loopback.Handler:
    """A route for one user only."""

    def handle(request: loopback.Request) -> loopback.Reply:
        told = base64.b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode()
        if told != "me:sesame":
            return loopback.Reply(status=401)
        if isinstance(handler, bytes):
            return loopback.Reply(body=handler)
        return handler if isinstance(handler, loopback.Reply) else handler(request)

    return handle


@pytest.fixture
def locked_up(private: PackageIndex) -> PackageIndex:
    """The private index, which wants to know who comes."""
    routes = private.server.routes
    routes |= {path: guarded(route) for path, route in routes.items()}
    return private


@contextlib.contextmanager
def nothing_told(cache: Path) -> Iterator[list[str]]:
    """What was printed in the block, and what was written by then, holds no password."""
    told: list[str] = []
    yield told
    assert "sesame" not in "\n".join(told)
    assert "sesame" not in texts(cache, Path("folder"))


@pytest.mark.parametrize("way", ["url", "variables", "netrc", "keyring"])
def test_credentials_are_taken_from_where_they_are_and_told_nowhere(
    locked_up: PackageIndex, monkeypatch: pytest.MonkeyPatch, cache_dir: Path, tmp_path: Path, way: str
) -> None:
    url = locked_up.url
    match way:
        case "url":
            url = url.replace("://", "://me:sesame@")
        case "variables":
            monkeypatch.setenv("UV_INDEX_CORP_USERNAME", "me")
            monkeypatch.setenv("UV_INDEX_CORP_PASSWORD", "sesame")
        case "netrc":
            (tmp_path / "logins").write_text("machine 127.0.0.1 login me password sesame\n")
            monkeypatch.setenv("NETRC", str(tmp_path / "logins"))
        case _:
            (tmp_path / "stubs").mkdir()
            (tmp_path / "stubs" / "keyring.py").write_text(
                "import types\n"
                "def get_credential(service, user):\n"
                "    return types.SimpleNamespace(username='me', password='sesame')\n"
            )
            monkeypatch.setenv("PYTHONPATH", str(tmp_path / "stubs"))
    with nothing_told(cache_dir) as told:
        outcome = wheelforge("collect", "leaf", "lib", "--index", f"corp={url}", "-v", "-o", "folder")
        told += [outcome.stdout, outcome.stderr]
    assert LEAF in archives(Path("folder"))


def test_credentials_for_a_name_do_not_go_where_only_a_project_says_it_is(
    locked_up: PackageIndex, monkeypatch: pytest.MonkeyPatch, cache_dir: Path
) -> None:
    monkeypatch.setenv("UV_INDEX_CORP_USERNAME", "me")
    monkeypatch.setenv("UV_INDEX_CORP_PASSWORD", "sesame")
    Path("wheelforge.toml").write_text(f'[[index]]\nname = "corp"\nurl = "{locked_up.url}"\n')
    with nothing_told(cache_dir) as told:
        told.append(wheelforge("collect", "leaf", "-o", "folder", code=ExitCode.INDEX).stderr)
    assert not [one for one in locked_up.server.seen if "authorization" in one.headers]
    assert "warning: UV_INDEX_CORP_* is not sent to " in told[0]
    server = locked_up.url.removesuffix("/simple/")
    assert f"hint: if it is meant for that server, set WHEELFORGE_INDEX_CORP_HOST={server}\n" in told[0]
    monkeypatch.setenv("WHEELFORGE_INDEX_CORP_HOST", server)
    assert locked("leaf") == {LEAF: "corp"}


def test_a_project_cannot_say_which_way_credentials_take() -> None:
    Path("wheelforge.toml").write_text('proxy = "http://evil.example"\n')
    told = refused("collect", "leaf", "-o", "folder", code=ExitCode.USAGE)
    assert told.startswith("error: wheelforge.toml: proxy: a project cannot set this")
    Path("wheelforge.toml").unlink()
    Path("uv.toml").write_text('allow-insecure-host = ["index.example"]\n')
    told = wheelforge("collect", "leaf", "-o", "folder").stderr
    assert "warning: uv.toml: allow-insecure-host is not heeded" in told
    assert "certificates" not in told


def test_git_is_told_how_servers_are_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    stub = tmp_path / "bin" / "git"
    stub.write_text('#!/bin/sh\n{ echo "$@"; env; } > "$HOME/seen"\nexit 1\n')
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", str(stub.parent), prepend=":")
    monkeypatch.setenv("HOME", str(tmp_path))
    options = ("--client-cert", "me.pem", "--trusted-host", "git.example", "--cert", "ca.pem")
    refused("collect", "git+https://git.example/x", *options, "-o", "folder", code=ExitCode.INDEX)
    seen = (tmp_path / "seen").read_text()
    assert "-c http.https://git.example/.sslVerify=false " in seen
    variables = dict(line.partition("=")[::2] for line in seen.splitlines())
    assert variables["GIT_SSL_CAINFO"] == str(Path("ca.pem").absolute())
    assert variables["GIT_SSL_CERT"] == variables["GIT_SSL_KEY"] == str(Path("me.pem").absolute())


def test_an_index_that_refuses_is_told_with_the_ways_to_log_in(locked_up: PackageIndex, cache_dir: Path) -> None:
    with nothing_told(cache_dir) as told:
        wrong = locked_up.url.replace("://", "://me:sesame-not@")
        told.append(refused("collect", "leaf", "-i", wrong, "-o", "folder", code=ExitCode.INDEX))
    assert "it answers 401" in told[0]
    assert f"hint: give or check the credentials: in {os.environ['NETRC']}, the keyring, " in told[0]


def test_a_broken_netrc_is_warned_of_and_done_without(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "logins").write_text("machine x login me sesame\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "logins"))
    outcome = wheelforge("collect", "leaf", "-o", "folder")
    assert f"{tmp_path / 'logins'}" in outcome.stderr
    assert "sesame" not in outcome.stderr


def test_all_goes_through_a_proxy(package_index: PackageIndex) -> None:
    far = "http://index.example/simple/"
    with loopback.serving({}) as proxy:
        for path, route in package_index.server.routes.items():
            proxy.routes[f"http://index.example{path}"] = route
        wheelforge("collect", "leaf", "-i", far, "--proxy", proxy.url, "-o", "folder")
    assert archives(Path("folder")) == {PUBLIC_LEAF}


def test_hosts_that_are_trusted_blindly_are_warned_of() -> None:
    outcome = wheelforge("collect", "leaf", "--trusted-host", "index.example", "-o", "folder")
    assert "warning: the certificates of index.example are not checked" in outcome.stderr


def test_a_project_in_quarantine_offers_nothing() -> None:
    page = b'{"files": [], "project-status": {"status": "quarantined", "reason": "looked into"}}'
    reply = loopback.Reply(body=page, headers={"Content-Type": loopback.JSON})
    with loopback.serving({"/simple/leaf/": reply}) as server:
        told = wheelforge("collect", "leaf", "-i", f"{server.url}/simple/", "-o", "folder", code=ExitCode.RESOLUTION)
    assert "warning: leaf is in quarantine on default, and none of its files are taken: looked into" in told.stderr
