"""Compares our pins with pip's and with uv's on the made-up index, and counts those that nothing holds back."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from contestant import Contestant
from oracle_sets import AIMS
from packaging.requirements import Requirement
from resolution import collect, uv_pins
from synthetic_index import ROOT, releases
from tools import OURS, surroundings, tool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.specifiers import SpecifierSet
    from synthetic_index import Release

    Pins = Mapping[str, str]

AIM = AIMS[0]
"""Any: the made-up wheels are for all."""


def main() -> int:
    """Compare one index a seed; exit code 1 where our pins are not pip's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="?", type=int, default=60, help="how many each index has (60)")
    parser.add_argument("--seeds", nargs="*", default=[], metavar="WORD", help="try these orders of names as well")
    parser.add_argument("--show", action="store_true", help="name each project of which the versions differ")
    options = parser.parse_args()
    print(f"| names | ours and pip's, of {options.projects} | ours and uv's | free to rise: ours | pip's | uv's |")
    print("|---|---|---|---|---|---|")
    same = True
    for seed in ("", *options.seeds):
        with tempfile.TemporaryDirectory(prefix="wheelforge-oracle-") as folder:
            pins = asked(options.projects, seed, Path(folder))
        world = {(one.name, f"{one.version}.0"): one for made in releases(options.projects, seed) for one in made}
        ours, pip, _ = pins.values()
        apart = [len(differing(ours, theirs)) for theirs in pins.values()][1:]
        cells = [f"{number or 'none'} differ" for number in apart]
        cells += [str(sum(1 for _ in free(world, found))) for found in pins.values()]
        print(f"| {seed or 'in order'} | {' | '.join(cells)} |")
        if options.show:
            print(*shown(pins), sep="\n")
        same = same and ours == pip
    return int(not same)


def asked(projects: int, seed: str, folder: Path) -> dict[str, Pins]:
    """What each of the three takes of an index that they are alone with.

    Raises:
        CalledProcessError: pip or the index failed.
    """
    command = f"{{python}} {{here}}/synthetic_index.py {projects}" + (f" --seed {seed}" if seed else "")
    with Contestant(tool=OURS, place=folder, shared=folder).serving(command) as url:
        env = surroundings(folder / "cache", url)
        ours = collect([ROOT], [AIM.target], env, "--dry-run") or {AIM.target: {}}
        return {
            OURS: ours[AIM.target],
            "pip": pip_pins(folder / "report.json", env),
            "uv": uv_pins([ROOT], AIM, env) or {},
        }


def pip_pins(report: Path, env: Mapping[str, str]) -> Pins:
    """What pip would install into an environment that has nothing."""
    command = [tool("pip").program, "install", "--quiet", "--dry-run", "--ignore-installed", "--only-binary", ":all:"]
    subprocess.run([*command, "--report", report, ROOT], check=True, env=env)
    found = (one["metadata"] for one in json.loads(report.read_bytes())["install"])
    return {one["name"]: one["version"] for one in found}


def differing(one: Pins, other: Pins) -> list[str]:
    """The projects that two do not agree on."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def free(world: Mapping[tuple[str, str], Release], pins: Pins) -> Iterator[str]:
    """The projects of which a newer version would go with all other pins as they are."""
    wanted: dict[str, list[SpecifierSet]] = defaultdict(list)
    for pin in pins.items():
        for requirement in map(Requirement, world[pin].requires):
            wanted[requirement.name].append(requirement.specifier)
    for name, version in pins.items():
        later = (one for (other, _), one in world.items() if other == name and one.version > float(version))
        if any(fits(one, pins, wanted[name]) for one in later):
            yield name


def fits(release: Release, pins: Pins, wanted: list[SpecifierSet]) -> bool:
    """Whether a release is what all want of it, and all that it wants is there."""
    requires = map(Requirement, release.requires)
    return all(f"{release.version}.0" in specifier for specifier in wanted) and all(
        one.name in pins and pins[one.name] in one.specifier for one in requires
    )


def shown(pins: Mapping[str, Pins]) -> Iterator[str]:
    """A line for each project that not all agree on."""
    ours, *others = pins.values()
    for name in sorted({name for other in others for name in differing(ours, other)}):
        yield f"- {name}: " + ", ".join(f"{who} {found.get(name, 'none')}" for who, found in pins.items())


if __name__ == "__main__":
    sys.exit(main())
