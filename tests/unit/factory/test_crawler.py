"""The crawler reads what the solver is likely to want, once, and survives what is broken."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from fakes import FakeIndex, Offer, asked, pins, problem
from wheelforge.errors import BuildError, IndexAccessError, IntegrityError
from wheelforge.events import Looked, silent
from wheelforge.factory.crawler import Crawler
from wheelforge.metadata.ladder import BackendNotAsked, Ladder
from wheelforge.resolve.catalog import Catalog
from wheelforge.resolve.problem import Lacks, Solution
from wheelforge.resolve.solver import solve

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.utils import NormalizedName

    from wheelforge.errors import WheelforgeError
    from wheelforge.events import Event, Reporter
    from wheelforge.model.artifacts import Artifact, Project
    from wheelforge.model.metadata import BuildSystem, Metadata
    from wheelforge.resolve.problem import Problem


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
        self._ladder = Ladder(self.index, backend or BrokenBackend())

    def crawler(self, report: Reporter = silent) -> Crawler:
        return Crawler(index=self.index, ladder=self._ladder, catalog=self.catalog, report=report)

    def read_ahead(self, question: Problem) -> None:
        asyncio.run(self.crawler().read_ahead(question))

    def solved(self, question: Problem) -> tuple[Solution, int]:
        """The answer, and how often the solver had to begin anew."""

        async def main() -> tuple[Solution, int]:
            crawler, restarts = self.crawler(), 0
            await crawler.read_ahead(question)
            while isinstance(found := solve(question, self.catalog), Lacks):
                await crawler.learn(question, found)
                restarts += 1
            return found, restarts

        return asyncio.run(main())


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
    assert crawl.catalog.reason(broken.filename) is not None


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


def test_every_page_and_every_candidate_is_reported(tmp_path: Path) -> None:
    heard: list[Event] = []
    crawl = crawl_over(tmp_path, wheel("app", "1", "lib"), wheel("lib", "2"))
    asyncio.run(crawl.crawler(heard.append).read_ahead(problem("app")))
    assert {event.subject for event in heard if isinstance(event, Looked)} == {"app", "lib", "app 1", "lib 2"}


def test_a_project_that_does_not_exist_is_remembered(tmp_path: Path) -> None:
    crawl = crawl_over(tmp_path)
    crawl.read_ahead(problem("nowhere"))
    crawl.read_ahead(problem("nowhere"))
    assert crawl.index.asked == ["nowhere"]
    assert crawl.catalog.project(canonicalize_name("nowhere")) is None
