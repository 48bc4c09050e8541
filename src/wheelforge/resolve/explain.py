"""Why there is no answer, told as who wants what, along which path, and what exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wheelforge.errors import IntegrityError, ResolutionError, WheelforgeError
from wheelforge.model.artifacts import Kind
from wheelforge.resolve.candidates import pins
from wheelforge.resolve.problem import Identifier, applies

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packaging.specifiers import SpecifierSet
    from packaging.utils import NormalizedName
    from packaging.version import Version
    from resolvelib.structs import RequirementInformation

    from wheelforge.model.artifacts import Artifact, Project
    from wheelforge.resolve.catalog import Catalog
    from wheelforge.resolve.problem import Problem, Want
    from wheelforge.resolve.provider import Held, Provider

    Cause = RequirementInformation[Want, Held]

SHOWN_VERSIONS = 12


class UnknownProject(ResolutionError):
    """No index has a project of this name."""


class NoVersion(ResolutionError):
    """The project exists, but no version of it fits."""


class NoSource(NoVersion):
    """Versions fit, but none of them has an sdist, and nothing else is allowed."""


class Conflict(ResolutionError):
    """Requirements that exclude each other."""


class HashNotOffered(IntegrityError):
    """No file of the project has a hash that the user wrote down."""


def explain(problem: Problem, catalog: Catalog, provider: Provider, causes: Sequence[Cause]) -> WheelforgeError:
    """The error for a problem that resolvelib found impossible."""
    names = sorted({cause.requirement.name for cause in causes})
    for name in names:
        project = catalog.project(name) if catalog.knows_project(name) else None
        asked = [cause for cause in causes if cause.requirement.name == name]
        if project is None:
            return _unknown(problem, provider, name, asked)
        specifier = provider.specifier(name, (cause.requirement for cause in asked))
        if not any(True for _ in provider.matching(name, specifier)):
            alone = [cause for cause in asked if not _fits(provider, cause.requirement)]
            if alone or len(asked) == 1:
                return _no_version(problem, catalog, provider, project, alone or asked)
    return _conflict(problem, catalog, provider, causes)


def _fits(provider: Provider, want: Want) -> bool:
    return any(True for _ in provider.matching(want.name, provider.specifier(want.name, [want])))


def _unknown(problem: Problem, provider: Provider, name: NormalizedName, asked: Sequence[Cause]) -> ResolutionError:
    lines = [f"no project {name!r} on the index, wanted by {problem.subject}"]
    lines += [f"  {_path(provider, cause)}" for cause in asked]
    return UnknownProject("\n".join(lines), hint="check the spelling, or name the index that has it: --index-url URL")


def _no_version(
    problem: Problem, catalog: Catalog, provider: Provider, project: Project, asked: Sequence[Cause]
) -> WheelforgeError:
    specifier = provider.specifier(project.name, (cause.requirement for cause in asked))
    fitting = sorted(version for version in project.releases if specifier.contains(version, prereleases=True))
    who = [f"  {_path(provider, cause)}" for cause in asked]
    who += [f"  {line}" for line in _constraining(problem, project.name)]
    if not project.releases:
        return NoVersion("\n".join([f"{project.name} is on the index, but has no files", *who]))
    if not fitting:
        found = _versions(project.releases)
        lines = [f"no version of {project.name} fits {specifier}", *who, f"versions that exist: {found}"]
        return NoVersion("\n".join(lines), hint=_nearest_hint(project))
    newest = fitting[-1]
    kinds, hashes = problem.formats.allowed(project.name), problem.hashes(project.name)
    if hashes and not any(file.sha256 in hashes for version in fitting for file in project.releases[version]):
        return _hash_not_offered(project, newest, hashes)
    if kinds == (Kind.SDIST,) and all(file.kind is Kind.WHEEL for v in fitting for file in project.releases[v]):
        return _no_source(project, fitting, who)
    lines = [f"no file of {project.name}{specifier} can be taken for {problem.target.name}", *who]
    lines += [f"the newest that fits, {newest}:"]
    files = project.releases[newest]
    lines += [f"  {reason}" for reason in sorted({_refusal(problem, catalog, specifier, file) for file in files})]
    return NoVersion("\n".join(lines), hint=_kind_hint(project.name, kinds))


def _no_source(project: Project, fitting: Sequence[Version], who: Sequence[str]) -> ResolutionError:
    newest = fitting[-1]
    wheels = len(project.releases[newest])
    what = f"{newest} comes as {wheels} wheel{'s' * (wheels != 1)} only, and so does every version that fits"
    return NoSource(
        "\n".join([f"{project.name} has no sdist: {what}", *who]), hint=f"take its wheel: --only-binary {project.name}"
    )


def _hash_not_offered(project: Project, version: Version, hashes: Iterable[str]) -> IntegrityError:
    lines = [f"no file of {project.name} {version} has the hash that was asked for"]
    lines += [f"  asked for  sha256:{digest}" for digest in sorted(hashes)]
    lines += [f"  on index   sha256:{file.sha256}  {file.filename}" for file in project.releases[version]]
    return HashNotOffered("\n".join(lines), hint="if you trust the index, write its hash into the requirements file")


def _refusal(problem: Problem, catalog: Catalog, specifier: SpecifierSet, file: Artifact) -> str:
    excluded = catalog.reason(file.filename)
    if excluded is not None:
        return excluded
    requires_python = catalog.requires_python(file)
    if not problem.target.accepts_python(requires_python):
        return f"{file.kind.value}s need Python {requires_python}; this is {problem.target.python_version}"
    hashes = problem.hashes(file.name)
    if hashes and file.sha256 not in hashes:
        return f"{file.filename} has another hash than was asked for: sha256:{file.sha256}"
    if file.yanked is not None and not pins(specifier, file.version):
        return f"yanked{': ' + file.yanked if file.yanked else ''} (only an exact pin, =={file.version}, takes it)"
    if file.kind not in problem.formats.allowed(file.name):
        return f"{file.kind.value}s are not allowed by --no-binary or --only-binary"
    return f"{file.kind.value}s are for other platforms or interpreters"


def _kind_hint(name: NormalizedName, kinds: tuple[Kind, ...]) -> str | None:
    match kinds:
        case (Kind.WHEEL,):
            return f"build it from source: --no-binary {name}"
        case (Kind.SDIST,):
            return f"take its wheel: --only-binary {name}"
        case _:
            return None


def _nearest_hint(project: Project) -> str | None:
    finals = [version for version in project.releases if not version.is_prerelease]
    return f"the newest is {project.name}=={max(finals)}" if finals else "only pre-releases exist: --pre takes them"


def _versions(versions: Iterable[Version]) -> str:
    ordered = sorted(versions, reverse=True)
    shown = ", ".join(map(str, ordered[:SHOWN_VERSIONS]))
    more = len(ordered) - SHOWN_VERSIONS
    return f"{shown}, and {more} older" if more > 0 else shown


def _conflict(problem: Problem, catalog: Catalog, provider: Provider, causes: Sequence[Cause]) -> ResolutionError:
    lines = [f"{problem.subject} cannot be met together"]
    for name in sorted({cause.requirement.name for cause in causes}):
        lines.append(f"  {name}:")
        lines += sorted({f"    {_path(provider, cause)}" for cause in causes if cause.requirement.name == name})
        lines += [f"    {line}" for line in _constraining(problem, name)]
        project = catalog.project(name)
        if project is not None:
            lines.append(f"    versions that exist: {_versions(project.releases)}")
    return Conflict("\n".join(lines), hint="loosen one of these requirements")


def _constraining(problem: Problem, name: NormalizedName) -> list[str]:
    return [
        f"{asked.origin} (a constraint) wants {asked.requirement}"
        for asked in problem.constraints
        if canonicalize_name(asked.requirement.name) == name and applies(asked.requirement, problem.target)
    ]


def _path(provider: Provider, cause: Cause) -> str:
    """``the command line -> flask 3.1.3 -> werkzeug>=3.1.0``."""
    steps = [cause.requirement.text]
    want, parent, seen = cause.requirement, cause.parent, set[Identifier]()
    while parent is not None and parent.identifier not in seen:
        seen.add(parent.identifier)
        if steps[-1] != str(parent.candidate):
            steps.append(str(parent.candidate))
        want, parent = _first_asker(provider, parent)
    if want.origin is not None:
        steps.append(want.origin)
    return " -> ".join(reversed(steps))


def _first_asker(provider: Provider, held: Held) -> tuple[Want, Held | None]:
    """Who asked for this very version first; the user before others."""
    askers = (one for one in provider.wanted_by[held.identifier] if provider.is_satisfied_by(one[0], held))
    return min(askers, key=lambda asker: asker[1] is not None)
