"""Makes git repositories, and runs what drives them; skips in plain sight where there is no git."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from loopback import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from loopback import Request, Route

MOMENT = 1_700_000_000
"""The time of every commit, in seconds since 1970."""
_WHO = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_AUTHOR_DATE": f"{MOMENT} +0000",
    "GIT_COMMITTER_DATE": f"{MOMENT} +0000",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


class Repository:
    """A repository with a working folder."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("git") is None:
            pytest.skip("there is no git on this machine")
        self.folder = folder
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        """Run git in it, and give what it said."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=os.environ | _WHO,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def write(self, files: Mapping[str, str]) -> None:
        """Write files, without committing them."""
        write(self.folder, files)

    def commit(self, files: Mapping[str, str], message: str = "change") -> str:
        """Write files and commit all that is there; gives the commit."""
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def plant_hook(self, mark: Path) -> None:
        """Have every checkout leave a mark."""
        hook = self.folder / ".git" / "hooks" / "post-checkout"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {mark}\n")
        hook.chmod(0o755)


class Served:
    """A repository behind a web server that gives files, and asks for a login where it is told to."""

    def __init__(self, repository: Repository, login: str | None = None) -> None:
        bare = repository.folder.parent / "bare.git"
        repository.git("clone", "--quiet", "--bare", ".", str(bare))
        repository.git("-C", str(bare), "update-server-info")
        self._wanted = login and "Basic " + base64.b64encode(login.encode()).decode()
        self._bare = bare

    def routes(self) -> dict[str, Route]:
        """Every file of it; the query that git adds for smarter servers is passed over."""
        files = [path for path in self._bare.rglob("*") if path.is_file()]
        found: dict[str, Route] = {f"/bare.git/{one.relative_to(self._bare)}": self._file(one) for one in files}
        return found | {f"{name}?service=git-upload-pack": route for name, route in found.items()}

    def _file(self, path: Path) -> Route:
        def answer(request: Request) -> Reply:
            if self._wanted not in {None, request.headers.get("authorization")}:
                return Reply(status=401, headers={"WWW-Authenticate": 'Basic realm="r"'})
            return Reply(body=path.read_bytes())

        return answer


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder
