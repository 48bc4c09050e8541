"""The failures that builds are known to die of, as the built-in `failures.toml` writes them down."""

from __future__ import annotations

import functools

import msgspec

from wheelforge.recipes.shipped import shipped_folder


class Failure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One ``[[failure]]``; recipes/README.md says how it is written."""

    pattern: str
    """A regular expression for one line of a log; its group ``what``, if any, is the thing that is missing."""
    hint: str
    """What to do; ``{what}`` and ``{package}`` are filled in."""
    example: str
    """A line that the pattern finds, as a real tool wrote it."""
    packages: dict[str, str] = {}
    """From ``what``, or a glob of it, to the package that has it."""
    otherwise: str | None = None
    """The hint where ``packages`` does not know ``what``; without it the failure is then passed over."""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    failure: tuple[Failure, ...]


@functools.cache
def known_failures() -> tuple[Failure, ...]:
    """Every known failure, in the order of the file: the first that is found in a log is the one."""
    data = (shipped_folder() / "failures.toml").read_bytes()
    return msgspec.toml.decode(data, type=_File).failure
