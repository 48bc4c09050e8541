"""pip's ``--platform``, ``--python-version``, ``--implementation`` and ``--abi``: together they are one target."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.tags import android_platforms, compatible_tags, cpython_tags, generic_tags, ios_platforms, mac_platforms

from wheelforge.errors import UsageError
from wheelforge.interpreters.misspelt import Misspelt
from wheelforge.interpreters.platforms import ARCHITECTURES, parse_platform, platform_markers
from wheelforge.interpreters.pythons import (
    ANY_PATCH,
    OLDEST_MINOR,
    WORDS,
    Implementation,
    interpreter_markers,
    make_target,
    parse_python,
    usual_abi,
)
from wheelforge.model.nearest import nearest
from wheelforge.model.targets import Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.tags import Tag

PIP = "pip"
"""The first part of the name of a target that nothing but pip's flags can describe."""

_WORDS = {
    **WORDS,
    "py": WORDS["cp"],
    "ip": ("ironpython", "IronPython"),
    "jy": ("jython", "Jython"),
}
"""What ``--implementation`` may say, and how PEP 508 calls it."""
_LONG_WORDS = {name: short for short, (name, _) in _WORDS.items() if short not in {"py", name}} | {"python": "cp"}
"""What somebody may say instead."""
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The flags as they were given; nothing where one was not."""

    platforms: tuple[str, ...] = ()
    python_version: str | None = None
    implementation: str | None = None
    abis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Machine:
    """The flags as they are meant, none missing."""

    implementation: str
    version: tuple[int, ...]
    """One number, two or three."""
    abis: tuple[str, ...]
    platforms: tuple[str, ...]

    @property
    def interpreter(self) -> str:
        return f"{self.implementation}{''.join(map(str, self.version[:2]))}"

    @property
    def name(self) -> str:
        exact = len(self.version) > 2  # noqa: PLR2004 - major and minor, and a patch
        python = f"{self.implementation}{'_'.join(map(str, self.version))}" if exact else self.interpreter
        return f"{PIP}-{python}-{'+'.join(self.abis) or 'none'}-{'+'.join(self.platforms)}"


def flags_target(flags: Flags, host: Target) -> Target:
    """The one target that the flags describe, with the tags that pip gives for them; missing ones are ``host``'s.

    pip takes a manylinux platform by its word: ``manylinux_2_28_x86_64`` does not admit a wheel for 2.17. Where that
    makes no difference the target has the name of the plain one, ``cp312-win_amd64``, else one that begins with
    ``pip-``. Two things differ from pip: markers are the target's, and a patch release that is not named is open.
    Of ``host``'s platform the bare ``linux_ARCH`` is left out.

    Raises:
        UsageError: a flag means nothing, or the platforms are of two machines.
    """
    own = host.tags[0]
    implementation = _implementation(flags.implementation or re.sub(r"\d.*", "", own.interpreter))
    version = _version(flags.python_version or host.environment["python_version"])
    machine = _Machine(
        implementation=implementation,
        version=version,
        abis=_abis(flags.abis, implementation) if flags.abis else _usual_abis(implementation, version, own),
        platforms=_platforms(flags.platforms or (host.name.rpartition("-")[2],)),
    )
    if flags.platforms or machine.platforms[0].startswith("linux_"):
        return _target(machine)
    plain = _plain(machine)
    if plain is None:
        if implementation not in WORDS:
            raise UsageError(
                f"--implementation {implementation} needs a --platform beside it",
                hint=f"--platform {machine.platforms[0]} is this machine's",
            )
        raise UsageError(
            "--python-version 3, several --abi, or an --abi of another Python need a --platform beside them",
            hint=f"--platform {machine.platforms[0]} is this machine's",
        )
    return plain


def named_flags(text: str) -> Target:
    """Read the name that `flags_target` gave: ``pip-cp312-cp312-manylinux2014_x86_64+manylinux_2_28_x86_64``.

    Raises:
        Misspelt: it is no such name.
        UsageError: a part of it means nothing.
    """
    found = re.fullmatch(rf"{PIP}-([a-z]+?)(3(?:\d{{0,3}}|_\d{{1,3}}_\d{{1,3}}))-([^-]+)-([^-]+)", text)
    if found is None:
        advice = "such names are pip-PYTHON-ABIS-PLATFORMS, pip-cp312-cp312-manylinux2014_x86_64"
        raise Misspelt(text, slice(0, len(text)), f"{text!r} is no target", advice=advice)
    word, version, abis, platforms = found.groups()
    implementation = _implementation(word)
    machine = _Machine(
        implementation=implementation,
        version=_version(version.replace("_", ".")),
        abis=_abis(abis.split("+"), implementation),
        platforms=_platforms(platforms.split("+")),
    )
    return _target(machine)


def _target(machine: _Machine) -> Target:
    tags = tuple(dict.fromkeys(_tags(machine)))
    plain = _plain(machine)
    if plain is not None and plain.tags == tags:
        return plain
    if len(machine.name) > _LONGEST_NAME:
        raise UsageError(f"too many of --platform and --abi for one target: its name {machine.name} is too long")
    major, minor, patch = (*machine.version, 0, 0)[:3]
    is_open = len(machine.version) == 2  # noqa: PLR2004 - major and minor
    abi = next(iter(machine.abis), "")
    markers = interpreter_markers(_WORDS[machine.implementation], (major, minor, patch), abi)
    return Target(
        name=machine.name,
        environment=dict(sorted((markers | _markers(machine.platforms)).items())),
        tags=tags,
        newest_python=f"{major}.{minor}.{ANY_PATCH}" if is_open else None,
    )


def _plain(machine: _Machine) -> Target | None:
    """The target without pip's peculiarities, where its name can say as much."""
    match machine.abis, machine.platforms, machine.version:
        case ([] | [_]) as abis, [platform], [_, _, *_]:
            python = f"{machine.implementation}{'_'.join(map(str, machine.version))}"
            try:
                return make_target(parse_python(python, *(abis or ("abi3",))), parse_platform(platform))
            except Misspelt:
                return None
        case _:
            return None


def _tags(machine: _Machine) -> Iterator[Tag]:
    """In pip's order (``pip._internal.utils.compatibility_tags``)."""
    platforms = tuple(dict.fromkeys(one for named in machine.platforms for one in _expanded(named)))
    version = machine.version[:2]
    if machine.implementation == "cp":
        yield from cpython_tags(version, machine.abis, platforms)
    else:
        yield from generic_tags(machine.interpreter, machine.abis, platforms)
    yield from compatible_tags(version, machine.interpreter, platforms)


def _expanded(platform: str) -> Iterable[str]:
    """What pip takes a platform for: itself, what macOS, iOS and Android run too, and two old names of manylinux."""
    if found := re.fullmatch(r"macosx_(\d{1,3})_(\d{1,3})_(\w+)", platform):
        return mac_platforms((int(found[1]), int(found[2])), found[3])
    if found := re.fullmatch(r"ios_(\d{1,3})_(\d{1,3})_(\w+)", platform):
        return ios_platforms((int(found[1]), int(found[2])), found[3])
    if found := re.fullmatch(r"android_(\d{1,3})_(\w+)", platform):
        return android_platforms(int(found[1]), found[2])
    if found := re.fullmatch(r"manylinux2014_(x86_64|i686)", platform):
        return (platform, f"manylinux2010_{found[1]}", f"manylinux1_{found[1]}")
    if found := re.fullmatch(r"manylinux2010_(\w+)", platform):
        return (platform, f"manylinux1_{found[1]}")
    return (platform,)


def _markers(platforms: tuple[str, ...]) -> dict[str, str]:
    known = {platform: markers for platform in platforms if (markers := platform_markers(platform)) is not None}
    if not known:
        raise UsageError("--platform any is a platform of wheels: name one of a machine too")
    first, markers = next(iter(known.items()))
    for other, its in known.items():
        if its != markers:
            raise UsageError(
                f"--platform {first} and --platform {other} are two machines, and several --platform are one target",
                hint="for several targets repeat --target",
            )
    return dict(markers)


def _implementation(text: str) -> str:
    word = text.lower()
    if word in _WORDS:
        return word
    near = nearest(word, [*_WORDS, *_LONG_WORDS])
    problem = f"{text!r} is no implementation; they are {', '.join(_WORDS)}"
    advice = "--implementation cp is CPython"
    fault = Misspelt(text, slice(0, len(text)), problem, meant=near and _LONG_WORDS.get(near, near), advice=advice)
    raise fault.said_by("--implementation")


def _version(text: str) -> tuple[int, ...]:
    """As pip reads it: ``3``, ``312``, ``3.12`` or ``3.12.4``."""
    found = re.fullmatch(r"(3)(?:\.?(\d{1,3})|\.(\d{1,3})\.(\d{1,2}))?", text, re.ASCII)
    version = tuple(int(part) for part in found.groups() if part) if found else ()
    if not version or any(minor < OLDEST_MINOR for minor in version[1:2]):
        problem = f"expected a version of Python, 3.{OLDEST_MINOR} or later"
        fault = Misspelt(text, slice(0, len(text)), problem, advice="such as 3.12, 312 or 3.12.4")
        raise fault.said_by("--python-version")
    return version


def _abis(texts: Iterable[str], implementation: str) -> tuple[str, ...]:
    """Without those of every CPython: they have their place in the order however they are given."""
    abis = tuple(dict.fromkeys(text.lower() for text in texts))
    for abi in abis:
        if not re.fullmatch(r"[a-z]\w{1,40}", abi, re.ASCII):
            advice = "ABIs are such as cp312, abi3 and none"
            raise Misspelt(abi, slice(0, len(abi)), f"{abi!r} is no ABI", advice=advice).said_by("--abi")
    if implementation != "cp":
        return abis
    threaded = any(re.fullmatch(r"cp\d+t", abi) for abi in abis)
    return tuple(abi for abi in abis if abi not in {"abi3", "none", "abi3t" if threaded else ""})


def _usual_abis(implementation: str, version: tuple[int, ...], host: Tag) -> tuple[str, ...]:
    """What the host would have if it were of that implementation and version."""
    if len(version) == 1:
        return ()
    if implementation == "cp":
        return (f"cp{version[0]}{version[1]}{'t' if host.abi == f'{host.interpreter}t' else ''}",)
    if host.interpreter == f"{implementation}{version[0]}{version[1]}":
        return (host.abi,)
    return (usual_abi(Implementation.PYPY, version[1]),) if implementation == "pp" else ()


def _platforms(texts: Iterable[str]) -> tuple[str, ...]:
    """Each once. Besides those of targets pip has platforms that promise less, and old ones of macOS."""
    platforms = tuple(dict.fromkeys(text.lower() for text in texts))
    for platform in platforms:
        found = re.fullmatch(r"any|linux_(\w+)|macosx_\d{1,3}_\d{1,3}_(?:intel|fat64|universal)", platform, re.ASCII)
        if found and found[1] in {None, *ARCHITECTURES["manylinux"]}:
            continue
        try:
            parse_platform(platform)
        except Misspelt as error:
            raise error.said_by("--platform") from None
    return platforms
