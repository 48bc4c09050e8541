"""Real environments of small wheels, in every sandbox that this machine has, and what hostile wheels try."""

from __future__ import annotations

import hashlib
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from archives_fixture import record_line, wheel_files, write_wheel
from sandboxes import sandbox_or_skip
from wheelforge.errors import IntegrityError
from wheelforge.interpreters.running import base
from wheelforge.process.runner import Runner
from wheelforge.sandbox.bytecode import WORTH
from wheelforge.sandbox.environments import Environment, Environments
from wheelforge.sandbox.port import Isolation, Job, Sandbox
from wheelforge.sandbox.wheels import EnvironmentWheel
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

INFO = "demo-1.0.dist-info"
PROGRAM = b"[console_scripts]\ndemo = demo:main\n"
TELL = "import demo, sys; print(demo.VALUE, sys.prefix != sys.base_prefix, sys.dont_write_bytecode)"


@pytest.fixture(params=list(Isolation), ids=lambda isolation: isolation.value)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    return sandbox_or_skip(request.param)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "a store")


def wheel(folder: Path, changes: Mapping[str, bytes] | None = None, name: str = "demo") -> EnvironmentWheel:
    """A wheel of the package demo under a name that is no wheel's, as in the store."""
    info = f"{name}-1.0.dist-info"
    files = wheel_files(dist_info=info) | dict(changes or {})
    path = write_wheel(folder / f"blob-{name}", files, dist_info=info)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return EnvironmentWheel(path=path, sha256=sha256, filename=f"{name}-1.0-py3-none-any.whl")


def output(sandbox: Sandbox, environment: Environment, *argv: str) -> str:
    job = Job(argv=argv, env={"LC_ALL": "C.UTF-8", **environment.variables}, cwd="/", mounts=(environment.mount,))
    captured = Runner().capture(sandbox.command(job), timeout=60)
    assert captured.stderr == b""
    return captured.stdout.decode()


def test_a_job_finds_the_wheels_and_nothing_else(sandbox: Sandbox, store: Store, tmp_path: Path) -> None:
    environments = Environments(store, sandbox=sandbox, interpreter=base(), runner=Runner())
    names = "import importlib.metadata as m, sys; print([d.name for d in m.distributions()], sys.version_info[:3])"
    with environments.open([wheel(tmp_path)]) as environment:
        assert output(sandbox, environment, environment.python, "-c", TELL) == "1 True False\n"
        told = output(sandbox, environment, environment.python, "-c", names)
    assert told == f"['demo'] {sys.version_info[:3]}\n"


def test_programs_of_wheels_are_on_the_path(sandbox: Sandbox, store: Store, tmp_path: Path) -> None:
    demo = {"demo/__init__.py": b"def main(): print('run')\n", f"{INFO}/entry_points.txt": PROGRAM}
    environments = Environments(store, sandbox=sandbox, interpreter=base(), runner=Runner())
    with environments.open([wheel(tmp_path, demo)]) as environment:
        assert output(sandbox, environment, "/usr/bin/env", "demo") == "run\n"


def test_in_a_jail_equal_sets_share_one_environment_that_jobs_cannot_change(store: Store, tmp_path: Path) -> None:
    sandbox = sandbox_or_skip(Isolation.BWRAP)
    environments = Environments(store, sandbox=sandbox, interpreter=base(), runner=Runner())
    one, two = wheel(tmp_path), wheel(tmp_path, name="other")
    with (
        environments.open([one, two]) as first,
        environments.open([two, one]) as second,
        environments.open([one]) as third,
    ):
        assert first == second
        assert third.mount.host != first.mount.host
        assert first.python == "/env/bin/python"
        change = "try: open('/env/planted', 'w')\nexcept OSError as error: print(error.strerror)"
        assert output(sandbox, first, first.python, "-c", change) == "Read-only file system\n"
    assert first.mount.host.is_dir()


def test_a_shared_environment_names_no_path_of_the_host(store: Store, tmp_path: Path) -> None:
    sandbox = sandbox_or_skip(Isolation.BWRAP)
    demo = wheel(tmp_path, {f"{INFO}/entry_points.txt": PROGRAM})
    with Environments(store, sandbox=sandbox, interpreter=base(), runner=Runner()).open([demo]) as environment:
        paths = list(environment.mount.host.rglob("*"))
    texts = [path.read_text() for path in paths if path.is_file() and not path.is_symlink()]
    links = [str(path.readlink()) for path in paths if path.is_symlink()]
    assert not any(str(tmp_path) in text for text in (*texts, *links))
    own = str(base().prefix)
    assert own.startswith("/usr") or not any(own in text for text in (*texts, *links))


def test_without_a_jail_each_use_has_its_own_which_is_removed(store: Store, tmp_path: Path) -> None:
    environments = Environments(store, sandbox=sandbox_or_skip(Isolation.VENV), interpreter=base(), runner=Runner())
    demo = wheel(tmp_path)
    with environments.open([demo]) as first, environments.open([demo]) as second:
        assert first.key == second.key
        (first.mount.host / "planted").touch()
        assert not (second.mount.host / "planted").exists()
    assert not first.mount.host.exists()
    assert list(store.folder("work").iterdir()) == []


def test_many_threads_make_one_environment(store: Store, tmp_path: Path) -> None:
    environments = Environments(store, sandbox=sandbox_or_skip(Isolation.BWRAP), interpreter=base(), runner=Runner())
    demo = wheel(tmp_path)
    found: list[Environment] = []

    def make() -> None:
        with environments.open([demo]) as environment:
            found.append(environment)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    # The second is the empty one that it was made of.
    assert len(list(store.folder("environments").iterdir())) == 2
    assert list(store.folder("work").iterdir()) == []


def test_wheels_may_share_a_file(sandbox: Sandbox, store: Store, tmp_path: Path) -> None:
    last = wheel(tmp_path, {"demo/__init__.py": b"VALUE = 2\n"}, name="other")
    with Environments(store, sandbox=sandbox, interpreter=base(), runner=Runner()).open(
        [last, wheel(tmp_path)]
    ) as environment:
        assert output(sandbox, environment, environment.python, "-c", TELL).startswith("2 ")


def test_a_file_of_one_wheel_is_no_folder_of_another(sandbox: Sandbox, store: Store, tmp_path: Path) -> None:
    last = wheel(tmp_path, {"demo/__init__.py/below": b""}, name="other")
    environments = Environments(store, sandbox=sandbox, interpreter=base(), runner=Runner())
    with (
        pytest.raises(IntegrityError, match=r"other-1\.0-py3-none-any\.whl cannot be installed"),
        environments.open([last, wheel(tmp_path)]),
    ):
        pass


def test_a_wheel_is_installed_once_for_all_environments_of_a_jail(store: Store, tmp_path: Path) -> None:
    environments = Environments(store, sandbox=sandbox_or_skip(Isolation.BWRAP), interpreter=base(), runner=Runner())
    one, two = wheel(tmp_path), wheel(tmp_path, {"demo/__init__.py": b"VALUE = 2\n"}, name="other")
    with environments.open([one]) as alone, environments.open([one, two]) as both:
        files = [next(env.mount.host.rglob(f"{INFO}/METADATA")) for env in (alone, both)]
        assert files[0].samefile(files[1])
        # What the second has put in its place stands there alone.
        values = [next(env.mount.host.rglob("demo/__init__.py")).read_text() for env in (alone, both)]
        assert values == ["VALUE = 1\n", "VALUE = 2\n"]


def test_a_large_wheel_is_compiled_when_it_is_used_again(store: Store, tmp_path: Path) -> None:
    sandbox = sandbox_or_skip(Isolation.BWRAP)
    environments = Environments(store, sandbox=sandbox, interpreter=base(), runner=Runner())
    large = {"demo/__init__.py": b"VALUE = 1\n" + b"#\n" * WORTH, "demo/template.py": b"no Python"}
    one, two = (
        wheel(tmp_path, large),
        wheel(tmp_path, name="other", changes={"demo/__init__.py": large["demo/__init__.py"]}),
    )
    with environments.open([one]) as alone:
        assert list(alone.mount.host.rglob("*.pyc")) == []
    with environments.open([one]) as alone, environments.open([one, two]) as both:
        for environment in (alone, both):
            [bytecode] = environment.mount.host.rglob("*.pyc")
            assert str(tmp_path).encode() not in bytecode.read_bytes()
            assert output(sandbox, environment, environment.python, "-c", TELL) == "1 True False\n"


def test_bytecode_that_a_wheel_brings_is_left_out(store: Store, tmp_path: Path) -> None:
    demo = wheel(tmp_path, {"demo/__pycache__/__init__.cpython-311.pyc": b"planted"})
    sandbox = sandbox_or_skip(Isolation.VENV)
    with Environments(store, sandbox=sandbox, interpreter=base(), runner=Runner()).open([demo]) as environment:
        assert list(environment.mount.host.rglob("*.pyc")) == []


@pytest.mark.parametrize(
    "path",
    [
        "../escaped",
        "/escaped",
        "demo/../../../../../escaped",
        "demo-1.0.data/scripts/../../escaped",
        "demo-1.0.data/data/../../escaped",
        "demo-1.0.data/data/pyvenv.cfg",
        "demo-1.0.data/data/bin/python",
        "demo-1.0.data/scripts/python3",
        "demo-1.0.data/unknown/file",
        "demo/__init__.py/below",
    ],
)
def test_a_wheel_that_writes_where_it_must_not_is_refused(
    sandbox: Sandbox, store: Store, tmp_path: Path, path: str
) -> None:
    before = base().executable.read_bytes()
    hostile = wheel(tmp_path, {path: b"planted"})
    with (
        pytest.raises(IntegrityError, match=r"demo-1\.0-py3-none-any\.whl cannot be installed"),
        Environments(store, sandbox=sandbox, interpreter=base(), runner=Runner()).open([hostile]),
    ):
        pass
    assert base().executable.read_bytes() == before
    assert not list(tmp_path.rglob("escaped"))
    assert not list(store.folder("environments").rglob("demo*"))


@pytest.mark.parametrize("name", ["../../escaped", "python", "/escaped"])
def test_a_program_that_would_stand_where_it_must_not_is_refused(store: Store, tmp_path: Path, name: str) -> None:
    hostile = wheel(tmp_path, {f"{INFO}/entry_points.txt": f"[console_scripts]\n{name} = demo:main\n".encode()})
    environments = Environments(store, sandbox=sandbox_or_skip(Isolation.VENV), interpreter=base(), runner=Runner())
    with pytest.raises(IntegrityError), environments.open([hostile]):
        pass


@pytest.mark.parametrize("record", [[], ["demo/__init__.py,,"], [record_line("demo/__init__.py", b"VALUE = 2\n")]])
def test_a_wheel_that_differs_from_its_record_is_refused(store: Store, tmp_path: Path, record: list[str]) -> None:
    files = wheel_files()
    rest = [record_line(name, data) for name, data in files.items() if name != "demo/__init__.py"]
    path = write_wheel(tmp_path / "blob", files, record=[*record, *rest])
    broken = EnvironmentWheel(path=path, sha256="0" * 64, filename="demo-1.0-py3-none-any.whl")
    environments = Environments(store, sandbox=sandbox_or_skip(Isolation.VENV), interpreter=base(), runner=Runner())
    with pytest.raises(IntegrityError, match=r"demo/__init__\.py"), environments.open([broken]):
        pass


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04 cut short"])
def test_a_file_that_is_no_wheel_is_refused(store: Store, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "blob").write_bytes(data)
    broken = EnvironmentWheel(path=tmp_path / "blob", sha256="0" * 64, filename="demo-1.0-py3-none-any.whl")
    environments = Environments(store, sandbox=sandbox_or_skip(Isolation.VENV), interpreter=base(), runner=Runner())
    with pytest.raises(IntegrityError), environments.open([broken]):
        pass
