"""Our own files and variables, and what is refused in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wheelforge.errors import UsageError
from wheelforge.settings.own_config import own_file, own_variables, project_file
from wheelforge.settings.setting import IndexTable, Key, Source

if TYPE_CHECKING:
    from pathlib import Path


def test_each_key_has_its_variable() -> None:
    layer = own_variables({f"WHEELFORGE_{key.name}": key.value for key in Key} | {"WHEELFORGE_OTHER": "x"})
    assert {key: (said.value, said.origin) for key, said in layer.items()} == {
        key: (key.value, f"WHEELFORGE_{key.name}") for key in Key
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'index-url = "https://index.example/"\ntimeout = 2.5\nretries = 1\n',
            {Key.INDEX_URL: "https://index.example/", Key.TIMEOUT: "2.5", Key.RETRIES: "1"},
        ),
        (
            'find-links = ["a b", "c"]\nno-index = true\noffline = false\n',
            {Key.FIND_LINKS: "a b\nc", Key.NO_INDEX: "true", Key.OFFLINE: "false"},
        ),
    ],
)
def test_our_file_is_read_with_its_numbers_lists_and_switches(tmp_path: Path, text: str, said: dict[Key, str]) -> None:
    (tmp_path / "wheelforge.toml").write_text(text)
    layer = own_file(tmp_path).texts
    assert {key: setting.value for key, setting in layer.items()} == said
    assert {setting.origin for setting in layer.values()} == {f"wheelforge.toml {key.value}" for key in said}


def test_a_projects_table_is_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n[tool.wheelforge]\nretries = 1\n')
    assert project_file(tmp_path).texts[Key.RETRIES].origin == "pyproject.toml [tool.wheelforge] retries"


@pytest.mark.parametrize("text", ["", "[project]\nname = 'x'\n", "[tool.other]\nindex_url = 'x'\n"])
def test_a_project_without_our_table_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert project_file(tmp_path) == Source()


def test_a_folder_without_files_says_nothing(tmp_path: Path) -> None:
    assert (own_file(tmp_path), project_file(tmp_path)) == (Source(), Source())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("index_url = 'x'", ["unknown key 'index_url'; did you mean 'index-url'?"]),
        ("zzz = 1", ["unknown key 'zzz'"]),
        ("timeout = 'x'", ["timeout: expected a number"]),
        ("retries = 1.5", ["retries: expected a number"]),
        ("retries = true", ["retries: expected a number"]),
        ("index-url = 1\nzzz = 1", ["index-url: expected a text", "unknown key 'zzz'"]),
        ("index-url = {}", ["index-url: expected a text"]),
        ("no-index = 1", ["no-index: expected true or false"]),
        ("find-links = 'x'", ["find-links: expected a list of texts"]),
        ("pin = [1]", ["pin: expected a list of texts"]),
        ("index = 'x'", ["[[index]]: expected [[index]] tables"]),
        (
            "[[index]]\nname = 'a b'\nurll = 1",
            [
                "[[index]] 1: it has no url",
                "[[index]] 1: 'a b' is no name: letters, digits, and . _ - between them",
                "[[index]] 1: unknown key 'urll'; did you mean 'url'?",
            ],
        ),
        (
            "[[index]]\nurl = 'x'\nexplicit = 1\nformat = 'x'",
            [
                "[[index]] 1: explicit: expected true or false",
                "[[index]] 1: format: expected simple or flat",
            ],
        ),
    ],
)
def test_all_faults_of_a_file_are_told(tmp_path: Path, text: str, told: list[str]) -> None:
    (tmp_path / "wheelforge.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        own_file(tmp_path)
    assert [line.removeprefix("wheelforge.toml").lstrip(": ") for line in caught.value.message.splitlines()] == told


@pytest.mark.parametrize("key", ["proxy", "trusted-host", "cert", "client-cert", "keyring-provider", "cache-dir"])
def test_a_project_cannot_set_what_decides_who_reads_credentials(tmp_path: Path, key: str) -> None:
    (tmp_path / "wheelforge.toml").write_text(f'{key} = "http://evil.example"\n')
    (tmp_path / "pyproject.toml").write_text(f'[tool.wheelforge]\n{key} = ["evil.example"]\n')
    for read, where in ((own_file, "wheelforge.toml"), (project_file, "pyproject.toml [tool.wheelforge]")):
        with pytest.raises(UsageError) as caught:
            read(tmp_path)
        assert caught.value.message.startswith(f"{where}: {key}: a project cannot set this")
        assert caught.value.hint == (f"take it out, and say --{key} or set WHEELFORGE_{key.upper().replace('-', '_')}")


@pytest.mark.parametrize("text", [b"index-url =", b"x = '\xe9'", b"x = " + b"[" * 5000])
def test_what_is_not_toml_is_named(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "wheelforge.toml").write_bytes(text)
    with pytest.raises(UsageError, match=r"^wheelforge\.toml: not a TOML file"):
        own_file(tmp_path)


def test_a_device_is_not_read_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "wheelforge.toml").symlink_to("/dev/zero")
    with pytest.raises(UsageError, match=r"^wheelforge\.toml cannot be read: it is no regular file$"):
        own_file(tmp_path)


def test_a_table_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\nwheelforge = 1\n")
    with pytest.raises(UsageError, match="expected a table"):
        project_file(tmp_path)


def test_index_tables_are_read_and_the_default_one_is_the_main_index(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("""
        [[tool.wheelforge.index]]
        name = "corp"
        url = "https://corp.example/simple/"
        [[tool.wheelforge.index]]
        url = "https://main.example/"
        default = true
        [[tool.wheelforge.index]]
        url = "https://torch.example/"
        explicit = true
        format = "flat"
    """)
    found, where = project_file(tmp_path), "pyproject.toml [tool.wheelforge] [[index]]"
    assert found.texts[Key.INDEX_URL].value == "https://main.example/"
    assert found.tables == (
        IndexTable(url="https://corp.example/simple/", name="corp", origin=f"{where} corp"),
        IndexTable(url="https://torch.example/", explicit=True, flat=True, origin=f"{where} 3"),
    )


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("index-url = 5", 'write it as: index-url = "..."'),
        ("find-links = 'x'", 'write it as: find-links = ["..."]'),
        ("offline = 1", "write it as: offline = true"),
    ],
)
def test_a_value_of_another_kind_is_told_with_how_to_write_it(tmp_path: Path, text: str, hint: str) -> None:
    (tmp_path / "wheelforge.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        own_file(tmp_path)
    assert caught.value.hint == hint
