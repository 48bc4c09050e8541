"""What others wrote is told without harm, and keeps its columns."""

from __future__ import annotations

import pytest

from wheelforge.errors import IntegrityError, UsageError
from wheelforge.model.told import naming, plain, printable, underlined


def test_what_a_terminal_would_obey_is_blank() -> None:
    assert printable("a\x1b[31m\nb") == "a [31m b"


def test_credentials_are_masked_in_place() -> None:
    assert printable("x @ https://me:secret@h.example/x") == "x @ https://*********@h.example/x"


def test_a_part_is_underlined_where_it_stands() -> None:
    assert underlined("cp3x-linux", slice(2, 4)) == "    cp3x-linux\n      ^^"
    assert underlined("cp", slice(2, 2)) == "    cp\n      ^"


def test_a_user_of_ssh_stays_where_no_credentials_can_be() -> None:
    assert plain("git+ssh://git@h.example/x\x1b[31m") == "git+ssh://git@h.example/x [31m"


def test_an_error_names_the_entry_of_a_lock_once() -> None:
    with pytest.raises(IntegrityError) as caught, naming("uv.lock: package[0]"), naming("uv.lock: package[0]"):
        raise IntegrityError("a.whl is broken")
    assert caught.value.message == str(caught.value) == "a.whl is broken\n  listed by uv.lock: package[0]"
    assert caught.value.hint is not None


@pytest.mark.parametrize("lister", ["", "uv.lock: package[0]"])
def test_an_error_that_names_the_entry_already_stays_as_it_is(lister: str) -> None:
    with pytest.raises(UsageError) as caught, naming(lister):
        raise UsageError("a.whl is not there", hint="see uv.lock: package[0]")
    assert caught.value.message == "a.whl is not there"
