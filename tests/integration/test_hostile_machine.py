"""A full disk, little memory, an interruption, other runs at the same time: nothing half is left, and runs go on."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest

from archives_fixture import metadata
from hostile import FILE, PAGE, WHEEL, Siege, assert_tidy, contents, page, wheel
from integration.command import PROGRAM, lock_of
from loopback import JSON, Reply, file_entry, json_page
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from loopback import Request

LARGE = wheel(data=300_000)
PATIENCE = 60.0
"""Seconds after which something that should happen soon is taken for never happening."""
LIMITED = ("sh", "-c", 'ulimit -f 100; exec "$@"', "sh")
"""No file may grow beyond 100 blocks, of 512 or 1024 bytes: writing fails, as on a full disk."""
SMALL_DISK = (
    'place=$1 copy=$2; shift 2; mount -t tmpfs -o size=200k tmpfs "$place" && cp -r "$copy/." "$place" || exit 99\n'
    '"$@"; code=$?; rm -rf "$copy"; cp -r "$place" "$copy"; exit $code'
)
"""Puts what stands in COPY onto a small disk at PLACE for the time of a command; then COPY is what stands there."""
MEASURED = """
import os, sys
pid = os.spawnvp(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
_, status, used = os.wait4(pid, 0)
open(sys.argv[1], "w").write(str(used.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""A process between: the memory of a new one counts as much as that of the one that started it."""
MEGA = 1 << 20


def run(command: Sequence[object], code: ExitCode) -> str:
    """Run a command that must end like this; gives what it told."""
    done = subprocess.run([str(part) for part in command], check=False, capture_output=True, text=True)
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip(f"no small disk can be mounted here: {done.stderr}")
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def serve_large(siege: Siege) -> None:
    siege.server.routes.update({PAGE: page(LARGE), FILE: LARGE})


def on_small_disk(place: Path, copy: Path, siege: Siege) -> str:
    """Run the command where a place has 200 kB."""
    inner = ("unshare", "--map-root-user", "--mount", "sh", "-c", SMALL_DISK, "sh", place, copy)
    return run((*inner, *PROGRAM, *siege.arguments()), ExitCode.OTHER)


def test_a_file_that_cannot_grow_in_the_cache_is_told(siege: Siege) -> None:
    serve_large(siege)
    before = contents(siege.folder)
    told = run((*LIMITED, *PROGRAM, *siege.arguments()), ExitCode.OTHER)
    assert f"error: cannot write {siege.cache}" in told
    assert "File too large\nhint: free some space on its disk" in told
    assert contents(siege.folder) == before
    assert_tidy(siege.folder, siege.cache)
    siege.collects()


def test_a_file_that_cannot_grow_in_the_folder_is_told(siege: Siege, tmp_path: Path) -> None:
    serve_large(siege)
    before = contents(siege.folder)
    run((*PROGRAM, *siege.arguments(), "-o", tmp_path / "other"), ExitCode.DONE)
    told = run((*LIMITED, *PROGRAM, *siege.arguments()), ExitCode.OTHER)
    assert f"error: cannot write {siege.folder}" in told
    assert contents(siege.folder) == before
    assert_tidy(siege.folder, siege.cache)
    siege.collects()


def test_a_full_disk_of_the_cache_is_told(siege: Siege, tmp_path: Path) -> None:
    serve_large(siege)
    before, copy = contents(siege.folder), tmp_path / "copy"
    siege.cache.mkdir()
    copy.mkdir()
    told = on_small_disk(siege.cache, copy, siege)
    assert f"error: cannot write {siege.cache}" in told
    assert "No space left on device\nhint: free some space on its disk" in told
    assert contents(siege.folder) == before
    assert_tidy(siege.folder, copy)
    siege.collects()


def test_a_full_disk_of_the_folder_is_told(siege: Siege, tmp_path: Path) -> None:
    serve_large(siege)
    before, copy = contents(siege.folder), tmp_path / "copy"
    shutil.copytree(siege.folder, copy)
    told = on_small_disk(siege.folder, copy, siege)
    assert f"error: cannot write {siege.folder}" in told
    assert "No space left on device\nhint: free some space on its disk" in told
    assert contents(copy) == before
    assert_tidy(copy, siege.cache)
    siege.collects()


def test_four_runs_at_once_on_one_folder_and_one_cache_all_do_their_work(siege: Siege) -> None:
    serve_large(siege)
    running = [
        subprocess.Popen([*PROGRAM, *siege.arguments("--timeout", "30")], stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    told = [process.communicate(timeout=PATIENCE)[1] for process in running]
    assert [process.returncode for process in running] == [0] * 4, told
    together = contents(siege.folder)
    assert_tidy(siege.folder, siege.cache)
    assert siege.folder.joinpath(WHEEL).read_bytes() == LARGE
    siege.collects()
    assert contents(siege.folder) == together


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_download_that_is_interrupted_leaves_nothing_half(number: signal.Signals, siege: Siege) -> None:
    reached, stopped = threading.Event(), threading.Event()

    def halfway(_: Request) -> Reply:
        def rest() -> Iterator[bytes]:
            yield LARGE[:200_000]
            reached.set()
            stopped.wait(PATIENCE)

        return Reply(pieces=rest(), headers={"Content-Length": str(len(LARGE))})

    serve_large(siege)
    siege.server.routes[FILE] = halfway
    before = contents(siege.folder)
    command = [*PROGRAM, *siege.arguments("--timeout", "60")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert reached.wait(PATIENCE)
        process.send_signal(number)
        told = process.communicate(timeout=PATIENCE)[1]
    stopped.set()
    assert process.returncode == ExitCode.INTERRUPTED
    assert told.endswith("interrupted: what is finished is kept, the same command goes on from there\n")
    assert contents(siege.folder) == before
    assert_tidy(siege.folder, siege.cache)
    siege.recovers()


def peak(siege: Siege, tmp_path: Path, code: ExitCode, *options: str) -> tuple[float, str]:
    """The most memory that a run of the command took, in MiB, and what it told."""
    figure = tmp_path / "peak"
    told = run((sys.executable, "-c", MEASURED, figure, *PROGRAM, *siege.arguments(*options)), code)
    return int(figure.read_text()) / 1024, told


def test_a_small_page_that_unpacks_to_any_size_takes_no_memory(siege: Siege, tmp_path: Path) -> None:
    packer = zlib.compressobj(1, wbits=31)
    bomb = b"".join(packer.compress(bytes(MEGA)) for _ in range(512)) + packer.flush()
    siege.server.routes[PAGE] = Reply(body=bomb, headers={"Content-Type": JSON, "Content-Encoding": "gzip"})
    megabytes, told = peak(siege, tmp_path, ExitCode.INDEX)
    assert "its page has more than 64 MiB" in told
    assert megabytes < 200


def test_a_page_of_50_megabytes_is_read(siege: Siege, tmp_path: Path) -> None:
    old = file_entry("demo-1.NUMBER-py3-none-any.whl", b"", f"{siege.server.url}/old.whl", yanked="too old " * 100)
    count = 50 * MEGA // len(json.dumps(old))
    files = (json.dumps(old).replace("NUMBER", str(number)) for number in range(count))
    body = f'{{"files": [{json.dumps(file_entry(WHEEL, wheel(), FILE))}, {", ".join(files)}]}}'.encode()
    assert len(body) > 50 * MEGA
    packed = gzip.compress(body, 1)
    siege.server.routes[PAGE] = Reply(body=packed, headers={"Content-Type": JSON, "Content-Encoding": "gzip"})
    megabytes, _ = peak(siege, tmp_path, ExitCode.DONE, "--timeout", "30")
    assert megabytes < 600


@pytest.mark.slow
def test_a_large_file_goes_to_the_disk_and_not_through_the_memory(siege: Siege, tmp_path: Path) -> None:
    path = tmp_path / "large"
    about = metadata("demo", "2.0")
    with zipfile.ZipFile(path, "w") as archive:
        with archive.open("demo/data.bin", "w") as member:
            for _ in range(300):
                member.write(bytes(MEGA))
        archive.writestr("demo-2.0.dist-info/METADATA", about)
        archive.writestr("demo-2.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("demo-2.0.dist-info/RECORD", "")
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()

    def whole(_: Request) -> Reply:
        def pieces() -> Iterator[bytes]:
            with path.open("rb") as stream:
                while piece := stream.read(MEGA):
                    yield piece

        return Reply(pieces=pieces(), headers={"Content-Length": str(path.stat().st_size)})

    promise = {"sha256": hashlib.sha256(about).hexdigest()}
    entry = file_entry(WHEEL, b"", FILE, size=path.stat().st_size, hashes={"sha256": sha256}, core_metadata=promise)
    siege.server.routes.update({PAGE: json_page(entry), FILE: whole, f"{FILE}.metadata": about})
    megabytes, _ = peak(siege, tmp_path, ExitCode.DONE, "--timeout", "30")
    assert lock_of(siege.folder).artifacts[0].sha256 == sha256
    assert megabytes < 150
