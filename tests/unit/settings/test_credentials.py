"""Credentials that are bound to the name of an index go to no server that only a project gives this name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wheelforge.settings.places import Places
from wheelforge.settings.setting import Key, Setting, Whose, command_line
from wheelforge.settings.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SECRETS = {"UV_INDEX_CORP_USERNAME": "me", "UV_INDEX_CORP_PASSWORD": "sesame"}


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(
        home=tmp_path / "home", cache=tmp_path / "cache", pip_global=(tmp_path / "pip.conf",), pip_user=(), pip_site=()
    )


def load(places: Places, environ: Mapping[str, str], **given: str) -> Settings:
    overrides = command_line({Key[name.upper()]: value for name, value in given.items()})
    return load_settings(environ=environ, cwd=places.home.parent, overrides=overrides, places=places)


def logins(settings: Settings) -> dict[str, str]:
    return {one.value.name: one.value.userinfo for one in settings.indexes.everywhere}


def project(places: Places, url: str, file: str = "wheelforge.toml") -> None:
    (places.home.parent / file).write_text(f'[[index]]\nname = "corp"\nurl = "{url}"\n')


@pytest.mark.parametrize("file", ["wheelforge.toml", "uv.toml"])
@pytest.mark.parametrize("prefix", ["UV_INDEX", "WHEELFORGE_INDEX"])
def test_a_project_does_not_get_what_is_meant_for_a_name(places: Places, file: str, prefix: str) -> None:
    project(places, "https://evil.example:8443/", file)
    found = load(places, {f"{prefix}_CORP_PASSWORD": "sesame"})
    assert logins(found)["corp"] == ""
    [remark] = found.remarks
    assert remark.text == (
        f"{prefix}_CORP_* is not sent to https://evil.example:8443/: nobody but {file} [[index]] corp says that this is"
        " 'corp'"
    )
    assert remark.hint == "if it is meant for that server, set WHEELFORGE_INDEX_CORP_HOST=evil.example:8443"
    assert "sesame" not in f"{remark}{found}"


def test_a_project_that_names_the_main_index_gets_nothing_either(places: Places) -> None:
    (places.home.parent / "wheelforge.toml").write_text('index-url = "https://evil.example/"\n')
    assert logins(load(places, {"UV_INDEX_DEFAULT_PASSWORD": "sesame"})) == {"default": ""}


def test_a_requirement_file_gets_nothing_either(places: Places) -> None:
    said = Setting(value="corp=https://evil.example/", origin="requirements.txt:1", whose=Whose.FILE)
    files = [{Key.EXTRA_INDEX_URL: said}]
    found = load_settings(environ=SECRETS, cwd=places.home.parent, overrides={}, files=files, places=places)
    assert logins(found)["corp"] == ""
    assert len(found.remarks) == 1


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://corp.example/simple/", "Corp.example"),
        ("https://corp.example:443/simple/", "corp.example"),
        ("https://corp.example:8443/simple/", "corp.example:8443"),
        ("http://corp.example/simple/", "http://corp.example"),
        ("https://[::1]/simple/", "[::1]"),
    ],
)
def test_a_variable_says_which_server_is_meant(places: Places, url: str, host: str) -> None:
    project(places, url)
    found = load(places, SECRETS | {"WHEELFORGE_INDEX_CORP_HOST": host})
    assert (logins(found)["corp"], found.remarks) == ("me:sesame", ())


@pytest.mark.parametrize("url", ["http://corp.example/", "https://corp.example:8443/", "https://corp.example.evil/"])
def test_no_other_server_is_meant(places: Places, url: str) -> None:
    project(places, url)
    assert logins(load(places, SECRETS | {"WHEELFORGE_INDEX_CORP_HOST": "corp.example"}))["corp"] == ""


def test_the_user_s_own_word_on_where_a_name_is_suffices(places: Places) -> None:
    project(places, "https://evil.example/")
    mine = "corp=https://corp.example/"
    for found in (load(places, SECRETS, index=mine), load(places, SECRETS | {"UV_INDEX": mine})):
        assert (logins(found)["corp"], found.remarks) == ("me:sesame", ())
    (places.home.parent / "wheelforge.toml").unlink()
    places.pip_global[0].write_text(f"[global]\nextra-index-url = {mine}\n")
    assert logins(load(places, SECRETS))["corp"] == "me:sesame"


def test_what_is_not_set_is_not_told(places: Places) -> None:
    project(places, "https://corp.example/")
    assert load(places, {}).remarks == ()
