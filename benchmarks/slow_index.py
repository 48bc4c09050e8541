"""Serves a recorded index on the loopback, each answer after a delay: ``slow_index.py RECORDING [--delay SECONDS]``."""

from __future__ import annotations

import argparse
from pathlib import Path

from server import PAGES, File, serve


def main() -> None:
    """Print the URL of the index, and serve until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recording", type=Path, help="a folder as recording.py writes it")
    parser.add_argument("--delay", type=float, default=0.05, help="seconds before each answer (0.05)")
    options = parser.parse_args()
    serve(bodies(options.recording).get, delay=options.delay)


def bodies(recording: Path) -> dict[str, File]:
    """What is served, by path: nothing but what was recorded."""
    pages = {f"{PAGES}{page.stem}/": File(page) for page in (recording / "simple").iterdir()}
    files = {f"/files/{file.name}": File(file) for file in (recording / "files").iterdir()}
    return pages | files


if __name__ == "__main__":
    main()
