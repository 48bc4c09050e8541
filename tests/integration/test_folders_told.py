"""Asking about a finished folder: verify proves it, why explains it, cache tells and empties what is remembered."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.command import lock_of, refused, wheelforge
from wheelforge.cli.output import CacheDocument, ExportDocument, VerifyDocument, WhyDocument
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from integration.conftest import MainJob


def test_verify_proves_a_wheelhouse_down_to_an_offline_install(warm: MainJob) -> None:
    outcome = wheelforge("verify", warm.wheelhouse, "--json")
    assert outcome.document(VerifyDocument).checks == [
        "every file has the locked SHA-256",
        "nothing stands here that the lock does not know",
        "all that was asked for is here, with all that it requires",
        "every build has all that it requires",
        "what other tools read says the same as the lock",
        "every file says of itself what the lock says of it",
        "pip installs it offline, by hash, and finds nothing missing",
    ]


def test_verify_proves_a_collected_folder(warm: MainJob) -> None:
    outcome = wheelforge("verify", warm.collected)
    why = "not installed here: its sdists are not built yet"
    assert outcome.stdout == f"{warm.collected} is whole: 6 checks held\n{why}\n"
    assert why not in outcome.stderr
    assert wheelforge("verify", warm.collected, "--json").document(VerifyDocument).checks[-1] == why


@pytest.mark.usefixtures("here")
def test_verify_installs_a_collected_folder_of_wheels() -> None:
    wheelforge("collect", "app", "-o", "folder")
    assert "pip installs it offline" in wheelforge("verify", "folder", "--json").document(VerifyDocument).checks[-1]


@pytest.mark.usefixtures("here")
def test_verify_wants_no_dependencies_where_none_were_asked_for() -> None:
    wheelforge("collect", "app", "--no-deps", "-o", "folder")
    checks = wheelforge("verify", "folder", "--json").document(VerifyDocument).checks
    assert "all that was asked for is here" in checks
    assert "pip installs it offline" in checks[-1]


@pytest.fixture
def wheelhouse(warm: MainJob, here: Path) -> Path:
    """A wheelhouse that a test may spoil."""
    kept = shutil.ignore_patterns("collected", "logs")
    return Path(shutil.copytree(warm.wheelhouse, here / "wheelhouse", ignore=kept)).relative_to(here)


def test_verify_refuses_a_wheel_that_changed(wheelhouse: Path) -> None:
    with zipfile.ZipFile(wheelhouse / "leaf-1.1-py3-none-any.whl", "a") as wheel:
        wheel.writestr("leaf_more.py", "")
    assert "wheelhouse/leaf-1.1-py3-none-any.whl" in refused("verify", wheelhouse, code=ExitCode.INTEGRITY)


def test_verify_refuses_a_wheel_that_is_gone_and_one_that_nobody_knows(wheelhouse: Path) -> None:
    wheel = wheelhouse / "leaf-1.1-py3-none-any.whl"
    wheel.rename(wheelhouse / "leaf-1.2-py3-none-any.whl")
    assert "  leaf-1.1-py3-none-any.whl\n" in refused("verify", wheelhouse, code=ExitCode.RESOLUTION)
    shutil.copy(wheelhouse / "leaf-1.2-py3-none-any.whl", wheel)
    said = refused("verify", wheelhouse, code=ExitCode.INTEGRITY)
    assert "  leaf-1.2-py3-none-any.whl: the lock does not know it\n" in said


def test_verify_refuses_what_other_tools_would_read_when_it_was_replaced(wheelhouse: Path) -> None:
    (wheelhouse / "requirements.txt").write_text("--index-url https://index.example/simple/\napp\n")
    (wheelhouse / "pylock.toml").unlink()
    said = refused("verify", wheelhouse, code=ExitCode.INTEGRITY)
    assert "  requirements.txt: it is not what the lock gives\n" in said
    assert "  pylock.toml: it is missing\n" in said


def test_verify_refuses_a_folder_that_lacks_what_was_asked_for(wheelhouse: Path) -> None:
    lock = wheelhouse / "wheelforge.lock"
    lock.write_text(lock.read_text().replace("requirements = [\n", 'requirements = [\n    "numpy>=2",\n', 1))
    said = refused("verify", wheelhouse, code=ExitCode.RESOLUTION)
    assert f"{wheelhouse} is not complete:\n  numpy>=2 was asked for, of which there is nothing\n" in said


def test_verify_says_that_it_cannot_install_for_another_target(wheelhouse: Path) -> None:
    [target] = lock_of(wheelhouse).targets
    for name in ("wheelforge.lock", "pylock.toml"):
        path = wheelhouse / name
        path.write_text(path.read_text().replace(f'"{target.name}"', '"cp399-win_amd64"'))
    checks = wheelforge("verify", wheelhouse, "--json").document(VerifyDocument).checks
    assert checks[-1] == f"not installed here: it is for cp399-win_amd64, and this interpreter is {target.name}"


def test_why_tells_the_paths_at_runtime_and_in_builds(warm: MainJob) -> None:
    assert wheelforge("why", "Leaf", warm.wheelhouse).stdout == (
        "secretive 1.0 (asked for: secretive)\n  needs leaf 1.1 (leaf<2)\n"
    )
    document = wheelforge("why", "extratool", warm.collected, "--json").document(WhyDocument)
    assert [[(step.distribution, step.reason) for step in path] for path in document.paths] == [
        [("dynamic 1.0", "asked for"), ("extratool 1.0", "hook")]
    ]


def test_why_of_what_nobody_asked_for_offers_the_nearest_name(warm: MainJob) -> None:
    said = refused("why", "leav", warm.wheelhouse, code=ExitCode.RESOLUTION)
    assert said == f"error: nothing in {warm.wheelhouse} asks for leav\nhint: did you mean leaf?\n"


@pytest.mark.usefixtures("here")
def test_why_without_a_folder_says_where_it_looked() -> None:
    assert refused("why", "leaf", code=ExitCode.USAGE) == (
        "error: no folder is named, and neither ./sdist-folder nor ./wheelhouse nor the working folder has a lock\n"
        "hint: name the folder: wheelforge why leaf FOLDER\n"
    )
    hint = "hint: name a folder that wheelforge collect, build or wheel has written\n"
    assert refused("verify", "away", code=ExitCode.USAGE) == f"error: away is not a folder\n{hint}"


@pytest.mark.usefixtures("here")
def test_the_cache_tells_its_size_and_can_be_emptied(cache_dir: Path) -> None:
    wheelforge("collect", "leaf", "-o", "folder")
    assert wheelforge("cache", "dir").stdout == f"{cache_dir}\n"
    held = wheelforge("cache", "size", "--json").document(CacheDocument)
    assert held.folder == str(cache_dir)
    assert held.bytes >= Path("folder/leaf-2.0-py3-none-any.whl").stat().st_size
    assert wheelforge("cache", "prune", "--json").document(CacheDocument).files == 0
    assert wheelforge("cache", "clear", "--json").document(CacheDocument).files == held.files
    assert wheelforge("cache", "size", "--json").document(CacheDocument).files == 0


def test_the_graph_is_written_in_the_notation_of_its_suffix(warm: MainJob, tmp_path: Path) -> None:
    told = wheelforge("export", warm.collected, "--format", "graph", "-o", tmp_path / "graph.dot", "--json")
    assert told.document(ExportDocument).file == str(tmp_path / "graph.dot")
    drawn = (tmp_path / "graph.dot").read_text()
    assert '"dynamic-1.0.tar.gz" -> "extratool-1.0.tar.gz" [label="extratool>=1 (hook)", style=dashed];' in drawn
    assert wheelforge("export", warm.collected, "--format", "graph", "--as", "dot").stdout == drawn


def test_the_graph_of_a_folder_without_a_lock_or_in_no_known_notation_is_refused(warm: MainJob, tmp_path: Path) -> None:
    assert "has no wheelforge.lock" in refused("export", tmp_path, "--format", "graph", code=ExitCode.USAGE)
    said = refused("export", warm.collected, "--format", "graph", "-o", tmp_path / "graph.png", code=ExitCode.USAGE)
    assert said.endswith("but with .json, .dot, .gv, .mmd\nhint: name it: --as dot\n")
    assert not (tmp_path / "graph.png").exists()


def test_a_graph_goes_into_a_device_or_through_a_link_and_replaces_neither(warm: MainJob, tmp_path: Path) -> None:
    said = refused(
        "export", warm.collected, "--format", "graph", "--as", "json", "-o", "/dev/full", code=ExitCode.OTHER
    )
    assert "No space left" in said
    assert Path("/dev/full").is_char_device()
    (tmp_path / "real.json").touch()
    (tmp_path / "link.json").symlink_to("real.json")
    wheelforge("export", warm.collected, "--format", "graph", "-o", tmp_path / "link.json")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text().startswith("{")
