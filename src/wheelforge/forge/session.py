"""One live backend in a sandbox, behind the face that pyproject-hooks expects of a runner of subprocesses."""

from __future__ import annotations

import contextlib
import json
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self, assert_never

import msgspec

from wheelforge.forge.delivery import tray
from wheelforge.forge.failure import Failure, HookFailed, shown
from wheelforge.process.conversation import NoAnswer, Silence
from wheelforge.sandbox.port import Job, Mount

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from types import TracebackType

    from wheelforge.forge.delivery import Tray
    from wheelforge.process.conversation import Conversation
    from wheelforge.process.runner import Runner
    from wheelforge.sandbox.port import Sandbox

_DRIVER = Mount(host=Path(__file__).with_name("driver.py"), inside="/wheelforge/driver.py")
_HOOKS = "/wheelforge/hooks.py"
_FOLDERS = ("wheel_directory", "sdist_directory", "metadata_directory")
"""The arguments of hooks that are paths (PEP 517)."""
_BACKEND_PATH = "_PYPROJECT_HOOKS_BACKEND_PATH_JSON"
_SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "prepare_metadata_for_build_wheel": (".dist-info",),
    "build_wheel": (".whl",),
    "build_sdist": (".tar.gz", ".zip"),
}
"""The hooks that answer with a name, and how it has to end."""
MOST_REQUIREMENTS = 1000
"""Of one answer. No honest backend comes near it, and each of them is a question to the index."""
_LONGER = 4
"""Times the seconds that were not enough, as what to try next."""
_SHELL_SIGNAL = 128
"""What shells and bwrap add to the number of a signal to make an exit status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a backend is given, and how its sandbox shows it."""

    subject: str
    sandbox: Sandbox
    python: str
    """The interpreter, as the backend sees it."""
    variables: Mapping[str, str]
    """All that stands in its environment."""
    source: Mount
    outbox: Mount
    """The folder in which each hook finds its own for what it writes."""
    mounts: tuple[Mount, ...]
    """What else there is."""
    hidden: frozenset[str]
    """Programs of the host that it does not see."""
    log: Path
    timeout: float | None
    timeout_option: str = ""

    def seen(self, path: str) -> str:
        """Translate a path of the host, in the source tree or in the outbox, to what the backend sees."""
        for mount in (self.source, self.outbox):
            if Path(path).is_relative_to(mount.host):
                return str(Path(self.sandbox.seen(mount)) / Path(path).relative_to(mount.host))
        raise ValueError(f"{path} is not shown to the backend")


class Session:
    """Passes the calls of hooks to one process, which is started for the first and lives until the block ends.

    For ``build.ProjectBuilder`` it is the runner that would start a process for each of them. A failure is raised as
    `HookFailed` where it is seen.
    """

    def __init__(self, stage: Stage, runner: Runner) -> None:
        self._stage = stage
        self._runner = runner
        self._stack = contextlib.ExitStack()
        self._conversation: Conversation | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def __call__(
        self, cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None
    ) -> None:
        """Do what the command would: read ``input.json`` in the control folder, call the hook, write ``output.json``.

        The command is ``[python, script, hook, control folder]`` (pyproject-hooks, "Subprocess Runners").
        """
        _, script, hook, control = cmd
        if self._conversation is None:
            self._conversation = self._start(Path(script))
        kwargs = json.loads((Path(control) / "input.json").read_bytes())["kwargs"]
        question = {
            "hook": hook,
            "kwargs": {key: self._argument(key, value) for key, value in kwargs.items()},
            "variables": {key: self._variable(key, value) for key, value in (extra_environ or {}).items()},
            "source": self._stage.seen(cwd or str(self._stage.source.host)),
        }
        try:
            answer = self._conversation.ask(question, timeout=self._stage.timeout)
        except NoAnswer as silent:
            raise self._silent(hook, silent) from None
        (Path(control) / "output.json").write_bytes(self._checked(hook, answer))

    def tray(self) -> AbstractContextManager[Tray]:
        """Make a folder for what the next hook writes; where the backend has spoilt that, `DeliveryError` says so."""
        return tray(self._stage.outbox.host)

    def failed(self, failure: Failure, hook: str, reason: str, status: int | None = None) -> HookFailed:
        """Make the error that says so, with the end of this session's log."""
        return HookFailed(
            failure,
            subject=self._stage.subject,
            hook=hook,
            reason=shown(reason),
            log=self._stage.log,
            status=status,
        )

    def _start(self, script: Path) -> Conversation:
        stage = self._stage
        hooks = Mount(host=script, inside=_HOOKS)
        job = Job(
            argv=(stage.python, stage.sandbox.seen(_DRIVER), stage.sandbox.seen(hooks)),
            env=stage.variables,
            cwd=stage.sandbox.seen(stage.source),
            mounts=(stage.source, stage.outbox, *stage.mounts, _DRIVER, hooks),
            hidden=stage.hidden,
        )
        command = stage.sandbox.command(job)
        return self._stack.enter_context(self._runner.converse(command, log=self._stage.log))

    def _argument(self, name: str, value: object) -> object:
        return self._stage.seen(value) if name in _FOLDERS and isinstance(value, str) else value

    def _variable(self, name: str, value: str) -> str:
        if name != _BACKEND_PATH:
            return value
        return json.dumps([self._stage.seen(path) for path in json.loads(value)])

    def _silent(self, hook: str, silent: NoAnswer) -> HookFailed:
        match silent.silence:
            case Silence.ENDED:
                return self.failed(Failure.DIED, hook, _death(silent.returncode), silent.returncode)
            case Silence.TIMED_OUT:
                reason = f"it did not end within {self._stage.timeout:g} s and was killed"
                return self._too_slow(self.failed(Failure.TIMED_OUT, hook, reason))
            case Silence.GARBLED:
                return self.failed(Failure.BAD_ANSWER, hook, "what came back is no answer to a hook")
            case _:
                assert_never(silent.silence)

    def _too_slow(self, failed: HookFailed) -> HookFailed:
        stage = self._stage
        if stage.timeout_option and stage.timeout is not None:
            failed.hint = f"if it only needs longer: {stage.timeout_option} {stage.timeout * _LONGER:g}"
        return failed

    def _checked(self, hook: str, answer: object) -> bytes:
        try:
            told = msgspec.convert(answer, _Answer)
        except msgspec.ValidationError as error:
            raise self.failed(Failure.BAD_ANSWER, hook, f"what came back is no answer to a hook: {error}") from error
        if told.raised is not None:
            raise self.failed(Failure.HOOK_RAISED, hook, told.raised)
        output = told.output
        if not (output.no_backend or output.hook_missing or output.unsupported):
            fault = _fault(hook, output.return_val)
            if fault is not None:
                raise self.failed(Failure.BAD_ANSWER, hook, fault)
        try:
            return msgspec.json.encode(output)
        except UnicodeEncodeError as error:  # half a character, which JSON can hold
            raise self.failed(Failure.BAD_ANSWER, hook, "what came back is no text") from error


class _Output(msgspec.Struct, frozen=True, kw_only=True):
    """The ``output.json`` of pyproject-hooks' in-process script."""

    return_val: list[str] | str | None = None
    unsupported: bool = False
    no_backend: bool = False
    hook_missing: bool = False
    missing_hook_name: str | None = None
    backend_error: str | None = None
    traceback: str | None = None


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the driver says."""

    output: _Output = _Output()
    raised: str | None = None


def _fault(hook: str, value: list[str] | str | None) -> str | None:
    suffixes = _SUFFIXES.get(hook)
    if suffixes is None:
        if not isinstance(value, list):
            return f"it has to answer with a list of strings, and said {value!r}"
        many = f"it asks for {len(value)} requirements; {MOST_REQUIREMENTS} are the limit"
        return many if len(value) > MOST_REQUIREMENTS else None
    if not isinstance(value, str):
        return f"it has to answer with a name, and said {value!r}"
    if not value.isprintable() or "/" in value or "\\" in value:
        return f"it has to answer with the bare name of what it made, and said {value!r}"
    if not value.endswith(suffixes):
        return f"the name of what it made has to end with {' or '.join(suffixes)}, and is {value!r}"
    return None


def _death(returncode: int | None) -> str:
    if returncode is None:
        return "its process hung up without an answer"
    number = -returncode if returncode < 0 else returncode - _SHELL_SIGNAL
    try:
        return f"its process was killed by {signal.Signals(number).name}"
    except ValueError:
        return f"its process ended with exit status {returncode} and without an answer"
