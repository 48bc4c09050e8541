"""What collect is told and works with, and the short way: a lock that stands for the answer is followed."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from wheelforge.direct.local import still_the_same
from wheelforge.events import Note
from wheelforge.factory.digests import Digests
from wheelforge.factory.fetching import has_all
from wheelforge.factory.folder import find_earlier, write_folder
from wheelforge.factory.following import Following, serves
from wheelforge.factory.layout import Layout
from wheelforge.model.lock import Holding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from wheelforge.direct.places import Places
    from wheelforge.direct.port import SdistMaker
    from wheelforge.events import Reporter
    from wheelforge.factory.port import HookDesk
    from wheelforge.factory.wishes import Pinning
    from wheelforge.model.inputs import Inputs, Reference
    from wheelforge.model.lock import Lock
    from wheelforge.model.targets import Target
    from wheelforge.recipes.cookbook import Cookbook
    from wheelforge.resolve.catalog import Searched
    from wheelforge.simple.index import Index
    from wheelforge.store.store import Store


class Writing(enum.Enum):
    """What becomes of a finished plan."""

    FOLDER = "folder"
    PREVIEW = "preview"
    """``--dry-run``: its files are neither fetched nor written."""


class Clones(enum.Enum):
    """Whether repositories and folders are kept as they are beside the sdists that were made of them."""

    DROP = "drop"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectOptions:
    """How a folder is to be collected."""

    following: Following = field(default_factory=Following)
    writing: Writing = Writing.FOLDER
    layout: Layout = Layout.AUTO
    left_out: frozenset[str] = frozenset()
    """Names of indexes whose files are not written, though they are resolved with."""
    clones: Clones = Clones.DROP


class OpenPlaces(Protocol):
    """Opens what is named by its place, with somebody who makes sdists of source trees."""

    def __call__(self, maker: SdistMaker, /) -> AbstractContextManager[Places]:
        """What was obtained is there for as long as this is entered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Where collect gets its facts and files from, and where they go."""

    index: Index
    pinning: Pinning
    hooks: HookDesk
    open_places: OpenPlaces
    host: Target
    """The interpreter that backends are asked with."""
    recipes: Cookbook
    store: Store
    report: Reporter
    searched: Searched
    """Where ``index`` looks."""
    warm: Callable[[], object]
    """Begins what asking the index takes time for: called as soon as it is known that it will be asked."""


def follow(
    inputs: Inputs, folder: Path, *, targets: Sequence[Target], options: CollectOptions, store: Store, report: Reporter
) -> Lock | None:
    """Follow the lock of ``folder`` where it stands for the answer, and its files are there or in the store.

    ``None``: it takes more than that, and `wheelforge.factory.collector.collect` does it.

    Raises:
        UsageError: the folder cannot be a collected one.
        IntegrityError: its lock contradicts itself, or a file in it is a link.
    """
    standing = find_earlier(folder, Holding.COLLECTED)
    if standing is None or not is_followed(standing, inputs, targets, options):
        return None
    digests = Digests()
    if options.writing is Writing.FOLDER and not has_all(folder, standing, digests, store):
        return None
    tell_followed(folder, report)
    if options.writing is Writing.FOLDER:
        write_folder(folder, standing, store=store, report=report, digests=digests)
    return standing


def tell_followed(folder: Path, report: Reporter) -> None:
    """Say that the lock of a folder is the answer."""
    report(Note(text=f"following {folder}/wheelforge.lock, which was made for the same inputs (-U to renew)"))


def is_followed(lock: Lock, inputs: Inputs, targets: Sequence[Target], options: CollectOptions) -> bool:
    """Whether a lock stands for the answer; places on this machine may have changed since, and are looked at each time.

    So are those that are to be kept as they are.
    """
    places = [file.direct for file in lock.artifacts if file.direct is not None]
    cloned = options.clones is Clones.KEEP and any(place.directory or place.vcs for place in places)
    local = any(place.vcs is None and "://" not in place.url for place in places)
    same_files = all(file.left_out == (file.index in options.left_out) for file in lock.artifacts)
    changed = local and not still_the_same(_places_taken(inputs, targets, lock), lock.artifacts)
    kept = not options.following.upgrade and not changed and not cloned and same_files
    return kept and _has_layout(lock, options.layout) and serves(lock, inputs, targets)


def _places_taken(inputs: Inputs, targets: Sequence[Target], lock: Lock) -> list[Reference]:
    """What the inputs name by its place; of what constraints name, that which was needed."""
    taken = {file.name for file in lock.artifacts if file.direct is not None}
    named = (*inputs.references, *(one for one in inputs.constraint_places if one.name in taken))
    return [one for one in named if any(target.evaluate(one.marker) for target in targets)]


def _has_layout(lock: Lock, layout: Layout) -> bool:
    found = Layout.PER_TARGET if any(file.targets for file in lock.artifacts) else Layout.FLAT
    return layout in {Layout.AUTO, found}
