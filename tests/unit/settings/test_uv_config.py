"""uv's variables and files are read as far as they tell of indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wheelforge.errors import UsageError
from wheelforge.settings.setting import IndexTable, Key, Source
from wheelforge.settings.uv_config import uv_file, uv_project, uv_variables

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("environ", "key", "value", "origin"),
    [
        ({"UV_DEFAULT_INDEX": "a", "UV_INDEX_URL": "b"}, Key.INDEX_URL, "a", "UV_DEFAULT_INDEX"),
        ({"UV_INDEX_URL": "b"}, Key.INDEX_URL, "b", "UV_INDEX_URL"),
        ({"UV_INDEX": "x=a b"}, Key.INDEX, "x=a\nb", "UV_INDEX"),
        ({"UV_EXTRA_INDEX_URL": "c d", "UV_INDEX": "a"}, Key.INDEX, "a\nc\nd", "UV_INDEX and UV_EXTRA_INDEX_URL"),
        ({"UV_FIND_LINKS": "a b,c"}, Key.FIND_LINKS, "a b\nc", "UV_FIND_LINKS"),
        ({"UV_INSECURE_HOST": "a b"}, Key.TRUSTED_HOST, "a\nb", "UV_INSECURE_HOST"),
        ({"UV_OFFLINE": "1"}, Key.OFFLINE, "1", "UV_OFFLINE"),
        ({"UV_KEYRING_PROVIDER": "subprocess"}, Key.KEYRING_PROVIDER, "subprocess", "UV_KEYRING_PROVIDER"),
    ],
)
def test_variables_are_read(environ: dict[str, str], key: Key, value: str, origin: str) -> None:
    [(found, setting)] = uv_variables(environ).items()
    assert (found, setting.value, setting.origin) == (key, value, origin)


def test_empty_and_foreign_variables_say_nothing() -> None:
    assert uv_variables({"UV_INDEX": "", "UV_PYTHON": "3.12", "UV_INDEX_CORP_PASSWORD": "x"}) == {}


def test_a_file_is_read_and_what_is_not_of_indexes_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "uv.toml").write_text("""
        find-links = ["wheels", "https://links.example/"]
        extra-index-url = ["https://extra.example/"]
        no-index = false
        resolution = "lowest"
        cache-keys = [{ file = "x" }]
        [[index]]
        name = "corp"
        url = "https://corp.example/"
        authenticate = "always"
    """)
    found = uv_file(tmp_path)
    assert {key: said.value for key, said in found.texts.items()} == {
        Key.FIND_LINKS: "wheels\nhttps://links.example/",
        Key.INDEX: "https://extra.example/",
        Key.NO_INDEX: "false",
    }
    assert found.tables == (IndexTable(url="https://corp.example/", name="corp", origin="uv.toml [[index]] corp"),)


def test_what_uv_lets_a_project_set_and_we_do_not_is_not_heeded_and_told(tmp_path: Path) -> None:
    text = 'allow-insecure-host = ["evil.example"]\nkeyring-provider = "subprocess"\nno-index = true\n'
    (tmp_path / "uv.toml").write_text(text)
    (tmp_path / "pyproject.toml").write_text(f"[tool.uv]\n{text}")
    for found, where in ((uv_file(tmp_path), "uv.toml"), (uv_project(tmp_path), "pyproject.toml [tool.uv]")):
        assert list(found.texts) == [Key.NO_INDEX]
        assert [remark.text.partition(" is not heeded")[0] for remark in found.remarks] == [
            f"{where}: allow-insecure-host",
            f"{where}: keyring-provider",
        ]
        assert found.remarks[0].hint == "say --trusted-host or set WHEELFORGE_TRUSTED_HOST"


@pytest.mark.parametrize("text", ["", "[project]\nname = 'x'\n", "[tool.uv.workspace]\nmembers = ['a']\n"])
def test_a_project_without_indexes_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert uv_project(tmp_path) == Source()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("index = 1", "uv.toml [[index]]: expected [[index]] tables"),
        ("[[index]]\nname = 'x'", "uv.toml [[index]] 1: it has no url"),
        ("find-links = 'x'", "uv.toml: find-links: expected a list"),
        (
            "no-index = 'x'\nindex-url = 1",
            "uv.toml: index-url: expected a text\nuv.toml: no-index: expected true or false",
        ),
    ],
)
def test_all_faults_of_a_file_are_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "uv.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        uv_file(tmp_path)
    assert caught.value.message == told
