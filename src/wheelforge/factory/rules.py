"""What is checked and said of a finished choice before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wheelforge.errors import UsageError
from wheelforge.events import Note, Warn
from wheelforge.model.artifacts import Kind
from wheelforge.model.treatment import Policy
from wheelforge.plan.cycles import tell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wheelforge.events import Reporter
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.inputs import Inputs
    from wheelforge.plan.units import BuildClosure
    from wheelforge.recipes.cookbook import Cookbook
    from wheelforge.resolve.problem import Problem, Solution


def check_hashes(inputs: Inputs, problem: Problem, solution: Solution) -> None:
    """In pip's hash-checking mode everything that is taken was named with a hash, by a line or by a lock.

    Raises:
        UsageError: what was not.
    """
    if not inputs.require_hashes:
        return
    bare = map(str, problem.unvouched(solution))
    _refuse("dependencies", bare, hint="list every dependency with its hash, as `pip-compile --generate-hashes` does")


def check_build_hashes(inputs: Inputs, closure: BuildClosure) -> None:
    """In pip's hash-checking mode build requirements are named with a hash too: in the build constraints.

    Raises:
        UsageError: what was not.
    """
    if not inputs.require_hashes:
        return
    chosen = [choice.candidate for unit in closure.units for choice in unit.environment.choices]
    # What was named by its place had its hash there.
    bare = sorted({str(one) for one in chosen if not one.artifact.allowed and one.artifact.direct is None})
    _refuse("build requirements", bare, hint="name them with their hashes in a file: --build-constraint FILE")


def _refuse(kind: str, bare: Iterable[str], *, hint: str) -> None:
    if lines := [f"  {one}" for one in bare]:
        raise UsageError("\n".join([f"hashes are required, and these {kind} have none:", *lines]), hint=hint)


def tell_cycles(closure: BuildClosure, report: Reporter) -> None:
    """Say which build cycles other versions have broken."""
    for text in (text for unit in closure.units for text in tell(unit)):
        report(Note(text=text))


def tell_undated(closure: BuildClosure, report: Reporter) -> None:
    """Say for which builds the time machine was of no use."""
    if closure.undated:
        names = ", ".join(closure.undated)
        report(Note(text=f"nobody says when {names} was uploaded: its build environment is as of now"))


def tell_exceptions(inputs: Inputs, files: Iterable[Artifact], recipes: Cookbook, report: Reporter) -> None:
    """Say what a user would not expect of the files that were chosen."""
    listed = sorted(files, key=lambda file: file.filename)
    sources = {file.name for file in listed if file.kind is Kind.SDIST}
    for file in listed:
        if file.yanked is not None:
            report(Warn(text=f"{file.filename} was yanked{f': {file.yanked}' if file.yanked else ''}"))
        if (
            file.kind is Kind.WHEEL
            and Kind.SDIST in inputs.formats.allowed(file.name)[:1]
            and file.name not in inputs.seeds
            and file.name not in sources
            and file.direct is None
        ):
            report(Note(text=_why_wheel(file, recipes)))


def _why_wheel(file: Artifact, recipes: Cookbook) -> str:
    seeding = [rule for rule in recipes.about(file.name) if rule.policy is not None]
    if not seeding or seeding[-1].policy is not Policy.SEED:
        return f"of {file.name} {file.version} no sdist can be taken: its wheel is"
    why = f", since {seeding[-1].why}" if seeding[-1].why else ""
    return f"{file.name} {file.version} is taken as a wheel{why} ({seeding[-1].origin})"
