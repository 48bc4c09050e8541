"""The weaker sandbox: a job runs on the host as it is, in an environment and folders of its own."""

from __future__ import annotations

import shutil
import tempfile
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.model.variables import PROXIES
from wheelforge.process.command import Command
from wheelforge.sandbox.port import Isolation
from wheelforge.sandbox.tools import FOLDERS, link_others, standing

if TYPE_CHECKING:
    from collections.abc import Collection

    from wheelforge.sandbox.port import Job, Mount


class Venv:
    """No jail: builds are asked, not forced, to keep to themselves and off the network.

    ``folders`` is where jobs find programs of the host, other than the system's only in tests.
    """

    def __init__(self, folders: Collection[Path] = FOLDERS) -> None:
        self._folders = tuple(folders)
        self._lock = threading.Lock()
        self._links: dict[frozenset[str], str] = {}

    @property
    def isolation(self) -> Isolation:
        """How isolated."""
        return Isolation.VENV

    def seen(self, mount: Mount) -> str:
        """The path on the host."""
        return str(mount.host)

    def command(self, job: Job) -> Command:
        """Run the job as it is, with proxies that lead nowhere, and a PATH without what is hidden from it."""
        environment = {**job.env, **PROXIES, "PWD": job.cwd}
        if "PATH" in environment and next(standing(job.hidden, self._folders), None) is not None:
            environment["PATH"] = self._without(job.hidden, environment["PATH"])
        return Command(argv=job.argv, env=environment, cwd=Path(job.cwd))

    def _without(self, hidden: frozenset[str], path: str) -> str:
        """The same search path, where one folder of links stands for those of the host."""
        with self._lock:
            if hidden not in self._links:
                links = tempfile.mkdtemp(prefix="wheelforge-programs-")
                weakref.finalize(self, shutil.rmtree, links, ignore_errors=True)
                link_others(hidden, Path(links), self._folders)
                self._links[hidden] = links
        own = [part for part in path.split(":") if Path(part) not in self._folders]
        return ":".join([*own, self._links[hidden]])
