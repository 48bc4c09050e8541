"""Compares our pins with those of `uv pip compile`, set by set and target by target, and prints a table."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from oracle_sets import AIMS, SETS, Aim
from tools import OURS, surroundings, tool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What two resolvers said of one set on one target."""

    name: str
    aim: Aim
    ours: Mapping[str, str] | None
    """Versions by project; ``None`` where there is no answer."""
    theirs: Mapping[str, str] | None

    @property
    def differences(self) -> list[str]:
        """One clause a project that they do not agree on."""
        match self.ours, self.theirs:
            case None, None:
                return []
            case (None, _) | (_, None):
                return [f"{NO_ANSWER} from {'us' if self.ours is None else 'uv'}"]
            case ours, theirs:
                names = sorted(ours.keys() | theirs.keys())
                return [
                    f"{name}: {ours.get(name, 'none')}, uv {theirs.get(name, 'none')}"
                    for name in names
                    if ours.get(name) != theirs.get(name)
                ]


def main() -> int:
    """Compare the sets asked for; exit code 1 where any pin differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"some of {', '.join(SETS)}; all unless named")
    parser.add_argument(
        "--files", action="store_true", help="collect the files too, and let uv resolve from them alone"
    )
    options = parser.parse_args()
    if unknown := set(options.sets) - SETS.keys():
        parser.error(f"no such set: {', '.join(sorted(unknown))}; there are {', '.join(SETS)}")
    names = [name for name in SETS if name in (options.sets or SETS)]
    print(f"ours {tool(OURS).version}, uv {tool('uv').version}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="wheelforge-oracle-") as folder:
        work = Path(folder)
        verdicts = [verdict for name in names for verdict in (judge_files if options.files else judge)(name, work)]
    print(*table(verdicts), sep="\n")
    return int(any(verdict.differences for verdict in verdicts))


def judge(name: str, folder: Path) -> Iterator[Verdict]:
    """Ask both resolvers for one set; ours for all targets in one run, where it has an answer for each."""
    print(f"{name} ...", file=sys.stderr)
    with ThreadPoolExecutor() as pool:
        theirs = [pool.submit(uv_pins, SETS[name].split(), aim, surroundings(folder / "uv")) for aim in AIMS]
        ours = our_pins(SETS[name].split(), surroundings(folder / "wheelforge"))
    for aim, asked in zip(AIMS, theirs, strict=True):
        yield Verdict(name=name, aim=aim, ours=ours[aim.target], theirs=asked.result())


def judge_files(name: str, folder: Path) -> Iterator[Verdict]:
    """Collect one set for all targets, and let uv, without an index, find what it needs in the folder."""
    print(f"{name} ...", file=sys.stderr)
    files, env = folder / name, surroundings(folder / "wheelforge")
    ours = collect(SETS[name].split(), [aim.target for aim in AIMS], env, "--layout", "per-target", "-o", str(files))
    for aim in AIMS:
        own = None if ours is None else ours[aim.target]
        shelf = ("--no-index", "--find-links", str(files / aim.target))
        theirs = uv_pins(SETS[name].split(), aim, surroundings(folder / "uv"), *shelf)
        yield Verdict(name=name, aim=aim, ours=own, theirs=theirs)


def our_pins(requirements: list[str], env: Mapping[str, str]) -> Mapping[str, Mapping[str, str] | None]:
    """Our pins by target. A run for several fails when one has no answer: then each is asked alone."""
    together = collect(requirements, [aim.target for aim in AIMS], env, "--dry-run")
    if together is not None:
        return together
    alone = {aim.target: collect(requirements, [aim.target], env, "--dry-run") for aim in AIMS}
    return {target: None if pins is None else pins[target] for target, pins in alone.items()}


def collect(
    requirements: list[str], targets: list[str], env: Mapping[str, str], *options: str
) -> Mapping[str, Mapping[str, str]] | None:
    """Run `collect`; ``None`` where there is no answer."""
    wanted = [word for target in targets for word in ("--target", target)]
    command = [tool(OURS).program, "collect", "--json", "--quiet", *options, *wanted, *requirements]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=env, cwd="/")
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return None
    files = json.loads(done.stdout)["files"]
    return {
        target: {file["name"]: file["version"] for file in files if target in file["targets"]} for target in targets
    }


def uv_pins(requirements: list[str], aim: Aim, env: Mapping[str, str], *options: str) -> Mapping[str, str] | None:
    """Run `uv pip compile`; ``None`` where there is no answer."""
    command = [
        tool("uv").program,
        "pip",
        "compile",
        "-",
        "--quiet",
        "--no-header",
        "--no-annotate",
        "--no-python-downloads",
    ]
    command += ["--python-version", aim.python, "--python-platform", aim.platform, *options]
    asked = "\n".join(requirements)
    done = subprocess.run(command, check=False, input=asked, capture_output=True, text=True, env=env, cwd="/")
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return None
    pins = (line.partition("==") for line in done.stdout.splitlines() if "==" in line)
    return {name.partition("[")[0]: version.partition(" ")[0] for name, _, version in pins}


def table(verdicts: list[Verdict]) -> Iterator[str]:
    """Markdown: a row a set, a column a target, then each difference."""
    same = Counter(not verdict.differences for verdict in verdicts)
    yield f"{same[True]} of {len(verdicts)} answers are equal, pin for pin (uv {tool('uv').version})."
    yield ""
    yield "| set | " + " | ".join(f"`{aim.target}`" for aim in AIMS) + " |"
    yield "|---" * (len(AIMS) + 1) + "|"
    for name in dict.fromkeys(verdict.name for verdict in verdicts):
        cells = [told(verdict) for verdict in verdicts if verdict.name == name]
        yield f"| {name}: `{SETS[name]}` | " + " | ".join(cells) + " |"
    yield ""
    for verdict in verdicts:
        for difference in verdict.differences:
            yield f"- {verdict.name}, `{verdict.aim.target}`: {difference}"


def told(verdict: Verdict) -> str:
    """How many pins are equal, or how many are not."""
    if verdict.differences:
        return f"{len(verdict.differences)} differ"
    return f"{len(verdict.ours)} equal" if verdict.ours is not None else "both: no answer"


if __name__ == "__main__":
    sys.exit(main())
