"""Results and errors, in words and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.cli.options import Telling
from wheelforge.cli.output import CacheDocument, print_error, print_result, schema
from wheelforge.errors import IntegrityError, UsageError

if TYPE_CHECKING:
    import pytest

SCHEMA = Path(__file__).parents[3] / "docs" / "reference" / "output.schema.json"
DOCUMENT = CacheDocument(folder="here", files=1, bytes=2, kinds={"blobs": 2})


def test_the_published_schema_is_that_of_the_code() -> None:
    assert json.loads(SCHEMA.read_text()) == schema()


def test_a_result_is_words_or_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    print_result(DOCUMENT, "1 file", Telling(as_json=False, quiet=True, verbose=False))
    assert capsys.readouterr().out == "1 file\n"
    print_result(DOCUMENT, "1 file", Telling(as_json=True, quiet=False, verbose=False))
    assert json.loads(capsys.readouterr().out) == {
        "command": "cache",
        "folder": "here",
        "files": 1,
        "bytes": 2,
        "kinds": {"blobs": 2},
    }


def test_an_error_is_told_with_its_hint_and_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_error(UsageError("it is wrong\n  there", hint="do this"), ["collect"]) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "error: it is wrong\n  there\nhint: do this\n")


def test_an_error_without_a_hint_is_json_where_that_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_error(IntegrityError("it is wrong"), ["collect", "--json"]) == 5
    shown = capsys.readouterr()
    assert shown.err == "error: it is wrong\n"
    assert json.loads(shown.out) == {
        "command": "error",
        "kind": "IntegrityError",
        "message": "it is wrong",
        "hint": None,
        "exit-code": 5,
    }


def test_what_a_terminal_would_obey_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    print_error(UsageError("a\x1b[31m\n  b\x07", hint="c\x9b\udcff"), ["collect", "--json"])
    shown = capsys.readouterr()
    assert shown.err == "error: a [31m\n  b \nhint: c  \n"
    told = json.loads(shown.out)
    assert (told["message"], told["hint"]) == ("a [31m\n  b ", "c  ")
