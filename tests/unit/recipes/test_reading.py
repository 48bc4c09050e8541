"""Recipe files become rules, or everything that is wrong with them is told with its place."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from wheelforge.errors import ExitCode
from wheelforge.model.treatment import Policy
from wheelforge.recipes.faults import RecipeError
from wheelforge.recipes.reading import MAX_SIZE, read_recipes, read_rules
from wheelforge.recipes.rules import Amendment, Conditions, Rule, Word

DIFF = b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"
NOWHERE = Path("nowhere")


def faults(text: str, folder: Path = NOWHERE) -> list[str]:
    """What is told of a text, without the lines that show it."""
    with pytest.raises(RecipeError) as caught:
        read_rules(text, origin="app.toml", folder=folder)
    return [str(fault).split("\n")[0] for fault in caught.value.faults]


def recipe(*lines: str) -> str:
    """A recipe that would be sound without these lines, the first of which is line 4."""
    return "\n".join(("[[recipe]]", 'name = "app"', 'policy = "seed"', *lines))


def test_every_key_is_read(tmp_path: Path) -> None:
    (tmp_path / "patches").mkdir()
    (tmp_path / "patches" / "fix.patch").write_bytes(DIFF)
    text = """\
[[recipe]]
name = ["My_App", "other.app"]
versions = ">=2,<3"
targets = ["cp312-*", "cp313-*"]
marker = "sys_platform == 'linux'"
why = "it needs  help"
policy = "build"
provided = ["Ninja", "ninja-build", "cmake3"]
build-requires = { add = ["numpy>=2", "numpy!=2.1"], replace = ["Set_Up>1"], remove = ["Old.One"] }
patches = ["patches/fix.patch"]
[recipe.env]
CFLAGS = "-O1"
[recipe.config-settings]
setup-args = ["-Da", "-Db"]
quiet = "1"
"""
    [rule] = read_rules(text, origin="app.toml", folder=tmp_path)
    [patch] = rule.patches
    assert (patch.filename, patch.content, patch.sha256) == ("fix.patch", DIFF, hashlib.sha256(DIFF).hexdigest())
    assert rule == Rule(
        names=frozenset(map(canonicalize_name, ("my-app", "other-app"))),
        origin="app.toml:1",
        why="it needs help",
        conditions=Conditions(
            versions=SpecifierSet(">=2,<3"),
            targets=("cp312-*", "cp313-*"),
            marker=Marker("sys_platform == 'linux'"),
        ),
        policy=Policy.BUILD,
        provided=frozenset({"ninja", "cmake"}),
        amendments={
            canonicalize_name("numpy"): Amendment(word=Word.ADD, requirements=("numpy>=2", "numpy!=2.1")),
            canonicalize_name("set-up"): Amendment(word=Word.REPLACE, requirements=("Set_Up>1",)),
            canonicalize_name("old-one"): Amendment(word=Word.REMOVE),
        },
        environment={"CFLAGS": "-O1"},
        settings={"setup-args": ("-Da", "-Db"), "quiet": "1"},
        patches=(patch,),
    )


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["version = '>1'"], "4:1: unknown key 'version'; did you mean versions?"),
        (["zzz = 1"], "4:1: unknown key 'zzz'; the keys are name, versions, targets,"),
        (["versions = 3"], "4:12: expected a text"),
        (["versions = '>>3'"], "4:12: '>>3' is no set of versions"),
        (["targets = [1]"], "4:12: expected a text"),
        (["targets = {}"], "4:11: expected a text, or a list of texts"),
        (["targets = ' '"], "4:11: a target has a name"),
        (["marker = 'os = 1'"], "4:10: 'os = 1' is no environment marker (PEP 508): Expected"),
        (["marker = \"sys_platform ~= 'linux'\""], "4:10: \"sys_platform ~= 'linux'\" is no environment marker"),
        (["provided = 'ninja'"], "4:12: expected a list of texts"),
        (["provided = [", "  'ninja',", "  'swig' ]"], "6:3: no backend asks for 'swig' as a package"),
        (["provided = ['/bin/ninja']"], "4:13: no backend asks for '/bin/ninja' as a package"),
        (["patches = {}"], "4:11: expected a list of texts"),
        (["[recipe.env]", "A = 1"], "5:5: expected a text"),
        (["[recipe.env]", '"A=B" = "1"'], "5:1: 'A=B' is no name of a variable"),
        (["[recipe.env]", 'A = "a\\tb"'], "5:5: it holds characters that cannot be printed"),
        (["env.A = 'https://me:pw@h.example/'"], "4:9: it holds credentials"),
        (["env.PATH = '/bin'"], "4:5: PATH steers how builds are isolated"),
        (["[recipe.config-settings]", "a = [1]"], "5:6: expected a text"),
        (["config-settings = { '' = 'x' }"], "4:21: a config setting has a name"),
        (["config-settings = { 'a\u200b' = 'x' }"], "4:21: it holds characters that cannot be printed"),
        (["config-settings.a = ['b', 'https://pw@h.example/']"], "4:21: it holds credentials"),
        (["build-requires.add = [\"a; os_name == '\u200b'\"]"], "4:23: "),
        (["build-requires = ['a']"], "4:18: expected a table"),
        (["build-requires.added = ['a']"], "4:16: unknown key 'added'; did you mean add?"),
        (["build-requires.add = ['a', 'b >']"], "4:28: 'b >' is no requirement (PEP 508): Expected"),
        (["build-requires.replace = ['a @ https://a.example/a']"], "4:27: 'a @ https://a.example/a' names a place"),
        (["build-requires.remove = ['a>1']"], "4:26: 'a>1' is not the name of a project"),
        (["[recipe.build-requires]", "add = ['a']", "remove = ['A']"], "6:11: a stands under 'add' too"),
        (["[[recipe]]", "policy = 'seed'"], "4:1: there is no 'name'"),
        (["[[recipe]]", "name = 'b'"], "4:1: this recipe changes nothing"),
        (["[[recipe]]", "name = []", "policy = 'seed'"], "5:8: it names no project"),
        (["[[recipe]]", "name = ['b', 'no name']", "policy = 'seed'"], "5:14: 'no name' is not the name of a project"),
        (["[[recipe]]", "name = 'b'", "policy = 'seeds'"], "6:10: expected 'build' or 'seed'"),
        (["[recipes]"], "4:2: unknown key 'recipes'; did you mean recipe?"),
    ],
)
def test_a_fault_is_told_where_it_stands(lines: list[str], told: str) -> None:
    [only] = faults(recipe(*lines))
    assert only.startswith(f"app.toml:{told}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("recipe = 1", "app.toml:1:10: expected an array of tables"),
        ("recipe = [1]", "app.toml:1:11: expected a table"),
        ("[[recipe]]\nname = a\n", "app.toml:2:8: not TOML: Invalid value"),
        ("a = [", "app.toml:1:6: not TOML: "),
    ],
)
def test_what_is_no_recipe_file_is_told(text: str, told: str) -> None:
    [only] = faults(text)
    assert only.startswith(told)


def test_endless_nesting_is_a_fault() -> None:
    [only] = faults(f"a = {'[' * 100_000}{']' * 100_000}")
    assert "nested too deeply" in only


def test_all_faults_of_a_file_are_told_in_their_order() -> None:
    text = recipe("versions = '>>3'", "zzz = 1", "[[recipe]]", "name = 'b'", "policy = 'x'", "[[recipe]]", "name = '!'")
    assert [fault.split(":")[1] for fault in faults(text)] == ["5", "8", "9", "10"]


def test_a_fault_shows_its_line_with_a_caret_and_nothing_that_a_terminal_obeys() -> None:
    with pytest.raises(RecipeError) as caught:
        read_rules("[[recipe]]\n\x22\\u001b[31m\x22 = 1\nname = 'a'", origin="app.toml", folder=NOWHERE)
    assert caught.value.message.split("\n")[1:3] == ['    "\\u001b[31m" = 1', "    ^"]
    assert "\x1b" not in caught.value.message
    assert caught.value.exit_code is ExitCode.USAGE


def test_windows_line_ends_do_not_move_a_fault() -> None:
    assert faults(recipe("zzz = 1").replace("\n", "\r\n"))[0].startswith("app.toml:4:1: unknown key")


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("policy = 'seed'", "policy = 'build'", "5:1: policy of a: 'build' here, and 'seed' in the recipe of line 1"),
        ("env.A = '1'", "env = { A = '2' }", "5:9: env A of a: '2' here, and '1' in the recipe of line 1"),
        (
            "build-requires.add = ['x']",
            "build-requires.remove = ['x']",
            "5:1: build-requires x of a: remove here, and add 'x' in the recipe of line 1",
        ),
        (
            "config-settings.a = 'x'",
            "config-settings.a = ['x', 'y']",
            "5:17: config-settings a of a: ['x', 'y'] here, and 'x' in the recipe of line 1",
        ),
    ],
)
def test_rules_of_one_file_that_contradict_are_refused(one: str, other: str, told: str) -> None:
    text = f"[[recipe]]\nname = ['a', 'b']\n{one}\n[[recipe]]\n{other}\nname = 'A'"
    assert faults(text) == [f"app.toml:{told}, under the same conditions: take one out, or narrow its conditions"]


@pytest.mark.parametrize("apart", ["versions = '>2'", "marker = \"os_name == 'nt'\"", "targets = 'cp312-*'"])
def test_an_exception_is_no_contradiction(apart: str) -> None:
    text = f"[[recipe]]\nname = 'a'\npolicy = 'seed'\n[[recipe]]\nname = 'a'\npolicy = 'build'\n{apart}"
    assert len(read_rules(text, origin="app.toml", folder=NOWHERE)) == 2


def test_the_same_said_twice_is_no_contradiction() -> None:
    assert len(read_rules(f"{recipe()}\n{recipe()}", origin="app.toml", folder=NOWHERE)) == 2


def patch_fault(folder: Path, written: str) -> str:
    [only] = faults(recipe(f"patches = [{written!r}]"), folder)
    return only.removeprefix("app.toml:4:12: ")


@pytest.mark.parametrize("written", ["../fix.patch", "/fix.patch", "a/../../fix.patch", "C:fix.patch", "a\\fix.patch"])
def test_a_patch_elsewhere_is_refused(tmp_path: Path, written: str) -> None:
    (tmp_path / "fix.patch").write_bytes(DIFF)
    (tmp_path / "recipes" / "a").mkdir(parents=True)
    assert "is no path inside the recipe's folder" in patch_fault(tmp_path / "recipes", written)


def test_a_patch_behind_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fix.patch").write_bytes(DIFF)
    folder = tmp_path / "recipes"
    folder.mkdir()
    (folder / "fix.patch").symlink_to(tmp_path / "fix.patch")
    (folder / "up").symlink_to(tmp_path)
    (folder / "round").symlink_to("round")
    assert patch_fault(folder, "fix.patch") == "'fix.patch' leads out of the recipe's folder by a link"
    assert patch_fault(folder, "up/fix.patch") == "'up/fix.patch' leads out of the recipe's folder by a link"
    assert patch_fault(folder, "round").startswith("'round' cannot be read: ")


def test_a_patch_that_is_none_is_told_with_its_own_line(tmp_path: Path) -> None:
    (tmp_path / "cut.patch").write_bytes(DIFF.removesuffix(b"+b\n"))
    (tmp_path / "folder.patch").mkdir()
    assert patch_fault(tmp_path, "cut.patch").startswith("cut.patch:5: the hunk ends before")
    assert patch_fault(tmp_path, "folder.patch") == "'folder.patch' is no regular file"
    assert patch_fault(tmp_path, "none.patch") == "'none.patch' cannot be read: No such file or directory"
    assert patch_fault(tmp_path, ".hidden").startswith("'.hidden' is no name for a patch")


def test_a_patch_that_stands_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.patch").write_bytes(DIFF)
    (tmp_path / "b.patch").write_bytes(DIFF)
    [only] = faults(recipe("patches = ['a.patch', 'b.patch']"), tmp_path)
    assert only == "app.toml:4:23: 'b.patch' stands here twice, or has the content of another one"


def test_files_and_folders_are_read_in_their_order(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for path in (folder / "b.toml", folder / "a.toml", tmp_path / "last.toml", folder / "not.txt"):
        path.write_text(recipe())
    book = read_recipes([folder, tmp_path / "last.toml"])
    assert [rule.origin.removeprefix(f"{tmp_path}/") for rule in book.rules] == [
        "folder/a.toml:1",
        "folder/b.toml:1",
        "last.toml:1",
    ]


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("zzz = 1")
    (tmp_path / "b.toml").write_text(recipe())
    (tmp_path / "c.toml").write_bytes(b"\xff")
    (tmp_path / "d.toml").write_bytes(b"#" * (MAX_SIZE + 1))
    (tmp_path / "e.toml").mkdir()
    with pytest.raises(RecipeError) as caught:
        read_recipes([tmp_path, tmp_path / "gone.toml"])
    told = [str(fault).split("\n")[0].removeprefix(f"{tmp_path}/") for fault in caught.value.faults]
    assert told == [
        "a.toml:1:1: unknown key 'zzz'; the keys are recipe",
        "c.toml: is no text in UTF-8",
        "d.toml: is larger than 1 MB: this is no recipe",
        "e.toml: cannot be read: Is a directory",
        "gone.toml: cannot be read: No such file or directory",
    ]


def test_a_folder_without_recipes_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").touch()
    with pytest.raises(RecipeError, match="holds no recipe: they are files"):
        read_recipes([tmp_path])
