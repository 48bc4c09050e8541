"""Whether C extensions can be compiled here, and the mark of the tests that need it."""

from __future__ import annotations

import shutil
import sysconfig
from pathlib import Path

import pytest

COMPILER = shutil.which("cc") is not None and Path(sysconfig.get_path("include"), "Python.h").is_file()

needs_compiler = pytest.mark.skipif(not COMPILER, reason="there is no C compiler here, or no Python.h")
