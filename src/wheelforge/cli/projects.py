"""Projects, scripts and locks as inputs, and what is picked of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wheelforge.formats.input_file import Form
from wheelforge.formats.lock_input import read_lock_input
from wheelforge.formats.lock_picks import Picks
from wheelforge.formats.project_inputs import read_project_inputs
from wheelforge.formats.script import read_script

if TYPE_CHECKING:
    from wheelforge.cli.gathered import Gathered
    from wheelforge.cli.options import Asking
    from wheelforge.formats.dependency_walk import ProjectInputs


def with_input(found: Gathered, source: str, form: Form, asking: Asking) -> Gathered:
    """Read a file that is no requirement file.

    Raises:
        UsageError: it cannot be read, or lacks what is picked of it.
    """
    picks, path = _picks(asking), Path(source)
    match form:
        case Form.LOCK:
            return replace(found, locks=(*found.locks, read_lock_input(path, picks)))
        case Form.SCRIPT:
            return _with_project(found, read_script(path))
        case _:
            return _with_project(found, read_project_inputs(path, picks))


def _with_project(found: Gathered, project: ProjectInputs) -> Gathered:
    return replace(
        found,
        requirements=found.requirements + project.requirements,
        references=found.references + project.references,
        constraints=found.constraints + project.constraints,
        overrides=found.overrides + project.overrides,
        build_constraints=found.build_constraints + project.build_constraints,
        pins=found.pins + tuple(pin for pin in project.pins if pin not in found.pins),
        requires_python=found.requires_python + project.requires_python,
        notes=found.notes + project.notes,
    )


def _picks(asking: Asking) -> Picks:
    return Picks(
        extras=tuple(map(canonicalize_name, asking.extras)),
        groups=tuple(map(canonicalize_name, asking.groups)),
        default_groups=not asking.no_default_groups,
        emit_project=not asking.no_emit_project,
        all_packages=asking.all_packages,
        package=None if asking.package is None else canonicalize_name(asking.package),
        all_extras=asking.all_extras,
        only_groups=tuple(map(canonicalize_name, asking.only_groups)),
    )
