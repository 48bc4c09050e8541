"""The hooks of a build backend (PEP 517), by pypa/build, all of them in one process inside a sandbox."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from build import BuildBackendException, BuildException, ProjectBuilder
from pyproject_hooks import BackendUnavailable, UnsupportedOperation

from wheelforge.errors import BuildError, WheelforgeError
from wheelforge.forge.delivery import DeliveryError
from wheelforge.forge.failure import Failure
from wheelforge.forge.session import Session, Stage
from wheelforge.model.variables import EARLIEST
from wheelforge.sandbox.port import Access, Mount
from wheelforge.sandbox.surroundings import job_variables, scratch_folder
from wheelforge.store.atomic import storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from build import ConfigSettingsType

    from wheelforge.process.runner import Runner
    from wheelforge.sandbox.environments import Environment
    from wheelforge.sandbox.port import Sandbox

_Kind: TypeAlias = Literal["wheel", "sdist"]
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """One source tree, and what its backend gets to work on it."""

    subject: str
    """What messages call it: ``flask 3.1.3``."""
    source: Path
    """The root of the unpacked tree: a private copy, which the backend may change. Its parent is written to, too."""
    project: str = "."
    """The folder of the project inside it, with forward slashes."""
    environment: Environment
    hidden: frozenset[str] = frozenset()
    """Programs of the host that it does not see: see `Job.hidden`."""
    epoch: str = EARLIEST
    """Its ``SOURCE_DATE_EPOCH``: seconds since 1970."""
    log: Path
    """Everything that the backend prints is appended here."""
    timeout: float | None
    """Seconds for each hook."""
    timeout_option: str = ""
    """The option that changes them."""


class Backend:
    """A build backend that is asked hook by hook; for one thread at a time.

    What hooks answer is checked for its form only: a requirement need not be one, nor a wheel a wheel.
    """

    def __init__(self, builder: ProjectBuilder, session: Session, settings: ConfigSettingsType | None) -> None:
        self._builder = builder
        self._session = session
        self._settings = settings

    def requires_for_wheel(self) -> tuple[str, ...]:
        """What ``get_requires_for_build_wheel`` asks for, sorted; nothing where the backend has no such hook.

        Raises:
            HookFailed: the hook gave no usable answer.
        """
        return self._requires("wheel")

    def requires_for_sdist(self) -> tuple[str, ...]:
        """What ``get_requires_for_build_sdist`` asks for, sorted; nothing where the backend has no such hook.

        Raises:
            HookFailed: the hook gave no usable answer.
        """
        return self._requires("sdist")

    def prepare_metadata(self, output: Path) -> Path | None:
        """Let ``prepare_metadata_for_build_wheel`` make a ``.dist-info`` folder in ``output``, and give its path.

        ``None`` where the backend has no such hook: nothing is built in its stead.

        Raises:
            HookFailed: the hook gave no usable answer.
            StorageError: ``output`` cannot be written.
        """
        with self._telling("prepare_metadata_for_build_wheel"), self._session.tray() as tray:
            made = self._builder.prepare("wheel", tray.path, self._settings)
            return None if made is None else tray.take_folder(Path(made).name, output)

    def build_wheel(self, output: Path) -> Path:
        """Let ``build_wheel`` make a wheel in ``output``, and give its path.

        Raises:
            HookFailed: the hook gave no usable answer.
            StorageError: ``output`` cannot be written.
        """
        return self._build("wheel", output)

    def build_sdist(self, output: Path) -> Path:
        """Let ``build_sdist`` make an sdist in ``output``, and give its path.

        Raises:
            HookFailed: the hook gave no usable answer.
            StorageError: ``output`` cannot be written.
        """
        return self._build("sdist", output)

    def _requires(self, kind: _Kind) -> tuple[str, ...]:
        with self._telling(f"get_requires_for_build_{kind}"):
            return tuple(sorted(self._builder.get_requires_for_build(kind, self._settings)))

    def _build(self, kind: _Kind, output: Path) -> Path:
        with self._telling(f"build_{kind}"), self._session.tray() as tray:
            made = self._builder.build(kind, tray.path, self._settings)
            return tray.take_file(Path(made).name, output)

    @contextlib.contextmanager
    def _telling(self, hook: str) -> Iterator[None]:
        try:
            yield
        except DeliveryError as error:
            raise self._session.failed(Failure.BAD_ANSWER, hook, f"what it made cannot be taken: {error}") from error
        except BuildBackendException as error:
            raise self._told(hook, error.exception) from error

    def _told(self, hook: str, error: Exception) -> Exception:
        """Find what went wrong in what ProjectBuilder makes of it."""
        match error:
            case WheelforgeError():
                return error
            case BackendUnavailable():
                reason = f"its backend {error.backend_name} cannot be imported in its build environment"
                # Without a traceback it is backend-path that does not hold it, and the log says so.
                last = error.traceback.strip().splitlines()[-1:]
                return self._session.failed(Failure.BACKEND_MISSING, hook, ": ".join((reason, *last)))
            case UnsupportedOperation():
                return self._session.failed(Failure.HOOK_RAISED, hook, "its backend says that it cannot do that here")
            case _:
                return error


@contextlib.contextmanager
def open_backend(
    workplace: Workplace,
    *,
    sandbox: Sandbox,
    runner: Runner,
    config_settings: ConfigSettingsType | None = None,
    variables: Mapping[str, str] = _NOTHING,
) -> Iterator[Backend]:
    """Open the build backend of a source tree; its process starts with the first hook and ends with the block.

    ``config_settings`` are handed to every hook (PEP 517), ``variables`` are set beside them, and
    never in the place of the sandbox's own.

    Raises:
        BuildError: the ``[build-system]`` table is not right (PEP 518), or leads out of the tree.
        StorageError: there is no room beside the source.
    """
    work = workplace.source.parent
    with (
        scratch_folder(work) as scratch,
        _outbox(work) as outbox,
        Session(_stage(workplace, sandbox, scratch, outbox, variables), runner) as session,
    ):
        yield Backend(_builder(workplace, session), session, config_settings)


def _stage(
    workplace: Workplace, sandbox: Sandbox, scratch: Mount, outbox: Mount, variables: Mapping[str, str]
) -> Stage:
    environment = workplace.environment
    own = {**job_variables(sandbox, scratch), **environment.variables, "SOURCE_DATE_EPOCH": workplace.epoch}
    return Stage(
        subject=workplace.subject,
        sandbox=sandbox,
        python=environment.python,
        variables={**variables, **own},
        source=Mount(host=workplace.source.absolute(), inside="/src", access=Access.WRITE),
        outbox=outbox,
        mounts=(environment.mount, scratch),
        hidden=workplace.hidden,
        log=workplace.log,
        timeout=workplace.timeout,
        timeout_option=workplace.timeout_option,
    )


def _builder(workplace: Workplace, session: Session) -> ProjectBuilder:
    project = workplace.source / workplace.project
    try:
        return ProjectBuilder(project, python_executable=workplace.environment.python, runner=session)
    except (BuildException, ValueError, RecursionError, OSError) as error:
        raise BuildError(
            f"{workplace.subject}: its pyproject.toml cannot be followed: {error}",
            hint="choose another version of it, with a constraint",
        ) from error


@contextlib.contextmanager
def _outbox(parent: Path) -> Iterator[Mount]:
    with storage_errors(parent):
        folder = tempfile.TemporaryDirectory(dir=parent, prefix=".out-", ignore_cleanup_errors=True)
    with folder as name:
        yield Mount(host=Path(name).absolute(), inside="/out", access=Access.WRITE)
