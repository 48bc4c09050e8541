"""Platforms by name: which wheels run there, the best first, and what PEP 508 calls the system and the machine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.tags import android_platforms, ios_platforms, mac_platforms

from wheelforge.interpreters.linux import manylinux_platforms, musllinux_platforms, oldest_glibc
from wheelforge.interpreters.misspelt import Misspelt
from wheelforge.model.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Made = tuple[str, Iterable[str]]
    """The canonical name, and the platform tags of all wheels that run there."""

_LINUX = ("x86_64", "aarch64", "i686", "armv7l", "ppc64le", "s390x", "riscv64", "loongarch64", "ppc64")
ARCHITECTURES: Mapping[str, tuple[str, ...]] = {
    "manylinux": _LINUX,
    "musllinux": _LINUX,
    "macosx": ("arm64", "x86_64", "universal2"),
    "ios": ("arm64_iphoneos", "arm64_iphonesimulator", "x86_64_iphonesimulator"),
    "android": ("arm64_v8a", "armeabi_v7a", "x86_64", "x86"),
    "pyodide": ("wasm32",),
    "pyemscripten": ("wasm32",),
    "emscripten": ("wasm32",),
}
_ALSO_CALLED = {
    "linux": {
        "x64": "x86_64", "amd64": "x86_64", "x86": "i686", "i386": "i686", "arm64": "aarch64", "armv8": "aarch64",
        "arm": "armv7l", "armhf": "armv7l", "armv6l": "armv7l", "powerpc64le": "ppc64le",
    },
    "macosx": {"x64": "x86_64", "amd64": "x86_64", "intel": "x86_64", "aarch64": "arm64", "universal": "universal2"},
    "ios": {"arm64": "arm64_iphoneos", "iphoneos": "arm64_iphoneos", "aarch64": "arm64_iphoneos"},
    "android": {"arm64": "arm64_v8a", "aarch64": "arm64_v8a", "arm": "armeabi_v7a", "i686": "x86", "x64": "x86_64"},
}  # fmt: skip
_WINDOWS = {
    "win_amd64": ("", "64", "amd64", "x64", "x86_64"),
    "win32": ("32", "x86", "i386", "i686"),
    "win_arm64": ("arm64", "aarch64", "arm"),
}
_FAMILIES = {
    "linux": "manylinux", "manylinux1": "manylinux", "gnu": "manylinux", "musl": "musllinux", "alpine": "musllinux",
    "macos": "macosx", "osx": "macosx", "darwin": "macosx", "mac": "macosx", "iphone": "ios", "wasm": "pyodide",
}  # fmt: skip
_LEGACY = {"1": 5, "2010": 12, "2014": 17}
_NUMBER = r"(?:0|[1-9]\d{0,2})"
_VERSION = r"(\d{1,3})_(\d{1,3})"
_SYSTEMS: tuple[tuple[str, tuple[str, str, str], Mapping[str, str]], ...] = (
    (
        rf"(?:linux|manylinux(?:1|2010|2014|_{_VERSION})|musllinux_{_VERSION})_(?P<machine>\w+)",
        ("posix", "linux", "Linux"),
        {},
    ),
    (
        r"win_?(?P<machine>32|amd64|arm64)",
        ("nt", "win32", "Windows"),
        {"32": "x86", "amd64": "AMD64", "arm64": "ARM64"},
    ),
    (
        rf"macosx_{_VERSION}_(?P<machine>\w+)",
        ("posix", "darwin", "Darwin"),
        {"universal2": "arm64"} | dict.fromkeys(("intel", "fat64", "universal"), "x86_64"),
    ),
    (rf"ios_{_VERSION}_(?P<machine>arm64|x86_64)_\w+", ("posix", "ios", "iOS"), {}),
    (
        r"android_\d{1,3}_(?P<machine>\w+)",
        ("posix", "android", "Android"),
        {"arm64_v8a": "aarch64", "armeabi_v7a": "armv7l", "x86": "i686"},
    ),
    (
        r"(?:pyodide|pyemscripten|emscripten)_[\d_]+_(?P<machine>wasm32)",
        ("posix", "emscripten", "Emscripten"),
        {},
    ),
)
"""Platform tags, what PEP 508 calls their system, and what it calls their machine where that is not the tag's word."""
_FIRST_MAC = {"arm64": (11, 0), "x86_64": (10, 4), "universal2": (10, 4)}
_FIRST_IOS, _FIRST_ANDROID = 12, 16
_ONLY_GLIBC, _ONLY_MUSL = 2, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A system, a machine, and how old a system it may be."""

    name: str
    """As in the tag of a wheel, ``manylinux_2_28_x86_64``; one platform has one name."""
    tags: tuple[str, ...]
    """The platform tags of all wheels that run there, the most specific first."""
    markers: Mapping[str, str]
    """``os_name``, ``sys_platform``, ``platform_system`` and ``platform_machine`` (PEP 508)."""


def parse_platform(text: str) -> Platform:
    """Read the concrete name of a platform; old names (PEP 513, 571, 599) become those of PEP 600.

    It says nothing of the machine that it is read on.

    Raises:
        Misspelt: it names no platform.
    """
    made = _made(text)
    if made is None:
        raise _unknown(text)
    name, tags = made
    return Platform(name=name, tags=tuple(tags), markers=platform_markers(name) or {})


def platform_markers(tag: str) -> Mapping[str, str] | None:
    """What PEP 508 calls the system and the machine that a platform tag is for; ``None`` where that cannot be told.

    A universal wheel of macOS is for two machines; Apple's own is named. A machine that an interpreter of 32 bits runs
    on is taken to have 32 bits too, and one of iOS to be called by its architecture.
    """
    for pattern, (os_name, sys_platform, system), renamed in _SYSTEMS:
        if found := re.fullmatch(pattern, tag, re.ASCII):
            return {
                "os_name": os_name,
                "sys_platform": sys_platform,
                "platform_system": system,
                "platform_machine": renamed.get(found["machine"], found["machine"]),
            }
    return None


def check_architecture(family: str, text: str, arch: str) -> str:
    """Give back the architecture at the end of ``text`` if ``family`` has it.

    Raises:
        Misspelt: it has not.
    """
    known = ARCHITECTURES[family]
    if arch in known:
        return arch
    start = len(text) - len(arch)
    near = nearest(arch, known, _ALSO_CALLED.get("linux" if known is _LINUX else family))
    raise Misspelt(
        text, slice(start, len(text)), f"{family} has no architecture {arch!r}",
        meant=near and text[:start] + near, advice=f"the architectures of {family} are {', '.join(known)}",
    )  # fmt: skip


def _manylinux(found: re.Match[str]) -> Made:
    text, major, minor = found[0], int(found[1]), int(found[2])
    arch = check_architecture("manylinux", text, found[3])
    if major != _ONLY_GLIBC:
        raise Misspelt(
            text, slice(*found.span(1)), f"glibc {major} is not known: all are 2.X", meant=f"manylinux_2_28_{arch}"
        )
    return _glibc(text, slice(*found.span(2)), minor, arch)


def _legacy_manylinux(found: re.Match[str]) -> Made:
    arch = check_architecture("manylinux", found[0], found[2])
    return _glibc(found[0], slice(0, found.end(1)), _LEGACY[found[1]], arch)


def _glibc(text: str, part: slice, minor: int, arch: str) -> Made:
    oldest = oldest_glibc(arch)
    if minor < oldest:
        problem = f"no wheel for {arch} can be older than glibc 2.{oldest} (PEP 600)"
        raise Misspelt(text, part, problem, meant=f"manylinux_2_{oldest}_{arch}")
    return f"manylinux_2_{minor}_{arch}", manylinux_platforms(minor, arch)


def _musllinux(found: re.Match[str]) -> Made:
    text, major, minor = found[0], int(found[1]), int(found[2])
    arch = check_architecture("musllinux", text, found[3])
    if major != _ONLY_MUSL:
        raise Misspelt(
            text, slice(*found.span(1)), f"musl {major} is not known: all are 1.X", meant=f"musllinux_1_2_{arch}"
        )
    return f"musllinux_1_{minor}_{arch}", musllinux_platforms(minor, arch)


def _macos(found: re.Match[str]) -> Made:
    text, major, minor = found[0], int(found[1]), int(found[2])
    arch = check_architecture("macosx", text, found[3])
    first = _FIRST_MAC[arch]
    if (major, minor) < first:
        problem = f"macOS on {arch} begins with {'.'.join(map(str, first))}"
        meant = f"macosx_{first[0]}_{first[1]}_{arch}"
        raise Misspelt(text, slice(found.start(1), found.end(2)), problem, meant=meant)
    # From macOS 11 on the minor number of a tag is always 0.
    version = (major, minor if major == _FIRST_MAC["x86_64"][0] else 0)
    return f"macosx_{version[0]}_{version[1]}_{arch}", mac_platforms(version, arch)


def _windows(found: re.Match[str]) -> Made:
    return found[0], (found[0],)


def _ios(found: re.Match[str]) -> Made:
    text, version = found[0], (int(found[1]), int(found[2]))
    arch = check_architecture("ios", text, found[3])
    if version[0] < _FIRST_IOS:
        problem = f"Python on iOS begins with {_FIRST_IOS}.0"
        raise Misspelt(text, slice(found.start(1), found.end(2)), problem, meant=f"ios_13_0_{arch}")
    return f"ios_{version[0]}_{version[1]}_{arch}", ios_platforms(version, arch)


def _android(found: re.Match[str]) -> Made:
    text, level = found[0], int(found[1])
    arch = check_architecture("android", text, found[2])
    if level < _FIRST_ANDROID:
        problem = f"Python on Android begins with API level {_FIRST_ANDROID}"
        raise Misspelt(text, slice(*found.span(1)), problem, meant=f"android_24_{arch}")
    return f"android_{level}_{arch}", android_platforms(level, arch)


def _emscripten(found: re.Match[str]) -> Made:
    """PEP 783: no version runs another's wheels."""
    return found[0], (found[0],)


_MAKERS: tuple[tuple[str, Callable[[re.Match[str]], Made]], ...] = (
    (rf"manylinux_{_VERSION}_([a-z]\w*)", _manylinux),
    (r"manylinux(1|2010|2014)_(\w+)", _legacy_manylinux),
    (rf"musllinux_{_VERSION}_([a-z]\w*)", _musllinux),
    (rf"macosx_{_VERSION}_([a-z]\w*)", _macos),
    (r"win32|win_amd64|win_arm64", _windows),
    (rf"ios_{_VERSION}_([a-z]\w*)", _ios),
    (r"android_(\d{1,3})_([a-z]\w*)", _android),
    (rf"(?:pyodide|pyemscripten)_\d{{4}}_{_NUMBER}_wasm32|emscripten(?:_{_NUMBER}){{3}}_wasm32", _emscripten),
)


def _made(text: str) -> Made | None:
    """``None`` where ``text`` has no form of a platform; it may also have the form and be wrong, which raises."""
    matches = ((re.fullmatch(pattern, text, re.ASCII), make) for pattern, make in _MAKERS)
    return next((make(found) for found, make in matches if found), None)


def _unknown(text: str) -> Misspelt:
    whole = slice(0, len(text))
    if text.startswith("linux_"):
        arch = text.removeprefix("linux_")
        meant = arch if arch in _LINUX else nearest(arch, _LINUX, _ALSO_CALLED["linux"]) or _LINUX[0]
        problem = f"{text} promises no C library, so no wheel of an index is for it"
        return Misspelt(text, whole, problem, meant=f"manylinux_2_28_{meant}")
    if text == "any":
        problem = "'any' is a platform of wheels, not of a machine"
        return Misspelt(text, whole, problem, advice="name the machine, such as win_amd64")
    return Misspelt(text, whole, f"{text!r} is no platform", meant=_meant(text), advice=_ADVICE)


_EXAMPLES = (
    "manylinux_2_28_x86_64", "musllinux_1_2_x86_64", "macosx_14_0_arm64", "win_amd64", "win32", "win_arm64",
    "ios_13_0_arm64_iphoneos", "android_24_arm64_v8a", "pyodide_2025_0_wasm32",
)  # fmt: skip
_ADVICE = f"platforms are such as {', '.join(_EXAMPLES)}"


def _meant(text: str) -> str | None:
    if found := re.fullmatch(r"win(?:dows)?[_-]?(\w*)", text):
        return next((name for name, words in _WINDOWS.items() if found[1] in words), "win_amd64")
    family, _, rest = text.partition("_")
    renamed = _FAMILIES.get(family) or nearest(family, ARCHITECTURES)
    if renamed is None:
        return nearest(text, _EXAMPLES)
    if not rest:
        return next((one for one in _EXAMPLES if one.startswith(renamed)), None)
    meant = f"{renamed}_{rest}"
    try:
        if rest[0].isalpha():  # without a version it is an identifier of cibuildwheel
            check_architecture(renamed, meant, rest)
            return meant
        made = _made(meant)
    except Misspelt as error:
        return error.meant if error.meant != text else None
    return made[0] if made else None
