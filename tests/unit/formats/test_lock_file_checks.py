"""What a lock may say of one file."""

from __future__ import annotations

import pytest

from wheelforge.formats.lock_file_checks import holds_credentials


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("https://h.example/x", False),
        ("https://me@h.example/x", True),
        ("see https://h.example and http://me:secret@h.example/x", True),
        ("ssh://git@h.example/x", False),
        ("git+ssh://git@h.example/x@v1", False),
        ("ssh://git:secret@h.example/x", True),
        ("//me@h.example", False),
        ("://me@h.example", True),
        ("a" * 1_000_000, False),
        ("://a" * 1_000_000, False),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_user_is_a_secret_but_for_that_of_ssh(text: str, *, holds: bool) -> None:
    assert holds_credentials(text) is holds
