"""What the catalog remembers, and what it tells of a candidate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from fakes import LINUX, WINDOWS, Offer, answer, catalog, problem, project, projects
from wheelforge.errors import ResolutionError
from wheelforge.model.direct import DirectUrl
from wheelforge.model.metadata import Surety
from wheelforge.resolve.candidates import Candidate
from wheelforge.resolve.catalog import Catalog
from wheelforge.resolve.problem import Solution
from wheelforge.resolve.solver import solve

if TYPE_CHECKING:
    from wheelforge.model.targets import Target

DEMO = canonicalize_name("demo")
SDIST, WHEEL = "demo-1.tar.gz", "demo-1-py3-none-any.whl"


def candidate(evidence: str = SDIST) -> Candidate:
    return Candidate(name=DEMO, version=Version("1"), artifact=Offer(SDIST).artifact, evidence=Offer(evidence).artifact)


def test_a_project_that_does_not_exist_is_known_too() -> None:
    found = Catalog()
    assert not found.knows(DEMO, problem("demo"))
    found.learn_project(DEMO, None)
    assert found.knows(DEMO, problem("demo"))
    assert found.project(DEMO, problem("demo")) is None
    assert found.shelf(DEMO, problem("demo")) is None


def test_a_pinned_project_is_what_its_index_has_whatever_others_know() -> None:
    found, pinned = catalog(Offer("demo-2.tar.gz")), project(Offer(SDIST))
    assert found.project(DEMO, replace(problem("demo"), pinned={DEMO: pinned})) is pinned
    assert found.project(DEMO, replace(problem("demo"), pinned={DEMO: None})) is None
    assert Catalog().knows(DEMO, replace(problem("demo"), pinned={DEMO: None}))


def test_what_a_file_says_itself_overrides_what_its_sibling_said() -> None:
    found = Catalog()
    assert found.wants(candidate(WHEEL), None, problem("demo")) is None
    found.learn_metadata(Offer(WHEEL).artifact, Offer(WHEEL, ["a"]).metadata)
    assert [want.text for want in found.wants(candidate(WHEEL), None, problem("demo")) or ()] == ["a"]
    found.learn_metadata(Offer(SDIST).artifact, Offer(SDIST, ["b"]).metadata)
    assert [want.text for want in found.wants(candidate(WHEEL), None, problem("demo")) or ()] == ["b"]


def test_what_is_learnt_anew_counts_from_then_on() -> None:
    found = catalog(Offer(SDIST, ["a"]))
    assert [want.text for want in found.wants(candidate(), None, problem("demo")) or ()] == ["a"]
    found.learn_metadata(Offer(SDIST).artifact, Offer(SDIST, ["b"]).metadata)
    assert [want.text for want in found.wants(candidate(), None, problem("demo")) or ()] == ["b"]


def test_each_target_has_its_own_requirements() -> None:
    found = catalog(Offer(SDIST, ["a ; sys_platform == 'win32'", "b ; sys_platform == 'linux'"]))
    assert [want.text for want in found.wants(candidate(), None, problem("demo")) or ()] == ["b"]
    assert [want.text for want in found.wants(candidate(), None, replace(problem("demo"), target=WINDOWS)) or ()] == [
        "a"
    ]


def test_an_extra_brings_only_what_is_not_required_anyway() -> None:
    found = catalog(Offer(SDIST, ["a", "b ; extra == 'x'", "c ; extra != 'x'", "d ; extra == 'Y_y'"]))
    texts = {extra: found.wants(candidate(), canonicalize_name(extra), problem("demo")) or () for extra in ("x", "y-y")}
    assert {extra: [want.text for want in wants] for extra, wants in texts.items()} == {"x": ["b"], "y-y": ["d"]}


def test_an_excluded_file_is_not_offered_any_more_and_the_reason_is_kept() -> None:
    found = catalog(Offer(SDIST), Offer("demo-2.tar.gz"))
    shelf = found.shelf(DEMO, problem("demo"))
    assert shelf is not None
    assert shelf.candidate(Version("2")) is not None
    found.exclude(Offer("demo-2.tar.gz").artifact, "it is broken")
    shelf = found.shelf(DEMO, problem("demo"))
    assert shelf is not None
    assert shelf.candidate(Version("2")) is None
    assert found.reason(Offer("demo-2.tar.gz").artifact) == "it is broken"
    assert found.reason(Offer(SDIST).artifact) is None


def test_targets_do_not_share_candidates() -> None:
    wheel = "demo-1-cp39-cp39-win_amd64.whl"
    found = Catalog()
    found.learn_project(DEMO, project(Offer(wheel)))
    question = problem("demo")
    shelves = [found.shelf(DEMO, replace(question, target=target)) for target in (LINUX, WINDOWS)]
    offered = [shelf.candidate(Version("1")) for shelf in shelves if shelf is not None]
    assert [one and one.artifact.filename for one in offered] == [None, wheel]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("other @ https://files.example/other-1.tar.gz", "by URL"),
        ("other ; platform_machine ~= 'x'", "marker"),
    ],
)
def test_a_requirement_that_cannot_be_followed_is_an_error_that_names_who_has_it(text: str, told: str) -> None:
    with pytest.raises(ResolutionError, match=f"demo 1 .*{told}"):
        catalog(Offer(SDIST, [text])).wants(candidate(), None, problem("demo"))


HERE = "demo-1-cp312-cp312-manylinux_2_28_x86_64.whl"
THERE = "demo-1-cp39-cp39-win_amd64.whl"


def asked_here(evidence: str) -> Catalog:
    """A catalog where a backend on Linux has said ``hook`` of an sdist, and a wheel of it says ``wheel``."""
    found = Catalog(LINUX)
    found.learn_metadata(Offer(evidence).artifact, Offer(evidence, ["wheel"]).metadata)
    found.learn_metadata(Offer(SDIST).artifact, replace(Offer(SDIST, ["hook"]).metadata, surety=Surety.HOOK))
    return found


@pytest.mark.parametrize(
    ("target", "evidence", "expected"),
    [
        pytest.param(LINUX, HERE, "hook", id="where it was asked"),
        pytest.param(WINDOWS, THERE, "wheel", id="the target's own wheel"),
        pytest.param(WINDOWS, HERE, "hook", id="a wheel of another target"),
    ],
)
def test_a_targets_own_wheel_knows_better_than_a_backend_that_was_asked_elsewhere(
    target: Target, evidence: str, expected: str
) -> None:
    found = asked_here(evidence).wants(candidate(evidence), None, replace(problem("demo"), target=target))
    assert [want.text for want in found or ()] == [expected]


def test_a_static_sdist_speaks_for_itself_on_every_target() -> None:
    found = Catalog(LINUX)
    found.learn_metadata(Offer(THERE).artifact, Offer(THERE, ["wheel"]).metadata)
    found.learn_metadata(Offer(SDIST).artifact, Offer(SDIST, ["own"]).metadata)
    wants = found.wants(candidate(THERE), None, replace(problem("demo"), target=WINDOWS))
    assert [want.text for want in wants or ()] == ["own"]


def test_another_release_of_the_same_system_is_not_elsewhere() -> None:
    newer = replace(LINUX, name="other", environment={**LINUX.environment, "python_full_version": "3.12.9"})
    assert not Catalog(LINUX).is_foreign(newer)
    assert Catalog(LINUX).is_foreign(WINDOWS)
    assert not Catalog().is_foreign(WINDOWS)


URL = "other[x] @ https://me:secret@files.example/other-1.tar.gz?token=secret"


def test_a_place_that_a_requirement_names_is_told_without_credentials_and_with_the_way_out() -> None:
    with pytest.raises(ResolutionError) as caught:
        catalog(Offer(SDIST, [URL])).wants(candidate(), None, problem("demo"))
    assert "secret" not in f"{caught.value.message}{caught.value.hint}"
    assert caught.value.hint == (
        "if you trust that place, name it on the command line: 'other @ https://files.example/other-1.tar.gz'"
    )


def test_a_place_counts_as_the_name_alone_where_the_user_has_named_one_himself() -> None:
    known, other = catalog(Offer(SDIST, [URL])), Offer("other-2.tar.gz")
    question = replace(problem("demo"), given=projects([other]))
    with pytest.raises(ResolutionError, match="by URL"):
        known.wants(candidate(), None, question)
    placed = replace(other.artifact, direct=DirectUrl(url="other", directory=True))
    given = replace(project(other), releases={placed.version: (placed,)})
    found = known.wants(candidate(), None, replace(question, given={given.name: given}))
    assert [want.text for want in found or ()] == ["other[x]", "other[x]"]


def test_an_extra_that_neither_provides_extra_nor_a_marker_names_is_lacking() -> None:
    offer = Offer("app-1-py3-none-any.whl", ['lib; extra == "fancy" and sys_platform == "win32"'])
    found = answer(problem("app[fancy,win32,nosuch]"), [offer, Offer("lib-1-py3-none-any.whl")])
    assert catalog(offer).lacking_extras(found.choices[0], LINUX) == ["nosuch", "win32"]


def test_excluded_files_of_a_chosen_project_are_known_with_their_reasons() -> None:
    old, new = Offer("app-1-py3-none-any.whl"), Offer("app-2-py3-none-any.whl")
    known = catalog(old, new)
    known.exclude(new.artifact, "broken")
    found = solve(problem("app"), known)
    assert isinstance(found, Solution)
    assert known.passed_over(found.choices[0].candidate) == [new.artifact]
    assert known.reason(new.artifact) == "broken"
