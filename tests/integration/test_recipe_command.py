"""``wheelforge recipe``: what is known, what it comes to, whether it can be read, and a file to begin with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from integration.command import refused, wheelforge, write
from wheelforge.cli.output import RecipeCheckDocument, RecipeListDocument, RecipeNewDocument, RecipeShowDocument
from wheelforge.errors import ExitCode


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_all_projects_are_listed_with_where_that_is_said() -> None:
    write("mine.toml", "[[recipe]]", 'name = ["frob", "cmake"]', 'env.CFLAGS = "-O1"')
    told = wheelforge("recipe", "list", "--recipe", "mine.toml").stdout.splitlines()
    lines = {line.split()[0]: re.split(r"  +", line, maxsplit=1)[1] for line in told}
    assert lines["frob"].split() == ["CFLAGS", "mine.toml"]
    assert re.fullmatch(r"seed, CFLAGS +built-in native-tools\.toml, mine\.toml", lines["cmake"])
    assert lines["cython"].endswith("(on conditions)  built-in pure-cython.toml, optional: --recipe pure-cython")


def test_an_optional_recipe_that_is_asked_for_is_one_of_those_that_hold() -> None:
    listed = {
        asked: [
            (row.optional, row.conditional)
            for row in wheelforge("recipe", "list", "--json", *asked).document(RecipeListDocument).projects
            if row.name == "cython"
        ]
        for asked in ((), ("--recipe", "pure-cython"))
    }
    assert listed == {(): [("pure-cython", True)], ("--recipe", "pure-cython"): [("", True)]}


def test_what_recipes_come_to_is_told_with_the_line_of_each() -> None:
    write(
        "a.toml",
        "[[recipe]]",
        'name = "Frob"',
        'why = "it forgets \\u001b[31mnumpy"',
        'build-requires.add = ["numpy>=2"]',
    )
    write("b.toml", "[[recipe]]", 'name = "frob"', 'versions = "<2"', 'env.X = "one"')
    write("wheelforge.toml", 'recipes = ["a.toml"]')
    shown = ("recipe", "show", "FROB", "--target", "cp312-win_amd64", "--recipe", "b.toml")
    assert wheelforge(*shown, "1.0").stdout == (
        "frob 1.0 on cp312-win_amd64:\n"
        "  its build requires numpy>=2 too\n"
        "  its build runs with X=one\n"
        "said by, the later over the earlier:\n"
        "  a.toml:1\n"
        "    # it forgets  [31mnumpy\n"
        '    build-requires.add = ["numpy>=2"]\n'
        "  b.toml:1, for versions <2\n"
        '    env.X = "one"\n'
    )
    assert wheelforge(*shown).stdout.startswith(
        "frob on cp312-win_amd64: that depends on the version; name one to see what they come to\n"
    )
    assert "  b.toml:1, for versions <2: does not hold here\n" in wheelforge(*shown, "2.0").stdout


def test_a_set_of_targets_is_shown_one_by_one() -> None:
    write("wheelforge.toml", "[targets]", 'both = ["cp312-win_amd64", "cp313-win_amd64"]')
    document = wheelforge("recipe", "show", "cmake", "--target", "both", "--json").document(RecipeShowDocument)
    assert (document.name, document.version) == ("cmake", "")
    assert [one.target for one in document.targets] == ["cp312-win_amd64", "cp313-win_amd64"]
    assert [one.treatment.policy for one in document.targets if one.treatment] == ["seed", "seed"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["cmakee"], ExitCode.RESOLUTION, ["no recipe is about cmakee", "hint: did you mean cmake?"]),
        (["qqq"], ExitCode.RESOLUTION, ["no recipe is about qqq", "hint: wheelforge recipe list"]),
        (["Cython"], ExitCode.RESOLUTION, ["hint: wheelforge recipe show cython --recipe pure-cython"]),
        (["cmake>3"], ExitCode.USAGE, ["'cmake>3' is no name of a project"]),
        (["cmake", "new"], ExitCode.USAGE, ["'new' is no version (PEP 440)"]),
        (["cmake", "--target", "cp312-winamd64"], ExitCode.USAGE, ["--target"]),
        (["cmake", "--recipe", "gone"], ExitCode.USAGE, ["--recipe: gone: there is no such file"]),
    ],
)
def test_what_cannot_be_shown_is_told_with_what_to_do(arguments: list[str], code: ExitCode, told: list[str]) -> None:
    said = refused("recipe", "show", *arguments, code=code)
    assert [text for text in told if text not in said] == []


def test_recipes_without_a_fault_are_counted() -> None:
    write("all/a.toml", "[[recipe]]", 'name = ["x", "y"]', 'patches = ["a.patch"]')
    write("all/a.patch", "--- a/x", "+++ b/x", "@@ -1 +1 @@", "-a", "+b")
    write("b.toml", "[[recipe]]", 'name = "z"', 'policy = "seed"')
    assert wheelforge("recipe", "check", "all").stdout == "all: 1 recipe for 2 projects, with 1 patch file, no fault\n"
    document = wheelforge("recipe", "check", "all", "b.toml", "--json").document(RecipeCheckDocument)
    assert (document.recipes, document.projects, document.patches) == (2, ["x", "y", "z"], 1)


def test_all_faults_of_all_files_are_told_at_once() -> None:
    write("a.toml", "[[recipe]]", 'name = "x"', 'polic = "seed"', "[[recipe]]", 'name = "y"')
    write("b.toml", "recipe = [")
    told = refused("recipe", "check", "a.toml", "b.toml", "gone.toml", code=ExitCode.USAGE)
    places = re.findall(r"^(?:error: )?(\w+\.toml(?::\d+:\d+)?): ", told, re.MULTILINE)
    assert [place.partition(":")[0] for place in places] == ["a.toml", "a.toml", "b.toml", "gone.toml"]
    assert places[0] == "a.toml:3:1"
    assert "did you mean policy?" in told
    assert "hint: wheelforge recipe new NAME" in told


@pytest.mark.parametrize("name", ["Frob.Nic", "cmake"])
def test_a_new_recipe_can_be_read_and_changes_nothing_yet(name: str) -> None:
    made = wheelforge("recipe", "new", name, "-o", "new.toml", "--json")
    file = made.document(RecipeNewDocument).file
    assert file == "new.toml"
    assert "1 recipe for 1 project" in wheelforge("recipe", "check", file).stdout
    shown = wheelforge("recipe", "show", name, "--recipe", file, "--json").document(RecipeShowDocument)
    treatment = shown.targets[0].treatment
    assert treatment is not None
    assert treatment.policy == ("seed" if name == "cmake" else "build")


def test_a_new_recipe_is_named_after_its_project_and_never_written_over_a_file() -> None:
    assert wheelforge("recipe", "new", "Frob.Nic").stdout == (
        "frob-nic.toml: a recipe for frob-nic that changes nothing yet; edit it, then:"
        " wheelforge recipe check frob-nic.toml\n"
    )
    before = Path("frob-nic.toml").read_bytes()
    Path("link.toml").symlink_to("nowhere")
    assert "frob-nic.toml is there already" in refused("recipe", "new", "frob_nic", code=ExitCode.USAGE)
    assert "link.toml is there already" in refused("recipe", "new", "x", "-o", "link.toml", code=ExitCode.USAGE)
    assert Path("frob-nic.toml").read_bytes() == before
    assert not Path("nowhere").exists()


def test_a_file_whose_name_is_odd_is_still_a_recipe() -> None:
    wheelforge("recipe", "new", "frob", "-o", "my\npolicy = 1.toml")
    assert "1 recipe for 1 project" in wheelforge("recipe", "check", "my\npolicy = 1.toml").stdout
