"""Runs inside the sandbox: calls one PEP 517 hook after another for the session at the other end of its standard input.

Needs nothing but the standard library and the in-process script of pyproject-hooks, whose path is its argument. Each
question and each answer is one line of JSON.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType

LONGEST_REASON = 500
"""Characters of an exception's message that are handed on; the log has all of it."""


def main(script: str) -> None:
    """Answer until the line is closed."""
    questions, answers = _take_line()
    own = os.getpid()
    here = Path(__file__).resolve().parent
    sys.path[:] = [path for path in sys.path if Path(path).resolve() != here]
    hooks = _load(script)
    world = _World()
    for line in questions:
        question = json.loads(line)
        world.restore()
        answer = _answer(hooks, script, question)
        if os.getpid() != own:
            # A hook has forked, and this is the child, which has come back here: only one may answer.
            os._exit(0)
        _flush()
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()
    # What the backend has left running (threads, handlers) has nothing to say any more.
    os._exit(0)


def _take_line() -> tuple[Any, Any]:
    """Keep the line to ourselves: the backend and its children find nothing on their standard input."""
    questions = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(0), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    for stream in (sys.stdout, sys.stderr):
        # What Python prints and what its children print stand in the log in the order in which they came.
        stream.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    return questions, answers


def _load(script: str) -> Any:  # noqa: ANN401 - a module without types
    spec = importlib.util.spec_from_file_location("_in_process", script)
    if spec is None or spec.loader is None:
        sys.exit(f"{script} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _World:
    """What hooks may change, since frontends should give each a fresh process (PEP 517): put back between them.

    What can be imported stays as it is: modules live on from hook to hook, and with them the folders and finders
    that they added for those they import later (setuptools' and poetry-core's vendored libraries).
    """

    def __init__(self) -> None:
        self._environ = dict(os.environ)
        self._umask = os.umask(0)
        os.umask(self._umask)

    def restore(self) -> None:
        os.environ.clear()
        os.environ.update(self._environ)
        os.umask(self._umask)


def _answer(hooks: Any, script: str, question: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
    """Call one hook as pyproject-hooks would in a process of its own; gives its output, or what it raised."""
    hook = question["hook"]
    _say(f"--- {hook}")
    control = Path(tempfile.mkdtemp(prefix="hook-"))
    (control / "input.json").write_text(json.dumps({"kwargs": question["kwargs"]}), encoding="utf-8")
    os.environ.update(question["variables"])
    os.chdir(question["source"])
    sys.argv[:] = [script, hook, str(control)]
    try:
        hooks.main()
        output = json.loads((control / "output.json").read_text(encoding="utf-8"))
    except BaseException as error:  # noqa: BLE001 - sys.exit in a hook is its failure and not our end
        _say("".join(traceback.format_exception(type(error), error, _trace(error, script))).rstrip())
        return {"raised": _reason(error)}
    for warning in output.pop("warnings", []):
        _say(f"warning: {warning['message']}")
    reason = output.get("traceback") or output.get("backend_error")
    if reason:
        _say(reason.rstrip())
    return {"output": output}


def _reason(error: BaseException) -> str:
    try:
        message = str(error)[:LONGEST_REASON]
    except Exception:  # noqa: BLE001 - its class is the backend's own
        message = "(its message cannot be told)"
    return ": ".join(filter(None, (type(error).__name__, message)))


def _trace(error: BaseException, script: str) -> TracebackType | None:
    """Leave out how we came to the backend; and all of it where the backend just wants to end."""
    if isinstance(error, SystemExit):
        return None
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename in {__file__, script}:
        trace = trace.tb_next
    return trace


def _say(text: str) -> None:
    # A backend may have closed or replaced its streams; that is no reason to fail.
    with contextlib.suppress(Exception):
        sys.stderr.write(text + "\n")


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


if __name__ == "__main__":
    main(sys.argv[1])
