"""Several indexes: their order, their names, who is pinned where, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wheelforge.errors import UsageError
from wheelforge.settings.index import Form
from wheelforge.settings.indexes import Indexes, index_pins, named_indexes
from wheelforge.settings.places import Places
from wheelforge.settings.setting import Key, command_line
from wheelforge.settings.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Desk:
    """A folder to work in, with a home and pip's one file beside it."""

    def __init__(self, root: Path) -> None:
        self.cwd = root / "work"
        self.cwd.mkdir()
        self.pip_conf = root / "pip.conf"
        self.places = Places(
            home=root / "home", cache=root / "cache", pip_global=(self.pip_conf,), pip_user=(), pip_site=()
        )

    def indexes(self, environ: Mapping[str, str] | None = None, /, **given: str) -> Indexes:
        overrides = command_line({Key[name.upper()]: value for name, value in given.items()})
        return load_settings(environ=environ or {}, cwd=self.cwd, overrides=overrides, places=self.places).indexes

    def refused(self, environ: Mapping[str, str] | None = None, /, **given: str) -> UsageError:
        with pytest.raises(UsageError) as caught:
            self.indexes(environ, **given)
        return caught.value


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def order(indexes: Indexes) -> list[str]:
    return [f"{one.value.name}={one.value.url}" for one in indexes.ordered]


def links(indexes: Indexes) -> list[str]:
    return [f"{one.value.name}={one.value.url}" for one in indexes.find_links]


MAIN = {"index_url": "https://main.example/"}


def test_named_ones_come_before_the_main_one_and_extra_ones_after_it(desk: Desk) -> None:
    found = desk.indexes(
        {
            "UV_INDEX": "https://uv.example/ second=https://second.example/",
            "UV_EXTRA_INDEX_URL": "https://old.example/",
        },
        index="corp=https://corp.example/simple",
        extra_index_url="https://extra.example/",
        **MAIN,
    )
    assert order(found) == [
        "corp=https://corp.example/simple/",
        "uv.example=https://uv.example/",
        "second=https://second.example/",
        "old.example=https://old.example/",
        "default=https://main.example/",
        "extra.example=https://extra.example/",
    ]


def test_the_command_line_adds_to_what_is_configured_and_a_variable_replaces_it(desk: Desk) -> None:
    desk.pip_conf.write_text("[global]\nextra-index-url =\n  https://one.example/\n  https://two.example/\n")
    assert order(desk.indexes(extra_index_url="https://three.example/", **MAIN))[1:] == [
        "three.example=https://three.example/",
        "one.example=https://one.example/",
        "two.example=https://two.example/",
    ]
    assert order(desk.indexes({"PIP_EXTRA_INDEX_URL": "https://four.example/"}, **MAIN))[1:] == [
        "four.example=https://four.example/"
    ]


def test_indexes_without_a_name_are_called_after_their_host_or_folder(desk: Desk) -> None:
    urls = ["https://index.example/a/", "https://index.example/b/", "file:///srv/pypi/simple", "/srv/more/simple/"]
    found = desk.indexes(
        extra_index_url="\n".join(urls), find_links="wheels\n~/wheels\nhttps://u:p@index.example/l.html"
    )
    assert [one.value.name for one in found.ordered[1:]] == ["index.example", "index.example-2", "simple", "simple-2"]
    assert links(found) == [
        f"wheels={(desk.cwd / 'wheels').as_uri()}",
        f"wheels-2={(desk.places.home / 'wheels').as_uri()}",
        "index.example-3=https://index.example/l.html",
    ]
    assert found.find_links[2].value.userinfo == "u:p"


def test_one_place_is_asked_once(desk: Desk) -> None:
    found = desk.indexes(index="corp=https://main.example/", extra_index_url="https://main.example/", **MAIN)
    assert order(found) == ["corp=https://main.example/"]


def test_the_nearest_index_of_a_name_counts(desk: Desk) -> None:
    (desk.cwd / "wheelforge.toml").write_text('[[index]]\nname = "corp"\nurl = "https://far.example/"\n')
    assert order(desk.indexes(index="corp=https://near.example/", **MAIN))[0] == "corp=https://near.example/"


def test_two_indexes_of_one_name_in_one_place_are_refused(desk: Desk) -> None:
    fault = desk.refused(index="corp=https://a.example/\ncorp=https://b.example/")
    assert fault.message == "--index: another index is called 'corp' there"


def test_without_indexes_only_find_links_is_left(desk: Desk) -> None:
    found = desk.indexes(no_index="true", find_links="wheels", index="corp=https://corp.example/", pin="a=corp")
    assert (found.ordered, found.explicit) == ((), ())
    assert links(found) == [f"wheels={(desk.cwd / 'wheels').as_uri()}"]
    assert found.pins == {}
    assert desk.indexes(no_index="true", find_links="wheels", pin="a=wheels").pins == {"a": "wheels"}


def test_a_nearer_word_turns_the_index_on_again(desk: Desk) -> None:
    desk.pip_conf.write_text("[global]\nno-index = yes\n")
    assert desk.indexes().ordered == ()
    assert len(desk.indexes({"WHEELFORGE_NO_INDEX": "0"}).ordered) == 1


def test_uv_tables_are_read_with_their_sources(desk: Desk) -> None:
    (desk.cwd / "pyproject.toml").write_text("""
        [tool.uv.sources]
        torch = { index = "pytorch" }
        Other_Name = { index = "corp" }
        local = { path = "local" }
        sometimes = { index = "corp", marker = "sys_platform == 'linux'" }
        [[tool.uv.index]]
        name = "corp"
        url = "https://corp.example/simple/"
        publish-url = "https://corp.example/upload/"
        [[tool.uv.index]]
        name = "pytorch"
        url = "https://torch.example/cpu"
        explicit = true
        [[tool.uv.index]]
        name = "flat"
        url = "https://flat.example/links.html"
        format = "flat"
        [[tool.uv.index]]
        name = "mirror"
        url = "https://mirror.example/"
        default = true
    """)
    found = desk.indexes()
    assert order(found) == [
        "corp=https://corp.example/simple/",
        "flat=https://flat.example/links.html",
        "mirror=https://mirror.example/",
    ]
    assert [one.value.form for one in found.ordered] == [Form.SIMPLE, Form.FLAT, Form.SIMPLE]
    assert [one.value.name for one in found.explicit] == ["pytorch"]
    assert index_pins(found) == ("other-name=corp", "torch=pytorch")


def test_a_project_may_leave_the_index_of_its_sources_undefined(desk: Desk) -> None:
    (desk.cwd / "pyproject.toml").write_text('[tool.uv.sources]\ntorch = { index = "elsewhere" }\n')
    assert desk.indexes().pins == {"torch": "elsewhere"}


def test_our_own_word_beats_uvs_which_beats_pips(desk: Desk) -> None:
    environ = {"PIP_INDEX_URL": "https://pip.example/"}
    assert order(desk.indexes(environ)) == ["default=https://pip.example/"]
    environ["UV_DEFAULT_INDEX"] = "named=https://uv.example/"
    assert order(desk.indexes(environ)) == ["named=https://uv.example/"]
    environ["WHEELFORGE_INDEX_URL"] = "https://own.example/"
    assert order(desk.indexes(environ)) == ["default=https://own.example/"]


def test_in_a_project_the_files_keep_that_order(desk: Desk) -> None:
    def main() -> str:
        return desk.indexes().ordered[0].origin

    (desk.cwd / "pyproject.toml").write_text('[[tool.uv.index]]\nurl = "https://a.example/"\ndefault = true\n')
    assert main() == "pyproject.toml [tool.uv] [[index]]"
    (desk.cwd / "uv.toml").write_text('index-url = "https://b.example/"\n')
    assert main() == "uv.toml index-url"
    (desk.cwd / "wheelforge.toml").write_text('index-url = "https://c.example/"\n')
    assert main() == "wheelforge.toml index-url"


@pytest.mark.parametrize("prefix", ["WHEELFORGE_INDEX", "UV_INDEX"])
def test_variables_log_in_to_an_index_by_its_name(desk: Desk, prefix: str) -> None:
    environ = {f"{prefix}_MY_CORP_USERNAME": "me", f"{prefix}_MY_CORP_PASSWORD": "p@ss"}
    found = desk.indexes(environ, index="my-corp=https://corp.example/", **MAIN)
    assert [one.value.userinfo for one in found.ordered] == ["me:p%40ss", ""]
    assert "p%40ss" not in repr(found)


def test_the_url_s_own_credentials_count_before_those_of_variables(desk: Desk) -> None:
    environ = {"UV_INDEX_CORP_USERNAME": "me", "UV_INDEX_CORP_PASSWORD": "secret"}
    found = desk.indexes(environ, index="corp=https://you:there@corp.example/")
    assert found.ordered[0].value.userinfo == "you:there"


def test_pins_of_the_command_line_come_before_those_of_files(desk: Desk) -> None:
    (desk.cwd / "wheelforge.toml").write_text('pin = ["Demo=default", "other=default"]\n')
    assert desk.indexes(pin="demo=corp", index="corp=https://corp.example/").pins == {
        "demo": "corp",
        "other": "default",
    }


def test_only_and_excluded_indexes_say_what_is_left_out(desk: Desk) -> None:
    index = "a=https://a.example/\nb=https://b.example/"
    only = desk.indexes(index=index, only_index="a")
    assert only.left_out == {"b", "default"}
    rest = desk.indexes(index=index, exclude_index="a")
    assert rest.left_out == {"a"}
    assert desk.indexes(index=index).left_out == frozenset()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"pin": "demo=crop"}, "--pin: no index is called 'crop'; did you mean 'corp'?"),
        ({"only_index": "zzz"}, "--only-index: no index is called 'zzz'"),
        ({"exclude_index": "corpp"}, "--exclude-index: no index is called 'corpp'; did you mean 'corp'?"),
        ({"pin": "demo"}, "--pin: not a pin: 'demo'"),
        ({"pin": "de mo=corp"}, "--pin: not a pin: 'de mo=corp'"),
        ({"extra_index_url": "ftp://me:secret@x/"}, "--extra-index-url: not the URL of an index"),
        ({"extra_index_url": "file://elsewhere/x"}, "--extra-index-url: not the URL of an index"),
        ({"find_links": "ftp://me:secret@x/"}, "--find-links: neither a path nor the URL of a page"),
        (
            {"find_links": "https://x/?t=secret"},
            "--find-links: the URL of an index ends with its path, without ? and #",
        ),
        ({"no_index": "perhaps"}, "--no-index: expected true or false, not 'perhaps'"),
    ],
)
def test_what_means_nothing_is_refused_with_its_origin(desk: Desk, given: Mapping[str, str], told: str) -> None:
    fault = desk.refused(**{"index": "corp=https://corp.example/"} | dict(given))
    assert fault.message == told
    assert "secret" not in f"{fault.message}{fault.hint}"


def test_an_unknown_name_lists_those_that_are_known(desk: Desk) -> None:
    fault = desk.refused(index="corp=https://corp.example/", find_links="wheels", pin="demo=x")
    assert fault.hint == "the indexes are: corp, default, wheels; name another with --index NAME=URL"


def test_the_lock_is_told_what_was_named_for_this_run(desk: Desk) -> None:
    desk.pip_conf.write_text("[global]\nextra-index-url = https://configured.example/\n")
    found = desk.indexes(index="corp=https://me:secret@corp.example/simple/", find_links="wheels")
    assert named_indexes(found) == ("corp=https://corp.example/simple/", "wheels")
    assert named_indexes(desk.indexes()) == ()
