"""``wheelforge.lock`` as it is written: its tables, their keys, and what each holds."""

from typing import Annotated

from msgspec import Meta, Struct, field
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelforge.model.artifacts import Kind
from wheelforge.model.lock import Holding, Source

LOCK_VERSION = "1.0"

# The patterns below stand in the schema only; reading checks them by hand, since a breach is one of integrity.
Name = Annotated[NormalizedName, Meta(description="Normalised (PEP 503).")]
Filename = Annotated[
    str, Meta(description="A bare file name.", extra_json_schema={"pattern": "^[A-Za-z0-9][A-Za-z0-9._+!-]{0,254}$"})
]
Sha256 = Annotated[str, Meta(description="Lower-case hex.", extra_json_schema={"pattern": "^[0-9a-f]{64}$"})]
Size = Annotated[int, Meta(ge=0, description="Bytes.")]
Requirements = Annotated[tuple[str, ...], Meta(description="PEP 508.")]


class Table(Struct, frozen=True, rename="kebab", forbid_unknown_fields=True, omit_defaults=True):
    """What all tables share: kebab-case keys, no unknown ones, and none that holds its default."""


class Inputs(Table, frozen=True):
    """What was asked."""

    requirements: Requirements = ()
    constraints: Requirements = ()
    build_constraints: Requirements = ()
    references: Annotated[tuple[str, ...], Meta(description="Places named instead of projects, as written.")] = ()
    constraint_references: Annotated[
        tuple[str, ...], Meta(description="Places that constraints name, as written.")
    ] = ()
    locks: Annotated[
        tuple[str, ...], Meta(description="`FILE sha256:DIGEST` of each lock that was an input, and what is picked.")
    ] = ()
    overrides: Requirements = ()
    options: Annotated[
        dict[str, bool | str | tuple[str, ...]], Meta(description="Only those that differ from their defaults.")
    ] = field(default_factory=dict)


class VcsInfo(Table, frozen=True):
    """`vcs_info` of PEP 610."""

    vcs: str
    commit_id: Annotated[str, Meta(description="The full commit that was taken, lower-case hex.")]
    requested_revision: Annotated[str | None, Meta(description="The branch, tag or commit that was asked for.")] = None


class DirectUrl(Table, frozen=True):
    """Where a file came from that was named by its place (PEP 610)."""

    url: Annotated[str, Meta(description="Without credentials; a local place is relative.")]
    subdirectory: str = ""
    vcs: VcsInfo | None = None
    directory: Annotated[bool, Meta(description="A local folder, of which an sdist was made.")] = False


class Artifact(Table, frozen=True):
    """One file."""

    filename: Filename
    name: Name
    version: Version
    kind: Kind
    sha256: Sha256
    size: Size
    url: Annotated[str, Meta(description="Where it came from, without credentials; absent for what was built.")] = ""
    index: Annotated[str, Meta(description="The name of the index that offered it.")] = ""
    upload_time: Annotated[str | None, Meta(description="RFC 3339, as the index writes it.")] = None
    build_only: Annotated[bool, Meta(description="Stands in `build-deps/`: only builds need it.")] = False
    targets: Annotated[tuple[str, ...], Meta(description="Laid out per target: in whose folders it stands.")] = ()
    for_builds: Annotated[bool, Meta(description="Laid out per target: stands in `build-deps/` too.")] = False
    fallback: Annotated[bool, Meta(description="The wheel of an sdist that is here, for where its build fails.")] = (
        False
    )
    left_out: Annotated[bool, Meta(description="Not in the folder: its index was left out.")] = False
    provenance: Annotated[str | None, Meta(description="Where its attestations are (PEP 740).")] = None
    direct: DirectUrl | None = None


class Pin(Table, frozen=True):
    """One distribution of a resolved set."""

    name: Name
    version: Version
    artifact: Annotated[Filename, Meta(description="One of `artifacts`, by its file name.")]
    extras: tuple[str, ...] = ()
    requires: Annotated[Requirements, Meta(description="What it requires here: PEP 508 without markers.")] = ()


class Target(Table, frozen=True):
    """What is shipped for one target."""

    name: str
    environment: Annotated[dict[str, str], Meta(description="The markers that were used (PEP 508).")]
    incomplete: Annotated[
        tuple[str, ...], Meta(description="Those reasons of the lock's `incomplete` that concern this target.")
    ] = ()
    pins: tuple[Pin, ...] = ()


class Environment(Table, frozen=True):
    """The exact distributions that a backend sees."""

    key: Annotated[
        str,
        Meta(
            description="The first 16 hex digits of the SHA-256 over its pins.",
            extra_json_schema={"pattern": "^[0-9a-f]{16}$"},
        ),
    ]
    pins: tuple[Pin, ...] = ()


class BuildRequirement(Table, frozen=True):
    """A requirement of a build, and who asked for it."""

    requirement: Annotated[str, Meta(description="PEP 508, as written.")]
    source: Source


class HookWheel(Table, frozen=True):
    """A wheel that a backend was asked with, or, with hooks from source, the sdist of which that wheel was made."""

    filename: Filename
    sha256: Sha256


class HookEnvironment(Table, frozen=True):
    """Where backends were asked what they require; its files need not stand in the folder."""

    key: Annotated[
        str,
        Meta(
            description="The first 16 hex digits of the SHA-256 over its `wheels`.",
            extra_json_schema={"pattern": "^[0-9a-f]{16}$"},
        ),
    ]
    wheels: tuple[HookWheel, ...] = ()


class Patch(Table, frozen=True):
    """A unified diff that recipes apply to sdists."""

    sha256: Sha256
    filename: str
    content: str
    encoding: Annotated[str, Meta(description="Of its bytes: `utf-8`, or `latin-1` where they are not that.")] = "utf-8"


class Cycle(Table, frozen=True):
    """A build cycle that was met, and that an environment breaks by holding another version."""

    path: Annotated[tuple[str, ...], Meta(description="`NAME VERSION`: each would need the next one to be built.")]
    avoids: Annotated[str, Meta(description="`NAME==VERSION`: what the environment must not hold.")]


class Unit(Table, frozen=True):
    """One sdist to be built by one builder."""

    order: Annotated[int, Meta(ge=0, description="Its place in one valid order of building, from 0.")]
    name: Name
    version: Version
    artifact: Annotated[Filename, Meta(description="An sdist among `artifacts`, by its file name.")]
    builder: Annotated[str, Meta(description="A target's name.")]
    backend: Annotated[str, Meta(description="`build-backend` (PEP 517).")]
    environment: Annotated[str, Meta(description="The `key` of one of `environments`.")]
    requires: tuple[BuildRequirement, ...] = ()
    hooks: Annotated[str, Meta(description="The `key` of one of `hook-environments`.")] = ""
    removes: Annotated[tuple[Name, ...], Meta(description="What its build does not get, whoever asks.")] = ()
    provided: Annotated[tuple[str, ...], Meta(description="Tools that it takes from the host or the image.")] = ()
    env: Annotated[dict[str, str], Meta(description="Variables for its hooks.")] = field(default_factory=dict)
    config_settings: Annotated[dict[str, str | tuple[str, ...]], Meta(description="For its hooks (PEP 517).")] = field(
        default_factory=dict
    )
    patches: Annotated[tuple[Sha256, ...], Meta(description="Of `patches`, in the order of applying.")] = ()
    cycles: Annotated[tuple[Cycle, ...], Meta(description="Those that its environment breaks.")] = ()


class Shape(Table, frozen=True):
    """The outline of a wheel."""

    tags: tuple[str, ...]
    modules: Annotated[tuple[str, ...], Meta(description="What can be imported from its top level.")]
    extensions: Annotated[tuple[str, ...], Meta(description="Extension modules, dotted.")] = ()
    entry_points: Annotated[tuple[str, ...], Meta(description="`GROUP: NAME`.")] = ()


class ExpectedShape(Table, frozen=True):
    """What the wheel of an sdist should hold, since the index has one of that version."""

    artifact: Annotated[Filename, Meta(description="An sdist among `artifacts`, by its file name.")]
    wheel: Annotated[Filename, Meta(description="The index's wheel that was looked at.")]
    shape: Shape


class Lock(Table, frozen=True, kw_only=True):
    """The whole truth of a collected folder or a wheelhouse."""

    lock_version: str
    holds: Holding
    complete: Annotated[bool, Meta(description="False where something could not be known.")]
    incomplete: Annotated[tuple[str, ...], Meta(description="Why it is not complete.")] = ()
    inputs: Inputs
    targets: tuple[Target, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    environments: tuple[Environment, ...] = ()
    hook_environments: tuple[HookEnvironment, ...] = ()
    patches: tuple[Patch, ...] = ()
    units: tuple[Unit, ...] = ()
    expected: tuple[ExpectedShape, ...] = ()
    built: Annotated[tuple[Artifact, ...], Meta(description="The wheels of a wheelhouse that were built.")] = ()
