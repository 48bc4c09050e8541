"""Who wants what of a project, along which path: one line for all versions that want the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wheelforge.resolve.problem import Identifier, applies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.utils import NormalizedName
    from packaging.version import Version
    from resolvelib.structs import RequirementInformation

    from wheelforge.resolve.problem import Problem, Want
    from wheelforge.resolve.provider import Held, Provider

    Cause = RequirementInformation[Want, Held]

SHOWN_WISHES = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One requirement on a project, and the versions of another project that all have it; none for the user's own."""

    want: Want
    by: tuple[Held, ...]
    """Newest first."""

    @property
    def whose(self) -> NormalizedName | None:
        """The project that has it."""
        return self.by[0].candidate.name if self.by else None


def wishes(causes: Iterable[Cause]) -> list[Wish]:
    """What is wanted, the user's own first, then by project, from the newest version down."""
    found: dict[tuple[str, str, str | None], tuple[Want, dict[Version, Held]]] = {}
    for cause in causes:
        name, want = "" if cause.parent is None else cause.parent.candidate.name, cause.requirement
        _, by = found.setdefault((name, want.text, want.origin), (want, {}))
        if cause.parent is not None:
            by[cause.parent.candidate.version] = cause.parent
    gathered = [
        Wish(want=want, by=tuple(by[version] for version in sorted(by, reverse=True))) for want, by in found.values()
    ]
    own = sorted((wish for wish in gathered if not wish.by), key=lambda wish: wish.want.text)
    others = sorted((wish for wish in gathered if wish.by), key=lambda wish: wish.by[0].candidate.version, reverse=True)
    return [*own, *sorted(others, key=lambda wish: wish.by[0].candidate.name)]


def excluding(provider: Provider, found: Sequence[Wish]) -> list[Wish]:
    """Those that exclude another one, and those that are excluded: none where only more than two exclude each other."""

    def exclude(one: Wish, other: Wish) -> bool:
        # Versions of one project are alternatives, and no opponents.
        if one is other or (one.whose is not None and one.whose == other.whose):
            return False
        specifier = provider.specifier(one.want.name, (one.want, other.want))
        return not any(True for _ in provider.matching(one.want.name, specifier))

    return [one for one in found if any(exclude(one, other) for other in found)]


def paths(provider: Provider, found: Sequence[Wish]) -> list[str]:
    """A line for each: ``the command line -> flask 2.3.0 to 3.1.3 (12 versions) -> jinja2>=3.1.2``."""
    if len(found) <= SHOWN_WISHES:
        return [_path(provider, wish) for wish in found]
    first, between, last = found[: SHOWN_WISHES - 2], found[SHOWN_WISHES - 2 : -1], found[-1]
    left = sum(max(1, len(wish.by)) for wish in between)
    return [*(_path(provider, wish) for wish in first), f"{left} versions between", _path(provider, last)]


def constraining(problem: Problem, name: NormalizedName) -> list[str]:
    """The constraints on a project that count."""
    place = problem.places.get(name)
    placed = [] if place is None else [f"{place.origin} (a constraint) wants {place.told}"]
    return placed + [
        f"{asked.origin} (a constraint) wants {asked.requirement}"
        for asked in problem.constraints
        if canonicalize_name(asked.requirement.name) == name and applies(asked.requirement, problem.target)
    ]


def askers(provider: Provider, wish: Wish) -> Iterator[Want]:
    """The requirements that a wish goes back to, the user's own last."""
    yield wish.want
    if wish.by:
        yield from (want for want, _ in _trail(provider, wish.by[0]))


def way_to(provider: Provider, held: Held) -> str:
    """How a search came to a candidate, as `paths` has it; empty where it is the first that the user asks for."""
    want, above = _first_asker(provider, held)
    if above is not None:
        return _path(provider, Wish(want=want, by=(above,)))
    first = next(provider.matching(want.name, provider.specifier(want.name, [want])), None)
    return "" if first is held.candidate else f"{_path(provider, Wish(want=want, by=()))}, after {first}"


def _path(provider: Provider, wish: Wish) -> str:
    steps, want = [wish.want.text], wish.want
    if wish.by:
        if want.origin is not None:
            steps = [f"{want.text}, by {want.origin}"]
        steps.append(_several(wish.by))
        last = wish.by[0]
        for asked, parent in _trail(provider, last):
            want = asked
            if parent is not None and parent.candidate is not last.candidate:
                steps.append(str(parent.candidate))
            last = parent or last
    if want.origin is not None:
        steps.append(want.origin)
    return " -> ".join(reversed(steps))


def _trail(provider: Provider, held: Held) -> Iterator[tuple[Want, Held | None]]:
    """Who asked for it, and who for that, up to the user."""
    above: Held | None = held
    seen = set[Identifier]()
    while above is not None and above.identifier not in seen:
        seen.add(above.identifier)
        want, above = _first_asker(provider, above)
        yield want, above


def _first_asker(provider: Provider, held: Held) -> tuple[Want, Held | None]:
    """Who asked for this very version first; the user before others."""
    asking = (one for one in provider.wanted_by[held.identifier] if provider.is_satisfied_by(one[0], held))
    return min(asking, key=lambda asker: asker[1] is not None)


def _several(by: Sequence[Held]) -> str:
    match by:
        case [one]:
            return str(one.candidate)
        case _:
            return f"{by[0].candidate.name} {span([held.candidate.version for held in by])}"


def span(versions: Sequence[Version]) -> str:
    """``1.0``, or from the oldest to the newest: ``1.0 to 2.3 (7 versions)``."""
    if len(versions) == 1:
        return str(versions[0])
    return f"{min(versions)} to {max(versions)} ({len(versions)} versions)"
