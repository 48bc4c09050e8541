"""Collects real projects with all that builds them, builds them where there is no network, and prints a table.

With --against-fromager it compares each closure with the one that fromager finds, on fromager's Python.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from real_projects import PROJECTS, Project
from tools import OURS, newer_python, surroundings, tool

from wheelforge.formats.lock import load_lock
from wheelforge.model.artifacts import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wheelforge.model.lock import Lock

    Members: TypeAlias = frozenset[tuple[str, str]]
    """Names and versions."""

ALONE = ("unshare", "--map-root-user", "--net")
"""What runs a command in a network namespace of its own, in which there is nothing."""
FROM_SOURCE = ("--build-deps", "--no-binary", ":all:")
PATIENCE = 3600
"""Seconds for one command."""
HEADING = (
    "| project | its backends | units | sdists | wheels | environments | asked | collect | build | result |",
    "|---|---|---|---|---|---|---|---|---|---|",
)
SHOWN = 30
"""Lines of what a command said that failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A command that has ended, well or not."""

    seconds: float
    error: str = ""
    """Its first line; empty where it went well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What became of one project."""

    project: Project
    collected: Attempt
    lock: Lock | None = None
    built: Attempt | None = None

    @property
    def verdict(self) -> str:
        """One clause for the table."""
        if self.collected.error:
            return f"not collected: {self.collected.error}"
        lacks = "".join(f"; may lack something: {reason}" for reason in self.lock.incomplete) if self.lock else ""
        if self.built is None:
            return f"collected: {self.project.not_built}{lacks}"
        return f"collected, not built: {self.built.error}{lacks}" if self.built.error else f"built{lacks}"

    @property
    def as_meant(self) -> bool:
        """Whether it went as far as this project is meant to go."""
        return not self.collected.error and not (self.built and self.built.error)


def main() -> int:
    """Prove or compare the closures asked for; exit code 1 where one is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="projects of the index; the whole list unless named")
    parser.add_argument("--against-fromager", action="store_true", help="compare with fromager's graph instead")
    options = parser.parse_args()
    known = {project.name: project for project in PROJECTS}
    projects = [known.get(name, Project(name)) for name in options.names] or list(PROJECTS)
    if options.against_fromager:
        return compare(project.name for project in projects)
    print(*HEADING, sep="\n", flush=True)
    failed = False
    for project in projects:
        proof = prove(project)
        print(line(proof), flush=True)
        failed |= not proof.as_meant
    return int(failed)


def prove(project: Project) -> Proof:
    """Collect a project into an empty folder with an empty cache, and build it without a network."""
    with tempfile.TemporaryDirectory(prefix="wheelforge-closures-") as work:
        folder = Path(work, "folder")
        collected = attempt(Path(work), *collect(project, folder))
        if collected.error:
            return Proof(project=project, collected=collected)
        lock = read_lock(folder)
        built = None if project.not_built else attempt(Path(work), *build(folder, Path(work, "wheelhouse")))
        return Proof(project=project, collected=collected, lock=lock, built=built)


def collect(project: Project, folder: Path) -> tuple[str, ...]:
    """Give the command that collects a closure."""
    return (str(tool(OURS).program), "collect", project.name, *project.options, *FROM_SOURCE, "-o", str(folder))


def build(folder: Path, wheelhouse: Path) -> tuple[str, ...]:
    """Give the command that builds it where there is no network."""
    return (*ALONE, str(tool(OURS).program), "build", str(folder), "-o", str(wheelhouse), "--isolation", "bwrap")


def attempt(work: Path, *command: str) -> Attempt:
    """Run a command to its end, or to that of our patience."""
    begin = time.perf_counter()
    try:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env=surroundings(work / "cache"),
        )
    except subprocess.TimeoutExpired:
        return Attempt(seconds=PATIENCE, error=f"no end in {PATIENCE} s")
    seconds = time.perf_counter() - begin
    if not done.returncode:
        return Attempt(seconds=seconds)
    said = done.stderr.splitlines()
    print(shlex.join(command), *said[-SHOWN:], sep="\n", file=sys.stderr)
    errors = [line.removeprefix("error: ") for line in said if line.startswith("error: ")]
    return Attempt(seconds=seconds, error=(errors or [f"exit code {done.returncode}"])[0])


def read_lock(folder: Path) -> Lock:
    """The lock that our command has written."""
    path = folder / "wheelforge.lock"
    return load_lock(path.read_bytes(), origin=str(path))


def line(proof: Proof) -> str:
    """Tell of one project in the table."""
    figures = counted(proof.lock) if proof.lock else ("",) * 6
    build = f"{proof.built.seconds:.1f} s" if proof.built else ""
    words = (proof.project.title, *figures, f"{proof.collected.seconds:.1f} s", build, proof.verdict)
    return f"| {' | '.join(words)} |"


def counted(lock: Lock) -> tuple[str, ...]:
    """What a lock holds: the backends, then units, sdists, wheels, environments, and the backends that were asked."""
    kinds = [file.kind for file in lock.artifacts]
    backends = sorted({unit.backend.partition(":")[0].partition(".")[0] for unit in lock.units})
    figures = (
        len(lock.units),
        kinds.count(Kind.SDIST),
        kinds.count(Kind.WHEEL),
        len(lock.environments),
        sum(bool(unit.hooks) for unit in lock.units),
    )
    return (", ".join(backends), *map(str, figures))


def compare(names: Iterable[str]) -> int:
    """Print what one of the two closures has and the other has not; exit code 1 where there is such a thing."""
    different = False
    for name in names:
        with tempfile.TemporaryDirectory(prefix="wheelforge-closures-") as work:
            ours, theirs = our_members(name, Path(work)), fromager_members(name, Path(work))
        different |= ours != theirs
        print(f"{name}: {len(ours & theirs)} in both{only('ours', ours - theirs)}{only('fromager', theirs - ours)}")
    return int(different)


def only(whose: str, members: Members) -> str:
    """A clause on what one has alone."""
    return f"; only {whose}: {', '.join(' '.join(member) for member in sorted(members))}" if members else ""


def our_members(name: str, work: Path) -> Members:
    """Collect on the interpreter that fromager runs on."""
    subprocess.run(
        [*collect(Project(name, options=("--python", str(newer_python()))), work / "folder"), "--quiet"],
        check=True,
        stdout=subprocess.DEVNULL,
        env=surroundings(work / "cache"),
    )
    return frozenset((file.name, str(file.version)) for file in read_lock(work / "folder").artifacts)


def fromager_members(name: str, work: Path) -> Members:
    """Let fromager find the same closure."""
    program = tool("fromager").program
    place = work / "fromager"
    place.mkdir()
    env = surroundings(work / "cache")
    env["PATH"] = f"{program.parent}{os.pathsep}{env['PATH']}"
    command = [program, "-O", place, "bootstrap", "--sdist-only", name]
    with contextlib.ExitStack() as files:
        said = files.enter_context(tempfile.TemporaryFile())
        subprocess.run(command, check=True, cwd=place, env=env, stdout=said, stderr=said)
    nodes = json.loads((place / "work-dir" / "graph.json").read_text()).values()
    return frozenset((node["canonicalized_name"], node["version"]) for node in nodes if node["canonicalized_name"])


if __name__ == "__main__":
    sys.exit(main())
