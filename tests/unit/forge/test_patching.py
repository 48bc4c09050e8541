"""Patches change a tree exactly as they say, inside it, or leave it as it was."""

from __future__ import annotations

import difflib
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelforge.errors import BuildError
from wheelforge.forge.patching import REACH, PatchFailed, apply_patches
from wheelforge.model.treatment import Patch

CREATE = b"--- /dev/null\n+++ b/%b\n@@ -0,0 +1 @@\n+new\n"
NUMBERS = [f"{number}\n" for number in range(1, 41)]


def patch(content: bytes) -> Patch:
    return Patch(filename="fix.patch", sha256=hashlib.sha256(content).hexdigest(), content=content)


def diff(old: list[str], new: list[str], context: int = 3) -> bytes:
    return "".join(difflib.unified_diff(old, new, "a/x", "b/x", n=context)).encode()


def write(tree: Path, **files: str) -> Path:
    tree.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (tree / name).write_bytes(text.encode())
    return tree


def failure(tree: Path, content: bytes) -> PatchFailed:
    with pytest.raises(PatchFailed) as caught:
        apply_patches(tree, [patch(content)])
    assert caught.value.hint
    return caught.value


LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "--- a/y\n", "+++ b/y\n", "@@ -1 +1 @@\n"]), max_size=20)


@given(LINES, LINES, st.integers(0, 3))
def test_the_difference_of_two_texts_makes_the_one_the_other(old: list[str], new: list[str], context: int) -> None:
    content = diff(old, new, context)
    if content:
        with tempfile.TemporaryDirectory() as folder:
            tree = write(Path(folder), x="".join(old))
            apply_patches(tree, [patch(content)])
            assert (tree / "x").read_text() == "".join(new)


def tree_of(folder: Path) -> dict[str, tuple[bytes, bool]]:
    """Each file's content, and whether it is a program."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), os.access(path, os.X_OK))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_what_git_writes_makes_one_tree_the_other(tmp_path: Path) -> None:
    old = write(tmp_path / "a", gone="1\n2\n", empty_gone="", changed="".join(NUMBERS), cut="no end", run="x\n")
    (old / "crlf").write_bytes(b"1\r\n2\r\n\xff\xfe\n")
    new = write(tmp_path / "b", empty="", changed="0\n" + "".join(NUMBERS[:-2]), cut="no end\n", run="x\n")
    (new / "crlf").write_bytes(b"1\r\n3\n\xff\xfe")
    (new / "deep" / "er").mkdir(parents=True)
    write(new / "deep" / "er", made="1\n2")
    for path in (new / "run", new / "deep" / "er" / "made"):
        path.chmod(0o755)
    command = ["git", "diff", "--no-index", "--text", "--no-prefix", "--no-renames", "a", "b"]
    written = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).stdout
    apply_patches(old, [patch(written)])
    assert tree_of(old) == tree_of(new)


def test_patches_are_applied_one_after_the_other(tmp_path: Path) -> None:
    tree = write(tmp_path, x="a\n")
    apply_patches(tree, [patch(diff(["a\n"], ["b\n"])), patch(diff(["b\n"], ["c\n"]))])
    assert (tree / "x").read_text() == "c\n"


def test_one_patch_may_change_a_file_twice(tmp_path: Path) -> None:
    tree = write(tmp_path, x="a\n")
    apply_patches(tree, [patch(diff(["a\n"], ["b\n"]) + diff(["b\n"], ["c\n"]))])
    assert (tree / "x").read_text() == "c\n"


def test_a_hunk_whose_lines_have_moved_goes_with_them(tmp_path: Path) -> None:
    changed = [*NUMBERS[:9], "ten\n", *NUMBERS[10:29], "thirty\n", *NUMBERS[30:]]
    tree = write(tmp_path, x="".join(["0\n"] * 7 + NUMBERS))
    apply_patches(tree, [patch(diff(NUMBERS, changed))])
    assert (tree / "x").read_text() == "".join(["0\n"] * 7 + changed)


def test_a_hunk_that_fits_several_places_but_not_its_own_is_refused(tmp_path: Path) -> None:
    tree = write(tmp_path, x="0\na\n0\na\n")
    told = failure(tree, b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n")
    assert "it does not fit line 1, and fits 2 other places: line 2, 4" in told.message


def test_a_hunk_is_not_looked_for_without_end(tmp_path: Path) -> None:
    tree = write(tmp_path, x="0\n" * (REACH + 1) + "a\n")
    assert failure(tree, b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n").hunk == 1


def test_a_hunk_that_does_not_fit_is_told_with_both_lines(tmp_path: Path) -> None:
    changed = [*NUMBERS[:9], "ten\n", *NUMBERS[10:29], "thirty\n", *NUMBERS[30:]]
    tree = write(tmp_path, x="".join(NUMBERS).replace("31\n", "31 \x1b[31m\n"))
    told = failure(tree, diff(NUMBERS, changed))
    assert isinstance(told, BuildError)
    assert (told.patch, told.path, told.hunk, told.line) == ("fix.patch", "x", 2, 12)
    assert told.message == (
        "fix.patch:12: the patch does not apply: hunk 2 of x: line 31 is '31 \\x1b[31m\\n', and not '31\\n'"
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-b\n+c\n", "hunk 1 of x: line 1 is 'a\\n', and not 'b\\n'"),
        (b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a \n+c\n", "hunk 1 of x: line 1 is 'a\\n', and not 'a \\n'"),
        (b"--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n a\n-b\n", "it wants 'b\\n' in line 2, and the file has 1 lines"),
        (b"--- a/x\n+++ b/x\n@@ -9,0 +10 @@\n+b\n", "it adds lines behind line 9, and the file has 1"),
        (b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n@@ -1 +1 @@\n-a\n+b\n", "which a hunk before it has taken"),
        (b"--- a/none\n+++ b/none\n@@ -1 +1 @@\n-a\n+b\n", "none: there is no such file"),
        (CREATE % b"x", "x: there is such a file already"),
        (CREATE % b"x/y", "x/y: 'x' is no folder"),
        (CREATE % b"folder", "folder: 'folder' is no file"),
        (b"diff --git a/x b/x\ndeleted file mode 100644\n", "x: it has more lines than the patch deletes"),
        (CREATE % b"../x", "../x: it goes up with '..'"),
        (CREATE % b"/etc/x", "/etc/x: it has an absolute path"),
        (CREATE % b"y\0", "has a NUL character in its name"),
        (CREATE % (b"d/" * 200 + b"x"), "that is no path of a file"),
        (CREATE % b"up/x", "up/x: 'up' is a symbolic link, and patches follow none"),
        (CREATE % b"link", "link: 'link' is a symbolic link, and patches follow none"),
        (CREATE % b"dead", "dead: 'dead' is a symbolic link, and patches follow none"),
        (b"rubbish", "fix.patch:1: the patch does not apply: it changes no file"),
    ],
)  # fmt: skip
def test_a_patch_that_cannot_be_applied_changes_nothing(tmp_path: Path, content: bytes, problem: str) -> None:
    tree = write(tmp_path / "tree", x="a\n", first="1\n")
    (tree / "folder").mkdir()
    for link, goal in {"up": "..", "link": "../outside", "dead": "../none"}.items():
        (tree / link).symlink_to(goal)
    write(tmp_path, outside="safe\n")
    before = tree_of(tmp_path)
    first = b"--- a/first\n+++ b/first\n@@ -1 +1 @@\n-1\n+2\n"
    assert problem in failure(tree, content if content == b"rubbish" else first + content).message
    assert tree_of(tmp_path) == before


def test_other_names_of_a_file_keep_what_they_hold(tmp_path: Path) -> None:
    tree = write(tmp_path / "tree", x="a\n")
    (tmp_path / "kept").hardlink_to(tree / "x")
    apply_patches(tree, [patch(diff(["a\n"], ["b\n"]))])
    assert ((tree / "x").read_text(), (tmp_path / "kept").read_text()) == ("b\n", "a\n")


def test_a_changed_file_keeps_its_mode(tmp_path: Path) -> None:
    tree = write(tmp_path, x="a\n")
    (tree / "x").chmod(0o755)
    apply_patches(tree, [patch(diff(["a\n"], ["b\n"]))])
    assert os.access(tree / "x", os.X_OK)
