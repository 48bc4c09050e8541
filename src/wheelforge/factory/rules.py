"""What is checked and said of a finished choice before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wheelforge.errors import UsageError
from wheelforge.events import Note, Warn
from wheelforge.model.artifacts import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wheelforge.events import Reporter
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.inputs import Inputs
    from wheelforge.resolve.problem import Solution


def check_hashes(inputs: Inputs, runtime: Solution) -> None:
    """In pip's hash-checking mode everything that is taken was named with a hash.

    Raises:
        UsageError: what was not.
    """
    if not inputs.require_hashes:
        return
    hashed = {canonicalize_name(one.requirement.name) for one in inputs.requirements if one.hashes}
    bare = [f"  {choice.candidate}" for choice in runtime.choices if choice.candidate.name not in hashed]
    if bare:
        raise UsageError(
            "\n".join(["hashes are required, and these dependencies have none:", *bare]),
            hint="list every dependency with its hash, as `pip-compile --generate-hashes` does",
        )


def tell_exceptions(inputs: Inputs, files: Iterable[Artifact], report: Reporter) -> None:
    """Say what a user would not expect of the files that were chosen."""
    for file in sorted(files, key=lambda file: file.filename):
        if file.yanked is not None:
            report(Warn(text=f"{file.filename} was yanked{f': {file.yanked}' if file.yanked else ''}"))
        if (
            file.kind is Kind.WHEEL
            and Kind.SDIST in inputs.formats.allowed(file.name)[:1]
            and file.name not in inputs.seeds
        ):
            report(Note(text=f"{file.name} {file.version} has no sdist: its wheel is taken"))
