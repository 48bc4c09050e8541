"""Options that commands share, each group handed to the command as one value."""

from __future__ import annotations

import functools
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    Command = Callable[..., Any]


def bundled(parameter: str, bundle: type[Any], *options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Give a command ``options``, and hand it their values as one ``bundle``, named ``parameter``."""
    names = [field.name for field in fields(bundle)]

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def call(**given: object) -> object:
            taken = {name: given.pop(name) for name in names}
            return command(**given, **{parameter: bundle(**taken)})

        wrapped: Command = call
        for option in reversed(options):
            wrapped = option(wrapped)
        return wrapped

    return decorate


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked for."""

    requirements: tuple[str, ...] = ()
    editables: tuple[str, ...] = ()
    requirement_files: tuple[str, ...] = ()
    """Paths, or URLs of requirement files."""
    constraint_files: tuple[str, ...] = ()
    build_constraint_files: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    all_extras: bool = False
    groups: tuple[str, ...] = ()
    only_groups: tuple[str, ...] = ()
    no_default_groups: bool = False
    no_emit_project: bool = False
    all_packages: bool = False
    package: str | None = None
    config_settings: tuple[str, ...] = ()


_file = click.Path(dir_okay=False)

asking = bundled(
    "asking",
    Asking,
    click.argument("requirements", metavar="[REQ]...", nargs=-1),
    click.option(
        "-e", "--editable", "editables", multiple=True, metavar="PLACE",
        help="A folder or a repository, taken as any other. Repeatable.",
    ),
    click.option(
        "-r", "--requirement", "requirement_files", multiple=True, type=_file, metavar="FILE",
        help="A requirement file, pyproject.toml, pylock.toml, uv.lock, or a script (PEP 723). Repeatable.",
    ),
    click.option(
        "-c", "--constraint", "constraint_files", multiple=True, type=_file, metavar="FILE",
        help="Constrain versions, as pip does. Repeatable.",
    ),
    click.option(
        "--build-constraint", "build_constraint_files", multiple=True, type=_file, metavar="FILE",
        help="Constrain versions in build environments. Repeatable.",
    ),
    click.option(
        "--extra", "extras", multiple=True, metavar="NAME", help="Take an extra of the project or lock. Repeatable."
    ),
    click.option("--all-extras", is_flag=True, help="Take all extras of the project."),
    click.option(
        "--group", "groups", multiple=True, metavar="NAME",
        help="Take a dependency group (PEP 735) of the project or lock. Repeatable.",
    ),
    click.option(
        "--only-group", "only_groups", multiple=True, metavar="NAME",
        help="Take this group, and nothing else of the project. Repeatable.",
    ),
    click.option("--no-default-groups", is_flag=True, help="Leave out the groups that are taken by default."),
    click.option("--no-emit-project", is_flag=True, help="Take what the project requires, but not itself."),
    click.option("--all-packages", is_flag=True, help="Take every member of the workspace."),
    click.option("--package", metavar="NAME", help="Take this member of the workspace."),
    click.option(
        "-C", "--config-settings", "config_settings", multiple=True, metavar="KEY=VALUE",
        help="Hand this to the backends of what is named here, or else of the project of -r. Repeatable.",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """Which versions and files may be taken."""

    prefer: str | None = None
    prefer_binary: bool = False
    no_binary: tuple[str, ...] = ()
    only_binary: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()
    pre: bool = False
    no_deps: bool = False
    require_hashes: bool = False
    override_files: tuple[str, ...] = ()
    resolution: str = "highest"
    uploaded_prior_to: str | None = None
    with_fallback: bool = False
    align: bool = False


choosing = bundled(
    "choosing",
    Choosing,
    click.option(
        "--prefer", type=click.Choice(["source", "wheel"]),
        help="The form to take where there are both. [default: source with build dependencies, else wheel]",
    ),
    click.option("--prefer-binary", is_flag=True, help="pip's spelling of --prefer wheel."),
    click.option(
        "--no-binary", multiple=True, metavar="NAMES",
        help="Never take wheels of these projects (or :all:, :none:), as pip does. Repeatable.",
    ),
    click.option(
        "--only-binary", multiple=True, metavar="NAMES",
        help="Never take sdists of these projects (or :all:, :none:), as pip does. Repeatable.",
    ),
    click.option(
        "--seed", "seeds", multiple=True, metavar="NAME",
        help="Take this project as a wheel where builds need it, though the rest is built. Repeatable.",
    ),
    click.option("--pre", is_flag=True, help="Take pre-releases too."),
    click.option("--no-deps", is_flag=True, help="Take what is named, and nothing that it requires."),
    click.option("--require-hashes", is_flag=True, help="Every requirement must carry a hash, as pip has it."),
    click.option(
        "--override", "override_files", multiple=True, type=_file, metavar="FILE",
        help="Requirements that count instead of all else that is said of their projects. Repeatable.",
    ),
    click.option(
        "--resolution", type=click.Choice(["highest", "lowest"]), default="highest",
        help="Which of the versions that fit to take. [default: highest]",
    ),
    click.option(
        "--uploaded-prior-to", metavar="WHEN",
        help="Only files that were uploaded before: 2025-03-01, 2025-03-01T12:00:00Z, or P3D for three days ago.",
    ),
    click.option("--with-fallback", is_flag=True, help="Save the wheel beside each sdist, in case its build fails."),
    click.option("--align", is_flag=True, help="Let targets share versions where they can."),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaching:
    """Where packages are looked for, and how that is reached."""

    index_url: str | None
    indexes: tuple[str, ...]
    extra_index_urls: tuple[str, ...]
    find_links: tuple[str, ...]
    no_index: bool
    pins: tuple[str, ...]
    only_indexes: tuple[str, ...]
    exclude_indexes: tuple[str, ...]
    cert: str | None
    client_cert: str | None
    trusted_hosts: tuple[str, ...]
    proxy: str | None
    keyring_provider: str | None
    timeout: str | None
    retries: str | None
    offline: bool


reaching = bundled(
    "reaching",
    Reaching,
    click.option("-i", "--index-url", metavar="URL", help="The main index. [default: pip's configuration]"),
    click.option(
        "--index", "indexes", multiple=True, metavar="NAME=URL",
        help="An index to ask before the main one, and its name. Repeatable.",
    ),
    click.option(
        "--extra-index-url", "extra_index_urls", multiple=True, metavar="URL",
        help="An index to ask for what the others do not have. Repeatable.",
    ),
    click.option(
        "-f", "--find-links", "find_links", multiple=True, metavar="PLACE",
        help="A folder, page or file whose archives are candidates too. Repeatable.",
    ),
    click.option("--no-index", is_flag=True, help="Ask no index: take what --find-links has."),
    click.option(
        "--pin", "pins", multiple=True, metavar="PACKAGE=NAME",
        help="Take a project from the index of this name only. Repeatable.",
    ),
    click.option(
        "--only-index", "only_indexes", multiple=True, metavar="NAME",
        help="Write the files of this index only; all are asked. Repeatable.",
    ),
    click.option(
        "--exclude-index", "exclude_indexes", multiple=True, metavar="NAME",
        help="Do not write the files of this index; it is asked. Repeatable.",
    ),
    click.option("--cert", metavar="FILE", help="A CA bundle to check the index with."),
    click.option("--client-cert", metavar="FILE", help="A PEM file with the certificate and key to be known by."),
    click.option(
        "--trusted-host", "trusted_hosts", multiple=True, metavar="HOST[:PORT]",
        help="Do not check the certificate of this host. Repeatable.",
    ),
    click.option("--proxy", metavar="URL", help="The proxy to go through. [default: HTTPS_PROXY and the like]"),
    click.option(
        "--keyring-provider", type=click.Choice(["auto", "disabled", "import", "subprocess"]),
        help="How the keyring is asked for credentials, as in pip. [default: auto]",
    ),
    click.option("--timeout", metavar="SECONDS", help="How long to wait for the index's next bytes."),
    click.option("--retries", metavar="N", help="How often to try again."),
    click.option("--offline", is_flag=True, help="Make no request: take what is in the cache or on this machine."),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is told, and how."""

    as_json: bool
    quiet: bool
    verbose: bool


telling = bundled(
    "telling",
    Telling,
    click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
    click.option("-q", "--quiet", is_flag=True, help="Tell only warnings and errors."),
    click.option("-v", "--verbose", is_flag=True, help="Tell every step."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Where code of others is run."""

    isolation: str


running = bundled(
    "running",
    Running,
    click.option(
        "--isolation", type=click.Choice(["auto", "bwrap", "venv"]), default="auto",
        help="How builds are kept apart; auto is the strongest that works here. [default: auto]",
    ),
)  # fmt: skip

cache_dir = click.option(
    "--cache-dir", metavar="DIR", help="The cache. [default: WHEELFORGE_CACHE_DIR, or the platform's]"
)
