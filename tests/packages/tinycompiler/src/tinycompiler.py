"""A build backend for one C extension: compiles ``NAME.c`` beside pyproject.toml, packs it through tinybackend."""

import os
import pathlib
import shlex
import subprocess
import sys
import sysconfig
import tempfile

from tinybackend import build_sdist, prepare_metadata_for_build_wheel, read_project, write_wheel  # noqa: F401


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    python = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    name = read_project()["name"].replace("-", "_")
    module = f"_{name}{sysconfig.get_config_var('EXT_SUFFIX')}"
    return write_wheel(wheel_directory, f"{python}-{python}-{platform}", {module: compiled(pathlib.Path(f"{name}.c"))})


def compiled(source):
    flags = ["-shared", "-fPIC", "-I", sysconfig.get_path("include")]
    more = shlex.split(os.environ.get("CPPFLAGS", ""))
    with tempfile.TemporaryDirectory() as folder:
        made = pathlib.Path(folder, "module.so")
        subprocess.run(["cc", *flags, *more, str(source), "-o", str(made)], check=True)
        return made.read_bytes()
