"""Several indexes: their order, their names, who is pinned where, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.markers import Marker
from packaging.utils import canonicalize_name

from wheelforge.model.inputs import IndexPin
from wheelforge.settings.index import Form
from wheelforge.settings.indexes import Indexes, index_pins, named_indexes
from wheelforge.settings.setting import Key, Layer, Setting, Whose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from unit.settings.desk import Desk


def order(indexes: Indexes) -> list[str]:
    return [f"{one.value.name}={one.value.url}" for one in indexes.ordered]


def links(indexes: Indexes) -> list[str]:
    return [f"{one.value.name}={one.value.url}" for one in indexes.find_links]


def pins(indexes: Indexes) -> dict[str, str]:
    return {project: pin.value for project, pin in indexes.pins.items()}


def written(key: Key, value: str, line: int = 1) -> Layer:
    """One word of a requirement file."""
    return {key: Setting(value=value, origin=f"requirements.txt:{line}", whose=Whose.FILE)}


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
    assert pins(found) == {}
    assert pins(desk.indexes(no_index="true", find_links="wheels", pin="a=wheels")) == {"a": "wheels"}


def test_a_nearer_word_turns_the_index_on_again(desk: Desk) -> None:
    desk.pip_conf.write_text("[global]\nno-index = yes\n")
    assert desk.indexes().ordered == ()
    assert len(desk.indexes({"WHEELFORGE_NO_INDEX": "0"}).ordered) == 1


def test_uv_tables_are_read_and_sources_left_to_those_who_read_the_project(desk: Desk) -> None:
    (desk.cwd / "pyproject.toml").write_text("""
        [tool.uv.sources]
        torch = { index = "pytorch" }
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
    assert pins(found) == {}


def test_a_project_that_is_asked_for_may_leave_the_index_of_its_sources_undefined(desk: Desk) -> None:
    assert pins(desk.indexes({}, [written(Key.PIN, "torch=elsewhere")])) == {"torch": "elsewhere"}


def test_what_files_say_is_added_to_the_command_line_and_known_by_its_line(desk: Desk) -> None:
    files = [
        written(Key.INDEX_URL, "https://file.example/", 1),
        written(Key.EXTRA_INDEX_URL, "https://two.example/", 2),
        written(Key.EXTRA_INDEX_URL, "https://three.example/", 3),
    ]
    found = desk.indexes({"PIP_EXTRA_INDEX_URL": "https://four.example/"}, files, extra_index_url="https://one.example")
    assert [(one.value.name, one.origin) for one in found.ordered] == [
        ("default", "requirements.txt:1"),
        ("one.example", "--extra-index-url"),
        ("two.example", "requirements.txt:2"),
        ("three.example", "requirements.txt:3"),
        ("four.example", "PIP_EXTRA_INDEX_URL"),
    ]
    assert order(desk.indexes({}, files, **MAIN))[0] == "default=https://main.example/"
    assert len(named_indexes(found)) == 4


def test_pins_with_a_marker_give_way_to_those_of_the_settings_and_need_an_index_to_ask(desk: Desk) -> None:
    marked = [
        IndexPin(project=canonicalize_name(name), index="corp", origin="pyproject.toml", marker=Marker("os_name > ''"))
        for name in ("torch", "demo")
    ]
    corp = "corp=https://corp.example/"
    found = index_pins(desk.indexes(index=corp, pin="demo=default"), marked)
    assert list(map(str, found)) == ["demo=default", 'torch=corp; os_name > ""']
    assert index_pins(desk.indexes(no_index="true", find_links="wheels", index=corp), marked) == ()
    assert len(index_pins(desk.indexes(no_index="true", find_links="corp"), marked)) == 2


def test_an_explicit_table_with_the_address_of_the_main_index_does_not_stand_in_for_it(desk: Desk) -> None:
    (desk.cwd / "wheelforge.toml").write_text('[[index]]\nname = "a"\nurl = "https://main.example"\nexplicit = true\n')
    found = desk.indexes(pin="demo=a", **MAIN)
    assert order(found) == ["default=https://main.example/"]
    assert [one.value.name for one in found.explicit] == ["a"]


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
    found = desk.indexes(pin="demo=corp", index="corp=https://corp.example/")
    assert pins(found) == {"demo": "corp", "other": "default"}


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
        ({"extra_index_url": "ftp://me:secret@x/"}, "--extra-index-url: not the URL of an index: 'ftp://...@x/'"),
        ({"extra_index_url": "file://elsewhere/x"}, "--extra-index-url: not the URL of an index: 'file://elsewhere/x'"),
        ({"find_links": "ftp://me:secret@x/"}, "--find-links: neither a path nor the URL of a page: 'ftp://...@x/'"),
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
