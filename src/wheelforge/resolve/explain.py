"""Why there is no answer, told as who wants what, along which path, and what exists."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name
from resolvelib.structs import RequirementInformation

from wheelforge.errors import IntegrityError, ResolutionError, WheelforgeError
from wheelforge.model.artifacts import Kind
from wheelforge.resolve.candidates import Refusal
from wheelforge.resolve.catalog import Catalog, Searched
from wheelforge.resolve.derivation import askers, constraining, excluding, paths, wishes
from wheelforge.resolve.refusals import Refusals, refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.model.artifacts import Project
    from wheelforge.model.digest import Digest
    from wheelforge.model.inputs import Asked
    from wheelforge.resolve.candidates import Shelf
    from wheelforge.resolve.problem import Problem, Want
    from wheelforge.resolve.provider import Held, Provider

    Cause = RequirementInformation[Want, Held]

_ELSEWHERE = {
    Searched.INDEX: "the index that has it: --index-url URL",
    Searched.LINKS: "the place that has it: --find-links PLACE, or leave out --no-index",
    Searched.NOTHING: "the place that has it: --find-links PLACE, or leave out --no-index",
    Searched.FOLDER: "a folder that has it",
}
"""What to name for a project that is not found."""
_NAMES = "an index gives NAME-VERSION.tar.gz, .zip and wheels; take what is named otherwise by its place: NAME @ URL"
SHOWN_VERSIONS, SHOWN_PROJECTS = 8, 2


class UnknownProject(ResolutionError):
    """No index has a project of this name."""


class NoVersion(ResolutionError):
    """The project exists, but no version of it fits."""


class SeveralUnmet(ResolutionError):
    """Several projects that are asked for cannot be had, each for a reason of its own."""


class NoSource(NoVersion):
    """Versions fit, but none of them has an sdist, and nothing else is allowed."""


class Conflict(ResolutionError):
    """Requirements that exclude each other."""


class HashNotOffered(IntegrityError):
    """No file of the project has a hash that the user wrote down."""


def explain(problem: Problem, catalog: Catalog, provider: Provider, causes: Sequence[Cause]) -> WheelforgeError:
    """The error for a problem that resolvelib found impossible."""
    teller = _Teller(problem, catalog, provider)
    # What an extra wants of its own project is no one's wish.
    told = [cause for cause in causes if cause.parent is None or cause.parent.candidate.name != cause.requirement.name]
    by_name: dict[NormalizedName, list[Cause]] = {}
    for cause in sorted(told or causes, key=lambda cause: cause.requirement.name):
        by_name.setdefault(cause.requirement.name, []).append(cause)
    alone = {name: unmet for name, asked in by_name.items() if (unmet := teller.unmet(name, asked))}
    own = [name for name, unmet in alone.items() if any(cause.parent is None for cause in unmet)]
    lost = {id(cause) for unmet in alone.values() for cause in unmet}
    met = {name: [cause for cause in asked if id(cause) not in lost] for name, asked in by_name.items()}
    together = {name: asked for name, asked in met.items() if name not in alone or teller.contested(asked)}
    unmet_roots = teller.unmet_roots() if own else {}
    if len(unmet_roots) > 1:
        return _all_of([teller.alone(name, unmet) for name, unmet in unmet_roots.items()])
    if own or not together:
        # Where several are in the way, the one that most versions want tells most.
        name = max(own or alone, key=lambda name: len(alone[name]))
        return teller.alone(name, alone[name])
    return teller.conflict(together)


class _Teller:
    """Tells of one problem."""

    def __init__(self, problem: Problem, catalog: Catalog, provider: Provider) -> None:
        self._problem = problem
        self._catalog = catalog
        self._provider = provider

    def unmet(self, name: NormalizedName, asked: Sequence[Cause]) -> Sequence[Cause]:
        """Those of whom each could not have the project even if all others were gone."""
        if self._shelf(name) is None:
            return asked
        return [cause for cause in asked if not self._fits(name, [cause])]

    def unmet_roots(self) -> dict[NormalizedName, Sequence[Cause]]:
        """What the user asks for himself and cannot have, whatever else he asks for, in his order."""
        asked: dict[NormalizedName, list[Cause]] = {}
        for want in self._problem.wanted():
            if want.extra is None:
                asked.setdefault(want.name, []).append(RequirementInformation(want, None))
        found = {name: self.unmet(name, causes) for name, causes in asked.items()}
        return {name: unmet for name, unmet in found.items() if unmet}

    def contested(self, asked: Sequence[Cause]) -> bool:
        """Whether some of them exclude each other."""
        return bool(excluding(self._provider, wishes(asked)))

    def alone(self, name: NormalizedName, unmet: Sequence[Cause]) -> WheelforgeError:
        """The error for those."""
        shelf = self._shelf(name)
        return self._unknown(name, unmet) if shelf is None else self._no_version(shelf, unmet)

    def _shelf(self, name: NormalizedName) -> Shelf | None:
        return self._catalog.shelf(name, self._problem) if self._catalog.knows(name, self._problem) else None

    def _fits(self, name: NormalizedName, asked: Iterable[Cause]) -> bool:
        specifier = self._provider.specifier(name, (cause.requirement for cause in asked))
        return any(True for _ in self._provider.matching(name, specifier))

    def _unknown(self, name: NormalizedName, asked: Sequence[Cause]) -> ResolutionError:
        lines = [f"no project {name!r} {self._catalog.searched.value}, wanted by {self._problem.subject}"]
        close = get_close_matches(name, sorted(self._catalog.names()), n=1)
        first = f"perhaps {close[0]} was meant" if close else "check the spelling"
        hint = f"{first}, or name {_ELSEWHERE[self._catalog.searched]}"
        return UnknownProject("\n".join([*lines, *self._who(name, asked)]), hint=hint)

    def _who(self, name: NormalizedName, asked: Iterable[Cause]) -> list[str]:
        lines = [*paths(self._provider, wishes(asked)), *constraining(self._problem, name)]
        return [f"  {line}" for line in (*lines, *self._given(name))]

    def _given(self, name: NormalizedName) -> list[str]:
        project = self._problem.given.get(name)
        if project is None or not project.releases:
            return []
        places = [file.direct.url for files in project.releases.values() for file in files if file.direct is not None]
        versions = ", ".join(map(str, project.releases))
        places = [*(root.place for root in self._roots(name) if root.place), *places]
        place = places[0] if places else self._lock(name)
        return [f"{name} {versions} comes from {place}, and no index is asked for it"]

    def _roots(self, name: NormalizedName) -> list[Asked]:
        return [root for root in self._problem.roots if canonicalize_name(root.requirement.name) == name]

    def _lock(self, name: NormalizedName) -> str:
        # Behind what the user asks for himself stands what his locks bring.
        return next((root.origin for root in reversed(self._roots(name))), "a lock")

    def _no_version(self, shelf: Shelf, asked: Sequence[Cause]) -> WheelforgeError:
        project, wants = shelf.project, [cause.requirement for cause in asked]
        specifiers = {str(want.specifier): self._provider.specifier(project.name, [want]) for want in wants}
        who = self._who(project.name, asked)
        if not project.releases:
            brought = project.name in self._problem.given
            where = "brought by the inputs" if brought else "on the index"
            what = f"{project.name} is {where}, but has no files that can be taken"
            return NoVersion("\n".join([what, *who]), hint=_NAMES)
        newest_first = sorted(project.releases, reverse=True)
        fitting = [
            version
            for version in newest_first
            if any(one.contains(version, prereleases=True) for one in specifiers.values())
        ]
        named = next(iter(specifiers.values())) if len(specifiers) == 1 else "any of these"
        if not fitting:
            exist = f"versions that exist: {_versions(newest_first)}"
            lines = [f"no version of {project.name} fits {named}", *who, exist]
            return NoVersion("\n".join(lines), hint=_nearest_hint(project))
        fault = self._forbidden(shelf, fitting, who)
        if fault is not None:
            return fault
        text = str(named) if len(specifiers) == 1 else " that fits any of these"
        lines = [f"no file of {project.name}{text} can be taken for {self._problem.target.name}", *who]
        reasons = Refusals(shelf, self._catalog, next(iter(specifiers.values()))).lines(fitting)
        return NoVersion("\n".join([*lines, *(f"  {reason}" for reason in reasons)]), hint=_way_out(shelf, fitting))

    def _forbidden(self, shelf: Shelf, fitting: Sequence[Version], who: Sequence[str]) -> WheelforgeError | None:
        """The error where the hashes or the format rules leave nothing, whatever the target."""
        project, rules = shelf.project, shelf.rules
        files = [file for version in fitting for file in project.releases[version]]
        if rules.hashes is not None and not rules.hashes:
            what = f"no file of {project.name} has all hashes that are asked for: the lines have none in common"
            return HashNotOffered("\n".join([what, *who]), hint="let one line give the hashes, or the same to each")
        if rules.hashes is not None and not any(rules.may_have(file) for file in files):
            return _hash_not_offered(project, fitting[0], rules.hashes)
        if rules.kinds == (Kind.SDIST,) and all(file.kind is Kind.WHEEL for file in files):
            if project.name in self._problem.given:
                lock = self._lock(project.name)
                what = f"{lock} lists no sdist of {project.name}, and --no-binary forbids its wheels"
                return NoSource("\n".join([what, *who]), hint=f"take its wheel: --only-binary {project.name}")
            return _no_source(project, fitting, who)
        return None

    def conflict(self, by_name: dict[NormalizedName, list[Cause]]) -> ResolutionError:
        """The error where each could be had, but not all together."""
        lines, involved = [f"{self._problem.subject} cannot be met together"], dict[str, None]()
        told = sorted(by_name, key=lambda name: _weight(by_name[name]), reverse=True)[:SHOWN_PROJECTS]
        for name in sorted(told):
            found = wishes(by_name[name])
            found = excluding(self._provider, found) or found
            lines.append(f"  {name}:")
            lines += [f"    {line}" for line in (*paths(self._provider, found), *constraining(self._problem, name))]
            lines += [f"    {line}" for line in (*self._given(name), *self._existing(name))]
            for wish in found:
                wanted = [want for want in askers(self._provider, wish) if want.origin is not None]
                involved.update(dict.fromkeys(want.text for want in wanted if want.specifier))
        named = " or ".join(list(involved)[:3])
        return Conflict("\n".join(lines), hint=f"loosen {named}" if named else "leave one of these out, or override it")

    def _existing(self, name: NormalizedName) -> list[str]:
        shelf = self._shelf(name)
        if shelf is None or name in self._problem.given:
            return []
        later = refused(shelf, shelf.project, Refusal.LATER)
        told = [f"versions that exist: {_versions(sorted(shelf.project.releases, reverse=True))}"]
        number = "1 newer file was" if len(later) == 1 else f"{len(later)} newer files were"
        return [*told, f"{number} uploaded later"] if later else told


def _all_of(faults: Sequence[WheelforgeError]) -> WheelforgeError:
    """Faults of which none mends another; one that is more than a wrong wish, such as a hash, goes first and alone."""
    graver = next((fault for fault in faults if not isinstance(fault, ResolutionError)), None)
    if graver is not None:
        return graver
    hint = next((fault.hint for fault in faults if fault.hint is not None), None)
    return SeveralUnmet("\n".join(fault.message for fault in faults), hint=hint)


def _weight(asked: Sequence[Cause]) -> tuple[bool, int]:
    """What the user said himself matters most, then what concerns most versions."""
    return any(cause.parent is None for cause in asked), len(asked)


def _no_source(project: Project, fitting: Sequence[Version], who: Sequence[str]) -> ResolutionError:
    wheels = len(project.releases[fitting[0]])
    what = f"{fitting[0]} comes as {wheels} wheel{'s' * (wheels != 1)} only, and so does every version that fits"
    return NoSource(
        "\n".join([f"{project.name} has no sdist: {what}", *who]), hint=f"take its wheel: --only-binary {project.name}"
    )


def _hash_not_offered(project: Project, version: Version, hashes: Iterable[Digest]) -> IntegrityError:
    lines = [f"no file of {project.name} {version} has the hash that was asked for"]
    lines += [f"  asked for  {digest}" for digest in sorted(hashes)]
    for file in project.releases[version]:
        lines.append(f"  on index   sha256:{file.sha256}  {file.filename}")
    return HashNotOffered("\n".join(lines), hint="if you trust the index, write its hash into the requirements file")


def _way_out(shelf: Shelf, fitting: Sequence[Version]) -> str | None:
    name, rules = shelf.project.name, shelf.rules
    found = {rules.refuses(file) for version in fitting for file in shelf.project.releases[version]}
    if Refusal.UNDATED in found:
        return f"leave out --uploaded-prior-to or --build-deps-as-of, or take {name} from an index with upload times"
    if Refusal.LATER in found:
        return "name a later moment: --uploaded-prior-to, or for what builds get --build-deps-as-of"
    if (other := _other_kind(shelf, fitting)) is not None:
        return other
    if Refusal.PLATFORM in found:
        return f"collect for a target that {name} has a wheel for, with --target, or ask for another version"
    if Refusal.PYTHON in found:
        return f"collect for a Python that {name} is made for, with --python-version, or ask for another version"
    return None


def _other_kind(shelf: Shelf, fitting: Sequence[Version]) -> str | None:
    """Where only the format rules are in the way of a file that may do."""
    name, rules = shelf.project.name, shelf.rules
    runs = any(
        rules.refuses(file) is Refusal.KIND and rules.target.accepts_python(file.requires_python)
        for version in fitting
        for file in shelf.project.releases[version]
    )
    match rules.kinds:
        case (Kind.WHEEL,) if runs:
            return f"build it from source: --no-binary {name}"
        case (Kind.SDIST,) if runs:
            return f"take its wheel: --only-binary {name}"
        case _:
            return None


def _nearest_hint(project: Project) -> str | None:
    finals = [version for version in project.releases if not version.is_prerelease]
    if not finals:
        return "only pre-releases exist: --pre takes them"
    return f"ask for one that exists: {project.name}=={max(finals)}"


def _versions(newest_first: Sequence[Version]) -> str:
    shown = ", ".join(map(str, newest_first[:SHOWN_VERSIONS]))
    more = len(newest_first) - SHOWN_VERSIONS
    return f"{shown}, and {more} older" if more > 0 else shown
