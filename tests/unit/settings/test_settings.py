"""The nearest word counts, and every value knows who said it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wheelforge.errors import ExitCode, UsageError
from wheelforge.settings.index import default_index
from wheelforge.settings.setting import Whose
from wheelforge.settings.settings import KeyringProvider

if TYPE_CHECKING:
    from unit.settings.desk import Desk


def test_nothing_said_gives_the_defaults(desk: Desk) -> None:
    found = desk.load()
    [index] = found.indexes.ordered
    assert index.value == default_index()
    assert (found.cert.value, found.timeout.value, found.retries.value) == (None, 15.0, 5)
    assert found.cache_dir.value == desk.places.cache
    settings = (index, found.cert, found.timeout, found.retries, found.cache_dir)
    assert {setting.origin for setting in settings} == {"default"}


def test_each_source_beats_those_behind_it(desk: Desk) -> None:
    environ: dict[str, str] = {}

    def said() -> tuple[str, str]:
        [index] = desk.load(environ).indexes.ordered
        return index.value.url, index.origin

    desk.pip_conf.write_text("[global]\nindex-url = https://pip.example/\n")
    assert said() == ("https://pip.example/", f"{desk.pip_conf} [global] index-url")
    (desk.cwd / "pyproject.toml").write_text('[tool.wheelforge]\nindex-url = "https://project.example/"\n')
    assert said() == ("https://project.example/", "pyproject.toml [tool.wheelforge] index-url")
    (desk.cwd / "wheelforge.toml").write_text('index-url = "https://own.example/"\n')
    assert said() == ("https://own.example/", "wheelforge.toml index-url")
    environ["PIP_INDEX_URL"] = "https://pip-variable.example/"
    assert said() == ("https://pip-variable.example/", "PIP_INDEX_URL")
    environ["WHEELFORGE_INDEX_URL"] = "https://variable.example/"
    assert said() == ("https://variable.example/", "WHEELFORGE_INDEX_URL")
    [index] = desk.load(environ, index_url="https://line.example/").indexes.ordered
    assert (index.value.url, index.origin) == ("https://line.example/", "--index-url")


def test_an_empty_word_is_no_word(desk: Desk) -> None:
    environ = {"WHEELFORGE_INDEX_URL": "", "PIP_INDEX_URL": "https://index.example/"}
    assert desk.load(environ).indexes.ordered[0].origin == "PIP_INDEX_URL"


def test_each_key_is_looked_up_on_its_own(desk: Desk) -> None:
    (desk.cwd / "wheelforge.toml").write_text("retries = 0\n")
    found = desk.load({"PIP_DEFAULT_TIMEOUT": "180"})
    assert (found.retries.value, found.timeout.value) == (0, 180.0)


def test_paths_start_from_the_folder_or_the_home(desk: Desk) -> None:
    found = desk.load({"PIP_CERT": "ca.pem", "WHEELFORGE_CACHE_DIR": "~/.cache/wheels"})
    assert found.cert.value == desk.cwd / "ca.pem"
    assert found.cache_dir.value == desk.places.home / ".cache" / "wheels"
    assert desk.load({"WHEELFORGE_CACHE_DIR": "/srv/cache"}).cache_dir.value.as_posix() == "/srv/cache"
    assert desk.load({"WHEELFORGE_CACHE_DIR": "."}).cache_dir.value == desk.cwd


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"PIP_TIMEOUT": "soon"}, "PIP_TIMEOUT: expected a number of seconds above 0, not 'soon'"),
        ({"PIP_TIMEOUT": "0"}, "PIP_TIMEOUT: expected a number of seconds above 0, not '0'"),
        ({"PIP_TIMEOUT": "inf"}, "PIP_TIMEOUT: expected a number of seconds above 0, not 'inf'"),
        ({"WHEELFORGE_RETRIES": "-1"}, "WHEELFORGE_RETRIES: expected a whole number, 0 or above, not '-1'"),
        ({"WHEELFORGE_RETRIES": "1.5"}, "WHEELFORGE_RETRIES: expected a whole number, 0 or above, not '1.5'"),
        ({"WHEELFORGE_INDEX_URL": "x"}, "WHEELFORGE_INDEX_URL: not the URL of an index: 'x'"),
        ({"UV_OFFLINE": "maybe"}, "UV_OFFLINE: expected true or false, not 'maybe'"),
        ({"PIP_PROXY": "socks5://me:secret@x:1"}, "PIP_PROXY: not the URL of a proxy"),
        ({"PIP_PROXY": "http://x:port"}, "PIP_PROXY: not the URL of a proxy"),
        ({"PIP_TRUSTED_HOST": "https://x/"}, "PIP_TRUSTED_HOST: expected HOST or HOST:PORT"),
        (
            {"PIP_KEYRING_PROVIDER": "x"},
            "PIP_KEYRING_PROVIDER: expected one of disabled, auto, import, subprocess, not 'x'",
        ),
    ],
)
def test_a_value_that_means_nothing_is_refused_with_its_origin(desk: Desk, environ: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        desk.load(environ)
    assert caught.value.message == told
    assert caught.value.exit_code is ExitCode.USAGE


def test_how_servers_are_reached_is_read(desk: Desk) -> None:
    desk.pip_conf.write_text(
        "[global]\nproxy = proxy.example:3128\nclient-cert = me.pem\ntrusted-host =\n  A.example\n"
    )
    found = desk.load({"PIP_KEYRING_PROVIDER": "import", "UV_OFFLINE": "true"}, trusted_host="b.example:8443")
    assert found.proxy.value == "http://proxy.example:3128"
    assert found.client_cert.value == desk.cwd / "me.pem"
    assert found.trusted_hosts.value == {"a.example", "b.example:8443"}
    assert found.keyring.value is KeyringProvider.IMPORT
    assert found.offline.value


def test_netrc_stands_where_its_variable_says_or_at_home(desk: Desk) -> None:
    assert desk.load({"NETRC": "logins"}).netrc == (desk.cwd / "logins",)
    [remark] = desk.load({"NETRC": "logins"}).remarks
    assert remark.text.startswith("NETRC names logins, which is not there: ")
    desk.cwd.joinpath("logins").touch()
    assert desk.load({"NETRC": "logins"}).remarks == ()
    assert desk.load().netrc == (desk.places.home / ".netrc", desk.places.home / "_netrc")


def test_recipes_are_named_by_the_nearest_and_keep_its_place(desk: Desk) -> None:
    (desk.cwd / "pyproject.toml").write_text('[tool.wheelforge]\nrecipes = ["other.toml"]\n')
    (desk.cwd / "wheelforge.toml").write_text('recipes = ["my recipes", "./pure-cython", "~/x.toml"]\n')
    assert [(one.value, one.origin, one.whose) for one in desk.load().recipes] == [
        ("my recipes", "wheelforge.toml recipes", Whose.FOLDER),
        ("./pure-cython", "wheelforge.toml recipes", Whose.FOLDER),
        (f"{desk.places.home / 'x.toml'}", "wheelforge.toml recipes", Whose.FOLDER),
    ]
    said = desk.load({"WHEELFORGE_RECIPES": "a.toml pure-cython"}).recipes
    assert [(one.value, one.origin) for one in said] == [
        ("a.toml", "WHEELFORGE_RECIPES"),
        ("pure-cython", "WHEELFORGE_RECIPES"),
    ]


def test_no_recipes_are_named_by_default(desk: Desk) -> None:
    assert desk.load().recipes == ()


def test_recipes_are_a_list(desk: Desk) -> None:
    (desk.cwd / "wheelforge.toml").write_text('recipes = "a.toml"\n')
    assert desk.refused().message == "wheelforge.toml: recipes: expected a list of texts"
