"""What jobs are given, for interpreters in different places."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from wheelforge.interpreters.running import Interpreter
from wheelforge.sandbox.bwrap import Bwrap
from wheelforge.sandbox.surroundings import (
    interpreter_mount,
    interpreter_seen,
    interpreter_variables,
    job_variables,
    scratch_folder,
)
from wheelforge.sandbox.venv import Venv

if TYPE_CHECKING:
    from wheelforge.sandbox.port import Sandbox


def interpreter(prefix: str) -> Interpreter:
    home = Path(prefix)
    return Interpreter(
        executable=home / "bin" / "python3", prefix=home, version="3.11.7", build="any", libpython=home / "lib"
    )


def jail(own: Interpreter) -> Sandbox:
    return Bwrap(program=Path("/usr/bin/bwrap"), interpreter=interpreter_mount(own), system=())


@pytest.mark.parametrize(
    ("prefix", "seen"), [("/usr", "/usr"), ("/usr/local", "/usr/local"), ("/home/user/python", "/python")]
)
def test_an_interpreter_is_shown_at_its_own_path_only_where_that_is_the_systems(prefix: str, seen: str) -> None:
    own = interpreter(prefix)
    assert interpreter_seen(own, jail(own)) == Path(seen, "bin/python3")
    assert interpreter_seen(own, Venv()) == Path(prefix, "bin/python3")


def test_a_shared_library_is_found_where_the_system_would_not_look() -> None:
    own = interpreter("/home/user/python")
    found = interpreter_variables(own, jail(own), scripts="/env/bin")
    assert found == {"PATH": "/env/bin:/usr/bin:/bin", "LD_LIBRARY_PATH": "/python/lib"}
    assert interpreter_variables(own, Venv(), scripts="/env/bin")["LD_LIBRARY_PATH"] == "/home/user/python/lib"
    system = interpreter("/usr")
    assert interpreter_variables(system, jail(system), scripts="/env/bin") == {"PATH": "/env/bin:/usr/bin:/bin"}


def test_a_job_has_a_home_and_a_place_for_temporary_files_of_its_own(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as scratch:
        given = job_variables(Venv(), scratch)
        assert Path(given["HOME"]).is_dir()
        assert Path(given["TMPDIR"]).is_dir()
        assert job_variables(jail(interpreter("/usr")), scratch)["HOME"] == "/scratch/home"
    assert list(tmp_path.iterdir()) == []
