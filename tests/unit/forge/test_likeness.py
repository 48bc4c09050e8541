"""A built wheel must hold what the index's holds; what honest builds do otherwise is no fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes import LINUX, WINDOWS
from wheelforge.archives.outline import outline
from wheelforge.forge.likeness import Likeness, compare
from wheelforge.model.lock import ExpectedShape

if TYPE_CHECKING:
    from wheelforge.model.shape import Shape

NATIVE = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"
PURE = "demo-1.0-py3-none-any.whl"
OURS = "demo-1.0-cp312-cp312-linux_x86_64.whl"
CODE = ("demo/__init__.py", "demo/core.py")
FAST = ("demo/_fast.cpython-312-x86_64-linux-gnu.so",)
COMMANDS = "[console_scripts]\ndemo = demo:main\n"


def shape(filename: str, *members: str, entry_points: str = COMMANDS) -> Shape:
    return outline(filename, members, entry_points.encode())


def expect(filename: str, *members: str, entry_points: str = COMMANDS) -> ExpectedShape:
    held = shape(filename, *members, entry_points=entry_points)
    return ExpectedShape(artifact="demo-1.0.tar.gz", wheel=filename, shape=held)


def faults(built: Shape, *expected: ExpectedShape) -> tuple[str, ...]:
    return compare(built, expected, LINUX).faults


def test_a_wheel_like_the_indexs_passes() -> None:
    assert compare(shape(OURS, *CODE, *FAST), [expect(NATIVE, *CODE, *FAST)], LINUX) == Likeness()


def test_without_anything_to_compare_with_all_passes() -> None:
    assert compare(shape(PURE), [], LINUX) == Likeness()


def test_a_silently_pure_wheel_is_told() -> None:
    assert faults(shape(PURE, *CODE), expect(NATIVE, *CODE, *FAST)) == (
        f"it is pure Python, without the extension modules that the index's {NATIVE} has: demo._fast",
    )


def test_a_missing_extension_module_is_told() -> None:
    assert faults(shape(OURS, *CODE, *FAST), expect(NATIVE, *CODE, *FAST, "demo/_more.abi3.so")) == (
        f"it lacks extension modules that the index's {NATIVE} has: demo._more",
    )


def test_missing_modules_and_entry_points_are_told_at_once() -> None:
    assert faults(shape(PURE, *CODE, entry_points=""), expect(PURE, *CODE, "other.py")) == (
        f"it lacks modules that the index's {PURE} has: other",
        f"it lacks entry points that the index's {PURE} has: console_scripts: demo",
    )


def test_very_many_missing_modules_are_counted() -> None:
    [fault] = faults(shape(PURE), expect(PURE, *(f"m{number:02}.py" for number in range(15))))
    assert fault.endswith("m08, m09 and 5 more")


def test_what_a_wheel_has_beyond_the_indexs_is_fine() -> None:
    commands = f"{COMMANDS}more = demo:more\n"
    assert not faults(shape(OURS, *CODE, *FAST, "more.py", entry_points=commands), expect(NATIVE, *CODE))


def test_extension_modules_of_another_platform_are_not_demanded() -> None:
    windows = "demo-1.0-cp312-cp312-win_amd64.whl"
    elsewhere = expect(windows, *CODE, "demo/_fast.cp312-win_amd64.pyd", "_top.cp312-win_amd64.pyd")
    assert not faults(shape(PURE, *CODE), elsewhere)
    assert faults(shape(PURE), elsewhere) == (f"it lacks modules that the index's {windows} has: demo",)


def test_the_wheel_that_fits_the_target_counts() -> None:
    built = shape("demo-1.0-py3-none-win_amd64.whl", *CODE)
    expected = [expect(NATIVE, *CODE, *FAST), expect("demo-1.0-py3-none-win_amd64.whl", *CODE)]
    assert compare(built, expected, WINDOWS) == Likeness()
    assert compare(built, expected[::-1], LINUX).faults


def test_a_project_that_publishes_a_pure_wheel_too_may_be_built_pure() -> None:
    assert compare(shape(PURE, *CODE), [expect(NATIVE, *CODE, *FAST), expect(PURE, *CODE)], LINUX) == Likeness(
        remarks=(f"it is for any platform, where the index has {NATIVE}",)
    )


def test_the_pure_wheel_of_a_project_does_not_excuse_missing_modules() -> None:
    built = shape(PURE, "demo/__init__.py", entry_points="")
    expected = [expect(PURE, *CODE), expect(NATIVE, *CODE, *FAST)]
    told = "\n".join(faults(built, *expected))
    assert "demo._fast" in told
    assert "console_scripts: demo" in told


def test_a_wheel_for_one_platform_instead_of_all_is_remarked() -> None:
    assert compare(shape(OURS, *CODE, *FAST), [expect(PURE, *CODE)], LINUX) == Likeness(
        remarks=(f"it is for one platform, where the index has {PURE}",)
    )


def test_extension_modules_in_a_wheel_for_any_platform_are_told() -> None:
    assert faults(shape(PURE, *CODE, *FAST), expect(NATIVE, *CODE, *FAST)) == (
        "its tags say that it runs on any platform, and it has extension modules",
    )
    assert not faults(shape(PURE, *CODE, *FAST), expect(PURE, *CODE, *FAST))


def test_folders_that_got_into_the_indexs_wheel_by_mistake_are_not_demanded() -> None:
    assert not faults(shape(PURE, *CODE), expect(PURE, *CODE, "tests/__init__.py", "docs/conf.py"))


def test_a_project_of_such_a_name_is_demanded() -> None:
    assert faults(shape(PURE), expect(PURE, "tests/__init__.py"))


def test_an_entry_point_named_after_a_python_is_not_demanded() -> None:
    versioned = "demo3.11 = demo:main\ndemo-3.9 = demo:main\n"
    assert not faults(shape(PURE, *CODE), expect(PURE, *CODE, entry_points=COMMANDS + versioned))


def test_a_module_that_is_an_extension_is_demanded_once() -> None:
    assert faults(shape(OURS, *CODE, *FAST), expect(NATIVE, *CODE, *FAST, "_top.abi3.so")) == (
        f"it lacks extension modules that the index's {NATIVE} has: _top",
    )


def test_a_module_may_become_an_extension() -> None:
    assert not faults(shape(OURS, *FAST, "single.abi3.so"), expect(NATIVE, *CODE, "single.py"))
