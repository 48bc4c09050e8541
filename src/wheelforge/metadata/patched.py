"""What an sdist says statically once the patches of its recipes are applied."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.archives.sdist import SdistContents, read_sdist, unpack_sdist
from wheelforge.forge.patching import apply_patches

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wheelforge.model.treatment import Patch


def read_patched(path: Path, patches: Iterable[Patch], *, name: str) -> SdistContents:
    """The same as `read_sdist`, of the patched tree.

    Raises:
        BuildError: a patch does not apply.
    """
    contents = read_sdist(path, name=name)
    with tempfile.TemporaryDirectory(prefix="wheelforge-", ignore_cleanup_errors=True) as scratch:
        tree = unpack_sdist(path, Path(scratch) / "source", name=name)
        apply_patches(tree, patches)
        beside = {one: contents.beside.get(one) for one in contents.beside if (tree / one).is_file()}
        return replace(
            contents,
            pkg_info=_read(tree / "PKG-INFO"),
            pyproject=_read(tree / "pyproject.toml"),
            setup_py=(tree / "setup.py").is_file(),
            beside=beside,
        )


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() and not path.is_symlink() else None
