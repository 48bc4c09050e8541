"""Runs one command in a place and surroundings of its own, and measures it from outside."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rows import Measure
from tools import surroundings, tool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HERE = Path(__file__).resolve().parent
KIB_IN_MIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """A tool, and where it works."""

    tool: str
    place: Path
    shared: Path
    """What the row made ready for all."""
    index: str = ""
    """An index on the loopback; this machine's unless given."""

    def forget(self) -> None:
        """Become cold: the next run finds an empty cache and an empty output folder."""
        shutil.rmtree(self.place, ignore_errors=True)

    def run(self, command: str) -> Mapping[Measure, float]:
        """Run a command to its end and give what can be said of it.

        Time and memory are measured here; what else a command knows of itself it prints as its last line, in JSON.

        Raises:
            CalledProcessError: it failed; what it said stands in the error.
        """
        words = self._words(command)
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
            begin = time.perf_counter()
            process = subprocess.Popen(words, cwd=self._out, env=self._env, stdout=said, stderr=subprocess.STDOUT)
            # Not `wait`: only so is the memory told that this one process has used.
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - begin
            process.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            text = said.read()
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, words, text)
        return {Measure.SECONDS: seconds, Measure.MEMORY: mebibytes(usage.ru_maxrss)} | own_figures(text)

    @contextlib.contextmanager
    def serving(self, command: str) -> Iterator[str]:
        """Run a server for as long as this is entered, and give the URL that it prints.

        Raises:
            CalledProcessError: it ended instead.
        """
        words = self._words(command)
        with subprocess.Popen(words, cwd=self._out, stdout=subprocess.PIPE, text=True) as server:
            try:
                url = next(iter(server.stdout or ()), "").strip()
                if not url:
                    raise subprocess.CalledProcessError(server.wait(), words)
                yield url
            finally:
                server.terminate()

    @property
    def _out(self) -> Path:
        return made(self.place / "out")

    @property
    def _env(self) -> dict[str, str]:
        env = surroundings(made(self.place / "cache"), self.index)
        env["PATH"] = f"{tool(self.tool).program.parent}{os.pathsep}{env['PATH']}"
        return env

    def _words(self, command: str) -> list[str]:
        names = {"out": self._out, "shared": made(self.shared), "here": HERE, "python": sys.executable}
        return [word.format_map({**names, self.tool: tool(self.tool).program}) for word in shlex.split(command)]


def made(folder: Path) -> Path:
    """The folder, which exists from now on."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def mebibytes(peak: int) -> float:
    """Of ``ru_maxrss``, which Linux counts in KiB and macOS in bytes (getrusage(2))."""
    return peak / KIB_IN_MIB / (KIB_IN_MIB if sys.platform == "darwin" else 1)


def own_figures(text: str) -> dict[Measure, float]:
    """What a command said of itself in its last line."""
    last = (text.splitlines() or [""])[-1]
    return {Measure[name.upper()]: value for name, value in json.loads(last).items()} if last.startswith("{") else {}
