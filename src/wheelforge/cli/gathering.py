"""Reads the command line's requirements and every file that is named there, each in its own form."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name, is_normalized_name

from wheelforge.cli.gathered import Gathered
from wheelforge.errors import UsageError
from wheelforge.formats.fault import Fault, FaultyText
from wheelforge.formats.input_file import Form, form_of
from wheelforge.formats.reference import is_folder, names_a_place
from wheelforge.formats.requirement import BadRequirement, parse_editable, parse_input
from wheelforge.formats.requirements_file import RequirementsFile
from wheelforge.formats.requirements_txt import Fetch, Use, read_requirements
from wheelforge.model.inputs import Asked, Reference
from wheelforge.model.told import printable
from wheelforge.model.treatment import unrecordable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wheelforge.cli.options import Asking

COMMAND_LINE = "the command line"
_LISTS = (".txt", ".in", ".toml", ".lock", ".py")
_NO_PROJECTS = (".txt", ".in", ".toml", ".lock")
"""Of those the suffixes that no project's name has; some end with ``.py``."""


def gather(asking: Asking, override_files: Iterable[str], fetch: Fetch | None) -> Gathered:
    """Read everything that is named.

    Raises:
        UsageError: something is not a requirement, a file cannot be read, or lacks what is picked of it.
    """
    found, settings = _typed(asking), _settings(asking.config_settings)
    forms = [(source, form_of(source)) for source in asking.requirement_files]
    _check_picks(asking, {form for _, form in forms})
    for source, form in forms:
        if form is Form.REQUIREMENTS:
            found = _with_file(found, read_requirements(source, fetch=fetch))
        else:
            from wheelforge.cli.projects import with_input  # noqa: PLC0415 - most runs name requirements only

            found = with_input(found, source, form, asking)
    found = _with_settings(found, settings, [source for source, form in forms if form is Form.PROJECT])
    for source in asking.constraint_files:
        found = _with_file(found, _read_list(source, Use.CONSTRAINTS, fetch))
    for source in asking.build_constraint_files:
        file = _read_list(source, Use.CONSTRAINTS, fetch)
        found = replace(_aside(found, file, source), build_constraints=(*found.build_constraints, *_named(file)))
    for source in override_files:
        file = _read_list(source, Use.REQUIREMENTS, fetch)
        found = replace(_aside(found, file, source), overrides=(*found.overrides, *_named(file)))
    if folders := [one for one in found.references if is_folder(one.location)]:
        from wheelforge.formats.folder_input import check_folders  # noqa: PLC0415 - most runs name no folder

        check_folders(folders)
    return found


def _read_list(source: str, use: Use, fetch: Fetch | None) -> RequirementsFile:
    """Read a file of constraints or overrides, which pip knows in one form only."""
    if form_of(source) is not Form.REQUIREMENTS:
        raise UsageError(f"{source} is no requirement file", hint=f"-r {source} takes what it asks for")
    return read_requirements(source, use=use, fetch=fetch)


def _typed(asking: Asking) -> Gathered:
    """The requirements of the command line, or all of their faults."""
    entries, faults = list[Asked | Reference](), list[Fault]()
    for parse, texts in ((parse_input, asking.requirements), (parse_editable, asking.editables)):
        for text in texts:
            _check_no_file(text)
            try:
                entries.append(parse(text, origin=COMMAND_LINE))
            except BadRequirement as error:
                faults.extend(error.faults)
    if faults:
        raise FaultyText(faults)
    return Gathered(
        requirements=tuple(entry for entry in entries if isinstance(entry, Asked)),
        references=tuple(entry for entry in entries if isinstance(entry, Reference)),
    )


def _settings(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    parted = [text.partition("=") for text in texts]
    if faulty := [key + equals for key, equals, _ in parted if not key or not equals]:
        raise UsageError(
            f"--config-settings {printable(faulty[0])}: expected KEY=VALUE", hint="--config-settings editable=no"
        )
    for key, equals, value in parted:
        if problem := unrecordable(key + equals + value):
            raise UsageError(
                f"--config-settings {printable(key)}: {problem}",
                hint="leave it out: what a build is handed stands in the lock as it is",
            )
    return tuple((key, value) for key, _, value in parted)


def _with_settings(found: Gathered, settings: tuple[tuple[str, str], ...], projects: Iterable[str]) -> Gathered:
    """Settings are for what was typed, as in pip; where nothing was, for the projects that were named by their file."""
    if not settings:
        return found
    named: list[Asked | Reference] = [*found.requirements, *found.references]
    meant = [one for one in named if one.origin == COMMAND_LINE]
    if not meant:
        folders = {Path(source).resolve().parent.as_uri() for source in projects}
        meant = [one for one in found.references if one.location.rstrip("/") in folders]
    if not meant:
        raise UsageError(
            "--config-settings are for what is named on the command line, and nothing is",
            hint="put them on the line of a requirement file: NAME --config-settings KEY=VALUE",
        )
    return replace(
        found,
        requirements=tuple(replace(one, settings=settings) if one in meant else one for one in found.requirements),
        references=tuple(replace(one, settings=settings) if one in meant else one for one in found.references),
    )


def _check_no_file(text: str) -> None:
    """``requirements.txt`` is the name of a project, but hardly ever meant as one."""
    if not text.isprintable() or not text.endswith(_LISTS):
        return
    if Path(text).is_file():
        raise UsageError(f"{text} is a file, and stands where a requirement is expected", hint=f"-r {text}")
    if text.endswith(_NO_PROJECTS) and not names_a_place(text) and is_normalized_name(canonicalize_name(text)):
        raise UsageError(
            f"there is no file {text}",
            hint=f"a file is given with -r FILE; a project of that name is asked for as {canonicalize_name(text)}",
        )


def _check_picks(asking: Asking, forms: set[Form]) -> None:
    """Options that pick from a project or a lock say nothing without one."""
    picks = [
        ("--all-extras", asking.all_extras),
        ("--only-group", bool(asking.only_groups)),
        ("--extra", bool(asking.extras)),
        ("--group", bool(asking.groups)),
        ("--no-default-groups", asking.no_default_groups),
        ("--no-emit-project", asking.no_emit_project),
        ("--all-packages", asking.all_packages),
        ("--package", asking.package is not None),
    ]
    given = [option for option, is_given in picks if is_given]
    if given and not forms & {Form.PROJECT, Form.LOCK}:
        raise UsageError(f"{', '.join(given)}: there is no project to pick from", hint="name it: -r pyproject.toml")


def _with_file(found: Gathered, file: RequirementsFile) -> Gathered:
    return replace(
        found,
        requirements=found.requirements + file.requirements,
        references=found.references + file.references,
        constraints=found.constraints + file.constraints,
        constraint_places=found.constraint_places + file.constraint_places,
        files=(*found.files, file),
    )


def _named(file: RequirementsFile) -> tuple[Asked, ...]:
    if places := file.references + file.constraint_places:
        told = "\n".join(f"  {one.told} ({one.origin})" for one in places)
        raise UsageError(f"only projects and their versions can be named here, not places:\n{told}")
    return file.requirements + file.constraints


def _aside(found: Gathered, file: RequirementsFile, source: str) -> Gathered:
    """A file from which only requirements are taken: what else it says is told, not dropped in silence."""
    plain = RequirementsFile(requirements=file.requirements, constraints=file.constraints, hashed=file.hashed)
    if file == plain:
        return found
    return replace(found, warnings=(*found.warnings, f"{source}: its options count for nothing here"))
