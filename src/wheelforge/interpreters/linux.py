"""Which wheels run on a Linux with a given C library: manylinux (PEP 600) and musllinux (PEP 656)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_OLD_NAMES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
"""The minor of a glibc 2.X, and what its wheels were called by PEP 599, 571 and 513."""


def oldest_glibc(arch: str) -> int:
    """The minor of the oldest glibc 2.X that wheels for ``arch`` are made for (PEP 600)."""
    return 5 if arch in {"x86_64", "i686"} else 17


def manylinux_platforms(minor: int, arch: str) -> Iterator[str]:
    """The platform tags of all wheels that run with glibc 2.``minor``, the newest first, each with its old name."""
    for older in range(minor, oldest_glibc(arch) - 1, -1):
        yield f"manylinux_2_{older}_{arch}"
        if older in _OLD_NAMES:
            yield f"{_OLD_NAMES[older]}_{arch}"


def musllinux_platforms(minor: int, arch: str) -> Iterator[str]:
    """The platform tags of all wheels that run with musl 1.``minor``, the newest first."""
    return (f"musllinux_1_{older}_{arch}" for older in range(minor, -1, -1))
