"""TOML is parsed, and what is none is told with its place."""

from __future__ import annotations

import pytest

from wheelforge.model.toml import BrokenToml, TooDeep, parse_toml


@pytest.mark.parametrize("written", ['a = "ä"', b'a = "\xc3\xa4"'])
def test_a_text_and_its_bytes_say_the_same(written: str | bytes) -> None:
    assert parse_toml(written) == {"a": "ä"}


@pytest.mark.parametrize(
    ("written", "place"),
    [("a = 1\nb = = 2", (2, 5)), ("a = ", None), (b"\xff", None)],
)
def test_what_is_no_toml_is_told_with_its_place_where_that_is_known(
    written: str | bytes, place: tuple[int, int] | None
) -> None:
    with pytest.raises(BrokenToml) as caught:
        parse_toml(written)
    assert caught.value.place == place
    assert caught.value.problem
    assert "(at" not in caught.value.problem


def test_what_is_nested_without_end_is_no_toml() -> None:
    with pytest.raises(TooDeep):
        parse_toml("a = " + "[" * 100_000)


LONG = ".".join(["a"] * 200)


@pytest.mark.parametrize(
    "written", [f"{LONG} = 1", f"[{LONG}]", f"a = {{{LONG} = 1}}", LONG.replace(".", ' . "b". ') + "=1"]
)
def test_a_key_of_very_many_steps_is_refused_before_it_takes_its_time(written: str) -> None:
    with pytest.raises(TooDeep):
        parse_toml(written)


@pytest.mark.parametrize("text", ["One sentence. " * 200, "..." * 200, "1.0, " * 200])
def test_a_text_of_very_many_dots_is_no_such_key(text: str) -> None:
    assert parse_toml(f'a = "{text}"') == {"a": text}
