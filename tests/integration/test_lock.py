"""The lock of a collected folder: the same bytes each time, followed while it serves, renewed when it is told to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.command import archives, lock_of, names, wheelforge
from loopback import file_entry, json_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from index import PackageIndex


@pytest.mark.usefixtures("here", "jailed")
def test_two_runs_write_the_same_bytes_though_nothing_is_cached_for_either() -> None:
    asked = ("--build-deps", "app", "dynamic", "secretive")
    for one in ("one", "two"):
        wheelforge("collect", *asked, "-o", one, "--cache-dir", f"cache-{one}")
    assert names(Path("one")) == names(Path("two"))
    assert all(Path("one", name).read_bytes() == Path("two", name).read_bytes() for name in names(Path("one")))


def test_a_lock_is_followed_without_a_word_to_the_index(own_index: Callable[..., PackageIndex]) -> None:
    asked = own_index().server.seen
    first = wheelforge("collect", "app", "-o", "folder", "--cache-dir", "one")
    lock = Path("folder/wheelforge.lock").read_bytes()
    assert asked
    asked.clear()
    again = wheelforge("collect", "app", "-o", "folder", "--cache-dir", "two")
    assert asked == []
    assert "following folder/wheelforge.lock" in again.stderr
    assert again.stdout == first.stdout
    assert Path("folder/wheelforge.lock").read_bytes() == lock


def test_what_is_missing_of_a_locked_folder_is_fetched_by_its_locked_url(
    own_index: Callable[..., PackageIndex],
) -> None:
    server = own_index().server
    wheelforge("collect", "app", "-o", "folder", "--cache-dir", "one")
    whole = {name: Path("folder", name).read_bytes() for name in names(Path("folder"))}
    Path("folder/leaf-2.0-py3-none-any.whl").unlink()
    Path("folder/lib-1.0-py3-none-any.whl").write_bytes(b"spoilt")
    server.seen.clear()
    wheelforge("collect", "app", "-o", "folder", "--cache-dir", "two")
    assert set(server.paths()) == {"/files/leaf-2.0-py3-none-any.whl", "/files/lib-1.0-py3-none-any.whl"}
    assert {name: Path("folder", name).read_bytes() for name in names(Path("folder"))} == whole


def collect_an_old_leaf(index: PackageIndex) -> None:
    """What is newer is offered afterwards."""
    old = index.folder / "leaf-1.1-py3-none-any.whl"
    everything = index.server.routes["/simple/leaf/"]
    index.server.routes["/simple/leaf/"] = json_page(file_entry(old.name, old.read_bytes()))
    wheelforge("collect", "leaf", "-o", "folder")
    index.server.routes["/simple/leaf/"] = everything


def test_pins_are_kept_while_they_fit_and_renewed_when_it_is_asked_for(own_index: Callable[..., PackageIndex]) -> None:
    collect_an_old_leaf(own_index())
    Path("folder/mine.txt").write_text("the user's own")

    wheelforge("collect", "leaf", "-o", "folder")
    assert archives(Path("folder")) == {"leaf-1.1-py3-none-any.whl"}
    wheelforge("collect", "leaf", "lib", "-o", "folder")
    assert archives(Path("folder")) == {"leaf-1.1-py3-none-any.whl", "lib-1.0-py3-none-any.whl"}
    wheelforge("collect", "leaf>=2", "-o", "folder")
    assert archives(Path("folder")) == {"leaf-2.0-py3-none-any.whl"}
    assert Path("folder/mine.txt").read_text() == "the user's own"


def test_upgrade_takes_the_newest_though_the_lock_serves(own_index: Callable[..., PackageIndex]) -> None:
    collect_an_old_leaf(own_index())
    wheelforge("collect", "leaf", "-o", "folder", "--upgrade")
    assert archives(Path("folder")) == {"leaf-2.0-py3-none-any.whl"}


@pytest.mark.usefixtures("warm")
def test_a_wheelhouse_loses_what_only_its_old_lock_named(here: Path) -> None:
    wheelforge("wheel", "wants-old", "-o", "wheelhouse")
    Path("wheelhouse/mine.whl.txt").write_text("the user's own")
    wheelforge("wheel", "wants-new", "-o", "wheelhouse")
    flat = {path.name for path in (here / "wheelhouse").glob("*.whl*")}
    assert flat == {"wants_new-1.0-py3-none-any.whl", "leaf-2.0-py3-none-any.whl", "mine.whl.txt"}


@pytest.mark.usefixtures("warm")
def test_build_dependencies_that_are_no_longer_kept_leave_no_folder() -> None:
    wheelforge("wheel", "leaf", "-o", "wheelhouse", "--keep-build-deps")
    assert Path("wheelhouse/build-deps/tinybackend-1.0-py3-none-any.whl").is_file()
    wheelforge("build", "wheelhouse/collected", "-o", "wheelhouse")
    # verify takes an empty one for a promise that all of them are there.
    assert not Path("wheelhouse/build-deps").exists()


@pytest.mark.usefixtures("here")
def test_no_credentials_of_the_index_reach_the_lock(package_index: PackageIndex) -> None:
    url = package_index.url.replace("://", "://someone:s3cret@")
    outcome = wheelforge("collect", "leaf", "-o", "folder", "--index-url", url, "-v")
    assert lock_of(Path("folder")).inputs.options["indexes"] == (f"default={package_index.url}",)
    assert all(b"s3cret" not in Path("folder", name).read_bytes() for name in names(Path("folder")))
    assert "s3cret" not in outcome.stdout + outcome.stderr
