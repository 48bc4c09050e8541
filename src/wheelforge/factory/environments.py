"""What a backend is asked in: wheels for the interpreter that runs here, of what its build requires."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from wheelforge.direct.obtained import INDEX
from wheelforge.errors import ResolutionError
from wheelforge.metadata.ladder import BackendNotAsked
from wheelforge.model.artifacts import Kind, Project
from wheelforge.model.building import Hooks
from wheelforge.model.inputs import ALL, Asked, Formats
from wheelforge.plan.environments import HASHES_HINT, build_formats, hook_formats, no_hashes, seeded
from wheelforge.plan.needs import NoRequirement, build_requirement, wanted
from wheelforge.resolve.catalog import Searched
from wheelforge.resolve.problem import Problem, named_by_place
from wheelforge.simple.once import Once

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
    from datetime import datetime

    from packaging.utils import NormalizedName

    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.building import AsOf
    from wheelforge.model.inputs import Inputs
    from wheelforge.model.targets import Target
    from wheelforge.model.treatment import Treatment
    from wheelforge.recipes.cookbook import Cookbook
    from wheelforge.resolve.problem import Solution

    Solve: TypeAlias = Callable[[Problem], Coroutine[None, None, Solution]]
    AsWheels: TypeAlias = Callable[[Solution], Coroutine[None, None, tuple[Artifact, ...]]]
    LateSeeds: TypeAlias = Callable[[Solution, Formats], frozenset[NormalizedName]]
    Pinned: TypeAlias = Mapping[NormalizedName, Project | None]


_WHEELS = Formats(only_binary=frozenset({ALL}))


class Unbuildable(ResolutionError):
    """No backend can ever be asked what an sdist requires, wherever; a resolver may try another version."""


async def _no_pins() -> Pinned:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What holds for every environment in which a backend is asked, and where all that is asked for is looked for."""

    constraints: tuple[Asked, ...] = ()
    overrides: tuple[Asked, ...] = ()
    uploaded_prior_to: datetime | None = None
    """See `Inputs.uploaded_prior_to`."""
    as_of: AsOf | None = None
    require_hashes: bool = False
    """Nothing is run that no constraint gives a hash for."""
    searched: Searched = Searched.INDEX
    formats: Formats = _WHEELS
    """Only wheels, unless what is none is built before it is needed."""
    find_pinned: Callable[[], Coroutine[None, None, Pinned]] = _no_pins
    """Looks up what is taken from one index only on this machine; called when the first backend is to be asked."""

    def limit(self, uploaded: str | None, host: Target) -> datetime | None:
        """The moment before which all must have been uploaded that is seen by what was ``uploaded`` then."""
        own = None if self.as_of is None else self.as_of.limit(uploaded, host)
        return min((moment for moment in (own, self.uploaded_prior_to) if moment is not None), default=None)


def hook_rules(inputs: Inputs, recipes: Cookbook, host: Target) -> Formats:
    """What may stand where a backend is asked: see `Bounds.formats`."""
    hooks = inputs.building.hooks
    return _WHEELS if hooks is Hooks.WHEELS else hook_formats(build_formats(inputs, recipes, host), hooks)


class HookEnvironments:
    """Solves them; where only wheels will do, no sdist is looked at, and no backend ever waits for another.

    ``late_seeds`` tells which of the chosen sdists recipes take as wheels, for the version that was chosen.
    """

    def __init__(
        self, solve: Solve, as_wheels: AsWheels, late_seeds: LateSeeds, *, host: Target, bounds: Bounds
    ) -> None:
        self._solve = solve
        self._late_seeds = late_seeds
        self._as_wheels = as_wheels
        self._host = host
        self._bounds = bounds
        self._pinned: Once[Pinned] = Once()
        self.brought: dict[NormalizedName, Project] = {}
        """What the inputs bring of what may stand there."""
        self._of_trees: dict[NormalizedName, str] = {}

    def give(self, given: Iterable[Project]) -> None:
        """What of the inputs was named by its place: where a build requires it, no index is asked for its name."""
        for project in named_by_place({project.name: project for project in given}).values():
            taken = _wheels_of(project) if self._bounds.formats == _WHEELS else project
            self.brought[project.name] = _merged(self.brought.get(project.name), taken)

    def expect(self, names: Iterable[NormalizedName]) -> None:
        """Of what the inputs bring, only the names are known yet."""
        for name in names:
            self.brought.setdefault(name, Project(name=name, index=INDEX, releases={}))

    def check_trees(self, names: Iterable[NormalizedName]) -> None:
        """The sdists of source trees were made with nothing of an index that the user brings himself.

        Raises:
            ResolutionError: one was, since it was not known then what another tree is.
        """
        for name in sorted(self._of_trees.keys() & set(names)):
            raise ResolutionError(
                f"the build of {self._of_trees[name]} requires {name}, which the inputs bring themselves; but what it"
                " is was not known until its own backend was asked, and so an index was",
                hint=f"say who it is: '{name} @ PLACE', or name = \"{name}\" in [project] of its pyproject.toml",
            )

    async def of_tree(self, subject: str, requires: Sequence[str]) -> tuple[Artifact, ...]:
        """The same for a source tree, of which an sdist is to be made."""
        wheels = await self.of(subject, requires)
        self._of_trees |= {wheel.name: subject for wheel in wheels if wheel.direct is None}
        return wheels

    async def of_sdist(self, sdist: Artifact, requires: Sequence[str], treatment: Treatment) -> tuple[Artifact, ...]:
        """The same for an sdist that does not say what it requires.

        Raises:
            BackendNotAsked: there is no such environment.
            Unbuildable: it asks for what is no requirement.
        """
        try:
            subject = f"{sdist.name} {sdist.version}"
            return await self.of(subject, wanted(requires, treatment, subject), uploaded=sdist.upload_time)
        except NoRequirement as fault:
            raise Unbuildable(" ".join(fault.message.splitlines())) from None
        except BackendNotAsked as fault:
            raise BackendNotAsked(not_asked(sdist, fault.message), hint=fault.hint) from None
        except ResolutionError as fault:
            reason = f"what its build requires is not to be had{self._how}\n{fault.message}"
            raise BackendNotAsked(not_asked(sdist, reason), hint=fault.hint) from None

    @property
    def _how(self) -> str:
        return " as wheels" if self._bounds.formats == _WHEELS else ""

    async def of(self, subject: str, requires: Sequence[str], uploaded: str | None = None) -> tuple[Artifact, ...]:
        """The wheels that serve these requirements of one build, of what was ``uploaded`` then.

        Raises:
            ResolutionError: there are none.
            BackendNotAsked: hashes are required, and one has none.
            BuildError: something is no requirement.
        """
        origin = f"the build of {subject}"
        problem = Problem(
            subject=f"the build environment of {subject}",
            target=self._host,
            roots=tuple(Asked(requirement=build_requirement(text, subject), origin=origin) for text in requires),
            formats=self._bounds.formats,
            given=dict(self.brought),
            pinned=await self._pinned.get("pinned", self._bounds.find_pinned),
            constraints=self._bounds.constraints,
            overrides=self._bounds.overrides,
            uploaded_prior_to=self._bounds.limit(uploaded, self._host),
        )
        environment = await self._solve(problem)
        while late := self._late_seeds(environment, problem.formats):
            problem = replace(problem, formats=seeded(problem.formats, late))
            environment = await self._solve(problem)
        if self._bounds.require_hashes and (bare := problem.unvouched(environment)):
            raise BackendNotAsked(f"{no_hashes(bare)}, which {origin} requires", hint=HASHES_HINT)
        return await self._as_wheels(environment)


def not_asked(sdist: Artifact, reason: str) -> str:
    """What is said of an sdist whose own word is wanted and not to be had."""
    return f"{sdist.filename} does not say statically what it requires, and its backend cannot be asked: {reason}"


def _wheels_of(project: Project) -> Project:
    releases = project.releases.items()
    wheels = {version: tuple(file for file in files if file.kind is Kind.WHEEL) for version, files in releases}
    return replace(project, releases={version: files for version, files in wheels.items() if files})


def _merged(one: Project | None, other: Project) -> Project:
    """All files of both: targets can bring different ones."""
    if one is None:
        return other
    versions = sorted(one.releases.keys() | other.releases.keys(), reverse=True)
    found = {version: {*one.releases.get(version, ()), *other.releases.get(version, ())} for version in versions}
    return replace(
        other,
        releases={version: tuple(sorted(files, key=lambda file: file.filename)) for version, files in found.items()},
    )
