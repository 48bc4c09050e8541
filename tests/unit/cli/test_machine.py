"""What the command line and its files say of settings, each with its place."""

from __future__ import annotations

from packaging.markers import Marker
from packaging.utils import canonicalize_name

from wheelforge.cli.machine import file_settings
from wheelforge.formats.requirements_file import IndexOptions, Written
from wheelforge.model.inputs import IndexPin
from wheelforge.settings.setting import Key, Setting, Whose


def test_files_keep_the_line_of_each_word() -> None:
    index = IndexOptions(
        index_url=Written(value="https://index.example/", origin="a.txt:1"),
        extra_index_urls=(Written(value="https://extra.example/", origin="a.txt:2"),),
        find_links=(Written(value="x", origin="a.txt:3"), Written(value="y", origin="b.txt:1")),
        no_index=True,
        trusted_hosts=(Written(value="host.example", origin="b.txt:2"),),
    )
    assert [(key, said.value, said.origin) for layer in file_settings(index, ()) for key, said in layer.items()] == [
        (Key.INDEX_URL, "https://index.example/", "a.txt:1"),
        (Key.EXTRA_INDEX_URL, "https://extra.example/", "a.txt:2"),
        (Key.FIND_LINKS, "x", "a.txt:3"),
        (Key.FIND_LINKS, "y", "b.txt:1"),
        (Key.TRUSTED_HOST, "host.example", "b.txt:2"),
        (Key.NO_INDEX, "true", "a requirement file"),
    ]


def test_only_pins_without_a_marker_are_settings() -> None:
    torch, demo = canonicalize_name("torch"), canonicalize_name("demo")
    pins = [
        IndexPin(project=torch, index="cpu", origin="pyproject.toml", marker=Marker("os_name == 'nt'")),
        IndexPin(project=demo, index="corp", origin="pyproject.toml"),
    ]
    said = Setting(value="demo=corp", origin="pyproject.toml", whose=Whose.FILE)
    assert file_settings(IndexOptions(), pins) == ({Key.PIN: said},)
