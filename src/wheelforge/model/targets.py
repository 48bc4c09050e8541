"""What a wheel is for: an interpreter and a platform, as tags and as a marker environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.markers import Marker
    from packaging.specifiers import SpecifierSet
    from packaging.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An interpreter and a platform.

    ``name`` is concrete (``cp311-manylinux_2_36_x86_64``), never ``current``. ``environment`` holds the
    markers of PEP 508; what names one machine only (``platform_release``, ``platform_version``) is empty in it.
    ``tags`` go from the most to the least specific (PEP 425).
    """

    name: str
    environment: Mapping[str, str]
    tags: tuple[Tag, ...]
    newest_python: str | None = None
    """Where any patch release is meant, the last that there can be, ``3.12.99``; markers are those of the first."""
    _places: Mapping[Tag, int] = field(init=False, repr=False, compare=False)
    """Of each tag its place in ``tags``: a page of thousands of wheels is ranked by it."""

    def __post_init__(self) -> None:
        places = {tag: place for place, tag in reversed(list(enumerate(self.tags)))}
        object.__setattr__(self, "_places", places)

    @property
    def python_version(self) -> str:
        """The full version of the interpreter, ``3.11.7``."""
        return self.environment["python_full_version"]

    def rank(self, tags: Iterable[Tag]) -> int | None:
        """The place of the best of ``tags`` in this target's order, 0 the best; ``None`` where none fits."""
        places = self._places
        return min((places[tag] for tag in tags if tag in places), default=None)

    def accepts_python(self, requires_python: SpecifierSet | None) -> bool:
        """Whether a Requires-Python admits this interpreter; pre-releases of Python count as their release.

        Where any patch release is meant, it is enough that it admits the first or the last: a project that only
        shuns the early ones (``!=3.9.0,!=3.9.1``) is not meant to be refused.
        """
        meant = (self.python_version,) if self.newest_python is None else (self.python_version, self.newest_python)
        return requires_python is None or any(requires_python.contains(one, prereleases=True) for one in meant)

    def evaluate(self, marker: Marker | None, extras: Iterable[str] = ()) -> bool:
        """Whether a requirement with this marker applies here, for any of ``extras`` (or for none)."""
        if marker is None:
            return True
        environment = cast("dict[str, str]", dict(self.environment))
        return any(marker.evaluate({**environment, "extra": extra}) for extra in (*extras, ""))
