"""An interpreter described as a target: by its ``build-details.json`` where there is one, else by its own answer."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.errors import UsageError
from wheelforge.interpreters.cibuildwheel import with_version
from wheelforge.interpreters.details import Answer, BuildDetails, read_details
from wheelforge.interpreters.misspelt import Misspelt
from wheelforge.interpreters.platforms import ARCHITECTURES, parse_platform
from wheelforge.interpreters.pythons import make_target, parse_python

if TYPE_CHECKING:
    from wheelforge.interpreters.pythons import Python
    from wheelforge.model.targets import Target

Ask = Callable[[Sequence[str]], bytes]
"""Runs a command to its end and gives its standard output; it raises if that failed."""

BUILD_DETAILS = "build-details.json"
_MOST = 1024 * 1024
_SHORT = {"cpython": "cp", "pypy": "pp", "graalpy": "graalpy"}
_MARKERS = ("os_name", "sys_platform", "platform_system", "platform_machine")
_HALVED = {"linux-x86_64": "linux-i686", "linux-aarch64": "linux-armv7l"}
"""A system of 64 bits, and what an interpreter of 32 bits on it is made for."""

_QUESTION = """
import glob, importlib.machinery, json, os, platform, struct, subprocess, sys, sysconfig
def libc():
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (AttributeError, ValueError, OSError):
        pass
    for loader in glob.glob("/lib/ld-musl-*.so.1"):
        said = subprocess.run([loader], stderr=subprocess.PIPE).stderr.decode("utf-8", "replace")
        for line in said.splitlines():
            if line.startswith("Version "):
                return "musl " + line[8:]
    return ""
def version(info):
    return dict(zip(("major", "minor", "micro", "releaselevel", "serial"), info))
print(json.dumps({
    "schema_version": "1.0",
    "platform": sysconfig.get_platform(),
    "language": {"version": "%d.%d" % sys.version_info[:2], "version_info": version(sys.version_info)},
    "implementation": {"name": sys.implementation.name, "version": version(sys.implementation.version)},
    "abi": {
        "flags": list(getattr(sys, "abiflags", "")) or ["t"] * bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "extension_suffix": importlib.machinery.EXTENSION_SUFFIXES[0],
    },
    "libc": libc(), "macos": platform.mac_ver()[0], "bits": struct.calcsize("P") * 8,
    "markers": {
        "os_name": os.name, "sys_platform": sys.platform,
        "platform_system": platform.system(), "platform_machine": platform.machine(),
    },
}))
"""


def describe(path: Path, *, ask: Ask, here: Target) -> Target:
    """Describe the interpreter at ``path``: its executable, its prefix, a virtual environment, or its build details.

    Where build details are found, nothing is run; they do not tell which glibc or macOS there is. For a program of this
    machine that is ``here``'s, for a file that was named it is what cibuildwheel builds for.

    Raises:
        UsageError: there is none, or what it says of itself cannot be believed.
    """
    if path.suffix == ".json":
        return _from_details(_read(path), path, None)
    executable = _executable(path)
    for file in _details_near(executable):
        with contextlib.suppress(UsageError):  # an interpreter can still be asked
            details = _read(file)
            if _is_of(details, file, executable):
                return _from_details(details, file, here)
    return _from_answer(
        read_details(ask((str(executable), "-I", "-S", "-c", _QUESTION)), Answer, executable), executable
    )


def _executable(path: Path) -> Path:
    found = path if path.parent != Path() or path.exists() else Path(shutil.which(path) or path)
    inside = (
        found,
        found / "bin" / "python3",
        found / "bin" / "python",
        found / "python.exe",
        found / "Scripts" / "python.exe",
    )
    executable = next((one for one in inside if one.is_file()), None)
    if executable is None:
        raise UsageError(
            f"--python: there is no interpreter at {path}",
            hint=f"name its executable, its prefix, or its {BUILD_DETAILS}",
        )
    # Through symbolic links a virtual environment would no longer be one; to be asked it need not be resolved.
    return executable.absolute()


def _details_near(executable: Path) -> tuple[Path, ...]:
    prefix = executable.resolve().parent.parent
    return tuple(sorted(prefix.glob(f"lib*/python3*/{BUILD_DETAILS}")))


def _is_of(details: BuildDetails, file: Path, executable: Path) -> bool:
    """Whether a description beside several interpreters is that of this one; its paths may be relative (PEP 739)."""
    program = file.parent / details.base_prefix / details.base_interpreter
    try:
        return program.samefile(executable)
    except (OSError, ValueError):
        return False


def _read(file: Path) -> BuildDetails:
    try:
        with file.open("rb") as stream:
            data = stream.read(_MOST)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    return read_details(data, BuildDetails, file)


def _from_details(details: BuildDetails, file: Path, here: Target | None) -> Target:
    try:
        python = _python(details)
        platform = _platform_of_details(details, python, here)
        return _exactly(make_target(python, parse_platform(platform)), details)
    except Misspelt as error:
        raise error.said_by(f"--python {file}") from None


def _from_answer(answer: Answer, executable: Path) -> Target:
    try:
        python = _python(answer)
        target = _exactly(make_target(python, parse_platform(_platform_of_answer(answer))), answer)
    except Misspelt as error:
        raise error.said_by(f"--python {executable}") from None
    said = {name: value for name, value in answer.markers.items() if name in _MARKERS and _is_plain(value)}
    return replace(target, environment={**target.environment, **said})


def _is_plain(value: str) -> bool:
    return re.fullmatch(r"[\w.,+ -]{1,64}", value, re.ASCII) is not None


def _exactly(target: Target, details: BuildDetails) -> Target:
    """The target with the patch release that its interpreter has."""
    version = {
        "python_full_version": str(details.language.version_info or details.implementation.version),
        "implementation_version": str(details.implementation.version),
    }
    return replace(target, environment={**target.environment, **version}, newest_python=None)


def _python(details: BuildDetails) -> Python:
    info = details.language.version_info
    version = f"{info.major}{info.minor}" if info else details.language.version.replace(".", "")
    name = details.implementation.name
    short = _SHORT.get(name, name)
    if short == "cp":
        return parse_python(f"cp{version}", f"cp{version}t" if "t" in details.abi.flags else None)
    parts = details.abi.extension_suffix.lstrip(".").split("-")
    return parse_python(
        f"{short}{version}", "_".join(parts[: 3 if short == "graalpy" else 2]).partition(".")[0] or None
    )


def _platform_of_answer(answer: Answer) -> str:
    text = _HALVED.get(answer.platform, answer.platform) if answer.bits == 32 else answer.platform  # noqa: PLR2004 - bits
    if text.startswith("linux-") and (found := re.match(r"(glibc|musl) (\d+)\.(\d+)", answer.libc)):
        family = {"glibc": "manylinux", "musl": "musllinux"}[found[1]]
        return f"{family}_{found[2]}_{found[3]}_{text.removeprefix('linux-')}"
    if text.startswith("macosx-") and (found := re.match(r"(\d+)\.(\d+)", answer.macos)):
        return f"macosx_{found[1]}_{found[2]}_{answer.markers.get('platform_machine', '')}"
    return re.sub(r"[-. ]", "_", text)


def _platform_of_details(details: BuildDetails, python: Python, here: Target | None) -> str:
    text = re.sub(r"[-. ]", "_", details.platform)
    system, _, arch = text.partition("_")
    if system == "linux":
        is_musl = "musl" in details.implementation.multiarch or "musl" in details.abi.extension_suffix
        text = f"{'musllinux' if is_musl else 'manylinux'}_{arch}"
    local = here.name.rpartition("-")[2] if here else ""
    return local if _is_same_machine(local, text) else with_version(python, text)


def _is_same_machine(local: str, text: str) -> bool:
    family = text.partition("_")[0]
    return local.startswith(f"{family}_") and any(
        local.endswith(f"_{arch}") and text.endswith((f"_{arch}", "_universal2"))
        for arch in ARCHITECTURES.get(family, ())
    )
