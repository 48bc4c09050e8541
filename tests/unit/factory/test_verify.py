"""Verify tells all that a folder is not, and what of it could not be tried here."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from fakes import LINUX, Offer
from sandboxes import sandbox_or_skip
from shelves import asked, lock_of
from unit.formats.sample_lock import TARGET, file
from wheelforge.errors import ResolutionError, WheelforgeError
from wheelforge.events import Event, Step, silent
from wheelforge.factory.folder import write_folder
from wheelforge.factory.verify import NotComplete, NotWhole, Verified, verify
from wheelforge.factory.wheelhouse import with_built
from wheelforge.forge.bench import Bench
from wheelforge.formats.lock import dump_lock
from wheelforge.interpreters.running import base
from wheelforge.model.lock import Holding
from wheelforge.process.runner import Runner
from wheelforge.sandbox.environments import Environments
from wheelforge.sandbox.port import Isolation
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wheelforge.events import Reporter
    from wheelforge.model.lock import Lock, LockedArtifact

NOT_HERE = f"not installed here: it is for {TARGET}, and this interpreter is {LINUX.name}"
FLASK, CLICK = Offer("flask-3.0-py3-none-any.whl"), Offer("click-8.0.tar.gz")


class Shelf:
    """A folder that collect has written, of archives that are made for it."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "folder"
        self.store = Store(root / "cache")
        self._scratch = root / "scratch"
        self._scratch.mkdir()

    def file(self, offer: Offer, damage: Callable[[Path], None] | None = None, **changes: object) -> LockedArtifact:
        """Make an archive, bring it into the store, and give what a lock says of it."""
        path = offer.write(self._scratch)
        if damage is not None:
            damage(path)
        self.store.blobs.add(path)
        data = path.read_bytes()
        return file(path.name, **{"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} | changes)

    def write(self, lock: Lock) -> None:
        """Write the folder."""
        write_folder(self.folder, lock, store=self.store, report=silent)

    def verify(self, report: Reporter = silent) -> Verified:
        """Verify it, for another target than the one that it was collected for."""
        sandbox = sandbox_or_skip(Isolation.VENV)
        environments = Environments(self.store, sandbox=sandbox, interpreter=base(), runner=Runner())
        bench = Bench(sandbox=sandbox, environments=environments, runner=Runner(), conditions="")
        return asyncio.run(verify(self.folder, target=LINUX, bench=bench, report=report))

    def faults(self, error: type[WheelforgeError] = NotWhole) -> list[str]:
        """What verify finds wrong."""
        with pytest.raises(error) as caught:
            self.verify()
        _, *faults = caught.value.message.splitlines()
        return [fault.strip() for fault in faults]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_what_cannot_be_tried_here_is_told_apart_from_what_holds(shelf: Shelf) -> None:
    shelf.write(lock_of(shelf.file(FLASK), shelf.file(CLICK), inputs=asked("flask")))
    events: list[Event] = []
    verified = shelf.verify(events.append)
    assert verified.left_out == (NOT_HERE,)
    assert [event.text for event in events if isinstance(event, Step)] == list(verified.checks)


def test_wheels_for_a_target_of_which_nothing_is_known_may_have_any_tags(shelf: Shelf) -> None:
    shelf.write(lock_of(shelf.file(Offer("flask-3.0-cp39-cp39-win_amd64.whl")), inputs=asked("flask")))
    assert shelf.verify().left_out == (NOT_HERE,)


def test_what_a_wheel_requires_is_what_its_pin_says(shelf: Shelf) -> None:
    wheel = Offer("flask-3.0-py3-none-any.whl", ["click", 'colorama; sys_platform == "win32"'])
    shelf.write(lock_of(shelf.file(wheel), inputs=asked("flask")))
    [fault] = shelf.faults()
    assert fault.startswith("flask-3.0-py3-none-any.whl: it requires what the lock does not have: click (it came so ")


def test_a_wheel_that_came_unsound_is_told_once_with_a_way_out(shelf: Shelf) -> None:
    shelf.write(lock_of(shelf.file(FLASK, damage=without_hashes), inputs=asked("flask")))
    with pytest.raises(NotWhole) as caught:
        shelf.verify()
    [fault] = caught.value.faults
    assert fault.startswith("flask-3.0-py3-none-any.whl is no sound wheel: its member ")
    assert fault.endswith("(it came so from https://files.example/flask-3.0-py3-none-any.whl)")
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("exclude it with flask!=3.0 in a constraints file")


def test_an_sdist_must_say_that_it_is_what_the_lock_says(shelf: Shelf) -> None:
    shelf.write(lock_of(shelf.file(Offer("click-8.0.tar.gz", names="clack-9.0")), inputs=asked("click")))
    assert shelf.faults() == ["click-8.0.tar.gz says that it is clack 9.0"]


def test_a_file_that_no_pin_takes_is_told(shelf: Shelf) -> None:
    tool = shelf.file(Offer("tool-1.0-py3-none-any.whl"), build_only=True)
    shelf.write(lock_of(shelf.file(FLASK), tool, inputs=asked("flask")))
    assert shelf.faults() == ["build-deps/tool-1.0-py3-none-any.whl: nothing in the lock takes it"]


def test_what_other_tools_read_must_be_what_the_lock_gives(shelf: Shelf) -> None:
    shelf.write(lock_of(shelf.file(FLASK), inputs=asked("flask")))
    pylock = shelf.folder / "pylock.toml"
    pylock.write_bytes(pylock.read_bytes() + b"\n")
    assert shelf.faults() == ["pylock.toml: it is not what the lock gives"]
    pylock.unlink()
    pylock.symlink_to("wheelforge.lock")
    assert shelf.faults() == ["pylock.toml: it is missing"]


def test_a_lock_that_was_made_to_ask_for_more_is_not_complete(shelf: Shelf) -> None:
    shelf.write(lock_of(shelf.file(FLASK), inputs=asked("flask", "numpy>=2")))
    assert shelf.faults(NotComplete) == ["numpy>=2 was asked for, of which there is nothing"]


def test_an_incomplete_lock_and_one_for_no_target_are_not_complete(shelf: Shelf) -> None:
    shelf.write(lock_of(targets=(), inputs=asked("flask"), incomplete=("a hook was not asked",)))
    assert len(shelf.faults(NotComplete)) == 2
    assert issubclass(NotComplete, ResolutionError)


def test_a_wheelhouse_without_the_wheel_of_an_sdist_is_not_complete(shelf: Shelf) -> None:
    shelf.folder.mkdir()
    lock = with_built(lock_of(shelf.file(CLICK), inputs=asked("click")), {})
    (shelf.folder / "wheelforge.lock").write_bytes(dump_lock(lock))
    assert shelf.faults(NotComplete) == ["no wheel of click 8.0 was built"]


def test_a_lock_with_a_requirement_that_is_none_is_not_read(shelf: Shelf) -> None:
    shelf.write(lock_of(shelf.file(FLASK), inputs=asked("flask")))
    lock = shelf.folder / "wheelforge.lock"
    lock.write_text(lock.read_text().replace('"flask",', '"!!!",', 1))
    with pytest.raises(WheelforgeError, match=r"inputs\.requirements\[0\]"):
        shelf.verify()


def without_hashes(wheel: Path) -> None:
    """Take the hashes out of a wheel's RECORD."""
    with ZipFile(wheel) as sound:
        members = {name: sound.read(name) for name in sound.namelist()}
    with ZipFile(wheel, "w") as unsound:
        for name, data in members.items():
            bare = "".join(f"{member},,\n" for member in members).encode()
            unsound.writestr(name, bare if name.endswith("/RECORD") else data)


def test_everything_that_is_not_ours_is_a_stranger(shelf: Shelf) -> None:
    tool = shelf.file(Offer("tool-1.0-py3-none-any.whl"), build_only=True)
    shelf.write(lock_of(shelf.file(FLASK), tool, inputs=asked("flask")))
    for name in ("dir/y.whl", "evil.pth", "notes.txt", "old-1.0.egg", "old-1.0.tar.bz2", "build-deps/z.txt"):
        path = shelf.folder / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (shelf.folder / "away").symlink_to("nowhere")
    (shelf.folder / "clone").mkdir()
    assert shelf.faults() == [
        f"{name}: the lock does not know it"
        for name in ("away", "dir/", "evil.pth", "notes.txt", "old-1.0.egg", "old-1.0.tar.bz2", "build-deps/z.txt")
    ]


def test_a_wheelhouse_has_logs_and_perhaps_its_sources_but_no_clones(shelf: Shelf) -> None:
    shelf.write(replace(lock_of(shelf.file(FLASK), inputs=asked("flask")), holds=Holding.WHEELHOUSE))
    for name in ("logs", "collected", "clone"):
        (shelf.folder / name).mkdir()
    assert shelf.faults() == ["clone/: the lock does not know it"]


def test_a_stranger_is_to_be_removed_and_not_to_be_made_again(shelf: Shelf) -> None:
    shelf.write(lock_of(shelf.file(FLASK), inputs=asked("flask")))
    (shelf.folder / "stray-1.0.tar.gz").touch()
    with pytest.raises(NotWhole) as caught:
        shelf.verify()
    assert caught.value.hint == "remove what the lock does not know, or move it elsewhere"
