"""Backends that are out to harm, or out of their mind: each is told by name, ends in time, and leaves nothing half."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.command import archives, lock_of, refused, wheelforge
from integration.planted import planted
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from index import PackageIndex

    Plant = Callable[[str], PackageIndex]

WEAK = ("--isolation", "venv")
LONGEST_TOLD = 20_000
"""Characters of an error: what a terminal holds."""
GOOD = """
import os, pathlib, signal, sys, time, tinybackend

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return tinybackend.write_wheel(wheel_directory)
"""
ASKED = f"{GOOD}\ndef get_requires_for_build_wheel(config_settings=None):\n    "
BUILT = GOOD.rpartition("return")[0]


@pytest.fixture
def demo(own_index: Callable[..., PackageIndex], tmp_path: Path) -> Plant:
    """Puts a project of that name on the index, with a backend of its own."""
    return lambda backend: own_index(planted(tmp_path / "demo", backend=backend))


def not_collected(*options: str, code: ExitCode = ExitCode.BUILD) -> str:
    """What is said where the backend of demo is asked in vain; nothing stands in the folder."""
    said = refused("collect", "demo", "--build-deps", "-o", "folder", *WEAK, *options, code=code)
    assert not Path("folder").exists()
    assert len(said) < LONGEST_TOLD
    assert all(line.isprintable() for line in said.splitlines())
    return said


@pytest.mark.parametrize(
    ("system", "words"),
    [
        (
            {"build-backend": "nowhere.to:be_found"},
            "get_requires_for_build_wheel failed: its backend nowhere.to:be_found cannot be imported in its build env",
        ),
        ({"backend-path": ["nowhere"]}, "its pyproject.toml cannot be followed: "),
    ],
)
def test_a_backend_that_is_not_there_is_named(
    system: dict[str, object], words: str, own_index: Callable[..., PackageIndex], tmp_path: Path
) -> None:
    good = planted(tmp_path / "demo", backend=GOOD)
    own_index(replace(good, build_system={"requires": [], "build-backend": "a", **system}))
    said = not_collected()
    assert f"demo 1.0: {words}" in said
    assert "\nhint: " in said


def test_a_hook_that_hangs_is_killed_and_the_option_that_gives_it_longer_is_told(demo: Plant) -> None:
    demo(f"{ASKED}time.sleep(600)")
    said = not_collected("--hook-timeout", "1")
    assert "demo 1.0: get_requires_for_build_wheel failed: it did not end within 1 s and was killed\n" in said
    assert said.endswith("\nhint: if it only needs longer: --hook-timeout 4\n")


def test_a_build_that_hangs_is_killed_where_that_was_asked_for(demo: Plant) -> None:
    demo(f"{BUILT}time.sleep(600)")
    wheelforge("collect", "demo", "--build-deps", "-o", "folder", *WEAK)
    arguments = ("build", "folder", "-o", "wheelhouse", "--build-timeout", "2", *WEAK)
    said = refused(*arguments, code=ExitCode.BUILD)
    assert "demo 1.0: build_wheel failed: it did not end within 2 s and was killed\n" in said
    assert said.endswith("\nhint: if it only needs longer: --build-timeout 8\n")
    assert archives(Path("wheelhouse")) == set()


NOISE = """
    for _ in range(5):
        os.write(1, b'{"output": {"return_val": ["evil"]}}\\n' + b"x" * 1_000_000 + b"\\x1b]0;title\\x07\\x1b[2J\\n")
        sys.stderr.write("\\x9b31m\\u202e\\r" * 1000 + "\\n")
"""


def test_whatever_a_backend_prints_is_no_answer_and_nothing_that_a_terminal_obeys(demo: Plant) -> None:
    demo(f"{ASKED}pass{NOISE}\n    raise RuntimeError('\\x1b[2J' + 'much' * 100_000)")
    said = not_collected()
    assert "demo 1.0: get_requires_for_build_wheel failed: RuntimeError: muchmuch" in said
    assert "evil" not in said


def test_a_requirement_that_is_none_is_told(demo: Plant) -> None:
    demo(f"{ASKED}return ['not a \\x1b[31mrequirement']")
    said = not_collected()
    assert "demo 1.0 asks for a build requirement that is not PEP 508: 'not a \\x1b[31mrequirement'\n" in said


def test_a_backend_that_asks_for_its_own_project_is_a_cycle(demo: Plant) -> None:
    demo(f"{ASKED}return ['demo']")
    assert "build cycle: demo 1.0 -> demo 1.0\n" in not_collected(code=ExitCode.RESOLUTION)


def test_a_backend_that_asks_for_something_new_every_time_is_asked_once(demo: Plant, tmp_path: Path) -> None:
    """What it then wants at build is not in the lock, and that is said."""
    (tmp_path / "asked").touch()
    demo(f"""{ASKED}
    asked = pathlib.Path({str(tmp_path / "asked")!r})
    asked.write_text(asked.read_text() + "x")
    return [["leaf"], ["lib"], ["nest"]][len(asked.read_text()) - 1]
    """)
    wheelforge("collect", "demo", "--build-deps", "-o", "folder", *WEAK)
    assert (tmp_path / "asked").read_text() == "x"
    asked = {str(one.requirement) for unit in lock_of(Path("folder")).units for one in unit.requires}
    assert asked == {"tinybackend", "leaf"}
    said = refused("build", "folder", "-o", "wheelhouse", *WEAK, code=ExitCode.BUILD)
    assert "demo 1.0: the backend asks for lib, which its locked environment does not hold" in said
    assert "\nhint: " in said


RENAMED = f"{BUILT}return tinybackend.write_wheel(wheel_directory, project={{'name': 'evil', 'version': '1.0'}})"
FOREIGN = f"{BUILT}return tinybackend.write_wheel(wheel_directory, tag='cp39-cp39-win32')"
RENUMBER = "path = pathlib.Path('pyproject.toml'); path.write_text(path.read_text().replace('1.0', '9.9'))"
FAULTS = {
    "renamed": (RENAMED, "expected the name renamed, got evil"),
    "foreign": (FOREIGN, "got one for cp39-cp39-win32"),
    "restless": (f"{ASKED}{RENUMBER}\n    return []", "expected the version 1.0, got 9.9"),
    "linked": (
        f"{BUILT}os.symlink('/etc/passwd', os.path.join(wheel_directory, 'a.whl'))\n    return 'a.whl'",
        "linked 1.0: build_wheel failed: what it made cannot be taken: 'a.whl' is no plain file",
    ),
    "folded": (
        f"{BUILT}os.mkdir(os.path.join(wheel_directory, 'a.whl'))\n    return 'a.whl'",
        "folded 1.0: build_wheel failed: what it made cannot be taken: 'a.whl' is no plain file",
    ),
    "climbing": (
        f"{BUILT}return '../' + tinybackend.write_wheel(wheel_directory)",
        "climbing 1.0: build_wheel failed: it has to answer with the bare name of what it made",
    ),
    "greedy": (f"{BUILT}return bytearray(1 << 46)", "greedy 1.0: build_wheel failed: MemoryError\n"),
    "dying": (f"{BUILT}os.killpg(0, signal.SIGKILL)", "dying 1.0: build_wheel failed: its process was killed by"),
    "mute": (f"{BUILT}os.closerange(0, 4096)", "mute 1.0: build_wheel failed: its process ended with exit status"),
    "unspeakable": (
        f"{BUILT}raise type('Odd', (Exception,), {{'__str__': lambda self: 1}})",
        "unspeakable 1.0: build_wheel failed: Odd: (its message cannot be told)",
    ),
}
"""Backends by the names of their projects, and what is said of each."""


def test_each_build_that_gives_no_wheel_as_planned_is_told(
    own_index: Callable[..., PackageIndex], tmp_path: Path
) -> None:
    own_index(*(planted(tmp_path / name, backend=backend) for name, (backend, _) in FAULTS.items()))
    said = refused("wheel", *FAULTS, "--keep-going", "-o", "wheelhouse", *WEAK, code=ExitCode.BUILD)
    assert [words for _, words in FAULTS.values() if words not in said] == []
    assert {name for name in archives(Path("wheelhouse")) if not name.startswith("collected/")} == set()
    collected = Path("wheelhouse/collected")
    assert {file.filename for file in lock_of(collected).artifacts} >= {f"{name}-1.0.tar.gz" for name in FAULTS}
    restless = tmp_path / "index" / "restless-1.0.tar.gz"
    assert (collected / restless.name).read_bytes() == restless.read_bytes()


DAEMON = "86399.25"
"""Seconds for which nobody else sleeps."""
JAILED = {
    "lingering": f"""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execv("/bin/sleep", ["sleep", "{DAEMON}"])
        os._exit(0)
    """,
    "murderous": """
    for number in range(2, 100):
        try:
            number == os.getpid() or os.kill(number, signal.SIGKILL)
        except OSError:
            pass
    """,
    "filling": """
    for folder in ("/tmp", "/dev/shm"):
        try:
            with open(folder + "/large", "wb") as file:
                os.posix_fallocate(file.fileno(), 0, 1 << 50)
        except OSError:
            continue
        raise RuntimeError(folder + " takes all")
    """,
    "straying": """
    import tempfile
    for folder in ("/", "..", "/usr", "/etc", "/wheelforge", "/python", sys.prefix):
        try:
            pathlib.Path(folder, "planted").touch()
        except OSError:
            continue
        raise RuntimeError(folder + " can be written")
    """,
}
"""What backends do before they build as they should."""


@pytest.mark.usefixtures("jailed")
def test_the_jail_withstands_what_is_tried_in_it(own_index: Callable[..., PackageIndex], tmp_path: Path) -> None:
    backends = {name: f"{BUILT}pass{does}\n{GOOD.splitlines()[-1]}" for name, does in JAILED.items()}
    own_index(*(planted(tmp_path / name, backend=backend) for name, backend in backends.items()))
    wheelforge("wheel", *JAILED, "-o", "wheelhouse", "--isolation", "bwrap")
    wheels = {name for name in archives(Path("wheelhouse")) if not name.startswith("collected/")}
    assert wheels == {f"{name}-1.0-py3-none-any.whl" for name in JAILED}
    assert DAEMON.encode() not in b"".join(map(_command_line, Path("/proc").glob("[0-9]*/cmdline")))


def _command_line(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has just ended
        return b""
