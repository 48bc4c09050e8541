"""What users read when there is no answer: who wants what, along which path, and what exists."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from fakes import LINUX, Offer, answer, asked, catalog, digest, pins, problem, project, projects, vouched
from wheelforge.errors import ExitCode, WheelforgeError
from wheelforge.model.artifacts import Project
from wheelforge.model.direct import DirectUrl
from wheelforge.model.inputs import ALL, Asked, Formats
from wheelforge.resolve.catalog import Catalog, Searched
from wheelforge.resolve.explain import Conflict, HashNotOffered, NoSource, NoVersion, SeveralUnmet, UnknownProject
from wheelforge.resolve.solver import solve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wheelforge.resolve.problem import Problem

FROM_SOURCE = Formats(no_binary=frozenset({ALL}))


def wheel(name: str, version: str, *requires: str) -> Offer:
    return Offer(f"{name}-{version}-py3-none-any.whl", requires)


def refusal(question: Problem, offers: Iterable[Offer]) -> WheelforgeError:
    with pytest.raises(WheelforgeError) as caught:
        answer(question, offers)
    return caught.value


def test_an_unknown_project_is_named_with_who_wants_it() -> None:
    told = refusal(problem("flaskk"), [])
    assert isinstance(told, UnknownProject)
    assert told.message == "no project 'flaskk' on the index, wanted by the requirements\n  the command line -> flaskk"
    assert told.hint == "check the spelling, or name the index that has it: --index-url URL"


def test_an_unknown_project_deep_down_is_told_with_its_path() -> None:
    told = refusal(problem("app"), [wheel("app", "1", "lib>1"), wheel("lib", "2", "gone==3")])
    assert isinstance(told, UnknownProject)
    assert "  the command line -> app 1 -> lib 2 -> gone==3" in told.message.splitlines()


def test_an_older_version_is_taken_rather_than_one_that_needs_an_unknown_project() -> None:
    assert pins(answer(problem("app"), [wheel("app", "2", "gone"), wheel("app", "1")])) == {"app": "1"}


def test_where_no_version_fits_those_that_exist_are_told() -> None:
    told = refusal(problem("app>5"), [wheel("app", "1"), wheel("app", "2"), wheel("app", "3rc1")])
    assert isinstance(told, NoVersion)
    assert told.message.splitlines() == [
        "no version of app fits >5",
        "  the command line -> app>5",
        "versions that exist: 3rc1, 2, 1",
    ]
    assert told.hint == "ask for one that exists: app==2"


def test_of_many_versions_the_newest_are_told() -> None:
    told = refusal(problem("app>50"), [wheel("app", str(number)) for number in range(30)])
    assert "versions that exist: 29, 28, 27" in told.message
    assert told.message.endswith("22, and 22 older")


def test_a_project_without_files_is_told_as_such() -> None:
    known = Catalog()
    name = canonicalize_name("app")
    known.learn_project(name, Project(name=name, index="example", releases={}))
    with pytest.raises(NoVersion, match="app is on the index, but has no files"):
        solve(problem("app"), known)


def test_where_only_pre_releases_exist_the_option_that_takes_them_is_told() -> None:
    assert refusal(problem("app>5"), [wheel("app", "3rc1")]).hint == "only pre-releases exist: --pre takes them"


def test_a_constraint_that_leaves_no_version_is_named() -> None:
    constraints = asked("App<1", origin="constraints.txt:7")
    told = refusal(replace(problem("app"), constraints=constraints), [wheel("app", "1")])
    assert isinstance(told, NoVersion)
    assert "  constraints.txt:7 (a constraint) wants App<1" in told.message.splitlines()


def test_a_conflict_tells_both_paths_and_what_exists() -> None:
    offers = [wheel("one", "1", "lib<2"), wheel("two", "1", "mid"), wheel("mid", "4", "lib>=2")]
    told = refusal(problem("one", "two"), [*offers, wheel("lib", "1"), wheel("lib", "2")])
    assert isinstance(told, Conflict)
    assert told.exit_code is ExitCode.RESOLUTION
    assert told.message.splitlines() == [
        "the requirements cannot be met together",
        "  lib:",
        "    the command line -> two 1 -> mid 4 -> lib>=2",
        "    the command line -> one 1 -> lib<2",
        "    versions that exist: 2, 1",
    ]


def test_a_conflict_with_the_users_own_words_tells_where_they_stand() -> None:
    constraints = asked("Lib!=7", origin="constraints.txt:3")
    question = replace(problem("app", "lib<2"), constraints=constraints)
    told = refusal(question, [wheel("app", "1", "lib>=2"), wheel("lib", "1"), wheel("lib", "2")])
    assert "    the command line -> lib<2" in told.message.splitlines()
    assert "    constraints.txt:3 (a constraint) wants Lib!=7" in told.message.splitlines()


def test_a_path_through_an_extra_names_its_project_once() -> None:
    offers = [wheel("app", "1", "lib<2 ; extra == 'x'"), wheel("lib", "1"), wheel("lib", "2")]
    told = refusal(problem("app[x]", "lib>=2"), offers)
    assert "    the command line -> app 1 -> lib<2" in told.message.splitlines()


def test_a_project_without_an_sdist_is_told_with_its_wheels_and_what_to_type() -> None:
    offers = [wheel("torch", "2"), Offer("torch-2-cp312-cp312-win_amd64.whl"), wheel("torch", "1")]
    told = refusal(replace(problem("torch"), formats=FROM_SOURCE), offers)
    assert isinstance(told, NoSource)
    assert told.message.startswith("torch has no sdist: 2 comes as 2 wheels only")
    assert told.hint == "take its wheel: --only-binary torch"


def test_one_wheel_is_told_as_one() -> None:
    told = refusal(replace(problem("torch"), formats=FROM_SOURCE), [wheel("torch", "1")])
    assert "comes as 1 wheel only" in told.message


def test_a_project_whose_fitting_versions_have_no_sdist_is_told_so_though_others_have() -> None:
    offers = [wheel("lib", "2"), Offer("lib-1.tar.gz")]
    assert isinstance(refusal(replace(problem("lib>1"), formats=FROM_SOURCE), offers), NoSource)


def test_a_yanked_version_is_told_with_its_reason_and_how_to_take_it() -> None:
    told = refusal(problem("app>1"), [wheel("app", "1"), replace(wheel("app", "2"), yanked="it eats files")])
    assert isinstance(told, NoVersion)
    assert "yanked: it eats files (only an exact pin, ==2, takes it)" in told.message


@pytest.mark.parametrize(
    "offer",
    [replace(wheel("app", "1"), page_python="<3"), replace(wheel("app", "1"), requires_python="<3")],
    ids=["on the page", "in the metadata"],
)
def test_a_version_for_other_pythons_is_told_with_both(offer: Offer) -> None:
    told = refusal(problem("app"), [offer])
    assert isinstance(told, NoVersion)
    assert f"wheels need Python <3; this is {LINUX.python_version}" in told.message


def test_wheels_for_other_platforms_are_told() -> None:
    offers = [Offer("app-1-cp312-cp312-win_amd64.whl"), Offer("app-1.tar.gz")]
    told = refusal(replace(problem("app"), formats=Formats(only_binary=frozenset({ALL}))), offers)
    assert told.message.startswith(f"no file of app can be taken for {LINUX.name}\n")
    assert f"wheels are for win_amd64, not {LINUX.name}" in told.message
    assert "sdists are not allowed by --only-binary" in told.message
    assert told.hint == "build it from source: --no-binary app"


def test_an_excluded_file_is_told_with_its_reason() -> None:
    known = catalog(wheel("app", "1"))
    known.exclude(Offer("app-1-py3-none-any.whl").artifact, "app-1-py3-none-any.whl holds metadata of other 7")
    with pytest.raises(NoVersion, match="holds metadata of other 7"):
        solve(problem("app"), known)


def hashed(*filenames: str) -> Problem:
    digests = frozenset(map(vouched, filenames))
    return replace(problem(), roots=(replace(asked("app==1")[0], hashes=digests),))


def test_a_hash_that_no_file_has_is_an_integrity_error_with_both_hashes() -> None:
    told = refusal(hashed("something else"), [wheel("app", "1")])
    assert isinstance(told, HashNotOffered)
    assert told.exit_code is ExitCode.INTEGRITY
    assert f"asked for  sha256:{digest('something else')}" in told.message
    assert f"on index   sha256:{digest('app-1-py3-none-any.whl')}  app-1-py3-none-any.whl" in told.message


def test_a_hash_of_a_file_for_another_platform_tells_which_file_was_passed_over_for_its_hash() -> None:
    windows = "app-1-cp312-cp312-win_amd64.whl"
    told = refusal(hashed(windows), [Offer(windows), Offer("app-1.tar.gz")])
    assert isinstance(told, NoVersion)
    assert f"wheels are for win_amd64, not {LINUX.name}" in told.message
    assert f"app-1.tar.gz has another hash than was asked for: sha256:{digest('app-1.tar.gz')}" in told.message


def lines(told: WheelforgeError) -> list[str]:
    return told.message.splitlines()


FLASK = [wheel("flask", f"2.{minor}", "jinja2>=3.0" if minor < 3 else "jinja2>=3.1") for minor in range(6)]
JINJA = [wheel("jinja2", version) for version in ("2.11", "3.0", "3.1")]


def test_versions_that_want_the_same_are_told_in_one_line_and_the_hint_names_what_to_loosen() -> None:
    told = refusal(problem("flask>=2", "jinja2<3"), [*FLASK, *JINJA])
    assert lines(told) == [
        "the requirements cannot be met together",
        "  jinja2:",
        "    the command line -> jinja2<3",
        "    the command line -> flask 2.3 to 2.5 (3 versions) -> jinja2>=3.1",
        "    the command line -> flask 2.0 to 2.2 (3 versions) -> jinja2>=3.0",
        "    versions that exist: 3.1, 3.0, 2.11",
    ]
    assert told.hint == "loosen jinja2<3 or flask>=2"


def test_of_many_different_wishes_the_newest_and_the_oldest_are_told() -> None:
    boto = [wheel("boto3", f"1.{minor}", f"botocore>={minor}") for minor in range(40, 90)]
    told = refusal(problem("botocore<20", "boto3"), [*boto, wheel("botocore", "10"), wheel("botocore", "99")])
    assert lines(told)[2:] == [
        "    the command line -> botocore<20",
        "    the command line -> boto3 1.89 -> botocore>=89",
        "    the command line -> boto3 1.88 -> botocore>=88",
        "    the command line -> boto3 1.87 -> botocore>=87",
        "    the command line -> boto3 1.86 -> botocore>=86",
        "    45 versions between",
        "    the command line -> boto3 1.40 -> botocore>=40",
        "    versions that exist: 99, 10",
    ]


def test_what_takes_no_part_in_a_conflict_is_left_out() -> None:
    offers = [wheel("one", "1", "lib<2"), wheel("two", "1", "lib>=2"), wheel("three", "1", "lib>=1")]
    told = refusal(problem("one", "two", "three"), [*offers, wheel("lib", "1"), wheel("lib", "2")])
    assert "three" not in told.message


def test_a_misspelt_name_is_told_with_one_that_is_known() -> None:
    told = refusal(problem("flask", "jinja"), [wheel("flask", "3", "jinja2"), *JINJA])
    assert told.hint == "perhaps jinja2 was meant, or name the index that has it: --index-url URL"


def test_an_override_is_named_as_the_one_who_wants_it() -> None:
    overrides = asked("lib==9", origin="overrides.txt:1")
    told = refusal(replace(problem("app"), overrides=overrides), [wheel("app", "1", "lib<2"), wheel("lib", "1")])
    assert "  the command line -> app 1 -> lib==9, by overrides.txt:1 (an override)" in lines(told)


MARCH = datetime(2025, 3, 1, tzinfo=UTC)


def test_versions_that_were_uploaded_later_are_told_in_one_line() -> None:
    late = [replace(wheel("app", str(number)), uploaded=f"2025-0{number}-01T00:00:00Z") for number in range(3, 6)]
    told = refusal(replace(problem("app"), uploaded_prior_to=MARCH), late)
    assert lines(told)[-1] == "  3 to 5 (3 versions): uploaded later than 2025-03-01"
    assert told.hint == "name a later moment: --uploaded-prior-to, or for what builds get --build-deps-as-of"


def test_an_index_without_upload_times_is_named() -> None:
    told = refusal(replace(problem("app"), uploaded_prior_to=MARCH), [wheel("app", "1")])
    assert "  1: the index example gives no upload time" in lines(told)
    hint = "leave out --uploaded-prior-to or --build-deps-as-of, or take app from an index with upload times"
    assert told.hint == hint


def test_a_conflict_tells_how_many_newer_files_the_moment_hides() -> None:
    dated = [
        replace(wheel("lib", "1"), uploaded="2025-01-01T00:00:00Z"),
        replace(wheel("lib", "2"), uploaded="2025-04-01"),
    ]
    asks = [
        replace(wheel(name, "1", f"lib{spec}"), uploaded="2025-01-01") for name, spec in (("a", "<1"), ("b", ">=1"))
    ]
    zero = replace(wheel("lib", "0"), uploaded="2025-01-01")
    told = refusal(replace(problem("a", "b"), uploaded_prior_to=MARCH), [*dated, *asks, zero])
    assert "    1 newer file was uploaded later" in lines(told)


def test_hashes_that_have_nothing_in_common_are_told_as_that() -> None:
    roots = tuple(replace(asked("app")[0], hashes=frozenset({vouched(text)})) for text in ("one", "two"))
    told = refusal(replace(problem(), roots=roots), [wheel("app", "1")])
    assert isinstance(told, HashNotOffered)
    assert "the lines have none in common" in told.message


def locked(*offers: Offer, formats: Formats | None = None) -> Problem:
    roots = (Asked(requirement=asked("app==1")[0].requirement, origin="pylock.toml"),)
    return replace(problem(), roots=roots, given=projects(offers), formats=formats or Formats())


def test_a_lock_without_the_sdist_that_is_asked_for_is_named() -> None:
    told = refusal(locked(wheel("app", "1"), formats=FROM_SOURCE), [])
    assert isinstance(told, NoSource)
    assert lines(told)[0] == "pylock.toml lists no sdist of app, and --no-binary forbids its wheels"


def test_what_a_lock_lists_is_all_that_there_is() -> None:
    question = replace(locked(wheel("app", "2")), given=projects([wheel("app", "2")]))
    told = refusal(question, [wheel("app", "1")])
    assert "  app 2 comes from pylock.toml, and no index is asked for it" in lines(told)


def test_a_place_that_holds_another_version_is_named() -> None:
    artifact = replace(wheel("app", "2").artifact, direct=DirectUrl(url="https://example/app"))
    given = replace(project(wheel("app", "2")), releases={artifact.version: (artifact,)})
    told = refusal(replace(problem("app<2"), given={given.name: given}), [])
    assert "  app 2 comes from https://example/app, and no index is asked for it" in lines(told)
    roots = (*asked("app<2"), replace(asked("app")[0], place="/home/me/app"))
    told = refusal(replace(problem(), roots=roots, given={given.name: given}), [])
    assert "  app 2 comes from /home/me/app, and no index is asked for it" in lines(told)


def test_wheels_for_other_pythons_on_the_same_platform_are_told_as_that() -> None:
    tags = ("cp39-cp39", "cp310-cp310", "cp313-cp313t", "pp310-pypy310_pp73")
    offers = [Offer(f"app-1-{tag}-manylinux_2_17_x86_64.whl") for tag in tags]
    told = refusal(problem("app"), [*offers, Offer("app-1-cp312-cp312-win32.whl")])
    pythons = "cp39, cp310, cp313-cp313t, pp310-pypy310_pp73"
    assert lines(told)[-1] == f"  1: wheels for this platform are for {pythons}, not {LINUX.name}"


def test_where_the_users_own_words_are_opposed_that_is_told_rather_than_what_ruled_out_the_rest() -> None:
    offers = [wheel("app", "2", "lib<2"), wheel("app", "1", "gone==7"), wheel("lib", "1"), wheel("lib", "2")]
    told = refusal(problem("app", "lib>=2"), [*offers, wheel("gone", "8")])
    assert isinstance(told, Conflict)
    assert lines(told)[2:4] == ["    the command line -> lib>=2", "    the command line -> app 2 -> lib<2"]


def test_all_that_cannot_be_had_is_told_at_once() -> None:
    told = refusal(problem("app", "gone", "lib==77", "lost"), [wheel("app", "1"), wheel("lib", "2")])
    assert isinstance(told, SeveralUnmet)
    assert [line for line in told.message.splitlines() if line.startswith("no ")] == [
        "no project 'gone' on the index, wanted by the requirements",
        "no version of lib fits ==77",
        "no project 'lost' on the index, wanted by the requirements",
    ]


@pytest.mark.parametrize(
    ("searched", "where"),
    [
        (Searched.LINKS, "no project 'gone' in any --find-links place, "),
        (Searched.NOTHING, "no project 'gone' to be had without an index and without --find-links, "),
    ],
)
def test_where_no_index_was_asked_none_is_named(searched: Searched, where: str) -> None:
    known = Catalog(searched=searched)
    known.learn_project(canonicalize_name("gone"), None)
    with pytest.raises(UnknownProject) as caught:
        solve(problem("gone"), known)
    assert caught.value.message.startswith(where)
    assert "--index-url" not in (caught.value.hint or "")
    assert "--find-links PLACE" in (caught.value.hint or "")


def test_a_python_that_sdists_and_wheels_need_is_told_once() -> None:
    offers = [Offer(name, page_python=">=3.99") for name in ("app-1.tar.gz", "app-1-py3-none-any.whl")]
    told = refusal(problem("app"), offers)
    assert "  1: sdists and wheels need Python >=3.99; this is 3.12.4" in told.message.splitlines()
    assert told.hint is not None
    assert "--python-version" in told.hint


def test_where_all_wheels_are_for_other_platforms_another_target_is_the_way_out() -> None:
    told = refusal(problem("app"), [Offer("app-1-cp312-cp312-win_amd64.whl")])
    assert told.hint == "collect for a target that app has a wheel for, with --target, or ask for another version"


def test_where_an_sdist_would_do_it_is_the_way_out() -> None:
    offers = [Offer("app-1-cp312-cp312-win_amd64.whl"), Offer("app-1.tar.gz")]
    told = refusal(replace(problem("app"), formats=Formats(only_binary=frozenset({ALL}))), offers)
    assert told.hint == "build it from source: --no-binary app"


def test_a_project_that_a_lock_brings_is_told_by_that_lock_and_not_by_who_asks_for_it() -> None:
    name = canonicalize_name("app")
    roots = (*asked("app>=2"), *asked("app==1", origin="pylock.toml"))
    question = replace(problem("app"), roots=roots, given={name: project(wheel("app", "1"))})
    told = refusal(question, [])
    assert "app 1 comes from pylock.toml, and no index is asked for it" in told.message
