"""The crawler reads what the solver is likely to want, once, and survives what is broken."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.utils import NormalizedName, canonicalize_name

from fakes import LINUX, WINDOWS, FakeIndex, Offer, asked, pins, problem, projects
from places import place
from wheelforge.direct.obtained import Obtained
from wheelforge.errors import BuildError, IndexAccessError, IntegrityError, ResolutionError
from wheelforge.factory.ahead import Idle
from wheelforge.factory.crawler import Crawler
from wheelforge.metadata.ladder import BackendNotAsked, Ladder
from wheelforge.model.direct import DirectUrl
from wheelforge.model.inputs import Resolution
from wheelforge.resolve.catalog import Catalog
from wheelforge.resolve.problem import Lacks, Solution
from wheelforge.resolve.solver import solve

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from wheelforge.errors import WheelforgeError
    from wheelforge.model.artifacts import Artifact, Project
    from wheelforge.model.inputs import Reference
    from wheelforge.model.metadata import BuildSystem, Metadata
    from wheelforge.resolve.problem import Problem


SAME_NAME = replace(LINUX, environment={**LINUX.environment, "python_version": "3.9", "python_full_version": "3.9.1"})
"""A target that is called as `LINUX` is, and is another."""


def wheel(name: str, version: str, *requires: str) -> Offer:
    return Offer(f"{name}-{version}-py3-none-any.whl", requires)


class BrokenBackend:
    """Every question ends in the same error."""

    def __init__(self, fault: WheelforgeError | None = None) -> None:
        self._fault = fault or BackendNotAsked("nothing is run here")

    async def __call__(self, _sdist: Artifact, _system: BuildSystem, _assumed: Metadata | None, /) -> Metadata:
        raise self._fault


class Crawl:
    """A crawler over an index."""

    def __init__(self, index: FakeIndex, backend: BrokenBackend | None = None) -> None:
        self.index = index
        self.catalog = Catalog()
        self.restarts = 0
        self._ladder = Ladder(self.index, backend or BrokenBackend())

    def crawler(self) -> Crawler:
        return Crawler(index=self.index, ladder=self._ladder, catalog=self.catalog, ahead=Idle())

    def read_ahead(self, question: Problem) -> None:
        asyncio.run(self.crawler().read_ahead(question))

    async def solve(self, question: Problem) -> Solution:
        """The answer, as `IndexFacts` comes to it; ``restarts`` counts how often the solver had to begin anew."""
        crawler = self.crawler()
        await crawler.read_ahead(question)
        while isinstance(found := solve(question, self.catalog), Lacks):
            await crawler.learn(question, found)
            self.restarts += 1
        return found

    def solved(self, question: Problem) -> tuple[Solution, int]:
        """The answer, and how often the solver had to begin anew."""
        before = self.restarts
        return asyncio.run(self.solve(question)), self.restarts - before


def crawl_over(folder: Path, *offers: Offer, backend: BrokenBackend | None = None) -> Crawl:
    return Crawl(FakeIndex(folder, *offers, pause=lambda: 2), backend)


WEB = [
    wheel("flask", "3.1", "werkzeug>=3.1", "jinja2", "click ; sys_platform == 'linux'", "win ; os_name == 'nt'"),
    wheel("flask", "3.0", "werkzeug>=3.0"),
    wheel("werkzeug", "3.1", "markupsafe"),
    wheel("werkzeug", "3.0", "markupsafe"),
    wheel("jinja2", "3", "markupsafe", "babel ; extra == 'i18n'"),
    wheel("markupsafe", "3"),
    wheel("click", "8"),
    wheel("win", "1"),
    wheel("babel", "2"),
]


def test_all_is_read_before_the_solver_begins(tmp_path: Path) -> None:
    found, restarts = crawl_over(tmp_path, *WEB).solved(problem("flask", "jinja2[i18n]"))
    assert restarts == 0
    assert pins(found).keys() == {"flask", "werkzeug", "jinja2", "markupsafe", "click", "babel"}


class Known:
    """One file, at whatever place."""

    def __init__(self, offer: Offer) -> None:
        self._artifact = replace(offer.artifact, direct=DirectUrl(url="https://files.example/x"))
        self.asked: list[Reference] = []

    async def obtain(self, reference: Reference) -> Obtained:
        self.asked.append(reference)
        return Obtained(reference=reference, artifact=self._artifact)


def test_a_place_that_a_constraint_names_is_obtained_once_and_only_where_it_is_needed(tmp_path: Path) -> None:
    own, werkzeug, other = (
        wheel("werkzeug", "3.1.5"),
        place("https://files.example/w"),
        place("https://files.example/o"),
    )
    places = {NormalizedName("werkzeug"): werkzeug, NormalizedName("other"): other}
    crawl, known = crawl_over(tmp_path, *WEB, own), Known(own)
    crawler = crawl.crawler()
    crawler.reach(known)

    async def solve_twice() -> list[Solution | Lacks]:
        questions = [replace(problem(name), places=places) for name in ("flask", "werkzeug")]
        for question in questions:
            await crawler.read_ahead(question)
        return [solve(question, crawl.catalog) for question in questions]

    for found in asyncio.run(solve_twice()):
        assert isinstance(found, Solution)
        assert pins(found)["werkzeug"] == "3.1.5"
    assert known.asked == [werkzeug]


def test_nothing_is_read_twice(tmp_path: Path) -> None:
    crawl = crawl_over(tmp_path, *WEB)
    crawl.solved(problem("flask", "jinja2[i18n]"))
    crawl.solved(problem("werkzeug"))
    assert len(crawl.index.asked) == len(set(crawl.index.asked))


def test_nothing_is_read_for_other_targets_or_for_extras_that_nobody_wants(tmp_path: Path) -> None:
    crawl = crawl_over(tmp_path, *WEB)
    crawl.read_ahead(problem("flask", "nothing ; os_name == 'nt'"))
    assert not {"win", "babel", "nothing"} & set(crawl.index.asked)


def test_metadata_is_read_of_the_likely_versions_only(tmp_path: Path) -> None:
    crawl = crawl_over(tmp_path, *WEB)
    crawl.read_ahead(replace(problem("flask"), constraints=asked("Werkzeug<3.1")))
    assert "werkzeug-3.0-py3-none-any.whl.metadata" not in crawl.index.asked
    assert "flask-3.0-py3-none-any.whl.metadata" not in crawl.index.asked


def test_without_following_no_dependency_is_read(tmp_path: Path) -> None:
    crawl = crawl_over(tmp_path, *WEB)
    crawl.read_ahead(replace(problem("flask"), follow=False))
    assert crawl.index.asked[0] == "flask"
    assert "werkzeug" not in crawl.index.asked


def test_a_deep_chain_needs_no_restart(tmp_path: Path) -> None:
    chain = [wheel(f"p{number}", "1", f"p{number + 1}") for number in range(100)]
    found, restarts = crawl_over(tmp_path, *chain, wheel("p100", "1")).solved(problem("p0"))
    assert (len(found.choices), restarts) == (101, 0)


def test_projects_that_require_each_other_come_to_an_end(tmp_path: Path) -> None:
    found, _ = crawl_over(tmp_path, wheel("a", "1", "b[x]"), wheel("b", "1", "a ; extra == 'x'")).solved(problem("a"))
    assert pins(found) == {"a": "1", "b": "1"}


def test_each_version_that_the_solver_falls_back_to_costs_one_restart_and_no_more(tmp_path: Path) -> None:
    versions = [wheel("app", str(number), f"lib=={number}", f"new{number}") for number in range(1, 6)]
    libs = [wheel("lib", str(number)) for number in range(1, 6)]
    news = [wheel(f"new{number}", "1", "deep") for number in range(1, 6)]
    crawl = crawl_over(tmp_path, *versions, *libs, *news, wheel("deep", "1"))
    found, restarts = crawl.solved(problem("app", "lib==3"))
    assert pins(found) == {"app": "3", "lib": "3", "new3": "1", "deep": "1"}
    assert restarts <= 2


def test_a_long_way_back_is_read_in_ever_larger_steps(tmp_path: Path) -> None:
    versions = [wheel("app", str(number), f"lib=={number}") for number in range(100)]
    libs = [wheel("lib", str(number)) for number in range(100)]
    crawl = crawl_over(tmp_path, *versions, *libs)
    found, restarts = crawl.solved(problem("app", "lib==3"))
    assert pins(found) == {"app": "3", "lib": "3"}
    assert restarts <= 7


def test_a_long_way_back_reads_no_sdists_ahead_since_their_backends_might_be_asked(tmp_path: Path) -> None:
    sdists = [Offer(f"app-{number}.tar.gz", [f"lib=={number}"]) for number in range(10)]
    crawl = crawl_over(tmp_path, *sdists, *(wheel("lib", str(number)) for number in range(10)))
    assert pins(crawl.solved(problem("app", "lib==7"))[0]) == {"app": "7", "lib": "7"}
    assert "app-6.tar.gz" not in crawl.index.asked


def test_overrides_cut_offs_and_given_projects_are_heeded_when_reading_ahead(tmp_path: Path) -> None:
    dated = [replace(one, uploaded="2025-01-01T00:00:00Z") for one in WEB]
    new = replace(wheel("flask", "4", "unheard"), uploaded="2026-01-01T00:00:00Z")
    crawl = crawl_over(tmp_path, new, *dated)
    question = replace(
        problem("flask"),
        overrides=asked("jinja2[i18n]"),
        given=projects([wheel("markupsafe", "3")]),
        uploaded_prior_to=datetime(2025, 6, 1, tzinfo=UTC),
    )
    found, restarts = crawl.solved(question)
    assert restarts == 0
    assert pins(found).keys() == {"flask", "werkzeug", "jinja2", "markupsafe", "click", "babel"}
    assert not {"markupsafe", "unheard", "flask-4-py3-none-any.whl.metadata"} & set(crawl.index.asked)


def test_the_lowest_versions_are_read_ahead_where_they_are_tried_first(tmp_path: Path) -> None:
    crawl = crawl_over(tmp_path, *WEB)
    _, restarts = crawl.solved(replace(problem("flask"), resolution=Resolution.LOWEST))
    assert restarts == 0
    assert "flask-3.1-py3-none-any.whl.metadata" not in crawl.index.asked


REQUIREMENTS = st.tuples(
    st.sampled_from("abcd"),
    st.sampled_from(["", ">=2", "<3", "==1"]),
    st.sampled_from(["", " ; sys_platform == 'win32'", " ; python_version >= '3.10'"]),
)


@st.composite
def worlds(draw: st.DrawFn) -> list[Offer]:
    """Small indexes where platforms and Pythons have different wheels and different requirements."""
    found = []
    for name, version in itertools.product("abcd", "123"):
        requires = ["".join(parts) for parts in draw(st.lists(REQUIREMENTS, max_size=2))]
        tags = draw(st.sampled_from(["py3-none-any", "py3-none-any", "cp312-cp312-manylinux_2_28_x86_64"]))
        python = draw(st.sampled_from([None, None, ">=3.10"]))
        found.append(Offer(f"{name}-{version}-{tags}.whl", requires, requires_python=python))
    return found


async def settled(crawl: Crawl, question: Problem) -> dict[str, str] | None:
    """The pins; ``None`` where there are none."""
    try:
        return pins(await crawl.solve(question))
    except ResolutionError:
        return None


@given(worlds(), st.randoms(use_true_random=False))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_target_gets_what_it_would_get_alone(tmp_path: Path, offers: list[Offer], chance: random.Random) -> None:
    questions = [replace(problem("a", "b"), target=target) for target in (LINUX, WINDOWS, SAME_NAME)]

    async def together() -> list[dict[str, str] | None]:
        crawl = Crawl(FakeIndex(tmp_path, *offers, pause=lambda: chance.randrange(3)))
        return await asyncio.gather(*(settled(crawl, question) for question in questions))

    alone = [asyncio.run(settled(crawl_over(tmp_path, *offers), question)) for question in questions]
    assert asyncio.run(together()) == alone


@pytest.mark.parametrize(
    "broken",
    [
        wheel("app", "2", "not a requirement"),
        Offer("app-2-py3-none-any.whl", names="other-2"),
        Offer("app-2.tar.gz", ["not a requirement"]),
    ],
)
def test_a_file_with_broken_metadata_is_left_out_and_the_next_version_is_taken(tmp_path: Path, broken: Offer) -> None:
    crawl = crawl_over(tmp_path, broken, wheel("app", "1"))
    found, _ = crawl.solved(problem("app"))
    assert pins(found) == {"app": "1"}
    assert crawl.catalog.reason(broken.artifact) is not None


def test_a_wheel_with_broken_metadata_leaves_its_version_to_the_sdist(tmp_path: Path) -> None:
    found, _ = crawl_over(tmp_path, wheel("app", "2", "not a requirement"), Offer("app-2.tar.gz")).solved(
        problem("app")
    )
    assert found.choices[0].candidate.artifact.filename == "app-2.tar.gz"


DYNAMIC = [wheel("app", "1", "lib", "old"), wheel("old", "1", "lib<2"), Offer("lib-2.tar.gz", is_static=False)]


@pytest.mark.parametrize("fault", [BackendNotAsked("it is not asked"), BuildError("it failed"), IntegrityError("no")])
def test_a_version_that_could_not_be_read_ahead_and_is_not_taken_does_no_harm(
    tmp_path: Path, fault: WheelforgeError
) -> None:
    crawl = crawl_over(tmp_path, *DYNAMIC, wheel("lib", "1"), backend=BrokenBackend(fault))
    assert pins(crawl.solved(problem("app", "lib<2"))[0]) == {"app": "1", "lib": "1", "old": "1"}


@pytest.mark.parametrize("fault", [BackendNotAsked("it is not asked"), BuildError("it failed"), IntegrityError("no")])
def test_a_version_that_could_not_be_read_is_an_error_once_the_solver_wants_it(
    tmp_path: Path, fault: WheelforgeError
) -> None:
    crawl = crawl_over(tmp_path, DYNAMIC[2], backend=BrokenBackend(fault))
    with pytest.raises(type(fault)) as caught:
        crawl.solved(problem("lib"))
    assert caught.value is fault


class Unreachable(FakeIndex):
    """An index that fails for one project, and never ends with another."""

    async def project(self, name: NormalizedName) -> Project | None:
        if name == "down":
            raise IndexAccessError("index.example does not answer")
        if name == "slow":
            await asyncio.Event().wait()
        return await super().project(name)


def test_an_index_that_does_not_answer_ends_the_reading_at_once(tmp_path: Path) -> None:
    crawl = Crawl(Unreachable(tmp_path, wheel("app", "1", "slow", "down")))
    with pytest.raises(IndexAccessError, match="does not answer"):
        crawl.read_ahead(problem("app", "slow"))


def test_a_project_that_does_not_exist_is_remembered(tmp_path: Path) -> None:
    crawl = crawl_over(tmp_path)
    crawl.read_ahead(problem("nowhere"))
    crawl.read_ahead(problem("nowhere"))
    assert crawl.index.asked == ["nowhere"]
    assert crawl.catalog.project(canonicalize_name("nowhere"), problem()) is None
