"""``wheelforge build``: a collected folder becomes a wheelhouse, with no way to a network."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click
from packaging.utils import canonicalize_name

from wheelforge.cli import machine, options
from wheelforge.cli.benches import choose_for_builds, make_bench
from wheelforge.cli.cookbook import open_cookbook
from wheelforge.cli.output import BuildDocument, file_documents, print_result, target_names
from wheelforge.cli.places import FOLDER
from wheelforge.cli.seconds import SECONDS
from wheelforge.cli.words import counted, size
from wheelforge.factory.build import BuildOptions, build
from wheelforge.factory.engine import OnFailure
from wheelforge.factory.folder import LOGS
from wheelforge.factory.made import Equipment
from wheelforge.factory.unlocked import OnGaps, Unlocked
from wheelforge.factory.wheelhouse import BuildDeps, standing_wheels
from wheelforge.interpreters.running import current
from wheelforge.plan.completeness import follows_dependencies
from wheelforge.settings.setting import Key

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.cli.machine import Machine
    from wheelforge.model.lock import Lock
    from wheelforge.sandbox.choose import Choice
    from wheelforge.settings.settings import Settings

BUILD_TIMEOUT = "--build-timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """How builds are done."""

    jobs: int | None
    keep_going: bool
    keep_build_deps: bool
    build_timeout: float | None
    """Seconds."""

    def options(self) -> BuildOptions:
        """The same, as the factory takes it."""
        return BuildOptions(
            places=self.jobs or len(os.sched_getaffinity(0)),
            on_failure=OnFailure.GO_ON if self.keep_going else OnFailure.STOP,
            keep=BuildDeps.KEEP if self.keep_build_deps else BuildDeps.DROP,
        )


building = options.bundled(
    "building",
    Building,
    click.option("-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Builds at once. [default: the cores]"),
    click.option("--keep-going", is_flag=True, help="Build all that can be built, even if something fails."),
    click.option("--keep-build-deps", is_flag=True, help="Keep the wheels that only builds needed, in build-deps/."),
    click.option(
        BUILD_TIMEOUT, type=SECONDS, metavar="SECONDS",
        help="How long one hook of a backend may take while building. [default: as long as it likes]",
    ),
)  # fmt: skip

output = click.option(
    "-o", "-w", "--wheel-dir", "wheelhouse", default="wheelhouse", show_default=True, type=FOLDER, metavar="DIR",
    help="The wheelhouse to write.",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """How a folder is planned that has no lock, and what is an error in any."""

    seeds: tuple[str, ...] = ()
    strict: bool = False

    def unlocked(self, settings: Settings) -> Unlocked:
        """The same, as the factory takes it."""
        return Unlocked(
            seeds=frozenset(map(canonicalize_name, self.seeds)), find_recipes=lambda: open_cookbook(settings, ())
        )


planning = options.bundled(
    "planning",
    Planning,
    click.option(
        "--seed", "seeds", multiple=True, metavar="NAME",
        help="Without a lock: take the wheel of this project that is in FOLDER, and leave its sdist. Repeatable.",
    ),
    click.option("--strict", is_flag=True, help="What may be missing at run time is an error, and no warning."),
)  # fmt: skip


_AS_IT_IS = Planning()


@click.command("build")
@click.argument("folder", type=FOLDER)
@output
@building
@planning
@options.running
@options.cache_dir
@options.telling
def command(
    *,
    folder: Path,
    wheelhouse: Path,
    building: Building,
    planning: Planning,
    running: options.Running,
    cache_dir: str | None,
    telling: options.Telling,
) -> None:
    """Build every sdist of FOLDER into a wheelhouse, as its lock says where `wheelforge collect` has written one.

    Without a lock all sdists in FOLDER are built, and all wheels in it are taken. Nothing but FOLDER is read, and no
    network is used.
    """
    with machine.open_machine(telling, {Key.CACHE_DIR: cache_dir}) as here:
        choice = choose_for_builds(here, running.isolation)
        lock = machine.run(build_into(wheelhouse, folder, here, choice, building, planning), here.runner)
    print_built(lock, wheelhouse, choice, telling)


async def build_into(
    wheelhouse: Path, folder: Path, here: Machine, choice: Choice, building: Building, planning: Planning = _AS_IT_IS
) -> Lock:
    """Build a folder."""
    bench = make_bench(here, choice, timeout=building.build_timeout, timeout_option=BUILD_TIMEOUT)
    equipment = Equipment(bench=bench, store=here.store, target=current(), report=here.report, logs=wheelhouse / LOGS)
    gaps = OnGaps.REFUSE if planning.strict else OnGaps.WARN
    how = replace(building.options(), on_gaps=gaps, unlocked=planning.unlocked(here.settings))
    return await build(folder, wheelhouse, options=how, equipment=equipment)


def print_built(lock: Lock, wheelhouse: Path, choice: Choice, telling: options.Telling) -> None:
    """Tell what stands in a wheelhouse now."""
    wheels = [wheel for wheel in standing_wheels(lock) if (wheelhouse / wheel.path).is_file()]
    runtime = [wheel for wheel in wheels if not wheel.build_only]
    document = BuildDocument(
        wheelhouse=str(wheelhouse),
        targets=target_names(lock),
        isolation=choice.sandbox.isolation.value,
        wheels=file_documents(lock, wheels),
    )
    total = size(sum(wheel.size for wheel in runtime))
    place = shlex.quote(str(wheelhouse))
    # What was taken without its dependencies may not suit each other, nor have all that it requires.
    alone = f"--no-deps -r {shlex.quote(str(wheelhouse / 'requirements.txt'))}"
    what = " ".join(_asked_names(lock)) if follows_dependencies(lock) else alone
    words = (
        f"{counted(len(runtime), 'wheel')}, {total}, in {wheelhouse} for {', '.join(target_names(lock))}\n"
        f"install offline: pip install --no-index --find-links {place} {what}"
    )
    print_result(document, words, telling)


def _asked_names(lock: Lock) -> list[str]:
    """What an installer is asked for; what was named by its place goes by its name, what a lock brought is left."""
    named = [text.split(" --hash=")[0] for text in lock.inputs.requirements]
    return [
        shlex.quote(name) for name in dict.fromkeys([*named, *(file.name for file in lock.artifacts if file.direct)])
    ]
