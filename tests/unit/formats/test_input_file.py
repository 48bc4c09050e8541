"""Files are known by their names, and where these do not tell, by what is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from wheelforge.errors import UsageError
from wheelforge.formats.input_file import Form, form_of, standing_in


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("source", "form"),
    [
        ("requirements.txt", Form.REQUIREMENTS),
        ("requirements.in", Form.REQUIREMENTS),
        ("requirements", Form.REQUIREMENTS),
        ("https://files.example/requirements.txt", Form.REQUIREMENTS),
        ("libs/pyproject.toml", Form.PROJECT),
        ("tool.py", Form.SCRIPT),
        ("pylock.toml", Form.LOCK),
        ("libs/pylock.dev.toml", Form.LOCK),
        ("uv.lock", Form.LOCK),
    ],
)
def test_a_name_tells_the_form(source: str, form: Form) -> None:
    assert form_of(source) is form


@pytest.mark.parametrize("text", ["[project]", "[dependency-groups]", "[project"])
def test_a_project_may_have_another_name(text: str) -> None:
    Path("other.toml").write_text(text)
    assert form_of("other.toml") is Form.PROJECT


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("other.toml", "holds neither a project nor a lock"),
        ("my-lock.toml", "is a lock by another name"),
        ("none.toml", "none.toml cannot be read"),
        ("poetry.lock", "no lock that is taken as an input"),
        ("wheelforge.lock", "no lock that is taken as an input"),
        ("https://me:secret@files.example/pylock.toml", "https://files.example/pylock.toml is not fetched"),
    ],
)
def test_what_is_no_input_is_told(source: str, words: str) -> None:
    Path("other.toml").write_text("[tool.other]")
    Path("my-lock.toml").write_text("lock-version = '1.0'")
    with pytest.raises(UsageError, match=words):
        form_of(source)


def test_a_lock_that_stands_here_comes_before_the_project() -> None:
    assert standing_in(Path()) is None
    for name in ("pyproject.toml", "uv.lock", "pylock.toml"):
        Path(name).touch()
        assert standing_in(Path()) == Path(name)
