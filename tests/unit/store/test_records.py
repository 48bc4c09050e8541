"""Records that are not whole read as absent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wheelforge.store.records import Records

if TYPE_CHECKING:
    from pathlib import Path


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.text(), data=st.binary())
def test_what_was_put_is_got(tmp_path: Path, key: str, data: bytes) -> None:
    records = Records(tmp_path)
    records.put("kind", key, data)
    assert records.get("kind", key) == data


def test_the_last_value_wins(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.put("kind", "key", b"first")
    records.put("kind", "key", b"second")
    assert records.get("kind", "key") == b"second"


def test_kinds_and_keys_are_apart(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.put("kind", "key", b"data")
    assert records.get("other", "key") is None
    assert records.get("kind", "other") is None


@pytest.mark.parametrize("damage", [b"", b"short", b"\0" * 40])
def test_a_damaged_record_is_absent(tmp_path: Path, damage: bytes) -> None:
    records = Records(tmp_path)
    records.put("kind", "key", b"data")
    [file] = [path for path in tmp_path.rglob("*") if path.is_file()]
    file.write_bytes(damage)
    assert records.get("kind", "key") is None


def test_every_flipped_bit_is_seen(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.put("kind", "key", b"data")
    [file] = [path for path in tmp_path.rglob("*") if path.is_file()]
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert records.get("kind", "key") is None


def test_no_key_shows_in_a_file_name(tmp_path: Path) -> None:
    Records(tmp_path).put("kind", "https://user:secret@index.example/simple/", b"data")
    assert all("secret" not in str(path) for path in tmp_path.rglob("*"))


@pytest.mark.parametrize(("form", "value"), [(float, 1.5), (bytes, b"data"), (tuple[str, ...], ("a", "b"))])
def test_what_was_written_is_read(tmp_path: Path, form: type[object], value: object) -> None:
    records = Records(tmp_path)
    records.write("kind", "key", value)
    assert records.read("kind", "key", form) == value
    assert records.read("kind", "other", form) is None


@pytest.mark.parametrize(
    "data", [b"", b'["a"]', b"Metadata-Version: 2.1", b"\x81\xa1a\xa1b", b"\xa1\xff", b"\x91" * 50_000]
)
def test_what_another_version_wrote_is_absent(tmp_path: Path, data: bytes) -> None:
    records = Records(tmp_path)
    records.put("kind", "key", data)
    for form in (float, tuple[str, ...], dict[str, int]):
        assert records.read("kind", "key", form) is None
