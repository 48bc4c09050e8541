#!/usr/bin/env python3
"""Sets up this checkout and runs the main job, the tests or the benchmarks in it, with the standard library alone."""

# A Python too old for wheelforge must get far enough to be told so: the syntax is 3.6's, the annotations are strings.

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

NEEDED = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMP = VENV / "set-up-by-dev.txt"
QUICK = "not network and not container and not slow and not peer"
USAGE_ERROR = 2
INTERRUPTED = 130


def main() -> int:
    """Run one command; the exit code is 2 when this machine lacks something, else that of what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=JOBS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="go on to the program that the command runs")
    parser.epilog = "\n".join(f"{name:6}{job.__doc__}" for name, job in JOBS.items())
    options = parser.parse_args()
    obstacle = what_is_in_the_way()
    if obstacle:
        print(obstacle, file=sys.stderr)
        return USAGE_ERROR
    if recommended_packages():
        say(f"bubblewrap is not installed: builds get weaker isolation. {install_command(['bubblewrap'])}")
    try:
        set_up("run" if options.command in ("demo", "bench") else "dev")
        return JOBS[options.command](options.arguments)
    except subprocess.CalledProcessError as error:
        say(f"failed with exit code {error.returncode}: {words(error.cmd)}")
        return error.returncode
    except KeyboardInterrupt:
        return INTERRUPTED


def demo(arguments: "list[str]") -> int:
    """Build a wheelhouse of flask from source, install it offline into a clean environment, import it."""
    wheelhouse = ROOT / "wheelhouse"
    run([BIN / "wheelforge", "wheel", "flask", "-o", wheelhouse, *arguments])
    offline = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    offline["PIP_CONFIG_FILE"] = os.devnull  # no index or folder of this machine may help out
    with tempfile.TemporaryDirectory(prefix="wheelforge demo ") as clean:
        run([base_python(), "-m", "venv", clean])
        python = Path(clean, "bin", "python")
        run([python, "-m", "pip", "--quiet", "install", "--no-index", "--find-links", wheelhouse, "flask"], env=offline)
        run([python, "-I", "-c", "import flask, importlib.metadata as m; print('flask', m.version('flask'), 'works')"])
    say(f"done: {len(list(wheelhouse.glob('*.whl')))} wheels stand in {wheelhouse}")
    return 0


def lint(paths: "list[str]") -> int:
    """Check style and types, all of it, so that one run shows every fault."""
    checks = (["ruff", "check"], ["ruff", "format", "--check"], ["mypy"])
    return max(run([BIN / name, *arguments, *paths], check=False) for name, *arguments in checks)


def test(arguments: "list[str]") -> int:
    """Check style and types, run the tests; with --all, also those that need the network, containers or time."""
    marks = [] if "--all" in arguments else ["-m", QUICK]
    chosen = [argument for argument in arguments if argument != "--all"] or ["-n", "auto"]
    style = lint([])
    tests = run([BIN / "python", "-m", "pytest", *marks, *chosen], check=False)
    say("something is red, see above" if style or tests else "all green")
    return style or tests


def bench(arguments: "list[str]") -> int:
    """Measure side by side with pip, uv, pex and fromager."""
    return run([BIN / "python", ROOT / "benchmarks" / "run.py", *arguments], check=False)


JOBS = {"demo": demo, "test": test, "lint": lint, "bench": bench}


def what_is_in_the_way() -> str:
    """Say what this machine lacks, all at once, and the line that mends it; nothing when all is there."""
    if sys.version_info < NEEDED:
        return f"wheelforge needs Python {NEEDED[0]}.{NEEDED[1]} or newer; this is {sys.version.split()[0]}."
    lacking = missing_packages()
    if not lacking:
        return ""
    mend = install_command([*lacking, *recommended_packages()])
    return f"This machine lacks {', '.join(lacking)}. Nothing was downloaded. Install with:\n  {mend}"


def missing_packages() -> "list[str]":
    """Name the Debian packages without which set-up or a build from source would fail."""
    python = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    lacking = []
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        lacking.append(f"{python}-venv")
    if not Path(sysconfig.get_config_var("INCLUDEPY"), "Python.h").is_file():
        lacking.append(f"{python}-dev")
    if not (shutil.which("cc") or shutil.which("gcc")):
        lacking.append("gcc")
    return lacking


def recommended_packages() -> "list[str]":
    """Name what makes builds safer and can be done without."""
    return [] if shutil.which("bwrap") else ["bubblewrap"]


def install_command(packages: "list[str]") -> str:
    """Give the line to paste."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get update && {sudo}apt-get install -y {' '.join(packages)}"


def set_up(kind: str) -> None:
    """Make ``.venv`` with wheelforge from this checkout: ``run``, or ``dev`` with the tools of the tests too.

    The stamp is written last and names all that the environment depends on, so that one that is half made, moved,
    or made for another pyproject.toml or Python is made again.
    """
    project = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    wanted = hashlib.sha256(repr((project, sys.version, sys.base_prefix, str(ROOT))).encode()).hexdigest()
    made_for, _, made = STAMP.read_text().partition(" ") if STAMP.is_file() else ("", "", "")
    if made_for == wanted and made in (kind, "dev"):
        return
    pip = [str(BIN / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    if made_for == wanted:
        STAMP.unlink()
    else:
        shutil.rmtree(VENV, ignore_errors=True)
        run([base_python(), "-m", "venv", VENV])
        run([*pip, "--upgrade", "pip>=25.1"])  # the first that knows dependency groups
    run([*pip, "--editable", ".", *(["--group", "dev"] if kind == "dev" else [])])
    STAMP.write_text(f"{wanted} {kind}")


def base_python() -> Path:
    """Find the interpreter itself, also when this script runs in the environment that it is about to remake."""
    if sys.prefix == sys.base_prefix:
        return Path(sys.executable)
    return Path(sys.base_prefix, "bin", f"python{sys.version_info[0]}.{sys.version_info[1]}")


def run(command: "list[str | Path]", *, check: bool = True, env: "dict[str, str] | None" = None) -> int:
    """Run one program in the checkout, showing the command line first."""
    say(words(command))
    return subprocess.run([str(word) for word in command], cwd=ROOT, check=check, env=env).returncode


def words(command: "list[str | Path]") -> str:
    """Show a command line, short: programs and files of this checkout by their place in it."""
    return " ".join(str(word).replace(f"{ROOT}{os.sep}", "") for word in command)


def say(line: str) -> None:
    """Tell what happens next, in order with what the programs print."""
    print(f"== {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
