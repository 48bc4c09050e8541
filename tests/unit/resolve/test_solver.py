"""Which versions are chosen, and what is asked for when too little is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from fakes import (
    LINUX,
    WINDOWS,
    Offer,
    answer,
    asked,
    catalog,
    digest,
    files,
    pins,
    problem,
    project,
    projects,
    vouched,
)
from wheelforge.errors import ResolutionError
from wheelforge.model.artifacts import Kind
from wheelforge.model.direct import DirectUrl
from wheelforge.model.inputs import ALL, Formats, Prefer, Reference, Resolution
from wheelforge.model.metadata import Surety
from wheelforge.resolve.catalog import Catalog
from wheelforge.resolve.explain import Conflict, NoVersion
from wheelforge.resolve.problem import Lacks, Solution
from wheelforge.resolve.solver import solve

if TYPE_CHECKING:
    from wheelforge.model.artifacts import Project
    from wheelforge.model.inputs import Asked
    from wheelforge.resolve.problem import Problem


def wheel(name: str, version: str, *requires: str) -> Offer:
    return Offer(f"{name}-{version}-py3-none-any.whl", requires)


FLASK = [
    wheel("flask", "3.1", "werkzeug>=3.1", "click"),
    wheel("flask", "3.0", "werkzeug>=3.0", "click"),
    wheel("flask", "2.3", "werkzeug>=2.3"),
    wheel("werkzeug", "3.1"),
    wheel("werkzeug", "3.0.6"),
    wheel("click", "8.1"),
    wheel("click", "8.0"),
]


def test_the_newest_versions_are_chosen_with_all_that_they_require() -> None:
    assert pins(answer(problem("flask"), FLASK)) == {"click": "8.1", "flask": "3.1", "werkzeug": "3.1"}


def test_an_older_version_is_taken_where_the_newest_does_not_suit_the_others() -> None:
    found = pins(answer(problem("flask", "werkzeug<3.1"), FLASK))
    assert found == {"click": "8.1", "flask": "3.0", "werkzeug": "3.0.6"}


def test_what_only_a_version_given_up_required_is_not_in_the_answer() -> None:
    found = pins(answer(problem("flask", "werkzeug<3.1", "flask!=3.0"), [*FLASK, wheel("werkzeug", "2.3")]))
    assert found == {"flask": "2.3", "werkzeug": "3.0.6"}


def test_a_root_is_found_by_any_spelling_of_its_name() -> None:
    assert pins(answer(problem("Zope.Interface"), [wheel("zope_interface", "1")])) == {"zope-interface": "1"}


def test_the_answer_is_sorted_by_name_and_tells_what_each_requires_in_one_spelling() -> None:
    offers = [wheel("b", "1", "C_c [y,x] >=1, <2 ; python_version >= '3'"), wheel("c_c", "1"), wheel("a", "1", "b")]
    found = answer(problem("a"), offers)
    assert [(choice.candidate.name, choice.requires) for choice in found.choices] == [
        ("a", ("b",)),
        ("b", ("c-c[x,y]<2,>=1",)),
        ("c-c", ()),
    ]


EXTRAS = [
    wheel("app", "2", "fast>1 ; extra == 'speed'", "app[speed] ; extra == 'all'", "tool ; extra == 'dev'"),
    wheel("app", "1", "fast ; extra == 'speed'"),
    wheel("fast", "1"),
    wheel("fast", "2"),
]


def test_an_extra_adds_what_it_requires() -> None:
    assert pins(answer(problem("app"), EXTRAS)) == {"app": "2"}
    assert pins(answer(problem("app[speed]"), EXTRAS)) == {"app": "2", "fast": "2"}


def test_an_extra_can_ask_for_other_extras_of_its_project() -> None:
    found = answer(problem("app[All]"), EXTRAS)
    assert pins(found) == {"app": "2", "fast": "2"}
    assert found.choices[0].extras == ("all", "speed")
    assert found.choices[0].requires == ("app[speed]", "fast>1")


def test_an_extra_that_does_not_exist_adds_nothing() -> None:
    assert pins(answer(problem("app[nonsense]"), EXTRAS)) == {"app": "2"}


def test_an_extra_and_its_project_are_of_one_version() -> None:
    assert pins(answer(problem("app[speed]", "fast<2"), EXTRAS)) == {"app": "1", "fast": "1"}


@pytest.mark.parametrize("roots", [("app[x]", "app>=2rc1"), ("app>=2rc1", "app[x]")])
def test_a_pre_release_that_is_asked_for_is_taken_with_its_extra(roots: tuple[str, ...]) -> None:
    assert pins(answer(problem(*roots), [wheel("app", "1"), wheel("app", "2rc1")])) == {"app": "2rc1"}


@pytest.mark.parametrize("roots", [("app[x]", "app==2"), ("app==2", "app[x]")])
def test_a_yanked_version_that_is_pinned_is_taken_with_its_extra(roots: tuple[str, ...]) -> None:
    offers = [wheel("app", "1"), replace(wheel("app", "2"), yanked="")]
    assert pins(answer(problem(*roots), offers)) == {"app": "2"}


MARKERS = [
    wheel("app", "1", "old ; python_version < '3.10'", "posix ; os_name == 'posix'", "nt ; sys_platform == 'win32'"),
    *(wheel(name, "1") for name in ("old", "posix", "nt")),
]


def test_markers_are_those_of_the_target_and_not_of_this_machine() -> None:
    assert pins(answer(problem("app"), MARKERS)).keys() == {"app", "posix"}
    assert pins(answer(replace(problem("app"), target=WINDOWS), MARKERS)).keys() == {"app", "nt", "old"}


def test_a_root_whose_marker_does_not_hold_is_not_asked_for() -> None:
    assert pins(answer(problem("app", "old ; python_version < '3.10'"), MARKERS)).keys() == {"app", "posix"}


@pytest.mark.parametrize("marker", ["'x' in extras", "'x' in dependency_groups", "os_name ~= 'x'"])
def test_a_root_whose_marker_has_no_meaning_is_told(marker: str) -> None:
    with pytest.raises(ResolutionError, match="has no meaning"):
        answer(problem(f"flask; {marker}"), FLASK)


def test_what_a_missing_project_would_be_needed_for_elsewhere_does_no_harm() -> None:
    assert pins(answer(problem("app"), [wheel("app", "1", "nowhere ; sys_platform == 'win32'")])) == {"app": "1"}


def test_a_constraint_bounds_what_is_required_and_requires_nothing() -> None:
    constraints = asked("Werkzeug<3.1", "unused==1", origin="constraints.txt:1")
    found = answer(replace(problem("flask"), constraints=constraints), FLASK)
    assert pins(found) == {"click": "8.1", "flask": "3.0", "werkzeug": "3.0.6"}


def test_a_constraint_for_other_targets_does_not_count() -> None:
    constraints = asked("click<8.1 ; sys_platform == 'win32'")
    assert pins(answer(replace(problem("click"), constraints=constraints), FLASK)) == {"click": "8.1"}


def test_preferred_versions_are_kept_where_they_fit() -> None:
    preferences = {canonicalize_name("click"): (Version("8.0"),), canonicalize_name("flask"): (Version("3.0"),)}
    found = pins(answer(replace(problem("flask>3.0"), preferences=preferences), FLASK))
    assert found == {"click": "8.0", "flask": "3.1", "werkzeug": "3.1"}


def test_without_following_only_what_is_named_is_chosen_and_what_it_requires_is_told() -> None:
    found = answer(replace(problem("flask", "flask[async]"), follow=False), FLASK)
    assert pins(found) == {"flask": "3.1"}
    assert found.choices[0].requires == ("click", "werkzeug>=3.1")


def test_without_following_no_project_is_needed_but_those_that_are_named() -> None:
    known = Catalog()
    known.learn_project(canonicalize_name("flask"), catalog(*FLASK).project(canonicalize_name("flask"), problem()))
    known.learn_metadata(FLASK[0].artifact, FLASK[0].metadata)
    assert not isinstance(solve(replace(problem("flask"), follow=False), known), Lacks)


def test_without_following_nothing_is_told_that_no_file_says_by_itself() -> None:
    name, sdist = canonicalize_name("demo"), Offer("demo-1.tar.gz", ["a"])
    question = replace(problem("demo"), follow=False)
    known = Catalog()
    known.learn_project(name, project(sdist))
    unknown = solve(question, known)
    known.learn_metadata(sdist.artifact, replace(sdist.metadata, surety=Surety.HOOK))
    told_by_its_backend = solve(question, known)
    known.learn_metadata(sdist.artifact, Offer("demo-1.tar.gz", ["a @ https://files.example/a"]).metadata)
    cannot_be_followed = solve(question, known)
    for found in (unknown, told_by_its_backend, cannot_be_followed):
        assert isinstance(found, Solution)
        assert [choice.requires for choice in found.choices] == [()]


BOTH = [
    Offer("a-1.tar.gz", ["b"]),
    Offer("a-1-py3-none-any.whl", ["b"]),
    Offer("b-1.tar.gz"),
    Offer("b-1-py3-none-any.whl"),
    Offer("b-2-py3-none-any.whl"),
]


@pytest.mark.parametrize(
    ("formats", "expected"),
    [
        (Formats(), ["a-1-py3-none-any.whl", "b-2-py3-none-any.whl"]),
        (Formats(prefer=Prefer.SOURCE), ["a-1.tar.gz", "b-2-py3-none-any.whl"]),
        (Formats(no_binary=frozenset({ALL})), ["a-1.tar.gz", "b-1.tar.gz"]),
        (Formats(no_binary=frozenset({"a"})), ["a-1.tar.gz", "b-2-py3-none-any.whl"]),
        (Formats(no_binary=frozenset({ALL}), only_binary=frozenset({"b"})), ["a-1.tar.gz", "b-2-py3-none-any.whl"]),
        (
            Formats(prefer=Prefer.SOURCE, only_binary=frozenset({ALL})),
            ["a-1-py3-none-any.whl", "b-2-py3-none-any.whl"],
        ),
    ],
)
def test_the_format_rules_decide_which_file_is_taken(formats: Formats, expected: list[str]) -> None:
    assert files(answer(replace(problem("a"), formats=formats), BOTH)) == expected


def test_a_hash_decides_the_version_too() -> None:
    roots = (replace(asked("b")[0], hashes=frozenset({vouched("b-1.tar.gz")})),)
    assert files(answer(replace(problem(), roots=roots), BOTH)) == ["b-1.tar.gz"]


def test_metadata_that_wants_another_python_is_heeded_though_the_page_is_silent() -> None:
    offers = [replace(wheel("app", "2"), requires_python=">=3.13"), wheel("app", "1")]
    assert pins(answer(problem("app"), offers)) == {"app": "1"}


def test_projects_may_require_each_other() -> None:
    assert pins(answer(problem("a"), [wheel("a", "1", "b"), wheel("b", "1", "a")])) == {"a": "1", "b": "1"}


def test_a_pin_that_stops_fitting_and_fits_again_still_gets_what_it_requires() -> None:
    offers = [wheel("a", "3", "c==1"), wheel("a", "2"), wheel("c", "1", "d==2", "a<=2"), wheel("c", "3")]
    assert pins(answer(problem("a"), [*offers, wheel("d", "2", "c==3")])) == {"a": "2"}


def test_a_conflict_is_not_tried_again_with_all_versions_of_what_has_no_part_in_it() -> None:
    apps = [wheel("app", str(number), f"lib=={number}") for number in range(1, 31)]
    libs = [wheel("lib", str(number)) for number in range(1, 31)]
    others = [wheel(f"other{letter}", str(number)) for letter in "abcdefghijkl" for number in range(1, 11)]
    late = wheel("zoo", "1", "lib==1")
    roots = ["app", *(f"other{letter}" for letter in "abcdefghijkl"), "zoo"]
    assert pins(answer(problem(*roots), [*apps, *libs, *others, late]))["app"] == "1"


@pytest.mark.xfail(strict=True, raises=NoVersion, reason="resolvelib 1.2.1 does not go back far enough")
def test_an_answer_that_lies_behind_a_detour_is_found() -> None:
    offers = [wheel("a", "3", "b<3", "b>2 ; extra == 'x'"), wheel("b", "1"), wheel("b", "2", "e==2")]
    assert pins(answer(problem("a>=3"), [*offers, wheel("d", "1", "a[x]"), wheel("e", "2", "d<=1")]))["b"] == "1"


def overridden(question: Problem, *overrides: str) -> dict[str, str]:
    return pins(answer(replace(question, overrides=asked(*overrides, origin="overrides.txt:1")), FLASK))


def test_an_override_counts_instead_of_what_roots_and_dependencies_say() -> None:
    assert overridden(problem("flask"), "Werkzeug==3.0.6")["werkzeug"] == "3.0.6"
    assert overridden(problem("flask", "click<8.1"), "click")["click"] == "8.1"


def test_the_override_counts_whose_marker_holds_and_none_removes_the_requirement() -> None:
    windows, linux = "click==8.0 ; sys_platform == 'win32'", "click==8.1 ; sys_platform == 'linux'"
    assert overridden(problem("flask"), windows, linux)["click"] == "8.1"
    assert "click" not in overridden(problem("flask"), windows)


def test_an_override_of_what_only_other_platforms_need_brings_it_as_in_uv() -> None:
    offers = [wheel("app", "1", "nt ; sys_platform == 'win32'"), wheel("nt", "1")]
    question = replace(problem("app"), overrides=asked("nt==1"))
    assert pins(answer(question, offers)) == {"app": "1", "nt": "1"}


def test_an_override_of_what_an_extra_brings_stays_with_the_extra() -> None:
    question = replace(problem("app"), overrides=asked("fast==1"))
    assert pins(answer(question, EXTRAS)) == {"app": "2"}
    assert pins(answer(replace(question, roots=asked("app[speed]")), EXTRAS)) == {"app": "2", "fast": "1"}


def test_constraints_still_bound_what_is_overridden() -> None:
    question = replace(problem("flask"), constraints=asked("werkzeug<3"))
    with pytest.raises(NoVersion):
        overridden(question, "werkzeug==3.1")


def test_overrides_of_one_problem_do_not_count_in_another() -> None:
    known = catalog(*FLASK)
    for overrides, version in (((), "3.1"), (asked("werkzeug==3.0.6"), "3.0.6"), ((), "3.1")):
        found = solve(replace(problem("flask"), overrides=overrides), known)
        assert isinstance(found, Solution)
        assert pins(found)["werkzeug"] == version


def test_the_lowest_versions_are_chosen_where_that_is_asked_for() -> None:
    question = replace(problem("flask>=3"), resolution=Resolution.LOWEST)
    assert pins(answer(question, FLASK)) == {"click": "8.0", "flask": "3.0", "werkzeug": "3.0.6"}


def test_what_the_problem_brings_itself_counts_instead_of_the_index_and_for_it_alone() -> None:
    own = wheel("werkzeug", "3.0.6", "extra-thing")
    known = catalog(*FLASK, also=["extra-thing"])
    given = {canonicalize_name("werkzeug"): replace_hash(own)}
    mine = replace(problem("flask<3.1"), given=given)
    (artifact,) = next(iter(given[canonicalize_name("werkzeug")].releases.values()))
    assert isinstance(solve(mine, known), Lacks)
    known.learn_metadata(artifact, wheel("werkzeug", "3.0.6", "click").metadata)
    requires: dict[str, tuple[str, ...]] = {}
    for name, question in {"mine": mine, "other": problem("flask<3.1", "werkzeug<3.1")}.items():
        found = solve(question, known)
        assert isinstance(found, Solution)
        (requires[name],) = (one.requires for one in found.choices if one.candidate.name == "werkzeug")
    assert requires == {"mine": ("click",), "other": ()}


def replace_hash(offer: Offer) -> Project:
    """A project of one file that has the name of another, and other bytes."""
    artifact = replace(offer.artifact, sha256=digest("other bytes"))
    return replace(project(offer), releases={artifact.version: (artifact,)})


def test_no_page_is_needed_for_what_the_problem_brings() -> None:
    known, app = Catalog(), wheel("app", "1")
    known.learn_metadata(app.artifact, app.metadata)
    assert not isinstance(solve(replace(problem("app"), given=projects([app])), known), Lacks)


@pytest.mark.parametrize(("direct", "expected"), [(DirectUrl(url="https://example/app"), True), (None, False)])
def test_format_rules_are_for_choosing_and_not_for_a_file_that_was_named(
    direct: DirectUrl | None,
    expected: bool,  # noqa: FBT001 - a table
) -> None:
    artifact = replace(wheel("app", "1").artifact, direct=direct)
    given = replace(project(wheel("app", "1")), releases={artifact.version: (artifact,)})
    question = replace(problem("app"), given={given.name: given}, formats=Formats(no_binary=frozenset({ALL})))
    assert (question.kinds(given) == (Kind.WHEEL,)) is expected


def test_a_constraint_sends_for_a_project_to_one_place_whatever_others_have_of_it() -> None:
    own = replace(wheel("lib", "2").artifact, direct=DirectUrl(url="lib.whl"))
    reference = Reference(location="https://files.example/lib.whl", origin="c.txt:1", written="lib")
    known = catalog(wheel("app", "1", "lib @ https://elsewhere.example/lib"), wheel("lib", "1"), wheel("lib", "3"))
    question = replace(problem("app"), places={own.name: reference}, formats=Formats(no_binary=frozenset({"lib"})))
    assert solve(question, known) == Lacks(projects=frozenset({own.name}))
    known.learn_place(reference, replace(project(wheel("lib", "2")), releases={own.version: (own,)}))
    known.learn_metadata(own, wheel("lib", "2").metadata)
    found = solve(question, known)
    assert isinstance(found, Solution)
    assert pins(found) == {"app": "1", "lib": "2"}
    assert [str(one) for one in question.unvouched(found)] == ["app 1", "lib 2"]
    vouched_for = replace(reference, hashes=frozenset({vouched("lib.zip")}))
    assert [str(one) for one in replace(question, places={own.name: vouched_for}).unvouched(found)] == ["app 1"]


def hashed(requirement: str, *names: str) -> Asked:
    return replace(asked(requirement)[0], hashes=frozenset(map(vouched, names)))


def test_a_file_must_have_the_hashes_of_all_lines_that_count_and_have_any() -> None:
    roots = (hashed("b", "b-1.tar.gz", "b-2-py3-none-any.whl"), hashed("b ; os_name == 'nt'", "none"), *asked("b"))
    constraints = (hashed("b", "b-1.tar.gz"),)
    assert files(answer(replace(problem(), roots=roots, constraints=constraints), BOTH)) == ["b-1.tar.gz"]


def test_targets_of_one_name_are_told_apart() -> None:
    known = catalog(*MARKERS)
    older = replace(LINUX, environment={**LINUX.environment, "python_version": "3.9"})
    for target, expected in ((LINUX, {"app", "posix"}), (older, {"app", "posix", "old"})):
        found = solve(replace(problem("app"), target=target), known)
        assert isinstance(found, Solution)
        assert pins(found).keys() == expected


def test_where_all_versions_of_one_root_exclude_another_the_other_is_not_gone_through() -> None:
    known = Catalog()
    offers = [wheel("boto", str(number), f"core>={number + 100}") for number in range(50)]
    offers += [wheel("core", str(number), f"never{number}") for number in range(200)]
    for name, found in projects(offers).items():
        known.learn_project(name, found)
    for offer in offers[:50]:
        known.learn_metadata(offer.artifact, offer.metadata)
    newest = offers[50 + 99]
    known.learn_metadata(newest.artifact, wheel("core", "99").metadata)
    with pytest.raises(Conflict):
        solve(problem("core<100", "boto"), known)


def test_nothing_is_asked_for_and_nothing_is_chosen() -> None:
    assert answer(problem(), []).choices == ()


def test_a_root_with_a_meaningless_marker_is_refused() -> None:
    with pytest.raises(ResolutionError, match="marker"):
        answer(problem("app ; platform_machine ~= 'x'"), [wheel("app", "1")])


def lacks(known: Catalog, *roots: str) -> Lacks:
    found = solve(problem(*roots), known)
    assert isinstance(found, Lacks)
    return found


def test_all_roots_that_are_not_known_are_lacking_at_once() -> None:
    assert lacks(catalog(wheel("a", "1")), "a", "b", "c[x]").projects == {"b", "c"}


def test_a_candidate_whose_metadata_is_not_known_is_lacking_with_those_to_try_after_it() -> None:
    known = Catalog()
    known.learn_project(canonicalize_name("flask"), catalog(*FLASK).project(canonicalize_name("flask"), problem()))
    assert [str(candidate) for candidate in lacks(known, "flask<3.1").candidates] == ["flask 3.0", "flask 2.3"]


def test_the_projects_that_a_candidate_requires_are_lacking_at_once() -> None:
    known = Catalog()
    known.learn_project(canonicalize_name("flask"), catalog(*FLASK).project(canonicalize_name("flask"), problem()))
    known.learn_metadata(FLASK[0].artifact, FLASK[0].metadata)
    assert lacks(known, "flask").projects == {"click", "werkzeug"}


def test_a_solve_that_knows_all_it_looks_at_lacks_nothing_though_older_versions_are_unknown() -> None:
    known = catalog(*FLASK)
    partly = Catalog()
    for offer in FLASK:
        partly.learn_project(offer.artifact.name, known.project(offer.artifact.name, problem()))
    for newest in (FLASK[0], FLASK[3], FLASK[5]):
        partly.learn_metadata(newest.artifact, newest.metadata)
    assert not isinstance(solve(problem("flask"), partly), Lacks)


def test_what_no_line_that_counts_gives_a_hash_for_is_told() -> None:
    roots = (hashed("a", "a-1.tar.gz"), hashed("b ; os_name == 'nt'", "b-1.tar.gz"))
    question = replace(problem(), roots=roots)
    assert list(map(str, question.unvouched(answer(question, BOTH)))) == ["b 2"]
    given = replace(question, given=projects([Offer("b-1.tar.gz")]))
    assert given.unvouched(answer(question, BOTH)) == []
