"""The jail's command, and what a real jail keeps from a job."""

from __future__ import annotations

import dataclasses
import json
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandboxes import sandbox_or_skip
from wheelforge.interpreters.running import base
from wheelforge.process.runner import Runner
from wheelforge.sandbox.bwrap import NO_NAMESPACES, Bwrap, known_options, system_arguments
from wheelforge.sandbox.port import Access, Isolation, Job, Mount
from wheelforge.sandbox.surroundings import interpreter_seen, interpreter_variables

if TYPE_CHECKING:
    from collections.abc import Iterator

PYTHON = Mount(host=Path("/opt/python"), inside="/python")
JAIL = Bwrap(program=Path("/usr/bin/bwrap"), interpreter=PYTHON, system=("--ro-bind", "/usr", "/usr"))
JOB = Job(
    argv=("/python/bin/python", "-c", "pass"),
    env={"B": "2", "A": "1"},
    cwd="/src",
    mounts=(
        Mount(host=Path("/tmp/own/src"), inside="/src", access=Access.WRITE),  # noqa: S108 - only a name
        Mount(host=Path("/store/env"), inside="/env"),
    ),
)


def test_the_command_starts_from_nothing_and_adds_what_the_job_declares() -> None:
    command = JAIL.command(JOB)
    line = " ".join(command.argv)
    assert line.startswith("/usr/bin/bwrap --unshare-all ")
    for flag in ("--clearenv", "--die-with-parent", "--new-session", "--cap-drop ALL", "--setenv A 1 --setenv B 2"):
        assert f" {flag} " in line
    assert line.endswith(
        " --dev /dev --tmpfs /tmp --tmpfs /dev/shm --remount-ro /dev"
        " --ro-bind /opt/python /python --bind /tmp/own/src /src --ro-bind /store/env /env"
        " --remount-ro / --chdir /src -- /python/bin/python -c pass"
    )
    assert (command.env, command.cwd) == ({}, None)


def test_what_this_bubblewrap_has_is_used() -> None:
    known = known_options(
        "  --disable-userns  Disable further use\n  --size BYTES  Set size\n  --unknown  Never heard of"
    )
    line = " ".join(dataclasses.replace(JAIL, known=known).command(JOB).argv)
    assert " --disable-userns --setenv " in line
    assert " --size 1073741824 --tmpfs /tmp --size 1073741824 --tmpfs /dev/shm " in line
    assert "--unknown" not in line


def test_a_program_that_is_hidden_stands_there_and_cannot_be_run(jail: Bwrap) -> None:
    script = "import shutil; print(shutil.which('sh', path='/usr/bin'), shutil.which('cat', path='/usr/bin') is None)"
    own = str(interpreter_seen(base(), jail))
    job = Job(argv=(own, "-c", script), env=interpreter_variables(base(), jail, scripts="/x"), cwd="/", mounts=())
    hiding = dataclasses.replace(job, hidden=frozenset({"cat"}))
    seen, hidden = (Runner().capture(jail.command(one), timeout=30).stdout.split() for one in (job, hiding))
    assert (seen, hidden) == ([b"/usr/bin/sh", b"False"], [b"/usr/bin/sh", b"True"])


def test_a_mount_is_seen_at_its_path_inside() -> None:
    assert JAIL.seen(JOB.mounts[0]) == "/src"


def test_root_folders_are_links_or_folders_as_on_the_host(tmp_path: Path) -> None:
    (tmp_path / "bin").symlink_to("usr/bin")
    (tmp_path / "lib").mkdir()
    arguments = " ".join(system_arguments(tmp_path))
    assert arguments.startswith("--ro-bind /usr /usr --symlink usr/bin /bin --ro-bind /lib /lib --ro-bind-try ")
    assert "/lib64" not in arguments


CAN = """
import getpass, json, os, pathlib, socket, sys
def can(act):
    try:
        act()
    except OSError as error:
        return type(error).__name__ if error.errno is None else os.strerror(error.errno)
    return "yes"
def connect(address):
    with socket.socket() as line:
        line.settimeout(20)
        line.connect(address)
json.dump({
    "connect": can(lambda: connect(("192.0.2.1", 80))),
    "resolve": can(lambda: socket.getaddrinfo("index.example", 443)),
    "host's loopback": can(lambda: connect(("127.0.0.1", int(sys.argv[2])))),
    "home": can(lambda: os.listdir(sys.argv[1])),
    "write /usr": can(lambda: pathlib.Path("/usr/planted").touch()),
    "write /": can(lambda: pathlib.Path("/planted").touch()),
    "write a read-only mount": can(lambda: pathlib.Path("/given/planted").touch()),
    "write /tmp": can(lambda: pathlib.Path("/tmp/planted").touch()),
    "write /dev": can(lambda: pathlib.Path("/dev/planted").touch()),
    "write /dev/shm": can(lambda: pathlib.Path("/dev/shm/planted").touch()),
    "write a mount": can(lambda: pathlib.Path("/own/made").touch()),
    "mount": can(lambda: os.chroot("/tmp")),
    "user": getpass.getuser(),
    "host": socket.gethostname(),
    "environment": dict(os.environ),
    "processes": sum(name.isdigit() for name in os.listdir("/proc")),
}, sys.stdout)
"""


@pytest.fixture
def jail() -> Bwrap:
    sandbox = sandbox_or_skip(Isolation.BWRAP)
    assert isinstance(sandbox, Bwrap)
    return sandbox


@pytest.fixture
def listener() -> Iterator[int]:
    """A server of the host: its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_job_in_a_jail_reaches_only_what_it_was_given(
    jail: Bwrap, tmp_path: Path, listener: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "of the host")
    own, given = tmp_path / "own", tmp_path / "given"
    own.mkdir()
    given.mkdir()
    env = {"LC_ALL": "C.UTF-8", **interpreter_variables(base(), jail, scripts="/env/bin")}
    job = Job(
        argv=(str(interpreter_seen(base(), jail)), "-c", CAN, str(Path.home()), str(listener)),
        env=env,
        cwd="/own",
        mounts=(Mount(host=own, inside="/own", access=Access.WRITE), Mount(host=given, inside="/given")),
    )
    captured = Runner().capture(jail.command(job), timeout=60)
    assert captured.stderr == b""
    can = json.loads(captured.stdout)
    assert can.pop("resolve") != "yes"
    assert can == {
        "connect": "Network is unreachable",
        "host's loopback": "Connection refused",
        "home": "No such file or directory",
        "write /usr": "Read-only file system",
        "write /": "Read-only file system",
        "write a read-only mount": "Read-only file system",
        "write /tmp": "yes",
        "write /dev": "Read-only file system",
        "write /dev/shm": "yes",
        "write a mount": "yes",
        "mount": "Operation not permitted",
        "user": "build",
        "host": "wheelforge",
        "environment": {**env, "PWD": "/own"},
        "processes": 2,
    }
    assert [path.name for path in own.iterdir()] == ["made"]


def test_a_job_in_a_jail_makes_no_jail_of_its_own(jail: Bwrap) -> None:
    if NO_NAMESPACES not in jail.known:
        pytest.skip("the bwrap of this machine cannot keep jobs from it")
    job = Job(argv=("/usr/bin/unshare", "--user", "/bin/true"), env={}, cwd="/", mounts=())
    assert Runner().capture(jail.command(job), timeout=60).returncode != 0


def test_memory_in_a_jail_has_a_bound(jail: Bwrap) -> None:
    if "--size" not in jail.known:
        pytest.skip("the bwrap of this machine knows no size")
    job = Job(argv=("/bin/df", "--output=size", "-B1", "/tmp", "/dev/shm"), env={}, cwd="/", mounts=())  # noqa: S108
    shown = Runner().capture(jail.command(job), timeout=60).stdout.split()
    assert shown[1:] == [b"1073741824"] * 2


def test_a_compiler_works_in_a_jail(jail: Bwrap, tmp_path: Path) -> None:
    if not Path("/usr/bin/cc").exists():
        pytest.skip("no C compiler here")
    (tmp_path / "a.c").write_text("int main(void) { return 42; }\n")
    job = Job(
        argv=("/bin/sh", "-c", "cc a.c -o a && ./a"),
        env={"PATH": "/usr/bin:/bin"},
        cwd="/own",
        mounts=(Mount(host=tmp_path, inside="/own", access=Access.WRITE),),
    )
    captured = Runner().capture(jail.command(job), timeout=60)
    assert (captured.returncode, captured.stderr) == (42, b"")


def test_a_host_file_that_was_not_mounted_is_not_there(jail: Bwrap, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of the host")
    job = Job(argv=("/bin/cat", str(tmp_path / "secret")), env={}, cwd="/", mounts=())
    shown = dataclasses.replace(job, mounts=(Mount(host=tmp_path, inside=str(tmp_path)),))
    assert Runner().capture(jail.command(shown), timeout=60).stdout == b"of the host"
    assert b"No such file" in Runner().capture(jail.command(job), timeout=60).stderr
