"""Tools by the names that people know them by."""

from __future__ import annotations

import pytest

from wheelforge.model.tools import tool_named


@pytest.mark.parametrize(
    ("text", "tool"),
    [("cmake", "cmake"), ("CMake", "cmake"), ("cmake3", "cmake"), ("Ninja_Build", "ninja"), ("samu", "ninja")],
)
def test_a_tool_is_known_by_its_programs(text: str, tool: str) -> None:
    assert tool_named(text) == tool


@pytest.mark.parametrize("text", ["swig", "", "/usr/bin/ninja", "\x1b"])
def test_what_is_never_hidden_is_no_tool_to_provide(text: str) -> None:
    with pytest.raises(ValueError, match="every build sees it anyway") as caught:
        tool_named(text)
    assert str(caught.value).isprintable()
