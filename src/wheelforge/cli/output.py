"""Results on standard output: words for people, JSON for programs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import msgspec

from wheelforge.model.artifacts import Kind
from wheelforge.model.told import plain_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wheelforge.cli.options import Telling
    from wheelforge.errors import WheelforgeError
    from wheelforge.model.direct import DirectUrl
    from wheelforge.model.lock import Lock, LockedArtifact, Pin


class FileDocument(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """A file of a collected folder or a wheelhouse."""

    path: str
    """Its place in the folder; its bare name where it has none."""
    paths: list[str]
    """All its places: a folder for each target may hold it several times, and what was left out has none."""
    name: str
    version: str
    kind: str
    """``sdist`` or ``wheel``."""
    sha256: str
    size: int
    """Bytes."""
    url: str
    """Where it came from; empty for a wheel that was built here."""
    index: str
    why: str
    """``runtime``, ``build``, or ``fallback``: the wheel of an sdist, for where its build fails."""
    targets: list[str]
    """The targets that take it at run time."""
    direct: str
    """The place that it was named by (PEP 610); empty where it is an index's."""
    provenance: str
    """Where the index keeps its attestations (PEP 740); empty where it has none."""


class CollectDocument(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", tag_field="command", tag="collect"):
    """What ``collect --json`` prints."""

    folder: str
    written: bool
    """False for a dry run, of which ``folder`` holds nothing; an index may promise neither hash nor size then."""
    targets: list[str]
    files: list[FileDocument]
    build_order: list[str]
    """Paths of the sdists, each after all that its build needs."""
    incomplete: list[str]
    """Why something could not be known; empty when the set is complete."""


class BuildDocument(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", tag_field="command", tag="build"):
    """What ``build --json`` and ``wheel --json`` print."""

    wheelhouse: str
    targets: list[str]
    isolation: str
    wheels: list[FileDocument]


class VerifyDocument(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", tag_field="command", tag="verify"):
    """What ``verify --json`` prints."""

    folder: str
    checks: list[str]
    """A sentence a check that held; the last begins with ``not installed here`` where pip could not try it."""


class StepDocument(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """One step of a path."""

    distribution: str
    requirement: str
    reason: str
    """``asked for``, ``required``, ``static``, ``hook`` or ``recipe``."""


class WhyDocument(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", tag_field="command", tag="why"):
    """What ``why --json`` prints."""

    name: str
    paths: list[list[StepDocument]]


class ExportDocument(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", tag_field="command", tag="export"):
    """What ``export --json`` prints beside the file that it writes."""

    folder: str
    format: str
    file: str


class CacheDocument(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", tag_field="command", tag="cache"):
    """What ``cache --json`` prints: what stands in the cache, or what was removed from it."""

    folder: str
    files: int
    bytes: int
    kinds: dict[str, int]
    """Bytes by kind of content."""


class RecipeRowDocument(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """A project that recipes are about."""

    name: str
    about: list[str]
    """In few words what they say of it."""
    conditional: bool
    """Whether none of them is for all its versions on all targets."""
    files: list[str]
    optional: str
    """What ``--recipe`` takes to make them hold; empty where they do."""


class RecipeListDocument(
    msgspec.Struct, frozen=True, kw_only=True, rename="kebab", tag_field="command", tag="recipe list"
):
    """What ``recipe list --json`` prints."""

    projects: list[RecipeRowDocument]
    """Of one name there may be two: what holds, and what may be asked for."""


class RuleDocument(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """A recipe."""

    origin: str
    """``FILE:LINE``"""
    why: str
    conditions: list[str]
    """All of which must be met; empty where it always holds."""
    holds: str
    """``yes``, ``no`` or ``depends on the version``."""
    says: list[str]
    """A line of TOML for each key."""


class TreatmentDocument(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """How a project is built beyond what it says itself."""

    policy: str
    """``build`` or ``seed``."""
    adds: list[str]
    """Build requirements (PEP 508) beyond its own."""
    removes: list[str]
    """Projects of which its own requirements are dropped."""
    provided: list[str]
    """Commands of the system that its build may see."""
    env: dict[str, str]
    config_settings: dict[str, str | list[str]]
    patches: list[str]
    """Filenames, in the order in which they are applied."""


class TreatedDocument(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """What recipes come to on a target."""

    target: str
    treatment: TreatmentDocument | None
    """None where it depends on the version, and none was named."""
    rules: list[RuleDocument]
    """All for the project, the later over the earlier."""


class RecipeShowDocument(
    msgspec.Struct, frozen=True, kw_only=True, rename="kebab", tag_field="command", tag="recipe show"
):
    """What ``recipe show --json`` prints."""

    name: str
    version: str
    """Empty where none was named."""
    targets: list[TreatedDocument]


class RecipeCheckDocument(
    msgspec.Struct, frozen=True, kw_only=True, rename="kebab", tag_field="command", tag="recipe check"
):
    """What ``recipe check --json`` prints of recipes without a fault."""

    recipes: int
    projects: list[str]
    patches: int


class RecipeNewDocument(
    msgspec.Struct, frozen=True, kw_only=True, rename="kebab", tag_field="command", tag="recipe new"
):
    """What ``recipe new --json`` prints."""

    name: str
    file: str


class ErrorDocument(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", tag_field="command", tag="error"):
    """What any command prints with ``--json`` when it fails."""

    kind: str
    message: str
    hint: str | None
    exit_code: int


Document = (
    CollectDocument
    | BuildDocument
    | VerifyDocument
    | WhyDocument
    | ExportDocument
    | RecipeListDocument
    | RecipeShowDocument
    | RecipeCheckDocument
    | RecipeNewDocument
    | CacheDocument
    | ErrorDocument
)


def schema() -> dict[str, object]:
    """The JSON schema of everything that ``--json`` prints."""
    told = msgspec.json.schema(Document)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "wheelforge --json", **told}


def print_result(document: Document, words: str, telling: Telling) -> None:
    """Print the result of a command, in the form that was asked for."""
    if telling.as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())
    else:
        click.echo(words)


def print_error(error: WheelforgeError, arguments: Sequence[str]) -> int:
    """Tell an error, in words and, where JSON was asked for, as JSON too; return its exit code.

    Much of it was written by strangers: what a terminal would obey, or what is no text, is left out.
    """
    message, hint = plain_lines(error.message), error.hint and plain_lines(error.hint)
    told = f"error: {message}" + (f"\nhint: {hint}" if hint else "")
    click.echo(told, err=True)
    if "--json" in arguments:
        document = ErrorDocument(kind=type(error).__name__, message=message, hint=hint, exit_code=error.exit_code)
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")
    return error.exit_code


def file_documents(lock: Lock, files: Iterable[LockedArtifact]) -> list[FileDocument]:
    """Files of a lock, and who takes each."""
    sdists = {file.filename for file in lock.artifacts if file.kind is Kind.SDIST}
    pinned = [(target.name, pin) for target in lock.targets for pin in target.pins]
    return [
        FileDocument(
            path=file.path,
            paths=list(file.paths),
            name=file.name,
            version=str(file.version),
            kind=file.kind.value,
            sha256=file.sha256,
            size=file.size,
            url=file.url,
            index=file.index,
            why="fallback" if file.fallback else "build" if file.build_only else "runtime",
            targets=[name for name, pin in pinned if _serves(file, pin, stands_in=pin.artifact in sdists)],
            direct=_place(file.direct),
            provenance=file.provenance or "",
        )
        for file in files
    ]


def _serves(file: LockedArtifact, pin: Pin, *, stands_in: bool) -> bool:
    """Whether a file is what was pinned, or a wheel that stands in for an sdist that was."""
    same = (pin.name, pin.version) == (file.name, file.version)
    return pin.artifact == file.filename or (stands_in and same and file.kind is Kind.WHEEL)


def _place(direct: DirectUrl | None) -> str:
    """As pip would take it again."""
    if direct is None:
        return ""
    inner = f"#subdirectory={direct.subdirectory}" if direct.subdirectory else ""
    return f"{direct.vcs.vcs}+{direct.url}@{direct.vcs.commit_id}{inner}" if direct.vcs else f"{direct.url}{inner}"


def target_names(lock: Lock) -> list[str]:
    """The targets of a lock."""
    return [target.name for target in lock.targets]
