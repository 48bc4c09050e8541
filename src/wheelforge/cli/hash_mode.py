"""pip's hash-checking mode: whether it is on, and whether all that is asked for can be checked in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wheelforge.errors import UsageError
from wheelforge.formats.reference import is_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wheelforge.formats.requirements_file import RequirementsFile
    from wheelforge.model.inputs import Asked, Reference


def hashes_are_required(files: Sequence[RequirementsFile], *, option: bool) -> bool:
    """Whether each requirement must have a hash: where that is said, or one has one.

    Raises:
        UsageError: it is said, and denied.
    """
    required = option or any(file.require_hashes for file in files)
    waived = any(file.no_require_hashes for file in files)
    if required and waived:
        raise UsageError("--require-hashes and --no-require-hashes exclude each other", hint="leave one of them out")
    return required or (not waived and any(file.hashed for file in files))


def check_hashes(requirements: Iterable[Asked], references: Sequence[Reference]) -> None:
    """Make sure that all can be checked: by name it is pinned, and it carries a hash.

    Raises:
        UsageError: something cannot.
    """
    requirements = tuple(requirements)
    loose = [one for one in references if one.location.startswith("git+") or is_folder(one.location)]
    _refuse(
        "hashes are required, and repositories and folders have none:",
        [(one.told, one.origin) for one in loose],
        "name an archive of it with its hash, or leave out the hashes",
    )
    bare = [(str(one.requirement), one.origin) for one in requirements if not one.hashes]
    bare += [(one.told, one.origin) for one in references if not one.hashes]
    _refuse("hashes are required, and these have none:", bare, "add --hash=sha256:... to each of them, or to none")
    _refuse(
        "hashes are required, and these are not pinned with ==:",
        [(str(one.requirement), one.origin) for one in requirements if not _is_pinned(one)],
        "name one version of each: NAME==VERSION --hash=sha256:...",
    )


def _refuse(problem: str, entries: Iterable[tuple[str, str]], hint: str) -> None:
    lines = [f"  {text} ({origin})" for text, origin in entries]
    if lines:
        raise UsageError("\n".join([problem, *lines]), hint=hint)


def _is_pinned(asked: Asked) -> bool:
    return any(
        clause.operator in {"==", "==="} and not clause.version.endswith(".*") for clause in asked.requirement.specifier
    )
