"""Recipes and settings at work: from the files that users write to what a backend saw while it built."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from integration.command import lock_of, refused, wheelforge, write
from wheelforge.errors import ExitCode
from wheelforge.model.lock import BuildRequirement, Source

if TYPE_CHECKING:
    from wheelforge.model.lock import Lock, Unit

pytestmark = pytest.mark.usefixtures("here", "jailed")

RECIPE = (
    "[[recipe]]",
    'name = "treatable"',
    'build-requires.add = ["extratool"]',
    'build-requires.remove = ["wants-old", "ninja"]',
    'env.FLAVOUR = "vanilla"',
    'config-settings.builddir = "out"',
    'patches = ["greeting.patch"]',
)
PATCH = (
    "--- a/src/treatable.py",
    "+++ b/src/treatable.py",
    "@@ -1 +1 @@",
    '-GREETING = "as it was"',
    '+GREETING = "patched"',
)
LEAN = (*RECIPE[:2], 'build-requires.remove = ["wants-old", "ninja"]')


def written(*recipe: str) -> str:
    write("greeting.patch", *PATCH)
    return write("treatable.toml", *recipe)


def unit_of(lock: Lock, name: str) -> Unit:
    [unit] = [unit for unit in lock.units if unit.name == name]
    return unit


def seen(wheelhouse: str = "wheelhouse") -> dict[str, Any]:
    """What the backend saw when it built the wheel, and what came into that."""
    with zipfile.ZipFile(Path(wheelhouse, "treatable-1.0-py3-none-any.whl")) as wheel:
        told: dict[str, Any] = json.loads(wheel.read("treatable_seen.json"))
        return told | {"module": wheel.read("treatable.py").decode().strip()}


def test_a_recipe_reaches_the_plan_the_lock_and_the_build() -> None:
    wheelforge("wheel", "treatable", "--recipe", written(*RECIPE))
    assert seen() == {
        "settings": {"builddir": "out"},
        "flavour": "vanilla",
        "ninja": False,
        "extratool": True,
        "module": 'GREETING = "patched"',
    }
    unit = unit_of(lock_of(Path("wheelhouse/collected")), "treatable")
    assert unit.requires == (
        BuildRequirement(requirement="tinybackend", source=Source.STATIC),
        BuildRequirement(requirement="extratool", source=Source.RECIPE),
    )
    assert unit.treatment.removes == ("ninja", "wants-old")
    assert [patch.filename for patch in unit.treatment.patches] == ["greeting.patch"]


def test_a_collected_folder_holds_all_that_its_recipes_want(tmp_path: Path) -> None:
    wheelforge("collect", "treatable", "--build-deps", "--recipe", written(*RECIPE), "-o", tmp_path / "folder")
    Path("treatable.toml").unlink()
    Path("greeting.patch").unlink()
    wheelforge("build", tmp_path / "folder")
    assert seen()["module"] == 'GREETING = "patched"'


def test_settings_of_a_line_win_over_those_of_recipes() -> None:
    recipe = write("treatable.toml", *LEAN, 'config-settings.a = "recipe"', 'config-settings.b = "recipe"')
    requirements = write("r.txt", "treatable -C a=line -C c=1 --config-settings c=2")
    wheelforge("wheel", "-r", requirements, "--recipe", recipe)
    assert seen()["settings"] == {"a": "line", "b": "recipe", "c": ["1", "2"]}


def test_settings_of_the_command_line_reach_what_is_named_there() -> None:
    wheelforge("wheel", "treatable", "-C", "a=typed", "--recipe", write("treatable.toml", *LEAN))
    assert seen()["settings"] == {"a": "typed"}


def test_a_recipe_that_changes_makes_another_lock_and_another_wheel() -> None:
    recipe = written(*RECIPE)
    wheelforge("wheel", "treatable", "--recipe", recipe)
    written(*RECIPE[:4], 'env.FLAVOUR = "chocolate"')
    outcome = wheelforge("wheel", "treatable", "--recipe", recipe)
    assert "following" not in outcome.stderr
    assert seen()["flavour"] == "chocolate"
    assert "following" in wheelforge("wheel", "treatable", "--recipe", recipe).stderr
    told = refused(
        "collect", "treatable", "--build-deps", "-o", "wheelhouse/collected", "--locked", code=ExitCode.RESOLUTION
    )
    assert "recipes" in told


def test_what_a_hook_looks_for_on_the_machine_is_hidden_unless_it_is_provided(tmp_path: Path) -> None:
    recipe = write("treatable.toml", *RECIPE[:2], 'build-requires.remove = ["wants-old"]')
    told = refused(
        "collect", "treatable", "--build-deps", "--recipe", recipe, "-o", tmp_path / "a", code=ExitCode.RESOLUTION
    )
    assert "ninja" in told
    folder = tmp_path / "b"
    wheelforge("collect", "treatable", "--build-deps", "--recipe", recipe, "--provided", "ninja", "-o", folder)
    unit = unit_of(lock_of(folder), "treatable")
    assert unit.requires == (BuildRequirement(requirement="tinybackend", source=Source.STATIC),)
    assert unit.treatment.provided == ("ninja",)


def test_a_tool_that_nobody_hides_is_no_tool_to_provide() -> None:
    said = refused("collect", "leaf", "--provided", "make", code=ExitCode.USAGE)
    assert said.startswith("error: --provided: no backend asks for 'make' as a package")


def test_a_recipe_that_no_lock_can_record_is_refused_before_anything_is_written() -> None:
    recipe = write("treatable.toml", *LEAN, 'env.FLAVOUR = "a\\tb"')
    arguments = ("collect", "treatable", "--build-deps", "--recipe", recipe, "-o", "folder")
    assert "treatable.toml:4:15: it holds characters" in refused(*arguments, code=ExitCode.USAGE)
    assert not Path("folder").exists()
    write("treatable.toml", *LEAN, 'env.FLAVOUR = "a b"')
    wheelforge(*arguments)


def test_the_value_of_a_variable_never_becomes_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "s3cret")
    requirements = write("r.txt", "treatable -C token=${TOKEN}")
    said = refused("collect", "-r", requirements, "-o", "folder", code=ExitCode.USAGE)
    assert "r.txt:1:11: a lock records config settings" in said
    assert "s3cret" not in said


def test_a_tool_is_provided_by_any_of_its_names() -> None:
    recipe = write("treatable.toml", *RECIPE[:2], 'build-requires.remove = ["wants-old"]', 'provided = ["Ninja-Build"]')
    wheelforge("collect", "treatable", "--build-deps", "--recipe", recipe, "-o", "folder")
    assert unit_of(lock_of(Path("folder")), "treatable").treatment.provided == ("ninja",)


@pytest.mark.parametrize("setting", ["u=https://me:secret@h.example/", "a=b\x1b[31m", "https://me:secret@h.example/"])
def test_a_setting_that_no_lock_may_record_is_refused(setting: str) -> None:
    said = refused("collect", "treatable", "-C", setting, "-o", "folder", code=ExitCode.USAGE)
    assert "secret" not in said
    assert "\x1b" not in said
    assert not Path("folder").exists()


@pytest.mark.parametrize(
    ("name", "told"),
    [("PATH", "PATH steers how"), ("LD_PRELOAD", "LD_PRELOAD steers"), ('"A=B"', "'A=B' is no name"), ('""', "'' is")],
)
def test_a_lock_sets_no_variable_that_a_recipe_may_not(name: str, told: str) -> None:
    recipe = write("treatable.toml", *LEAN, 'env.FLAVOUR = "vanilla"')
    wheelforge("collect", "treatable", "--build-deps", "--recipe", recipe, "-o", "folder")
    lock = Path("folder/wheelforge.lock")
    lock.write_text(lock.read_text().replace("FLAVOUR", name))
    said = refused("build", "folder", "--isolation", "venv", code=ExitCode.INTEGRITY)
    assert told in said


def test_a_patch_that_does_not_apply_names_its_file_and_hunk() -> None:
    recipe = written(*RECIPE)
    write("greeting.patch", *PATCH[:3], '-GREETING = "not so"', PATCH[4])
    said = refused("wheel", "treatable", "--recipe", recipe, code=ExitCode.BUILD)
    assert "greeting.patch:3: the patch does not apply: hunk 1 of src/treatable.py" in said


def test_the_lock_tells_in_which_environment_a_backend_was_asked() -> None:
    wheelforge("collect", "dynamic", "--build-deps", "-o", "folder")
    lock = lock_of(Path("folder"))
    [environment] = [one for one in lock.hook_environments if one.key == unit_of(lock, "dynamic").hooks]
    assert [wheel.filename for wheel in environment.wheels] == ["tinybackend-1.0-py3-none-any.whl"]


def test_an_override_of_what_is_shipped_is_no_fault_of_what_is_built() -> None:
    write("over.txt", "leaf==1.1")
    wheelforge("wheel", "wants-new", "--override", "over.txt")
    assert [path.name for path in sorted(Path("wheelhouse").glob("leaf*"))] == ["leaf-1.1-py3-none-any.whl"]
