"""The set-up script says what a machine lacks, before it does anything."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

DEV = Path(__file__).parents[2] / "dev.py"


def test_every_missing_system_package_is_named_with_the_line_to_paste(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, DEV, "demo"],
        env=os.environ | {"PATH": str(tmp_path)},
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "lacks gcc. Nothing was downloaded." in done.stderr
    assert "apt-get install -y gcc bubblewrap" in done.stderr


def test_a_python_that_is_too_old_is_told_so() -> None:
    as_if_old = f"import runpy, sys; sys.version_info = (3, 9, 2); runpy.run_path({str(DEV)!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", as_if_old, "demo"], check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "wheelforge needs Python 3.11 or newer" in done.stderr


def test_an_old_python_can_read_the_script_at_all() -> None:
    assert ast.parse(DEV.read_text(), feature_version=(3, 6))
