"""Interpreters by name: their ABI, their markers (PEP 508), and the order in which they take wheels (PEP 425)."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.tags import compatible_tags, cpython_tags, generic_tags

from wheelforge.interpreters.misspelt import Misspelt
from wheelforge.model.nearest import nearest
from wheelforge.model.targets import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.tags import Tag

    from wheelforge.interpreters.platforms import Platform

OLDEST_MINOR = 8
"""Python 3.8; there is no newest."""
ANY_PATCH = 99
"""No release of Python comes to so many patches."""
_FIRST_FREE_THREADED = 13
_FIRST_PP80 = 11


class Implementation(enum.Enum):
    """An implementation of Python; the value is how its wheels call it."""

    CPYTHON = "cp"
    PYPY = "pp"
    GRAALPY = "graalpy"


WORDS = {"cp": ("cpython", "CPython"), "pp": ("pypy", "PyPy"), "graalpy": ("graalpy", "GraalVM")}
"""What PEP 508 calls an implementation: ``implementation_name`` and ``platform_python_implementation``."""
_ALSO_CALLED = dict.fromkeys(("", "p", "py", "python", "cpython", "cpy"), "cp") | {"pypy": "pp", "gp": "graalpy"}
_OTHER_ABIS = {
    Implementation.PYPY: r"pypy3{minor}_pp\d{{2,3}}",
    Implementation.GRAALPY: r"graalpy\d{{3}}_3{minor}_native",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Python:
    """An interpreter of Python 3."""

    implementation: Implementation
    minor: int
    patch: int | None
    """``None`` where any patch release is meant."""
    abi: str
    """Of its own extension modules: ``cp312``, ``cp313t``, ``pypy311_pp80``."""
    only: str | None = None
    """``abi3``, ``abi3t`` or ``none`` where no wheels of its own ABI are wanted, nor of what is less general."""

    @property
    def interpreter(self) -> str:
        """As in the tag of a wheel: ``cp312``."""
        return f"{self.implementation.value}3{self.minor}"

    @property
    def free_threaded(self) -> bool:
        """Whether it is a free-threaded CPython (PEP 703)."""
        return self.abi == f"{self.interpreter}t"

    @property
    def name(self) -> str:
        """As in the name of a target: ``cp312``, ``cp3_12_4``, ``cp313t``, ``cp312-abi3``."""
        version = f"3{self.minor}" if self.patch is None else f"3_{self.minor}_{self.patch}"
        name = f"{self.implementation.value}{version}{'t' if self.free_threaded else ''}"
        usual = self.free_threaded or self.abi == usual_abi(self.implementation, self.minor)
        abi = self.only or (None if usual else self.abi)
        return f"{name}-{abi}" if abi else name


def make_target(python: Python, platform: Platform) -> Target:
    """Put an interpreter on a platform.

    Markers of a Python whose patch release is open are those of its first, as pip and uv have it, so that what early
    releases need is not left out; its Requires-Python is met where any release meets it.
    """
    words = WORDS[python.implementation.value]
    markers = interpreter_markers(words, (3, python.minor, python.patch or 0), python.abi)
    return Target(
        name=f"{python.name}-{platform.name}",
        environment=dict(sorted({**markers, **platform.markers}.items())),
        tags=tuple(_tags(python, platform.tags)),
        newest_python=f"3.{python.minor}.{ANY_PATCH}" if python.patch is None else None,
    )


def interpreter_markers(words: tuple[str, str], version: tuple[int, int, int], abi: str) -> dict[str, str]:
    """What PEP 508 asks about an interpreter, and nothing about the one machine that it runs on."""
    full = ".".join(map(str, version))
    foreign = re.match(r"pypy3\d+_pp(\d)(\d+)|graalpy(\d\d)(\d)_", abi)
    own = ".".join(part for part in foreign.groups() if part) + ".0" if foreign else full
    name, title = words
    return {
        "implementation_name": name,
        "implementation_version": own,
        "platform_python_implementation": title,
        "platform_release": "",
        "platform_version": "",
        "python_full_version": full,
        "python_version": f"{version[0]}.{version[1]}",
    }


def parse_python(text: str, abi: str | None = None) -> Python:
    """Read the name of an interpreter, ``cp312``, ``cp3.12.4``, ``cp313t``, ``pp311``, and of its ABI if that is given.

    ``gp312_250`` of cibuildwheel is GraalPy 25.0. Python 3.8 and later are known, without an end.

    Raises:
        Misspelt: it names no interpreter, or none with this ABI; the error's text is ``text`` or ``abi``.
    """
    if found := re.fullmatch(r"gp3(\d{1,3})_(\d{3})", text, re.ASCII):
        return parse_python(f"graalpy3{found[1]}", abi or f"graalpy{found[2]}_3{found[1]}_native")
    parts = _PYTHON.fullmatch(text)
    if parts is None or (parts["threaded"] and parts["implementation"] != Implementation.CPYTHON.value):
        raise _unknown(text)
    implementation, minor = Implementation(parts["implementation"]), int(parts["joined"] or parts["minor"])
    if minor < OLDEST_MINOR:
        problem = f"Python 3.{minor} is too old: 3.{OLDEST_MINOR} is the first that is known"
        raise Misspelt(text, slice(len(implementation.value), len(text)), problem)
    own, only = _abi(text, implementation, minor, abi)
    patch = int(parts["patch"]) if parts["patch"] else None
    return Python(implementation=implementation, minor=minor, patch=patch, abi=own, only=only)


def usual_abi(implementation: Implementation, minor: int) -> str:
    """The ABI that an interpreter has where none is named; empty for GraalPy, whose every release has its own.

    PyPy's is that of PyPy 8 from Python 3.11 on, as in cibuildwheel's images, and that of PyPy 7.3 before.
    """
    match implementation:
        case Implementation.CPYTHON:
            return f"cp3{minor}"
        case Implementation.PYPY:
            return f"pypy3{minor}_pp{80 if minor >= _FIRST_PP80 else 73}"
        case Implementation.GRAALPY:
            return ""


def _abi(text: str, implementation: Implementation, minor: int, given: str | None) -> tuple[str, str | None]:
    """The interpreter's own ABI, and the only one that is wanted, if that is another."""
    own = usual_abi(implementation, minor)
    if implementation is not Implementation.CPYTHON:
        return _other_abi(text, own, _OTHER_ABIS[implementation].format(minor=minor), given), None
    if text.endswith("t") or given in {f"{own}t", "abi3t"}:
        own += "t"
        if minor < _FIRST_FREE_THREADED:
            problem = f"CPython has free-threaded builds from 3.{_FIRST_FREE_THREADED} on"
            raise Misspelt(text, slice(len(text) - 1, len(text)), problem, meant=text.removesuffix("t"))
    if given is None or given == own:
        return own, None
    stable = "abi3t" if own.endswith("t") else "abi3"
    if given not in {stable, "none"}:
        advice = f"its ABIs are {own}, {stable}, none"
        raise Misspelt(given, slice(0, len(given)), f"{text} has no ABI {given!r}", advice=advice)
    return own, given


def _other_abi(text: str, usual: str, pattern: str, given: str | None) -> str:
    abi = given or usual
    if not abi:
        advice = f"name its ABI too, such as {text}-graalpy250_{text.removeprefix('graalpy')}_native-PLATFORM"
        raise Misspelt(text, slice(0, len(text)), "every release of GraalPy has its own ABI", advice=advice)
    if not re.fullmatch(pattern, abi, re.ASCII):
        raise Misspelt(abi, slice(0, len(abi)), f"{text} has no ABI {abi!r}", meant=usual or None)
    return abi


def _tags(python: Python, platforms: tuple[str, ...]) -> Iterator[Tag]:
    """As `packaging.tags.sys_tags` of that interpreter gives them there, without the bare ``linux_ARCH``."""
    version = (3, python.minor)
    match python.implementation:
        case Implementation.CPYTHON:
            own = cpython_tags(version, (python.abi,), platforms)
            kept = frozenset({"none", python.only}) if python.only else None
            yield from (tag for tag in own if kept is None or tag.abi in kept)
            family: str | None = python.interpreter
        case Implementation.PYPY:
            yield from generic_tags(python.interpreter, (python.abi,), platforms)
            family = "pp3"
        case Implementation.GRAALPY:
            yield from generic_tags(python.interpreter, (python.abi,), platforms)
            family = None
    yield from compatible_tags(version, family, platforms)


_PYTHON = re.compile(
    r"(?P<implementation>cp|pp|graalpy)3(?:(?P<joined>\d{1,3})|[._](?P<minor>\d{1,3})(?:[._](?P<patch>\d{1,2}))?)"
    r"(?P<threaded>t?)",
    re.ASCII,
)


def _unknown(text: str) -> Misspelt:
    whole = slice(0, len(text))
    advice = "interpreters are such as cp312, cp313t (free-threaded), cp3.12.4 and pp311 (PyPy)"
    if re.fullmatch(r"(?:cp|pp|py|graalpy)3?", text):
        return Misspelt(text, whole, f"{text} says no minor version", advice=advice)
    if re.fullmatch(r"[a-z]*2[._]?\d+", text):
        return Misspelt(text, whole, "Python 2 is not known", advice=advice)
    found = re.fullmatch(r"([a-z]*)3[._]?(\d{1,3})([._]\d{1,2})?(t?)", text, re.ASCII)
    short = found and nearest(found[1], WORDS, _ALSO_CALLED)
    if found is None or short is None:
        return Misspelt(text, whole, f"{text!r} is no interpreter", advice=advice)
    version = f"3.{found[2]}{found[3].replace('_', '.')}" if found[3] else f"3{found[2]}"
    meant = f"{short}{version}{found[4] if short == 'cp' else ''}"
    return Misspelt(text, whole, f"{text!r} is no interpreter", meant=meant, advice=advice)
