"""pip's configuration is read as pip reads it, and each value knows its place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from wheelforge.errors import UsageError
from wheelforge.settings.pip_config import pip_files, pip_variables
from wheelforge.settings.places import Places, machine_places
from wheelforge.settings.setting import Key

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(
        home=tmp_path,
        cache=tmp_path / "cache",
        pip_global=(tmp_path / "xdg.conf", tmp_path / "etc.conf"),
        pip_user=(tmp_path / "legacy.conf", tmp_path / "user.conf"),
        pip_site=(tmp_path / "site.conf",),
    )


def _write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.conf").write_text(text)


def _value(environ: dict[str, str], places: Places, key: Key = Key.INDEX_URL) -> str | None:
    layer = pip_files(environ, places)
    return layer[key].value if key in layer else None


@pytest.mark.parametrize(
    ("environ", "key", "value", "origin"),
    [
        ({"PIP_INDEX_URL": "https://index.example/"}, Key.INDEX_URL, "https://index.example/", "PIP_INDEX_URL"),
        ({"PIP_CERT": "ca.pem"}, Key.CERT, "ca.pem", "PIP_CERT"),
        ({"PIP_DEFAULT_TIMEOUT": "180"}, Key.TIMEOUT, "180", "PIP_DEFAULT_TIMEOUT"),
        ({"PIP_DEFAULT_TIMEOUT": "180", "PIP_TIMEOUT": "9"}, Key.TIMEOUT, "9", "PIP_TIMEOUT"),
        ({"PIP_RETRIES": "2"}, Key.RETRIES, "2", "PIP_RETRIES"),
        ({"PIP_FIND_LINKS": "a  b"}, Key.FIND_LINKS, "a\nb", "PIP_FIND_LINKS"),
        ({"PIP_EXTRA_INDEX_URL": "a b"}, Key.EXTRA_INDEX_URL, "a\nb", "PIP_EXTRA_INDEX_URL"),
        ({"PIP_NO_INDEX": "1"}, Key.NO_INDEX, "1", "PIP_NO_INDEX"),
        ({"PIP_PROXY": "x"}, Key.PROXY, "x", "PIP_PROXY"),
    ],
)
def test_variables_are_read(environ: dict[str, str], key: Key, value: str, origin: str) -> None:
    [(found, setting)] = pip_variables(environ).items()
    assert (found, setting.value, setting.origin) == (key, value, origin)


def test_empty_and_foreign_variables_say_nothing() -> None:
    assert pip_variables({"PIP_INDEX_URL": "", "PIP_NO_COLOR": "1", "INDEX_URL": "x"}) == {}


def test_no_file_says_nothing(places: Places) -> None:
    assert pip_files({}, places) == {}


def test_a_value_names_its_file_section_and_key(places: Places, tmp_path: Path) -> None:
    _write(tmp_path, user="[global]\nindex_url = https://index.example/simple/\n")
    setting = pip_files({}, places)[Key.INDEX_URL]
    assert setting.value == "https://index.example/simple/"
    assert setting.origin == f"{tmp_path / 'user.conf'} [global] index-url"


def test_a_later_file_overrides_an_earlier_one(places: Places, tmp_path: Path) -> None:
    order = ["xdg", "etc", "legacy", "user", "site"]
    for name in order:
        _write(tmp_path, **{name: f"[global]\nindex-url = {name}\n"})
        assert _value({}, places) == name


def test_the_commands_section_beats_global_from_whichever_file(places: Places, tmp_path: Path) -> None:
    _write(tmp_path, etc="[install]\nindex-url = install\n", site="[global]\nindex-url = global\n")
    assert _value({}, places) == "install"
    _write(tmp_path, xdg="[download]\nindex-url = download\n")
    assert _value({}, places) == "download"


def test_an_empty_value_does_not_hide_another_section(places: Places, tmp_path: Path) -> None:
    _write(tmp_path, user="[global]\nindex-url = global\n[download]\nindex-url =\n")
    assert _value({}, places) == "global"


@pytest.mark.parametrize("key", ["timeout", "default-timeout", "Default_Timeout", "--timeout"])
def test_a_key_may_be_spelt_as_pip_spells_it(places: Places, tmp_path: Path, key: str) -> None:
    _write(tmp_path, user=f"[global]\n{key} = 60\n")
    assert _value({}, places, Key.TIMEOUT) == "60"


def test_pip_config_file_stands_in_for_the_users_and_beats_all(places: Places, tmp_path: Path) -> None:
    _write(
        tmp_path,
        own="[global]\nindex-url = own\n",
        user="[global]\nindex-url = user\nretries = 1\n",
        site="[global]\nindex-url = site\ntimeout = 7\n",
    )
    environ = {"PIP_CONFIG_FILE": str(tmp_path / "own.conf")}
    assert _value(environ, places) == "own"
    assert _value(environ, places, Key.RETRIES) is None
    assert _value(environ, places, Key.TIMEOUT) == "7"


def test_a_pip_config_file_that_is_not_there_leaves_the_users(places: Places, tmp_path: Path) -> None:
    _write(tmp_path, user="[global]\nindex-url = user\n")
    assert _value({"PIP_CONFIG_FILE": str(tmp_path / "none.conf")}, places) == "user"


def test_the_null_device_turns_all_files_off(places: Places, tmp_path: Path) -> None:
    _write(tmp_path, etc="[global]\nindex-url = etc\n")
    assert pip_files({"PIP_CONFIG_FILE": os.devnull}, places) == {}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("index-url = https://me:secret@index.example/\n", "user.conf:1"),
        ("[global]\nindex-url = a\nindex-url = https://me:secret@index.example/\n", "user.conf:3"),
        ("[global]\nhttps//me-secret\n", "user.conf"),
    ],
)
def test_a_broken_file_is_named_and_not_quoted(places: Places, tmp_path: Path, text: str, place: str) -> None:
    _write(tmp_path, user=text)
    with pytest.raises(UsageError) as caught:
        pip_files({}, places)
    assert caught.value.message == f"{tmp_path / place}: not a configuration file of pip"


def test_a_file_in_another_encoding_is_named(places: Places, tmp_path: Path) -> None:
    (tmp_path / "user.conf").write_bytes(b"[global]\nindex-url = caf\xe9\n")
    with pytest.raises(UsageError, match="not a configuration file of pip"):
        pip_files({}, places)


def test_a_folder_in_place_of_a_file_is_named(places: Places, tmp_path: Path) -> None:
    (tmp_path / "user.conf").mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        pip_files({}, places)


def test_the_virtual_environments_file_is_the_active_ones(tmp_path: Path) -> None:
    [site] = machine_places({"VIRTUAL_ENV": str(tmp_path)}).pip_site
    assert site.parent == tmp_path
