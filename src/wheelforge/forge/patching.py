"""Patches applied to the unpacked tree of an sdist: wholly and exactly, inside the tree, or not at all."""

from __future__ import annotations

import io
import os
import stat
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wheelforge.archives.tree import MAX_DEPTH, name_fault, path_of
from wheelforge.errors import BuildError
from wheelforge.model.told import printable
from wheelforge.recipes.unified_diff import BadDiff, Deed, parse_diff
from wheelforge.store.atomic import storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from wheelforge.model.treatment import Patch
    from wheelforge.recipes.unified_diff import FileChange, Hunk

REACH = 1000
"""Lines, up and down, in which the place of a hunk is looked for that does not fit where it says."""
_LONGEST = 80
_HINT = "make the patch anew from this version, or narrow the recipe's versions; the names in it begin as a/ and b/"


class PatchFailed(BuildError):
    """A patch does not fit the tree, or is not one that can be applied.

    ``path`` is the file of the tree, empty where the patch as a whole is meant; ``hunk`` counts in that file from 1,
    0 for the file as a whole; ``line`` is a line of the patch.
    """

    def __init__(self, problem: str, *, patch: str, line: int, path: str = "", hunk: int = 0) -> None:
        subject = " of ".join(filter(None, (f"hunk {hunk}" if hunk else "", printable(path))))
        told = f"{subject}: {problem}" if subject else problem
        super().__init__(f"{patch}:{line}: the patch does not apply: {told}", hint=_HINT)
        self.patch = patch
        self.path = path
        self.hunk = hunk
        self.line = line


def apply_patches(tree: Path, patches: Iterable[Patch]) -> None:
    """Apply patches to a tree that nobody else changes meanwhile; each changes all of its files or none.

    A hunk goes where it says, moved as those before it in its file were moved; else to the one place nearby where all
    its old lines stand. Nothing in it may differ: there is no fuzz.

    Raises:
        PatchFailed: one does not fit, or would reach out of the tree; those before it are applied.
        StorageError: a file cannot be written.
    """
    for patch in patches:
        _apply(tree, patch)


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """What a file holds."""

    content: bytes
    mode: int


def _apply(tree: Path, patch: Patch) -> None:
    try:
        changes = parse_diff(patch.content)
    except BadDiff as bad:
        raise PatchFailed(bad.problem, patch=patch.filename, line=bad.line) from bad
    results: dict[Path, _File | None] = {}
    for change in changes:
        bench = _Bench(tree=tree, patch=patch.filename, change=change)
        path = bench.place()
        before = results[path] if path in results else bench.found(path)
        results[path] = bench.changed(before)
    for path, file in results.items():
        with storage_errors(path):
            _write(path, file)


def _write(path: Path, file: _File | None) -> None:
    # What stands there may be a hard link to another file of the tree.
    path.unlink(missing_ok=True)
    if file is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        path.chmod(file.mode)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """One file under change."""

    tree: Path
    patch: str
    change: FileChange

    def _failed(self, problem: str) -> PatchFailed:
        return PatchFailed(problem, patch=self.patch, line=self.change.line, path=self.change.path)

    def place(self) -> Path:
        """Where the file is, with no link on the way."""
        fault = name_fault(self.change.path)
        if fault is not None:
            raise self._failed(f"it {fault}")
        steps = path_of(self.change.path)
        if not steps or len(steps) > MAX_DEPTH:
            raise self._failed("that is no path of a file")
        path = self.tree
        for number, step in enumerate(steps, 1):
            path /= step
            mode = _mode(path)
            if mode is None:
                break
            if stat.S_ISLNK(mode):
                raise self._failed(f"{'/'.join(steps[:number])!r} is a symbolic link, and patches follow none")
            wanted = stat.S_ISREG if number == len(steps) else stat.S_ISDIR
            if not wanted(mode):
                raise self._failed(
                    f"{'/'.join(steps[:number])!r} is no {'file' if wanted is stat.S_ISREG else 'folder'}"
                )
        return self.tree.joinpath(*steps)

    def found(self, path: Path) -> _File | None:
        """What the tree has there."""
        mode = _mode(path)
        return None if mode is None else _File(content=path.read_bytes(), mode=stat.S_IMODE(mode))

    def changed(self, before: _File | None) -> _File | None:
        """What becomes of the file; ``None`` where it goes."""
        deed = self.change.deed
        if deed is Deed.CREATE:
            if before is not None:
                raise self._failed("there is such a file already")
            before = _File(content=b"", mode=0o644)
        if before is None:
            raise self._failed("there is no such file")
        content = b"".join(self._lines(list(io.BytesIO(before.content))))
        if deed is Deed.DELETE:
            if content:
                raise self._failed("it has more lines than the patch deletes")
            return None
        return replace(before, content=content, mode=self._new_mode(before.mode))

    def _new_mode(self, mode: int) -> int:
        if self.change.executable is None:
            return mode
        return mode | 0o111 if self.change.executable else mode & ~0o111

    def _lines(self, lines: Sequence[bytes]) -> list[bytes]:
        done, shift = 0, 0
        result: list[bytes] = []
        for number, hunk in enumerate(self.change.hunks, 1):
            expected = hunk.start - bool(hunk.old) + shift
            at = _only_place(hunk, lines, expected, done)
            if isinstance(at, str):
                raise PatchFailed(at, patch=self.patch, line=hunk.line, path=self.change.path, hunk=number)
            shift += at - expected
            result += [*lines[done:at], *hunk.new]
            done = at + len(hunk.old)
        return [*result, *lines[done:]]


def _mode(path: Path) -> int | None:
    try:
        return os.lstat(path).st_mode
    except FileNotFoundError:
        return None


def _only_place(hunk: Hunk, lines: Sequence[bytes], expected: int, done: int) -> int | str:
    """The number of lines before the stretch that a hunk replaces; else why there is none."""
    if done <= expected <= len(lines) and _fits(hunk, lines, expected):
        return expected
    if not hunk.old:
        return f"it adds lines behind line {expected}, and the file has {len(lines)}"
    first, last = max(done, expected - REACH), min(len(lines) - len(hunk.old), expected + REACH)
    match [at for at in range(first, last + 1) if _fits(hunk, lines, at)]:
        case [at]:
            return at
        case []:
            return _difference(hunk, lines, expected)
        case places:
            told = ", ".join(str(at + 1) for at in places[:5])
            return f"it does not fit line {expected + 1}, and fits {len(places)} other places: line {told}"


def _fits(hunk: Hunk, lines: Sequence[bytes], at: int) -> bool:
    # Most places differ in the first line already.
    return all(tuple(lines[at : at + len(old)]) == old for old in (hunk.old[:1], hunk.old))


def _difference(hunk: Hunk, lines: Sequence[bytes], expected: int) -> str:
    for number, wanted in enumerate(hunk.old, max(expected, 0)):
        if number >= len(lines):
            return f"it wants {_shown(wanted)} in line {number + 1}, and the file has {len(lines)} lines"
        if lines[number] != wanted:
            return f"line {number + 1} is {_shown(lines[number])}, and not {_shown(wanted)}"
    return f"its lines stand in line {expected + 1}, which a hunk before it has taken"


def _shown(line: bytes) -> str:
    text = line.decode(errors="replace")
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")
