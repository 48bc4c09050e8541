"""The hooks of real backends, written for each test, in every sandbox that this machine has."""

from __future__ import annotations

import contextlib
import json
import os
import textwrap
import threading
from typing import TYPE_CHECKING

import pytest

from sandboxes import sandbox_or_skip
from wheelforge.errors import BuildError
from wheelforge.forge.failure import Failure, HookFailed
from wheelforge.forge.hooks import Backend, Workplace, open_backend
from wheelforge.interpreters.running import base
from wheelforge.process.runner import Runner, Stopped
from wheelforge.sandbox.environments import Environments
from wheelforge.sandbox.port import Isolation
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["in tree"]
"""
WHEEL = "thing-1-py3-none-any.whl"
TIMEOUT = 60.0


class Project:
    """A source tree with a backend of its own, opened in one sandbox."""

    def __init__(self, folder: Path, isolation: Isolation) -> None:
        self.sandbox = sandbox_or_skip(isolation)
        self.runner = Runner()
        self.folder = folder
        self.log = folder / "logs" / "thing.log"
        self.output = folder / "wheels"
        self.timeout = TIMEOUT
        self.timeout_option = ""
        self.inner = "."
        self.source = folder / "work" / "thing-1"
        self.source.mkdir(parents=True)
        (self.source / "pyproject.toml").write_text(PYPROJECT)
        (self.source / "in tree").mkdir()

    def backend(self, code: str) -> None:
        (self.source / "in tree" / "backend.py").write_text(textwrap.dedent(code))

    def told(self) -> str:
        return self.log.read_text()

    @contextlib.contextmanager
    def open(
        self, variables: Mapping[str, str] | None = None, settings: Mapping[str, str] | None = None
    ) -> Iterator[Backend]:
        environments = Environments(
            Store(self.folder / "store"), sandbox=self.sandbox, interpreter=base(), runner=Runner()
        )
        with environments.open([]) as environment:
            workplace = Workplace(
                subject="thing 1",
                source=self.source,
                project=self.inner,
                environment=environment,
                log=self.log,
                epoch="1700000000",
                timeout=self.timeout,
                timeout_option=self.timeout_option,
            )
            opened: AbstractContextManager[Backend] = open_backend(
                workplace, sandbox=self.sandbox, runner=self.runner, config_settings=settings, variables=variables or {}
            )
            with opened as backend:
                yield backend

    def wheel_failure(self) -> HookFailed:
        with self.open() as backend, pytest.raises(HookFailed) as caught:
            backend.build_wheel(self.output)
        return caught.value


@pytest.fixture(params=list(Isolation), ids=lambda isolation: isolation.value)
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    return Project(tmp_path, request.param)


@pytest.fixture
def weak(tmp_path: Path) -> Project:
    return Project(tmp_path, Isolation.VENV)


def test_every_hook_is_called_in_one_process_at_the_root_of_the_source(project: Project) -> None:
    project.backend("""
        import os, pathlib, sys
        calls = []
        def get_requires_for_build_wheel(config_settings=None):
            calls.append("requires")
            return ["b>1", "a"]
        def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
            calls.append("metadata")
            folder = pathlib.Path(metadata_directory, "thing-1.dist-info")
            (folder / "licenses").mkdir(parents=True)
            (folder / "METADATA").write_text("Name: thing")
            (folder / "licenses" / "LICENSE").write_text("free")
            return folder.name
        def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
            calls.append("wheel")
            assert pathlib.Path("pyproject.toml").is_file()
            pathlib.Path(wheel_directory, "thing-1-py3-none-any.whl").write_text(" ".join(calls))
            return "thing-1-py3-none-any.whl"
        def build_sdist(sdist_directory, config_settings=None):
            pathlib.Path(sdist_directory, "thing-1.tar.gz").write_text(str(config_settings))
            return "thing-1.tar.gz"
    """)
    with project.open(settings={"color": "red"}) as backend:
        assert backend.requires_for_wheel() == ("a", "b>1")
        metadata = backend.prepare_metadata(project.output)
        wheel = backend.build_wheel(project.output)
        sdist = backend.build_sdist(project.output)
    assert metadata == project.output / "thing-1.dist-info"
    assert (metadata / "METADATA").read_text() == "Name: thing"
    assert (metadata / "licenses" / "LICENSE").read_text() == "free"
    assert wheel == project.output / WHEEL
    assert wheel.read_text() == "requires metadata wheel"
    assert sdist.read_text() == "{'color': 'red'}"
    assert [path.name for path in project.source.parent.iterdir()] == ["thing-1"]


def test_the_hooks_for_an_sdist_run_in_the_folder_of_the_project_and_see_what_is_around_it(project: Project) -> None:
    project.backend("")
    (project.source / "LICENSE").write_text("free")
    project.inner = "packages/inner"
    inner = project.source / project.inner
    (inner / "in tree").mkdir(parents=True)
    (inner / "pyproject.toml").write_text(PYPROJECT)
    (inner / "in tree" / "backend.py").write_text(
        textwrap.dedent("""
            import pathlib
            def get_requires_for_build_sdist(config_settings=None):
                return ["b", "a"]
            def build_sdist(sdist_directory, config_settings=None):
                told = f"{pathlib.Path.cwd().name} {pathlib.Path('../../LICENSE').read_text()}"
                pathlib.Path(sdist_directory, "inner-1.tar.gz").write_text(told)
                return "inner-1.tar.gz"
        """)
    )
    with project.open() as backend:
        assert backend.requires_for_sdist() == ("a", "b")
        assert backend.build_sdist(project.output).read_text() == "inner free"


def test_hooks_that_a_backend_does_not_have_are_left_out(project: Project) -> None:
    project.backend("""
        def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
            raise SystemExit("must not be called")
    """)
    with project.open() as backend:
        assert backend.requires_for_wheel() == ()
        assert backend.requires_for_sdist() == ()
        assert backend.prepare_metadata(project.output) is None


def test_a_hook_finds_the_world_as_it_was_before_the_one_before(project: Project) -> None:
    project.backend("""
        import os
        def state():
            mask = os.umask(0)
            os.umask(mask)
            return [os.getcwd(), os.environ.get("LEFT"), os.environ.get("HOME"), mask]
        before = state()
        def get_requires_for_build_wheel(config_settings=None):
            now = state()
            os.chdir("/")
            os.umask(0o77)
            os.environ["LEFT"] = "over"
            del os.environ["HOME"]
            return [] if now == before else ["changed"]
    """)
    with project.open() as backend:
        assert [backend.requires_for_wheel() for _ in range(3)] == [(), (), ()]


def test_what_a_backend_made_importable_for_one_hook_is_so_for_the_next(project: Project) -> None:
    vendored = project.source / "in tree" / "vendored"
    vendored.mkdir()
    (vendored / "late_library.py").write_text("NAME = 'late'")
    project.backend("""
        import pathlib, sys
        sys.path.insert(0, str(pathlib.Path(__file__).parent / "vendored"))
        calls = []
        def get_requires_for_build_wheel(config_settings=None):
            calls.append(1)
            if len(calls) == 1:
                return []
            import late_library
            return [late_library.NAME]
    """)
    with project.open() as backend:
        assert [backend.requires_for_wheel() for _ in range(2)] == [(), ("late",)]


def test_what_a_backend_prints_goes_to_the_log_and_is_never_an_answer(project: Project) -> None:
    project.backend("""
        import os, subprocess, sys
        def get_requires_for_build_wheel(config_settings=None):
            print('{"output": {"return_val": ["forged"]}}')
            sys.stderr.write("to stderr\\n")
            os.write(1, b"{}\\n")
            subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
            print("standard input:", repr(sys.stdin.read()))
            return []
    """)
    with project.open() as backend:
        assert backend.requires_for_wheel() == ()
    lines = project.told().splitlines()
    assert lines == [
        "--- get_requires_for_build_wheel",
        '{"output": {"return_val": ["forged"]}}',
        "to stderr",
        "{}",
        "from a child",
        "standard input: ''",
    ]


def test_a_backend_finds_exactly_the_declared_environment(project: Project) -> None:
    project.backend("""
        import json, os, pathlib
        def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
            found = {key: value for key, value in os.environ.items() if not key.startswith("_PYPROJECT_HOOKS_")}
            found["umask"] = oct(os.umask(0))
            for writable in ("HOME", "TMPDIR"):
                pathlib.Path(os.environ[writable], "file").write_text("")
            pathlib.Path(wheel_directory, "a.whl").write_text(json.dumps(found))
            return "a.whl"
    """)
    # What is wheelforge's own to say wins.
    with project.open({"PATH": "/own", "PYTHONHASHSEED": "7", "LC_ALL": "own", "EXTRA": "one"}) as backend:
        found = json.loads(backend.build_wheel(project.output).read_text())
    assert "/own" not in found["PATH"]
    for own in ("PATH", "HOME", "TMPDIR", "PWD"):
        assert found.pop(own).startswith("/")
    found.pop("LD_LIBRARY_PATH", None)
    if project.sandbox.isolation is Isolation.VENV:
        assert {found.pop(name) for name in ("http_proxy", "https_proxy", "all_proxy")} == {"http://127.0.0.1:9"}
    assert found == {
        "umask": "0o22",
        "SOURCE_DATE_EPOCH": "1700000000",
        "EXTRA": "one",
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PIP_NO_INDEX": "1",
        "UV_OFFLINE": "1",
        "CARGO_NET_OFFLINE": "true",
        "MATURIN_NO_INSTALL_RUST": "1",
    }


def test_a_jailed_backend_sees_the_same_paths_on_every_machine(tmp_path: Path) -> None:
    project = Project(tmp_path, Isolation.BWRAP)
    project.backend("""
        import os, sys
        def get_requires_for_build_wheel(config_settings=None):
            return [os.getcwd(), sys.prefix, sys.executable, __file__, os.environ["PATH"]]
    """)
    with project.open() as backend:
        assert backend.requires_for_wheel() == (
            "/env",
            "/env/bin/python",
            "/env/bin:/usr/bin:/bin",
            "/src",
            "/src/in tree/backend.py",
        )


def test_a_missing_backend_is_told_with_what_it_is(project: Project) -> None:
    failed = project.wheel_failure()
    assert failed.failure is Failure.BACKEND_MISSING
    assert "its backend backend cannot be imported" in failed.message


def test_an_exception_is_told_with_the_end_of_the_log(project: Project) -> None:
    project.backend("""
        def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
            print("\\x1b[31mcompiling\\x1b[0m \\x07")
            raise ValueError("no such thing")
    """)
    failed = project.wheel_failure()
    assert (failed.failure, failed.hook, failed.log) == (Failure.HOOK_RAISED, "build_wheel", project.log)
    assert failed.message.startswith("thing 1: build_wheel failed: ValueError: no such thing\n")
    assert "  | compiling\n" in failed.message
    assert failed.message.endswith(f"its whole log: {project.log}")


def test_a_hook_that_exits_is_a_hook_that_failed(project: Project) -> None:
    project.backend("""
        def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
            raise SystemExit("error: command 'gcc' failed")
    """)
    failed = project.wheel_failure()
    assert (failed.failure, failed.reason) == (Failure.HOOK_RAISED, "SystemExit: error: command 'gcc' failed")


@pytest.mark.parametrize(
    ("death", "told"),
    [
        ("os._exit(7)", "its process ended with exit status 7 and without an answer"),
        ("os.kill(os.getpid(), 11)", "its process was killed by SIGSEGV"),
    ],
)
def test_a_process_that_dies_is_told_with_its_status(project: Project, death: str, told: str) -> None:
    project.backend(f"""
        import os
        def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
            {death}
    """)
    failed = project.wheel_failure()
    assert (failed.failure, failed.reason) == (Failure.DIED, told)


def test_a_child_that_holds_the_line_open_does_not_hide_that_its_parent_died(project: Project) -> None:
    project.backend("""
        import os, time
        def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
            if os.fork() == 0:
                time.sleep(600)
            os._exit(3)
    """)
    failed = project.wheel_failure()
    assert (failed.failure, failed.status) == (Failure.DIED, 3)


def test_a_hook_that_returns_twice_is_answered_for_once(project: Project) -> None:
    project.backend("""
        import os
        def get_requires_for_build_wheel(config_settings=None):
            child = os.fork()
            if child:
                os.waitpid(child, 0)
            return ["parent" if child else "child"]
    """)
    with project.open() as backend:
        assert [backend.requires_for_wheel() for _ in range(2)] == [("parent",), ("parent",)]


def test_a_hook_that_hangs_is_killed(project: Project) -> None:
    project.timeout = 1.0
    project.backend("""
        import signal, time
        def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(600)
    """)
    failed = project.wheel_failure()
    assert (failed.failure, failed.reason) == (Failure.TIMED_OUT, "it did not end within 1 s and was killed")
    assert failed.hint is None


def test_a_hook_that_is_killed_is_told_with_the_option_that_gives_it_longer(weak: Project) -> None:
    weak.timeout, weak.timeout_option = 0.5, "--hook-timeout"
    weak.backend("""
        import time
        def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
            time.sleep(600)
    """)
    assert weak.wheel_failure().hint == "if it only needs longer: --hook-timeout 2"


def test_a_jailed_hook_writes_to_its_own_folders_only(tmp_path: Path) -> None:
    project = Project(tmp_path, Isolation.BWRAP)
    project.backend("""
        import pathlib, sys
        def get_requires_for_build_wheel(config_settings=None):
            written = []
            for folder in ("/", "..", "/usr/lib", "/etc", sys.prefix, "/wheelforge", "/python", "/src", "/out"):
                try:
                    pathlib.Path(folder, "planted").write_text("")
                    written.append(folder)
                except OSError:
                    pass
            return written
    """)
    with project.open() as backend:
        assert backend.requires_for_wheel() == ("/out", "/src")


def test_no_answer_can_lead_out_of_the_outbox(project: Project) -> None:
    project.backend("""
        import pathlib
        def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
            beside = pathlib.Path(wheel_directory).parent / "a.whl"
            beside.write_text("")
            return "a.whl"
    """)
    assert project.wheel_failure().failure is Failure.BAD_ANSWER


def test_a_failure_that_is_known_comes_with_what_to_do(weak: Project) -> None:
    weak.backend("""
        def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
            print("src/a.c:1:10: fatal error: Python.h: No such file or directory")
            raise SystemExit("error: command '/usr/bin/gcc' failed with exit code 1")
    """)
    assert "install" in (weak.wheel_failure().hint or "")


def test_an_interrupted_hook_is_no_failed_one(project: Project) -> None:
    os.mkfifo(project.source / "running")
    project.backend("""
        import pathlib, time
        def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
            pathlib.Path("running").write_text("")
            time.sleep(600)
    """)

    def stop() -> None:
        (project.source / "running").read_text()  # returns once the hook runs
        project.runner.stop()

    stopper = threading.Thread(target=stop)
    stopper.start()
    with pytest.raises(Stopped), project.open() as backend:
        backend.build_wheel(project.output)
    stopper.join()


@pytest.mark.parametrize("forged", ["no json", "[1]", '{"output": {"return_val": 3}}', "[" * 100_000])
def test_whoever_writes_to_the_line_itself_is_not_believed(weak: Project, forged: str) -> None:
    weak.backend(f"""
        import os, stat
        def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
            for number in range(3, 100):
                try:
                    if stat.S_ISSOCK(os.fstat(number).st_mode):
                        os.write(number, {forged!r}.encode() + b"\\n")
                except OSError:
                    pass
            raise SystemExit
    """)
    assert weak.wheel_failure().failure is Failure.BAD_ANSWER


@pytest.mark.parametrize("answer", ["'text'", "[1]", "{'a': 1}", "3"])
def test_requirements_have_to_be_a_list_of_strings(weak: Project, answer: str) -> None:
    weak.backend(f"""
        def get_requires_for_build_wheel(config_settings=None):
            return {answer}
    """)
    with weak.open() as backend, pytest.raises(HookFailed) as caught:
        backend.requires_for_wheel()
    assert caught.value.failure is Failure.BAD_ANSWER


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("['\\ud800']", "what came back is no text"),
        ("['a'] * 5000", "it asks for 5000 requirements; 1000 are the limit"),
    ],
)
def test_requirements_have_to_be_texts_and_not_without_end(weak: Project, answer: str, reason: str) -> None:
    weak.backend(f"""
        def get_requires_for_build_wheel(config_settings=None):
            return {answer}
    """)
    with weak.open() as backend, pytest.raises(HookFailed) as caught:
        backend.requires_for_wheel()
    assert (caught.value.failure, caught.value.reason) == (Failure.BAD_ANSWER, reason)


def test_an_exception_that_cannot_be_told_is_told_by_its_name(weak: Project) -> None:
    weak.backend("""
        class Odd(Exception):
            def __str__(self):
                raise RuntimeError
        def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
            raise Odd
    """)
    failed = weak.wheel_failure()
    assert (failed.failure, failed.reason) == (Failure.HOOK_RAISED, "Odd: (its message cannot be told)")


@pytest.mark.parametrize("answer", ["'../a.whl'", "'/tmp/a.whl'", "'a.zip'", "None", "['a.whl']", "'a\\n.whl'", "''"])
def test_a_wheel_has_to_be_named_by_its_bare_name(weak: Project, answer: str) -> None:
    weak.backend(f"""
        def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
            return {answer}
    """)
    assert weak.wheel_failure().failure is Failure.BAD_ANSWER


@pytest.mark.parametrize(
    "make",
    [
        "pass",
        "os.symlink(here / 'pyproject.toml', path)",
        "os.mkdir(path)",
        "os.mkfifo(path)",
        "(shutil.rmtree(folder), os.symlink(here, folder), os.rename('pyproject.toml', 'a.whl'))",
    ],
)
def test_a_wheel_has_to_be_a_plain_file_where_it_was_to_be_put(project: Project, make: str) -> None:
    project.backend(f"""
        import os, pathlib, shutil
        here = pathlib.Path.cwd()
        def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
            folder = pathlib.Path(wheel_directory)
            path = folder / "a.whl"
            {make}
            return "a.whl"
    """)
    failed = project.wheel_failure()
    assert failed.failure is Failure.BAD_ANSWER
    assert not project.output.exists()


def test_metadata_that_links_out_of_its_folder_is_refused(project: Project) -> None:
    project.backend("""
        import os, pathlib
        def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
            folder = pathlib.Path(metadata_directory, "a.dist-info")
            folder.mkdir()
            os.symlink("/etc/hostname", folder / "METADATA")
            return folder.name
    """)
    with project.open() as backend, pytest.raises(HookFailed, match="no plain file"):
        backend.prepare_metadata(project.output)


@pytest.mark.parametrize(
    "table",
    [
        "[build-system",
        "[build-system]\nrequires = 3",
        '[build-system]\nrequires = []\nbuild-backend = "a"\nbackend-path = [".."]',
        '[build-system]\nrequires = []\nbuild-backend = "a"\nbackend-path = ["absent"]',
    ],
)
def test_a_build_system_that_cannot_be_followed_is_told_before_anything_runs(weak: Project, table: str) -> None:
    (weak.source / "pyproject.toml").write_text(table)
    with pytest.raises(BuildError, match=r"thing 1: its pyproject.toml cannot be followed: "), weak.open():
        pass
    assert not weak.log.exists()
