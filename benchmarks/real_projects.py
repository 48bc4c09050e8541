"""Real projects, over all build backends, whose build closures are proved."""

from __future__ import annotations

from dataclasses import dataclass

PURE_CYTHON = ("--recipe", "pure-cython")
"""Compiling Cython itself takes minutes, and changes nothing of what a closure holds."""

BEFORE_FLIT_CORE_4 = ("--build-deps-as-of", "2026-08-01")
"""cloudpickle, which joblib's build needs, has a pyproject.toml that flit_core 4 refuses."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project of the index."""

    name: str
    options: tuple[str, ...] = ()
    """Of our command, beyond those that all get; further requirements too."""
    not_built: str = ""
    """Why it is collected and no more, as a clause."""

    @property
    def title(self) -> str:
        """What the table calls it."""
        return f"`{' '.join((self.name, *self.options))}`"


LONG = "compiling it takes many minutes"
LIBRARY = "it needs C libraries that this machine lacks"
SUBPROJECT = "its build downloads the sources of a C library"
RUST = "it needs Rust, and crates that no index of Python has"

PROJECTS = (
    # flit_core
    Project("flit-core"),
    Project("packaging"),
    Project("typing-extensions"),
    Project("click"),
    Project("blinker"),
    Project("docutils"),
    Project("flask"),
    # setuptools
    Project("setuptools"),
    Project("wheel"),
    Project("requests"),
    Project("stevedore"),
    Project("markupsafe"),
    Project("msgpack", PURE_CYTHON),
    Project("ujson"),
    Project("greenlet"),
    Project("pyyaml", PURE_CYTHON),
    Project("cython", PURE_CYTHON),
    Project("cffi"),
    Project("simplejson"),
    # setup.py alone
    Project("future"),
    Project("termcolor==1.1.0"),
    # Versioneer, setuptools-scm, hatch-vcs
    Project("constantly"),
    Project("setuptools-scm"),
    Project("hatch-vcs"),
    # hatchling
    Project("attrs"),
    Project("hatchling"),
    Project("pluggy"),
    Project("twisted"),
    # poetry-core
    Project("poetry-core"),
    Project("tomlkit"),
    Project("rich"),
    # pdm-backend
    Project("pdm-backend"),
    Project("pbs-installer"),
    Project("fastapi", ("--no-deps",)),
    # meson-python
    Project("meson-python"),
    Project("siphash24", PURE_CYTHON, not_built=SUBPROJECT),
    # scikit-build-core
    Project("scikit-build-core"),
    Project("pybind11"),
    # maturin, setuptools-rust
    Project("jsonschema", not_built=RUST),
    Project("orjson", not_built=RUST),
    Project("cryptography", not_built=RUST),
    # large ones
    Project("numpy", not_built=LONG),
    Project("pandas", not_built=LONG),
    Project("scikit-learn", BEFORE_FLIT_CORE_4, not_built=LONG),
    Project("matplotlib", not_built=LONG),
    Project("contourpy", not_built=LONG),
    Project("pillow", not_built=LIBRARY),
    Project("lxml", PURE_CYTHON),
    Project("pyzmq", not_built=SUBPROJECT),
    Project("pygobject", not_built=LIBRARY),
)
