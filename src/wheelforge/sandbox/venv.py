"""The weaker sandbox: a job runs on the host as it is, in an environment and folders of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.process import Command
from wheelforge.sandbox.port import Isolation

if TYPE_CHECKING:
    from wheelforge.sandbox.port import Job, Mount

# Port 9 discards, and on most machines nobody listens there: what honours proxies fails at once instead of downloading.
_NOWHERE = "http://127.0.0.1:9"
_PROXIES = {"http_proxy": _NOWHERE, "https_proxy": _NOWHERE, "all_proxy": _NOWHERE}


@dataclass(frozen=True, slots=True)
class Venv:
    """No jail: builds are asked, not forced, to keep to themselves and off the network."""

    @property
    def isolation(self) -> Isolation:
        """How isolated."""
        return Isolation.VENV

    def seen(self, mount: Mount) -> str:
        """The path on the host."""
        return str(mount.host)

    def command(self, job: Job) -> Command:
        """Run the job as it is, with proxies that lead nowhere."""
        return Command(argv=job.argv, env={**_PROXIES, **job.env, "PWD": job.cwd}, cwd=Path(job.cwd))
