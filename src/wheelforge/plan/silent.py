"""Which backends are known to ask for nothing beyond ``[build-system]``, so that nobody has to run them to learn it.

Read in the sources of the backends, in the versions that are named at each rule. What is not certain is asked: to ask
in vain takes a moment, and what was wrongly not asked for is missing where there is no network any more. All of this
holds for an sdist that is built as it stands: with patches, variables or settings its backend may say otherwise.
"""

from __future__ import annotations

import configparser
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelforge.model.toml import BrokenToml, parse_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from packaging.utils import NormalizedName

    from wheelforge.model.metadata import BuildSystem

_SETUPTOOLS = "setuptools.build_meta"
_WITHOUT_WHEEL = Version("70.1")
"""The first setuptools whose ``get_requires_for_build_wheel`` does not ask for ``wheel``, which it then had itself."""
_RUNS_CODE = frozenset({"options", "metadata", "global", "aliases"})
"""Sections of setup.cfg that hold ``setup_requires``, name code to be imported, or alter which commands are run."""
_SCM_SCHEMES = frozenset({"local_scheme", "version_scheme"})
_SCM_VALUES = _SCM_SCHEMES | {"fallback_version", "relative_to", "root", "tag_regex", "version_file", "write_to"}
"""Keys of ``[tool.setuptools_scm]`` whose values are no code; a scheme may name some, with a colon."""


def is_silent(system: BuildSystem) -> bool:
    """Whether ``get_requires_for_build_wheel`` (PEP 517) is known to add nothing, in whatever environment."""
    rule = _RULES.get(system.backend)
    return rule is not None and not system.backend_path and rule(system)


def is_silent_among(system: BuildSystem, environment: Mapping[NormalizedName, Version]) -> bool:
    """Whether it is known to add nothing in an environment of these versions.

    Only for setuptools, 70.1 to 84.2 (``build_meta.py``, ``__init__.py``, ``config/``): it answers with what reaches
    ``Distribution.fetch_build_eggs``, and that is ``setup_requires`` of setup.py or setup.cfg. A plugin or code of the
    project could call it too, and so there must be none: neither setup.py, nor a command or an attribute to import.
    """
    own = environment.get(canonicalize_name("setuptools"))
    return (
        system.backend == _SETUPTOOLS
        and not system.backend_path
        and own is not None
        and own >= _WITHOUT_WHEEL
        and _requires_only(system, {"setuptools", "setuptools-scm", "wheel"})
        and _has(system.pyproject, "project")
        and "setup.py" not in system.beside
        and _runs_no_code(system)
    )


def _flit(system: BuildSystem) -> bool:
    """flit_core 3.2 to 4.2, ``buildapi.py``.

    A version or a description that is dynamic is read from the module, and if that has to be imported for it, the
    requirements of the project are asked for, if it has any. Older ones know no ``[project]``, and always do so.
    """
    project = _table(system.pyproject, "project")
    dynamic = project.get("dynamic", [])
    known = isinstance(dynamic, list) and not {"version", "description"} & set(map(str, dynamic))
    needs_nothing = not project.get("dependencies") and not project.get("optional-dependencies")
    is_read = _has(system.pyproject, "project") and not _has(system.pyproject, "tool", "flit", "metadata")
    return is_read and (known or needs_nothing)


def _poetry(_system: BuildSystem) -> bool:
    """poetry-core 1.0 to 2.5, ``masonry/api.py``: always an empty list."""
    return True


def _pdm(system: BuildSystem) -> bool:
    """pdm-backend 2.0 to 2.5, ``__init__.py``: setuptools where ``run-setuptools`` says so, and nothing else.

    It imports its plugins and the hook of the project before, so there must be none.
    """
    settings = _table(system.pyproject, "tool", "pdm", "build")
    imports = {"run-setuptools", "custom-hook"} & settings.keys() or "pdm_build.py" in system.beside
    return not imports and _requires_only(system, {"pdm-backend"})


def _hatchling(system: BuildSystem) -> bool:
    """Read in hatchling 0.8 to 1.33, ``builders/config.py``: what its settings name for builds, the wheel and hooks.

    No plugin is loaded to find that out. Settings stand in hatch.toml, too.
    """
    beside = system.beside.get("hatch.toml", b"")
    if beside is None:
        return False
    try:
        settings = (_table(system.pyproject, "tool", "hatch"), parse_toml(beside))
    except BrokenToml:
        return False
    return not any(_names_requirements(_table(one, "build")) for one in settings)


def _names_requirements(build: Mapping[str, object]) -> bool:
    asking = {"dependencies", "hooks", "require-runtime-dependencies", "require-runtime-features"}
    return bool(asking & {*build, *_table(build, "targets", "wheel")})


_RULES: Mapping[str, Callable[[BuildSystem], bool]] = {
    "flit_core.buildapi": _flit,
    "hatchling.build": _hatchling,
    "pdm.backend": _pdm,
    "poetry.core.masonry.api": _poetry,
}


def _runs_no_code(system: BuildSystem) -> bool:
    tool = _table(system.pyproject, "tool")
    own, scm = _table(tool, "setuptools"), _table(tool, "setuptools_scm")
    dynamic = _table(own, "dynamic").values()
    return (
        all(isinstance(value, dict) and "attr" not in value for value in dynamic)
        and "cmdclass" not in own
        and not {"distutils", "vcs-versioning"} & tool.keys()
        and scm.keys() <= _SCM_VALUES
        and not any(":" in str(scm.get(key)) for key in _SCM_SCHEMES)
        and ("setup.cfg" not in system.beside or _is_harmless(system.beside["setup.cfg"]))
    )


def _is_harmless(setup_cfg: bytes | None) -> bool:
    """Whether a setup.cfg says nothing but what other tools and single commands are to do."""
    parser = configparser.RawConfigParser()
    if setup_cfg is None:
        return False
    try:
        parser.read_string(setup_cfg.decode())
    except (configparser.Error, UnicodeDecodeError):
        return False
    sections = {section.strip().lower() for section in parser.sections()}
    return not parser.defaults() and not {section.partition(".")[0] for section in sections} & _RUNS_CODE


def _requires_only(system: BuildSystem, names: Iterable[str]) -> bool:
    try:
        return {canonicalize_name(Requirement(text).name) for text in system.requires} <= set(names)
    except InvalidRequirement:
        return False


def _has(table: Mapping[str, object], *path: str) -> bool:
    *above, last = path
    return isinstance(_table(table, *above).get(last), dict)


def _table(table: Mapping[str, object], *path: str) -> Mapping[str, object]:
    """A table inside a table; empty where there is none, or something else stands there."""
    for key in path:
        inner = table.get(key)
        table = inner if isinstance(inner, dict) else {}
    return table
