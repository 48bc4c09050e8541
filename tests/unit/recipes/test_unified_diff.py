"""Unified diffs are understood as diff and git write them, and refused where they are anything else."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelforge.recipes.unified_diff import BadDiff, Deed, FileChange, Hunk, parse_diff

CHANGE = b"--- a/src/x.c\n+++ b/src/x.c\n@@ -3,2 +3,3 @@ int main\n one\n-two\n+2\n+3\n"
HUNK = Hunk(line=3, start=3, old=(b"one\n", b"two\n"), new=(b"one\n", b"2\n", b"3\n"))


def change(path: str, line: int, deed: Deed, *hunks: Hunk, executable: bool | None = None) -> FileChange:
    return FileChange(path=path, line=line, deed=deed, hunks=hunks, executable=executable)


def test_a_plain_diff_is_read() -> None:
    assert parse_diff(CHANGE) == (change("src/x.c", 1, Deed.CHANGE, HUNK),)


def test_a_mail_with_several_patches_is_read() -> None:
    git = b"diff --git a/src/x.c b/src/x.c\nindex 1234567..89abcde 100644\n" + CHANGE
    head, end = b"From 1\n\n- one\n+ two\n---\n x.c | 2 +-\n\n", b"-- \n2.40\n\nFrom 2\n\n + more\n---\n"
    mail = head + git + end + git
    first, second = parse_diff(mail)
    assert (first.path, first.line, second.line) == ("src/x.c", 8, 24)
    assert first.hunks[0].old == second.hunks[0].old == HUNK.old


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            b"--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n",
            change("x", 1, Deed.CREATE, Hunk(line=3, start=0, old=(), new=(b"a\n",))),
        ),
        (
            b"--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n",
            change("x", 1, Deed.DELETE, Hunk(line=3, start=1, old=(b"a\n",), new=())),
        ),
        (
            b"--- a/x\t2020-01-01 10:00:00 +0100\n+++ b/x\t1970-01-01 00:00:00 +0000\n@@ -1 +0,0 @@\n-a\n",
            change("x", 1, Deed.DELETE, Hunk(line=3, start=1, old=(b"a\n",), new=())),
        ),
        (
            b"diff --git a/a b/c b/a b/c\nnew file mode 100644\nindex 0..e\n",
            change("a b/c", 1, Deed.CREATE, executable=False),
        ),
        (b"diff --git a/x b/x\ndeleted file mode 100644\nindex e..0\n", change("x", 1, Deed.DELETE)),
        (b"diff --git a/x b/x\nold mode 100644\nnew mode 100755\n", change("x", 1, Deed.CHANGE, executable=True)),
        (
            b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n",
            change("x", 1, Deed.CHANGE, Hunk(line=3, start=1, old=(b"a",), new=(b"b\n",))),
        ),
        (
            b"--- a/x\r\n+++ b/x\r\n@@ -1,2 +1,2 @@\r\n-a\r\n+b\r\n\n",
            change("x", 1, Deed.CHANGE, Hunk(line=3, start=1, old=(b"a\r\n", b"\n"), new=(b"b\r\n", b"\n"))),
        ),
    ],
)
def test_each_form_is_read(text: bytes, expected: FileChange) -> None:
    assert parse_diff(text) == (expected,)


NAMES = b"--- a/x\n+++ b/x\n"
GIT = b"diff --git a/x b/y\n"


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (b"", 1, "it changes no file"),
        (b"nothing\n", 1, "it changes no file"),
        (NAMES, 3, "here a hunk ought to begin"),
        (NAMES + b"@@ -1,x +1 @@\n", 3, "the first line of a hunk is not of the form"),
        (NAMES + b"@@ -1,2 +1,2 @@\n a\n", 5, "the hunk ends before"),
        (NAMES + b"@@ -1,2 +1,2 @@\n a\n*b\n", 5, "the hunk ends before"),
        (NAMES + b"@@ -1 +1 @@\n a\n+b\n", 5, "the hunk is longer than its first line says"),
        (NAMES + b"@@ -1,2 +1 @@\n a\n+b\n", 5, "the hunk of line 3 has other lines"),
        (b"@@ -1 +1 @@\n-a\n+b\n", 1, "a hunk stands here without a file"),
        (NAMES + b"@@ -1 +1 @@\n-a\n+b\n\n@@ -3 +3 @@\n", 7, "a hunk stands here without a file"),
        (b"--- x\n+++ x\n@@ -1 +1 @@\n-a\n+b\n", 1, "'x' has no leading folder to drop"),
        (b"--- a/x\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n", 1, "it renames 'x' to 'y'"),
        (b'--- "a/\\303"\n+++ "b/\\303"\n@@ -1 +1 @@\n-a\n+b\n', 1, "its file name is quoted"),
        (b"--- /dev/null\n+++ /dev/null\n@@ -1 +1 @@\n-a\n+b\n", 1, "it names no file"),
        (GIT + b"similarity index 90%\nrename from x\nrename to y\n", 3, "it renames a file"),
        (GIT + b"copy from x\n", 2, "it copies a file"),
        (GIT + b"new file mode 120000\n", 2, "mode 120000 is a link's"),
        (GIT + b"index 1..2\nGIT binary patch\n", 3, "it changes a binary file"),
        (b"Binary files a/x and b/x differ\n", 1, "it changes a binary file"),
        (GIT + b"index 1..2\n", 3, "here the names of a file ought to stand"),
    ],
)
def test_what_is_not_wholly_understood_is_refused(text: bytes, line: int, problem: str) -> None:
    with pytest.raises(BadDiff) as caught:
        parse_diff(text)
    assert caught.value.line == line
    assert caught.value.problem.startswith(problem)


PIECES = st.sampled_from([
    *(line + b"\n" for line in CHANGE.split(b"\n")),
    b"diff --git a/x b/x\n", b"new file mode 100644\n", b"\\ No newline\n", b"-- \n", b"\n", b"@@ -0,0 +1 @@\n",
    b"--- /dev/null\n",
])  # fmt: skip


@given(st.lists(PIECES | st.binary(max_size=9), max_size=12).map(b"".join))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(BadDiff):
        assert parse_diff(content)
