"""What a wheel holds, in outline: enough to tell that another wheel of the same version lacks something."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The outline of one wheel; every tuple is sorted."""

    tags: tuple[str, ...]
    """``cp312-cp312-manylinux_2_28_x86_64``, one by one (PEP 425)."""
    modules: tuple[str, ...]
    """What can be imported from its top level: modules and packages, namespace packages included."""
    extensions: tuple[str, ...] = ()
    """Extension modules, dotted: ``markupsafe._speedups``."""
    entry_points: tuple[str, ...] = ()
    """``GROUP: NAME``: ``console_scripts: flask``."""
