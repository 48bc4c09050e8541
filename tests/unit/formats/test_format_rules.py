"""Rules about formats are laid one over the other, as in pip."""

from __future__ import annotations

import pytest

from wheelforge.errors import UsageError
from wheelforge.formats.format_rules import with_rule
from wheelforge.model.artifacts import Kind
from wheelforge.model.inputs import Formats


@pytest.mark.parametrize(
    ("said", "no_binary", "only_binary"),
    [
        ([(Kind.SDIST, "Flask,zope.interface")], {"flask", "zope-interface"}, set()),
        ([(Kind.WHEEL, ":all:"), (Kind.SDIST, "flask")], {"flask"}, {":all:"}),
        ([(Kind.SDIST, "flask"), (Kind.WHEEL, "flask")], set(), {"flask"}),
        ([(Kind.SDIST, "flask"), (Kind.WHEEL, ":all:")], set(), {":all:"}),
        ([(Kind.SDIST, ":all:"), (Kind.SDIST, ":none:")], set(), set()),
        ([(Kind.SDIST, ":all:,:none:,flask")], {"flask"}, set()),
        ([(Kind.WHEEL, "flask, ,click,")], set(), {"flask", "click"}),
    ],
)
def test_the_last_word_counts(said: list[tuple[Kind, str]], no_binary: set[str], only_binary: set[str]) -> None:
    formats = Formats()
    for kind, value in said:
        formats = with_rule(formats, kind, value)
    assert (set(formats.no_binary), set(formats.only_binary)) == (no_binary, only_binary)


def test_what_is_no_name_is_refused() -> None:
    with pytest.raises(UsageError, match="':some:' is not the name of a project"):
        with_rule(Formats(), Kind.SDIST, "flask,:some:")
