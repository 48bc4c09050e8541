"""The proof of a wheelhouse: pip itself installs it, offline and by hash, into a clean environment."""

from __future__ import annotations

import enum
import platform
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from virtualenv.seed.wheels.embed import get_embed_wheel

from wheelforge.errors import ResolutionError
from wheelforge.factory.digests import digest
from wheelforge.forge.failure import tail
from wheelforge.formats.requirements_txt import write_requirements
from wheelforge.sandbox.port import Access, Job, Mount
from wheelforge.sandbox.surroundings import job_variables, scratch_folder
from wheelforge.sandbox.wheels import EnvironmentWheel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wheelforge.forge.bench import Bench
    from wheelforge.model.lock import LockedArtifact
    from wheelforge.sandbox.environments import Environment

TIMEOUT = 900.0
"""Seconds for one step of the trial."""


class Closure(enum.Enum):
    """Whether what is installed must bring all that it requires."""

    FOLLOWED = "followed"
    CHECKED = "checked"
    """It must, but pip takes what is listed and does not look for it: a wheel names a URL, which pip would ask."""
    LEFT = "left"
    """pip's ``--no-deps``."""


def install_offline(
    wheelhouse: Path, wheels: Sequence[LockedArtifact], *, closure: Closure, bench: Bench
) -> Iterator[str]:
    """What goes wrong when pip installs these wheels from the wheelhouse; nothing when all is well."""
    with tempfile.TemporaryDirectory(prefix="wheelforge-") as name, bench.environments.open([_pip()]) as pip:
        folder = Path(name)
        (folder / "work").mkdir()
        (folder / "work" / "requirements.txt").write_text(write_requirements(wheels), encoding="utf-8")
        with scratch_folder(folder) as scratch:
            trial = _Trial(bench=bench, pip=pip, wheelhouse=wheelhouse.resolve(), folder=folder, scratch=scratch)
            yield from trial.run(closure)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """One installation, in a folder of its own."""

    bench: Bench
    pip: Environment
    wheelhouse: Path
    folder: Path
    scratch: Mount

    def run(self, closure: Closure) -> Iterator[str]:
        """Make an environment, install into it, and let pip check it; the first step that fails is told."""
        work = Mount(host=self.folder / "work", inside="/work", access=Access.WRITE)
        shelf = Mount(host=self.wheelhouse, inside="/wheelhouse")
        at, wheels = self.bench.sandbox.seen(work), self.bench.sandbox.seen(shelf)
        pip = ("-m", "pip", "--python", f"{at}/environment/bin/python")
        by_hash = ("--require-hashes", "--only-binary", ":all:", "-r", f"{at}/requirements.txt")
        alone = () if closure is Closure.FOLLOWED else ("--no-deps",)
        steps = [
            ("-m", "venv", "--without-pip", f"{at}/environment"),
            (*pip, "install", "--no-cache-dir", "--no-index", "--find-links", wheels, *alone, *by_hash),
        ]
        if closure is not Closure.LEFT:
            steps.append((*pip, "check"))
        for step in steps:
            if fault := self._step(step, work, shelf):
                yield fault
                return

    def _step(self, arguments: tuple[str, ...], *mounts: Mount) -> str | None:
        sandbox, log = self.bench.sandbox, self.folder / "log"
        job = Job(
            argv=(self.pip.python, *arguments),
            env={**job_variables(sandbox, self.scratch), **self.pip.variables},
            cwd=sandbox.seen(mounts[0]),
            mounts=(self.pip.mount, self.scratch, *mounts),
        )
        done = self.bench.runner.run(sandbox.command(job), log=log, timeout=TIMEOUT)
        if done.returncode == 0:
            return None
        return "\n    | ".join([f"`python {' '.join(arguments)}` failed:", *tail(log)])


def _pip() -> EnvironmentWheel:
    """The pip that virtualenv carries, so that none has to be downloaded."""
    wheel = get_embed_wheel("pip", ".".join(platform.python_version_tuple()[:2]))
    if wheel is None:
        raise ResolutionError(f"virtualenv carries no pip for Python {platform.python_version()}")
    return EnvironmentWheel(path=wheel.path, sha256=digest(wheel.path), filename=wheel.path.name)
