"""Projects that a test makes up on the spot, with a backend of their own where it gives one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects import Release

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def planted(
    root: Path,
    *,
    backend: str | None = None,
    build_requires: Sequence[str] = ("tinybackend",),
    dependencies: Sequence[str] = (),
    metadata_version: str = "2.4",
) -> Release:
    """A project of the folder's name, version 1.0, an sdist only; ``backend`` is the source of its build backend.

    With a metadata version below 2.2 only that backend knows the dependencies.
    """
    (root / "src").mkdir(parents=True)
    (root / "src" / f"{root.name}.py").write_text(f"NAME = {root.name!r}\n")
    system = {"requires": list(build_requires), "build-backend": "tinybackend"}
    if backend is not None:
        (root / "own_backend.py").write_text(backend)
        system |= {"build-backend": "own_backend", "backend-path": ["."]}
    told = {"dependencies": list(dependencies)} if metadata_version >= "2.2" else {"dynamic": ["dependencies"]}
    return Release(
        root=root,
        build_system=system,
        project={"name": root.name, "version": "1.0"} | told,
        kinds=("sdist",),
        metadata_version=metadata_version,
        yanked=None,
    )
