"""An outline tells what can be imported and run from a wheel, and is not led astray by what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelforge.archives.faults import BrokenWheel
from wheelforge.archives.outline import MAX_ENTRY_POINTS, MAX_NAMES, outline

FILENAME = "demo-1.0-py3-none-any.whl"


def modules(*members: str) -> tuple[str, ...]:
    return outline(FILENAME, members, b"").modules


def extensions(*members: str) -> tuple[str, ...]:
    return outline(FILENAME, members, b"").extensions


def entry_points(text: str) -> tuple[str, ...]:
    return outline(FILENAME, (), text.encode()).entry_points


def test_packages_modules_and_namespaces_are_told() -> None:
    assert modules("pkg/__init__.py", "single.py", "space/part/__init__.py", "old.pyc") == (
        "old",
        "pkg",
        "single",
        "space",
    )


def test_what_cannot_be_imported_is_no_module() -> None:
    assert not modules(
        "demo-1.0.dist-info/METADATA",
        "demo-1.0.data/scripts/run.py",
        "demo-1.0.data/purelib",
        "demo.libs/libz-1a2b.so",
        "data/table.csv",
        "demo-stubs/__init__.pyi",
        "with-dash.py",
        "1st.py",
        "demo.pth",
        "",
    )


def test_what_data_puts_at_the_top_level_counts() -> None:
    members = ("demo-1.0.data/purelib/pure/__init__.py", "demo-1.0.data/platlib/fast.abi3.so")
    assert (modules(*members), extensions(*members)) == (("fast", "pure"), ("fast",))


@pytest.mark.parametrize(
    "file",
    [
        "_speedups.cpython-312-x86_64-linux-gnu.so",
        "_speedups.abi3.so",
        "_speedups.so",
        "_speedups.cp312-win_amd64.pyd",
        "_speedups.pyd",
        "_speedups.pypy311-pp73-x86_64-linux-gnu.so",
    ],
)
def test_an_extension_module_is_told_without_its_abi(file: str) -> None:
    assert extensions(f"demo/inner/{file}") == ("demo.inner._speedups",)


def test_a_package_can_be_an_extension_module() -> None:
    assert extensions("demo/__init__.cpython-312-x86_64-linux-gnu.so") == ("demo",)


def test_a_shared_library_named_by_a_hash_is_no_module() -> None:
    assert not modules("c22db458360489351e4f__mypyc.cpython-312-x86_64-linux-gnu.so")


def test_the_tags_are_those_of_the_file_name() -> None:
    filename = "demo-1.0-1-cp39-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
    assert outline(filename, (), b"").tags == (
        "cp39-abi3-manylinux2014_x86_64",
        "cp39-abi3-manylinux_2_17_x86_64",
    )


def test_more_tags_than_an_honest_wheel_has_are_refused() -> None:
    many = ".".join("abcdefghijklmnopqrstuvwxyz")
    with pytest.raises(BrokenWheel, match="more than 10000 tags"):
        outline(f"demo-1.0-{many}-{many}-{many}.whl", (), b"")


def test_an_old_file_name_is_a_wheels_too() -> None:
    assert outline("demo-1.0_final.rc-py2.py3-none-any.whl", (), b"").tags == ("py2-none-any", "py3-none-any")


def test_a_file_name_that_is_no_wheels_is_refused() -> None:
    with pytest.raises(BrokenWheel, match="is no wheel's"):
        outline("demo.whl", (), b"")


def test_entry_points_are_told_with_their_group() -> None:
    text = "[console_scripts]\nDemo = demo:main\nother=demo:other [extra]\n\n[demo.plugins]\na:b = demo:c\n# end\n"
    assert entry_points(text) == ("console_scripts: Demo", "console_scripts: other", "demo.plugins: a:b")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("demo = demo:main\n", id="no group"),
        pytest.param("[console_scripts\n", id="a broken group"),
        pytest.param("[console_scripts]\n%(x)s\x1b[2J = demo:main\n", id="an escape sequence"),
        pytest.param(f"[console_scripts]\n{'x' * 300} = demo:main\n", id="an endless name"),
        pytest.param(f"[g]\na = b\n#{'x' * MAX_ENTRY_POINTS}", id="an endless file"),
    ],
)
def test_entry_points_that_are_none_are_left_out(text: str) -> None:
    assert entry_points(text) == ()


def test_a_group_of_any_name_is_one_group_only() -> None:
    assert entry_points("[DEFAULT]\na = b\n[g]\nc = d\n") == ("DEFAULT: a", "g: c")


def test_entry_points_that_are_no_text_are_left_out() -> None:
    assert outline(FILENAME, (), b"[g]\n\xff = a\n").entry_points == ()


def test_more_modules_than_an_honest_wheel_has_are_refused() -> None:
    with pytest.raises(BrokenWheel, match="more than 10000 modules"):
        outline(FILENAME, (f"m{number}.py" for number in range(MAX_NAMES + 1)), b"")


def test_more_entry_points_than_an_honest_wheel_has_are_refused() -> None:
    text = "[g]\n" + "".join(f"n{number}=a\n" for number in range(MAX_NAMES + 1))
    with pytest.raises(BrokenWheel, match="more than 10000 tags or entry points"):
        outline(FILENAME, (), text.encode())


@given(st.lists(st.text()), st.binary())
def test_whatever_it_holds_an_outline_can_be_shown(members: list[str], data: bytes) -> None:
    shape = outline(FILENAME, members, data)
    assert all(text.isprintable() for text in (*shape.modules, *shape.extensions, *shape.entry_points))
