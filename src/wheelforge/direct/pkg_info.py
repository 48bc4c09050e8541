"""What a source tree says of itself without being run, and the PKG-INFO that an sdist of it carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packaging.metadata import Metadata as CoreMetadata
from packaging.utils import canonicalize_name

from wheelforge.metadata.static import static_metadata
from wheelforge.model.toml import BrokenToml, parse_toml

if TYPE_CHECKING:
    from packaging.utils import NormalizedName

    from wheelforge.direct.tree import Tree
    from wheelforge.model.metadata import Metadata

_NEEDED = ("version", "dependencies", "optional-dependencies", "requires-python")
_UNTOLD = (
    *("platform", "supported-platform", "summary", "description", "description-content-type", "keywords"),
    *("home-page", "download-url", "author", "author-email", "maintainer", "maintainer-email", "license"),
    *("classifier", "requires-external", "project-url", "provides-dist", "obsoletes-dist"),
)
"""Fields that are left to the backend: what is neither there nor dynamic is promised to be empty (PEP 643)."""


def static_say(tree: Tree) -> Metadata | None:
    """Its name, version and requirements where they are static; ``None`` where only its backend knows them.

    Raises:
        InvalidMetadata: what it says is wrong.
    """
    return static_metadata(tree.contents(), origin=tree.subject)


def what_is_not_static(tree: Tree) -> str:
    """Why `static_say` says nothing, as a clause."""
    project = _project(tree.contents().pyproject)
    if project is None:
        return "it has no [project] table that says statically what it is"
    dynamic = [key for key in _NEEDED if key in project.get("dynamic", ())]
    if not dynamic:
        return "its [project] table has no name or no version"
    return f"its {' and '.join(dynamic)} {'is' if dynamic == ['version'] else 'are'} dynamic"


def tells_version(pyproject: bytes | None) -> bool:
    """Whether the version stands in the file, so that no backend counts it from the history."""
    return "version" in (_project(pyproject) or {})


def static_name(pyproject: bytes | None) -> NormalizedName | None:
    """The name of the project, where it stands in the file."""
    name = (_project(pyproject) or {}).get("name")
    return canonicalize_name(name) if isinstance(name, str) else None


def make_pkg_info(metadata: Metadata) -> bytes:
    """PKG-INFO that tells what resolution needs, and calls all else dynamic."""
    core = CoreMetadata.from_raw(
        {
            "metadata_version": "2.2",
            "name": metadata.name,
            "version": str(metadata.version),
            "requires_dist": [str(requirement) for requirement in metadata.requires],
            "provides_extra": sorted(metadata.extras),
            "dynamic": list(_UNTOLD),
            **({"requires_python": metadata.requires_python} if metadata.requires_python else {}),
        }
    )
    return bytes(core.as_rfc822())


def _project(pyproject: bytes | None) -> dict[str, Any] | None:
    try:
        project = parse_toml(pyproject or b"").get("project")
    except BrokenToml:
        return None
    return project if isinstance(project, dict) else None
