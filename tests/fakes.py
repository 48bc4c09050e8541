"""A world in memory: files that an index offers, the index itself, the planner's facts, and a desk that asks no one."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections import defaultdict
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from archives_fixture import file, metadata, wheel_files, write_tar, write_wheel
from wheelforge.archives.sdist import SdistContents
from wheelforge.direct.port import PackedTree
from wheelforge.errors import WheelforgeError
from wheelforge.factory.made import MadeWheel
from wheelforge.factory.port import Answers
from wheelforge.metadata.core import parse_metadata
from wheelforge.model.artifacts import Artifact, Kind, Project
from wheelforge.model.digest import Digest, sha256
from wheelforge.model.inputs import Asked, Formats
from wheelforge.model.metadata import BuildSystem, Surety
from wheelforge.model.shape import Shape
from wheelforge.model.targets import Target
from wheelforge.model.treatment import PLAIN, Treatment
from wheelforge.plan.facts import Unanswered
from wheelforge.resolve.catalog import Catalog
from wheelforge.resolve.problem import Lacks, Problem, Solution
from wheelforge.resolve.solver import solve
from wheelforge.simple.index import Fetched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from packaging.utils import BuildTag, NormalizedName
    from packaging.version import Version

    from wheelforge.model.metadata import Metadata
    from wheelforge.resolve.candidates import Candidate

COMMAND_LINE = "the command line"


def make_target(python: str, platforms: Sequence[str], **environment: str) -> Target:
    """A CPython on a platform that need not be this one."""
    version = tuple(map(int, python.split(".")[:2]))
    short = f"{version[0]}.{version[1]}"
    tags = (*cpython_tags(version, platforms=platforms), *compatible_tags(version, platforms=platforms))
    markers = {
        "implementation_name": "cpython",
        "implementation_version": python,
        "os_name": "posix",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": python,
        "python_version": short,
        "sys_platform": "linux",
    }
    return Target(name=f"{tags[0].interpreter}-{platforms[0]}", environment=markers | environment, tags=tags)


LINUX = make_target("3.12.4", ["manylinux_2_28_x86_64", "manylinux_2_17_x86_64"])
WINDOWS = make_target("3.9.1", ["win_amd64"], os_name="nt", sys_platform="win32", platform_system="Windows")
"""Older than any Python that runs these tests, and on another system than nearly all."""


def digest(filename: str) -> str:
    """The SHA-256 that an index promises for a file of this name, before the file is made."""
    return hashlib.sha256(filename.encode()).hexdigest()


def vouched(filename: str) -> Digest:
    """The same, as a user writes it down."""
    return sha256(digest(filename))


@dataclass(frozen=True, slots=True)
class Offer:
    """A file of an index, what its page says of it, and what stands in it."""

    filename: str
    requires: Sequence[str] = ()
    """Requires-Dist."""
    _: KW_ONLY
    build_requires: Sequence[str] = ()
    backend: str = "flit_core.buildapi"
    backend_path: Sequence[str] = ()
    beside: Sequence[str] = ("setup.py",)
    """Further files that a backend takes its settings from."""
    is_static: bool = True
    """Whether an sdist says by itself what it requires."""
    requires_python: str | None = None
    """In the file."""
    page_python: str | None = None
    """On the page."""
    yanked: str | None = None
    uploaded: str | None = None
    promised: bool = True
    """Whether its page tells its SHA-256."""
    names: str = ""
    """``name-version`` that the metadata names, where it lies."""

    @property
    def artifact(self) -> Artifact:
        """The file as its page describes it."""
        kind, name, version, build, tags = _parts(self.filename)
        return Artifact(
            filename=self.filename,
            name=name,
            version=version,
            kind=kind,
            url=f"https://index.example/files/{self.filename}",
            index="example",
            sha256=digest(self.filename) if self.promised else None,
            size=1000,
            requires_python=SpecifierSet(self.page_python) if self.page_python else None,
            yanked=self.yanked,
            upload_time=self.uploaded,
            tags=tags,
            build=build,
        )

    @property
    def metadata_file(self) -> bytes:
        """METADATA or PKG-INFO."""
        artifact = self.artifact
        name, _, version = (self.names or f"{artifact.name}-{artifact.version}").rpartition("-")
        lines = [f"Requires-Dist: {text}" for text in self.requires]
        lines += [f"Requires-Python: {self.requires_python}"] * bool(self.requires_python)
        static = artifact.kind is Kind.WHEEL or self.is_static
        return metadata(name, version, *lines, metadata_version="2.2" if static else "2.1")

    @property
    def metadata(self) -> Metadata:
        """What the file says of itself."""
        surety = Surety.WHEEL if self.artifact.kind is Kind.WHEEL else Surety.PKG_INFO
        return parse_metadata(self.metadata_file, surety=surety, origin=self.filename)

    @property
    def build_system(self) -> BuildSystem:
        """``[build-system]`` of an sdist, of whose project nothing is dynamic."""
        return BuildSystem(
            requires=tuple(self.build_requires),
            backend=self.backend,
            backend_path=tuple(self.backend_path),
            pyproject={"project": {}},
            beside=dict.fromkeys(self.beside),
        )

    def write(self, folder: Path) -> Path:
        """Make the archive."""
        artifact, path = self.artifact, folder / self.filename
        if artifact.kind is Kind.WHEEL:
            info = f"{artifact.name}-{artifact.version}.dist-info"
            files = wheel_files(sorted(map(str, artifact.tags)), about=self.metadata_file, dist_info=info)
            return write_wheel(path, files, dist_info=info)
        top, quoted = self.filename.removesuffix(".tar.gz"), ", ".join(f'"{text}"' for text in self.build_requires)
        pyproject = f'[build-system]\nrequires = [{quoted}]\nbuild-backend = "{self.backend}"\n'
        members = {"PKG-INFO": self.metadata_file, "pyproject.toml": pyproject.encode()}
        return write_tar(path, [file(f"{top}/{name}", data) for name, data in members.items()])


def _parts(filename: str) -> tuple[Kind, NormalizedName, Version, BuildTag, frozenset[Tag]]:
    if filename.endswith(".whl"):
        return Kind.WHEEL, *parse_wheel_filename(filename)
    return Kind.SDIST, *parse_sdist_filename(filename), (), frozenset()


def project(*offers: Offer) -> Project:
    """All files of one project, as an index gives them."""
    releases: dict[Version, list[Artifact]] = defaultdict(list)
    for artifact in sorted((offer.artifact for offer in offers), key=lambda one: one.version, reverse=True):
        releases[artifact.version].append(artifact)
    files = {version: tuple(found) for version, found in releases.items()}
    return Project(name=offers[0].artifact.name, index="example", releases=files)


def projects(offers: Iterable[Offer]) -> dict[NormalizedName, Project]:
    """All projects of an index."""
    named: dict[NormalizedName, list[Offer]] = defaultdict(list)
    for offer in offers:
        named[offer.artifact.name].append(offer)
    return {name: project(*found) for name, found in named.items()}


def catalog(*offers: Offer, also: Iterable[str] = ()) -> Catalog:
    """A catalog that knows all of these files, and that whatever else they or ``also`` name does not exist."""
    found, known = Catalog(), projects(offers)
    for name in known.keys() | set(_names((*also, *_required(offers)))):
        found.learn_project(name, known.get(name))
    for offer in offers:
        found.learn_metadata(offer.artifact, offer.metadata)
    return found


def _required(offers: Iterable[Offer]) -> Iterator[str]:
    for offer in offers:
        yield from offer.requires
        yield from offer.build_requires


def _names(texts: Iterable[str]) -> Iterator[NormalizedName]:
    for text in texts:
        with contextlib.suppress(InvalidRequirement):
            yield canonicalize_name(Requirement(text).name)


def asked(*requirements: str, origin: str = COMMAND_LINE) -> tuple[Asked, ...]:
    """Requirements as somebody wrote them."""
    return tuple(Asked(requirement=Requirement(text), origin=origin) for text in requirements)


def problem(*requirements: str) -> Problem:
    """A question for `LINUX` under the rules that hold where none are given."""
    return Problem(subject="the requirements", target=LINUX, roots=asked(*requirements), formats=Formats())


def answer(question: Problem, offers: Iterable[Offer]) -> Solution:
    """What the solver answers when it knows everything."""
    roots = [str(one.requirement) for one in (*question.roots, *question.constraints)]
    found = solve(question, catalog(*offers, also=roots))
    assert not isinstance(found, Lacks)
    return found


def files(solution: Solution) -> list[str]:
    """The chosen files, by name of their project."""
    return [choice.candidate.artifact.filename for choice in solution.choices]


def candidates(solution: Solution) -> list[Candidate]:
    """What was chosen."""
    return [choice.candidate for choice in solution.choices]


def pins(solution: Solution) -> dict[str, str]:
    """The chosen versions."""
    return {choice.candidate.name: str(choice.candidate.version) for choice in solution.choices}


def no_pause() -> int:
    """Answer at once."""
    return 0


async def paused(turns: int) -> None:
    """Let others have their turn this often."""
    for _ in range(turns):
        await asyncio.sleep(0)


class FilesOnly:
    """The part of an index that nobody asks: whoever extends it says how a file is fetched."""

    name = "example"

    async def project(self, name: NormalizedName) -> Project | None:
        """See `Index`."""
        raise NotImplementedError(name)

    async def metadata(self, artifact: Artifact) -> bytes:
        """See `Index`."""
        raise NotImplementedError(artifact)

    async def shape(self, artifact: Artifact) -> Shape:
        """See `Index`."""
        raise NotImplementedError(artifact)


class FakeIndex:
    """See `wheelforge.simple.index.Index`; archives are made when they are fetched."""

    name = "example"

    def __init__(self, folder: Path, *offers: Offer, pause: Callable[[], int] = no_pause) -> None:
        self._folder = folder
        self._offers = {offer.filename: offer for offer in offers}
        self._projects = projects(offers)
        self._pause = pause
        self.asked: list[str] = []
        """Projects, ``FILE.metadata``, ``FILE.shape`` and files, in the order in which they were asked for."""
        self.shapes: dict[str, Shape | WheelforgeError] = {}
        """By wheel, where it is another than a single module of the project's name."""

    async def project(self, name: NormalizedName) -> Project | None:
        """See `Index`."""
        self.asked.append(name)
        await paused(self._pause())
        return self._projects.get(name)

    async def metadata(self, artifact: Artifact) -> bytes:
        """See `Index`."""
        self.asked.append(f"{artifact.filename}.metadata")
        await paused(self._pause())
        return self._offers[artifact.filename].metadata_file

    async def shape(self, artifact: Artifact) -> Shape:
        """See `Index`: what an offer holds, or the error that reading it brings."""
        self.asked.append(f"{artifact.filename}.shape")
        await paused(self._pause())
        held = self.shapes.get(artifact.filename)
        if isinstance(held, WheelforgeError):
            raise held
        tags = tuple(sorted(map(str, artifact.tags)))
        return held or Shape(tags=tags, modules=(artifact.name.replace("-", "_"),))

    async def fetch(self, artifact: Artifact) -> Fetched:
        """See `Index`."""
        self.asked.append(artifact.filename)
        await paused(self._pause())
        path = self._offers[artifact.filename].write(self._folder)
        data = path.read_bytes()
        return Fetched(path=path, sha256=hashlib.sha256(data).hexdigest(), size=len(data))


class FakeFacts:
    """See `wheelforge.plan.facts.Facts`: all is known, and hooks answer what they were told to answer."""

    def __init__(
        self,
        *offers: Offer,
        hooks: Mapping[str, Sequence[str] | Unanswered] | None = None,
        pause: Callable[[], int] = no_pause,
    ) -> None:
        self._offers = {offer.filename: offer for offer in offers}
        self._catalog = catalog(*offers, also=[text for one in (hooks or {}).values() for text in _texts(one)])
        self._hooks = hooks or {}
        self._pause = pause
        self.solved: list[Problem] = []
        self.hooked: dict[str, list[str]] = {}
        self.treated: dict[str, Treatment] = {}
        """The sdists whose hook was asked, and the files of the environment that it was asked in."""

    async def solve(self, problem: Problem) -> Solution:
        """See `Facts`."""
        self.solved.append(problem)
        await paused(self._pause())
        found = solve(problem, self._catalog)
        assert not isinstance(found, Lacks)
        return found

    async def build_system(self, sdist: Candidate, _treatment: Treatment) -> BuildSystem:
        """See `Facts`."""
        await paused(self._pause())
        return self._offers[sdist.artifact.filename].build_system

    async def hook_requires(
        self, sdist: Candidate, environment: Solution, treatment: Treatment
    ) -> tuple[str, ...] | Unanswered:
        """See `Facts`."""
        self.hooked[sdist.artifact.filename] = files(environment)
        self.treated[sdist.artifact.filename] = treatment
        await paused(self._pause())
        said = self._hooks.get(sdist.artifact.filename, ())
        return said if isinstance(said, Unanswered) else tuple(said)


def _texts(said: Sequence[str] | Unanswered) -> Sequence[str]:
    return () if isinstance(said, Unanswered) else said


def packed_tree(folder: Path, pyproject: str = "", *, subject: str = "tree") -> PackedTree:
    """A source tree that holds a pyproject.toml only."""
    data = pyproject.encode()
    archive = write_tar(folder / f"{subject}.tar", [file("source/pyproject.toml", data)])
    return PackedTree(
        subject=subject,
        archive=archive,
        subdirectory="",
        contents=SdistContents(root="source", pkg_info=None, pyproject=data, setup_py=False, newest_mtime=0),
        fingerprint=hashlib.sha256(data).hexdigest(),
    )


class FakeDesk:
    """See `wheelforge.factory.port.HookDesk`: it knows what every backend would answer."""

    def __init__(
        self,
        *offers: Offer,
        requires: Mapping[str, Sequence[str]] | None = None,
        refusal: Unanswered | None = None,
    ) -> None:
        self._offers = {offer.filename: offer for offer in offers}
        self._requires = requires or {}
        self._refusal = refusal
        self.asked: list[tuple[str, str, tuple[str, ...]]] = []
        """Hook, sdist and the wheels of the environment, in the order in which they were asked."""

    def prepare(self) -> None:
        """See `HookDesk`."""

    async def answers(
        self, sdist: Artifact, wheels: Sequence[Artifact], _treatment: Treatment = PLAIN
    ) -> Answers | Unanswered:
        """See `HookDesk`."""
        requires = await self.requires(sdist, wheels)
        metadata = None if requires else await self.metadata(sdist, wheels)
        if isinstance(requires, Unanswered) or isinstance(metadata, Unanswered):
            return self._refusal or Unanswered(reason="")
        return Answers(requires=requires, metadata=metadata)

    async def requires(
        self, sdist: Artifact, wheels: Sequence[Artifact], _treatment: Treatment = PLAIN
    ) -> tuple[str, ...] | Unanswered:
        """See `HookDesk`."""
        self._note("requires", sdist.filename, wheels)
        return self._refusal or tuple(self._requires.get(sdist.filename, ()))

    async def metadata(
        self, sdist: Artifact, wheels: Sequence[Artifact], _treatment: Treatment = PLAIN
    ) -> Metadata | Unanswered:
        """See `HookDesk`."""
        self._note("metadata", sdist.filename, wheels)
        return self._refusal or replace(self._offers[sdist.filename].metadata, surety=Surety.HOOK)

    async def wheel(
        self, sdist: Artifact, wheels: Sequence[Artifact], _treatment: Treatment = PLAIN, _overrides: object = ()
    ) -> Artifact | Unanswered:
        """See `HookDesk`; the file is not made."""
        self._note("wheel", sdist.filename, wheels)
        made = MadeWheel(filename=f"{sdist.name}-{sdist.version}-py3-none-any.whl", sha256=digest("made"), size=1000)
        return self._refusal or made.artifact(sdist)

    async def refuses(self) -> Unanswered | None:
        """See `HookDesk`."""
        return self._refusal

    async def isolation(self) -> str:
        """See `HookDesk`."""
        return "none"

    async def requires_for_sdist(self, tree: PackedTree, wheels: Sequence[Artifact]) -> tuple[str, ...] | Unanswered:
        """See `HookDesk`."""
        self._note("requires-for-sdist", tree.subject, wheels)
        return self._refusal or tuple(self._requires.get(tree.subject, ()))

    async def sdist(self, tree: PackedTree, wheels: Sequence[Artifact], output: Path) -> Path | Unanswered:
        """See `HookDesk`; the file is not made."""
        self._note("sdist", tree.subject, wheels)
        return self._refusal or output / f"{tree.subject}.tar.gz"

    def _note(self, hook: str, subject: str, wheels: Sequence[Artifact]) -> None:
        self.asked.append((hook, subject, tuple(wheel.filename for wheel in wheels)))
