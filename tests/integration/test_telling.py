"""What users see: the result alone on standard output, all else on standard error, live where that is a terminal."""

from __future__ import annotations

import hashlib
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from integration.command import PROGRAM, archives, wheelforge
from wheelforge.cli.output import CollectDocument

pytestmark = pytest.mark.usefixtures("here")

TARGET = r"cp3\d+t?-\w+"


def test_collect_tells_one_line_a_file_and_a_summary() -> None:
    outcome = wheelforge("collect", "lib[fancy]", "--no-binary", "lib", "-o", "folder")
    assert re.fullmatch(
        rf"resolving: 2 distributions for {TARGET}\n"
        r"  leaf-2\.0-py3-none-any\.whl  \d+ B\n"
        r"  lib-1\.0\.tar\.gz  \d+ B\n",
        outcome.stderr,
    )
    assert re.fullmatch(rf"collected 1 sdist and 1 wheel, \d kB in all, into folder for {TARGET}\n", outcome.stdout)


def test_quiet_leaves_the_result() -> None:
    outcome = wheelforge("collect", "leaf", "-o", "folder", "--quiet")
    assert outcome.stderr == ""
    assert outcome.stdout.startswith("collected 1 wheel, ")


def test_verbose_tells_what_is_read_and_fetched() -> None:
    told = wheelforge("collect", "leaf", "-o", "folder", "--verbose").stderr
    assert "resolving ...\n" in told
    assert "  read leaf\n" in told
    assert "  fetched leaf-2.0-py3-none-any.whl  " in told


@pytest.mark.usefixtures("jailed", "warm")
def test_json_lists_the_files_as_they_stand_and_the_order_of_building() -> None:
    document = wheelforge("collect", "--build-deps", "dynamic", "-o", "folder", "--json").document(CollectDocument)
    assert {file.path for file in document.files} == archives(Path("folder"))
    for file in document.files:
        content = (Path("folder") / file.path).read_bytes()
        assert (file.sha256, file.size) == (hashlib.sha256(content).hexdigest(), len(content))
        assert (file.why == "build") is file.path.startswith("build-deps/")
    assert document.build_order[0] == "build-deps/tinybackend-1.0.tar.gz"
    assert document.build_order[-1] == "dynamic-1.0.tar.gz"
    assert document.incomplete == []


def on_a_terminal(*arguments: str) -> tuple[str, str]:
    """What a command shows on a terminal, and what it prints on a standard output that is none."""
    screen, theirs = pty.openpty()
    shown = bytearray()
    with subprocess.Popen([*PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=theirs, text=True) as process:
        os.close(theirs)
        try:
            while data := os.read(screen, 65536):
                shown += data
        except OSError:
            # Linux says so when the last one who could write there has gone.
            pass
        finally:
            os.close(screen)
        assert process.stdout is not None
        printed = process.stdout.read()
    assert process.returncode == 0
    return shown.decode(), printed


def test_a_terminal_shows_what_is_being_done_and_keeps_a_line_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    shown, printed = on_a_terminal("collect", "lib[fancy]", "-o", "folder")
    assert "\x1b[" in shown
    assert re.search(r"resolving: 2 distributions for \S+\r\n", shown)
    assert re.search(r"  leaf-2\.0-py3-none-any\.whl  \d+ B\r\n", shown)
    assert printed.startswith("collected 2 wheels, ")
    assert "\x1b" not in printed
