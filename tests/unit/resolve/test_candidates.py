"""Which file stands for a version, and in which order versions are tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from fakes import LINUX, Offer, project, vouched
from wheelforge.model.artifacts import Kind
from wheelforge.model.digest import Algorithm, Digest
from wheelforge.model.inputs import Resolution
from wheelforge.resolve.candidates import Refusal, Rules, Shelf, identity, pins

EITHER = (Kind.WHEEL, Kind.SDIST)
SOURCE_FIRST = (Kind.SDIST, Kind.WHEEL)
ANY_WHEEL = "demo-{}-py3-none-any.whl"


def shelf(*offers: Offer | str, kinds: tuple[Kind, ...] = EITHER, hashes: frozenset[Digest] | None = None) -> Shelf:
    made = [Offer(offer) if isinstance(offer, str) else offer for offer in offers]
    return Shelf(project(*made), Rules(target=LINUX, kinds=kinds, hashes=hashes))


def wheels(*versions: str) -> Shelf:
    return shelf(*(ANY_WHEEL.format(version) for version in versions))


def order(
    found: Shelf, specifier: str = "", *, prereleases: bool = False, preferred: tuple[str, ...] = ()
) -> list[str]:
    wanted = tuple(map(Version, preferred))
    matching = found.matching(SpecifierSet(specifier), prereleases=prereleases, preferred=wanted)
    return [str(candidate.version) for candidate in matching]


def taken(found: Shelf, version: str = "1") -> str | None:
    candidate = found.candidate(Version(version))
    return None if candidate is None else candidate.artifact.filename


def test_the_newest_version_comes_first() -> None:
    assert order(wheels("1.9", "1.10", "1.2")) == ["1.10", "1.9", "1.2"]


def test_versions_outside_the_specifier_are_left_out() -> None:
    assert order(wheels("1", "2", "3"), ">1,<3") == ["2"]


def test_preferred_versions_come_first_in_their_own_order() -> None:
    assert order(wheels("1", "2", "3", "4"), preferred=("2", "1")) == ["2", "1", "4", "3"]


def test_a_preferred_version_that_does_not_fit_or_exist_is_no_version() -> None:
    assert order(wheels("1", "2", "3"), "<3", preferred=("3", "2.5", "1")) == ["1", "2"]


def test_a_version_that_is_preferred_twice_is_tried_once() -> None:
    assert order(wheels("1", "2"), preferred=("1", "1")) == ["1", "2"]


def test_pre_releases_wait_until_nothing_else_fits() -> None:
    found = wheels("1", "2rc1", "2.dev1")
    assert order(found) == ["1"]
    assert order(found, ">1") == ["2rc1", "2.dev1"]


def test_pre_releases_are_taken_in_their_place_when_they_are_allowed() -> None:
    assert order(wheels("1", "2rc1"), prereleases=True) == ["2rc1", "1"]


def test_a_specifier_that_names_a_pre_release_asks_for_them() -> None:
    assert order(wheels("1", "2rc1"), ">=1rc1") == ["2rc1", "1"]


def test_a_final_release_that_cannot_be_taken_does_not_keep_pre_releases_away() -> None:
    found = shelf(ANY_WHEEL.format("1"), "demo-2-py3-none-win_amd64.whl", ANY_WHEEL.format("3rc1"))
    assert order(found, ">1") == ["3rc1"]


def test_post_releases_and_local_versions_are_final() -> None:
    assert order(wheels("1", "1.post1", "1+local")) == ["1.post1", "1+local", "1"]


def yanked() -> Shelf:
    return shelf(ANY_WHEEL.format("1"), Offer(ANY_WHEEL.format("2"), yanked="it eats files"))


@pytest.mark.parametrize("specifier", ["", ">=1", "==2.*", "~=2.0", "!=1"])
def test_a_yanked_file_is_not_taken_for_anything_but_an_exact_pin(specifier: str) -> None:
    assert "2" not in order(yanked(), specifier)


@pytest.mark.parametrize("specifier", ["==2", "==2.0", "===2", "==2,>1"])
def test_a_yanked_file_is_taken_for_an_exact_pin(specifier: str) -> None:
    assert order(yanked(), specifier) == ["2"]


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [("==2", True), ("===2", True), ("==2.0", True), ("==3", False), ("==2.*", False), (">=2", False), ("", False)],
)
def test_a_pin_names_one_version_exactly(specifier: str, *, expected: bool) -> None:
    assert pins(SpecifierSet(specifier), Version("2")) is expected


def test_a_file_for_other_pythons_is_passed_over() -> None:
    found = shelf(Offer(ANY_WHEEL.format("1"), page_python="<3.10"), Offer("demo-1.tar.gz", page_python=">=3.10"))
    assert taken(found) == "demo-1.tar.gz"


def test_a_version_without_a_file_for_this_python_is_no_candidate() -> None:
    assert order(shelf(Offer("demo-2.tar.gz", page_python=">=3.13"), "demo-1.tar.gz")) == ["1"]


def test_a_pre_release_of_python_counts_as_what_it_leads_to() -> None:
    assert taken(shelf(Offer("demo-1.tar.gz", page_python=">=3.12"))) == "demo-1.tar.gz"


def test_the_most_specific_wheel_is_taken() -> None:
    found = shelf(
        ANY_WHEEL.format("1"),
        "demo-1-cp312-cp312-manylinux_2_17_x86_64.whl",
        "demo-1-cp312-cp312-manylinux_2_28_x86_64.whl",
        "demo-1-cp38-abi3-manylinux_2_28_x86_64.whl",
    )
    assert taken(found) == "demo-1-cp312-cp312-manylinux_2_28_x86_64.whl"


def test_wheels_of_other_platforms_are_none() -> None:
    assert taken(shelf("demo-1-cp312-cp312-win_amd64.whl", "demo-1-cp313-cp313-manylinux_2_17_x86_64.whl")) is None


def test_of_wheels_with_equal_tags_the_highest_build_is_taken() -> None:
    names = [f"demo-1-{build}py3-none-any.whl" for build in ("", "2-", "10-", "10a-")]
    assert taken(shelf(*names)) == "demo-1-10a-py3-none-any.whl"


def test_the_preferred_kind_is_taken_where_a_version_has_both() -> None:
    names = ("demo-1.tar.gz", ANY_WHEEL.format("1"))
    assert taken(shelf(*names)) == ANY_WHEEL.format("1")
    assert taken(shelf(*names, kinds=SOURCE_FIRST)) == "demo-1.tar.gz"


def test_the_preferred_kind_does_not_beat_a_newer_version() -> None:
    assert order(shelf("demo-1.tar.gz", ANY_WHEEL.format("2"), kinds=SOURCE_FIRST)) == ["2", "1"]


def test_a_kind_that_is_not_allowed_is_not_taken() -> None:
    found = shelf("demo-1.tar.gz", ANY_WHEEL.format("2"), kinds=(Kind.SDIST,))
    assert order(found) == ["1"]


def test_a_tarball_beats_a_zip() -> None:
    assert taken(shelf("demo-1.zip", "demo-1.tar.gz")) == "demo-1.tar.gz"


def test_only_files_with_a_hash_that_was_written_down_are_taken() -> None:
    hashes = frozenset({vouched("demo-1.tar.gz")})
    assert taken(shelf("demo-1.tar.gz", ANY_WHEEL.format("1"), hashes=hashes)) == "demo-1.tar.gz"
    assert order(shelf("demo-1.tar.gz", "demo-2.tar.gz", hashes=hashes)) == ["1"]


def test_a_file_whose_page_promises_no_hash_is_taken_with_the_hashes_that_its_bytes_must_have() -> None:
    hashes = frozenset({vouched("one"), vouched("other")})
    candidate = shelf(Offer("demo-1.tar.gz", promised=False), hashes=hashes).candidate(Version("1"))
    assert candidate is not None
    assert candidate.artifact.allowed == hashes
    assert candidate.evidence is candidate.artifact


def test_a_file_that_is_promised_to_have_the_hash_is_surer_than_one_that_may_have_it() -> None:
    bare, sdist = Offer(ANY_WHEEL.format("1"), promised=False), Offer("demo-1.tar.gz")
    assert taken(shelf(bare, sdist)) == bare.filename
    assert taken(shelf(bare, sdist, hashes=frozenset({vouched(sdist.filename)}))) == sdist.filename
    assert taken(shelf(bare, sdist, hashes=frozenset({vouched("another")}))) == bare.filename


def test_where_a_page_promises_another_algorithm_than_was_asked_for_the_bytes_will_tell() -> None:
    stronger = Digest(algorithm=Algorithm.SHA512, value="0" * 128)
    sdist, wheel = Offer("demo-1.tar.gz"), Offer(ANY_WHEEL.format("1"))
    found = shelf(sdist, wheel, hashes=frozenset({stronger})).candidate(Version("1"))
    assert found is not None
    assert (found.artifact.filename, found.artifact.is_vouched) == (wheel.filename, False)
    found = shelf(sdist, wheel, hashes=frozenset({stronger, vouched(sdist.filename)})).candidate(Version("1"))
    assert found is not None
    assert (found.artifact.filename, found.artifact.is_vouched) == (sdist.filename, True)


def test_a_file_whose_promised_sha512_is_another_cannot_have_the_one_that_is_asked_for() -> None:
    asked, other = (Digest(algorithm=Algorithm.SHA512, value=sign * 128) for sign in "01")
    bare = Offer("demo-1.tar.gz", promised=False).artifact
    rules = Rules(target=LINUX, kinds=EITHER, hashes=frozenset({asked}))
    assert rules.may_have(bare)
    assert rules.refuses(replace(bare, other_hashes=frozenset({other}))) is Refusal.HASH
    assert rules.promises(replace(bare, other_hashes=frozenset({asked})))
    assert rules.bound(replace(bare, other_hashes=frozenset({asked}))).is_vouched


def test_no_file_can_have_all_hashes_of_lines_that_have_none_in_common() -> None:
    assert order(shelf(Offer("demo-1.tar.gz", promised=False), hashes=frozenset())) == []


def test_an_excluded_file_leaves_its_version_to_the_others() -> None:
    offers = [Offer("demo-1.tar.gz"), Offer(ANY_WHEEL.format("1"))]
    excluded = {identity(offers[1].artifact): "it is broken"}
    assert taken(Shelf(project(*offers), Rules(target=LINUX, kinds=EITHER), excluded)) == "demo-1.tar.gz"


@pytest.mark.parametrize(
    ("siblings", "expected"),
    [
        ([], "demo-1.tar.gz"),
        (["demo-1-py3-none-any.whl"], "demo-1-py3-none-any.whl"),
        (["demo-1-cp312-cp312-win_amd64.whl"], "demo-1-cp312-cp312-win_amd64.whl"),
        (
            ["demo-1-cp312-cp312-macosx_11_0_arm64.whl", "demo-1-cp312-cp312-manylinux_2_28_x86_64.whl"],
            "demo-1-cp312-cp312-manylinux_2_28_x86_64.whl",
        ),
    ],
)
def test_a_wheel_of_the_version_speaks_for_its_sdist_the_targets_own_if_it_can(
    siblings: list[str], expected: str
) -> None:
    candidate = shelf("demo-1.tar.gz", *siblings, kinds=(Kind.SDIST,)).candidate(Version("1"))
    assert candidate is not None
    assert (candidate.artifact.filename, candidate.evidence.filename) == ("demo-1.tar.gz", expected)


def evidence(*offers: Offer, before: datetime | None = None) -> str | None:
    rules = Rules(target=LINUX, kinds=(Kind.SDIST,), uploaded_prior_to=before)
    candidate = Shelf(project(*offers), rules).candidate(Version("1"))
    return None if candidate is None else candidate.evidence.filename


def test_a_wheel_that_was_not_there_yet_does_not_speak_for_its_sdist() -> None:
    sdist = Offer("demo-1.tar.gz", uploaded="2020-01-01T00:00:00Z")
    early, late = (Offer(ANY_WHEEL.format("1"), uploaded=f"{year}-01-01T00:00:00Z") for year in (2020, 2026))
    assert evidence(sdist, early, before=MARCH) == early.filename
    assert evidence(sdist, late, before=MARCH) == sdist.filename
    assert evidence(sdist, Offer(ANY_WHEEL.format("1")), before=MARCH) == sdist.filename


def test_a_yanked_wheel_speaks_for_no_sdist_but_one_that_was_yanked_too() -> None:
    wheel = Offer(ANY_WHEEL.format("1"), yanked="it says nonsense")
    assert evidence(Offer("demo-1.tar.gz"), wheel) == "demo-1.tar.gz"
    assert evidence(Offer("demo-1.tar.gz", yanked=""), wheel) == wheel.filename


def test_a_wheel_of_another_hash_speaks_for_its_sdist() -> None:
    hashes = frozenset({vouched("demo-1.tar.gz")})
    candidate = shelf("demo-1.tar.gz", ANY_WHEEL.format("1"), kinds=(Kind.SDIST,), hashes=hashes).candidate(
        Version("1")
    )
    assert candidate is not None
    assert candidate.evidence.filename == ANY_WHEEL.format("1")


def test_a_version_with_a_yanked_file_is_taken_by_another_file_of_it() -> None:
    offers = [Offer("demo-1.tar.gz"), replace(Offer(ANY_WHEEL.format("1")), yanked="broken")]
    assert taken(shelf(*offers)) == "demo-1.tar.gz"


def test_the_lowest_versions_are_tried_first_and_pre_releases_still_only_where_nothing_else_fits() -> None:
    offers = [Offer(ANY_WHEEL.format(version)) for version in ("1rc1", "1", "2", "3rc1")]
    found = Shelf(project(*offers), Rules(target=LINUX, kinds=EITHER, resolution=Resolution.LOWEST))
    assert order(found) == ["1", "2"]
    assert order(found, prereleases=True) == ["1rc1", "1", "2", "3rc1"]
    assert order(found, ">2", prereleases=True) == ["3rc1"]
    assert order(found, preferred=("2",)) == ["2", "1"]


MARCH = datetime(2025, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("uploaded", "there"),
    [
        ("2025-02-28T23:59:59.999999Z", True),
        ("2025-03-01T00:00:00Z", False),
        ("2025-03-01T00:30:00+01:00", True),
        ("yesterday", False),
        ("0001-01-01T00:00:00+23:59", False),
        (None, False),
    ],
)
def test_files_uploaded_at_the_moment_or_later_are_not_there(uploaded: str | None, there: bool) -> None:  # noqa: FBT001 - a table
    offers = [replace(Offer("demo-1.tar.gz"), uploaded=uploaded)]
    found = Shelf(project(*offers), Rules(target=LINUX, kinds=EITHER, uploaded_prior_to=MARCH))
    assert (taken(found) is not None) is there
