"""Facts from an index: what was assumed is confirmed, and no backend waits for another."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from fakes import (
    LINUX,
    WINDOWS,
    FakeDesk,
    FakeIndex,
    Offer,
    asked,
    digest,
    files,
    no_pause,
    packed_tree,
    pins,
    problem,
    project,
)
from wheelforge.errors import ResolutionError
from wheelforge.factory.environments import Bounds
from wheelforge.factory.knowledge import IndexFacts, Siblings
from wheelforge.metadata.ladder import BackendNotAsked, Disagreement
from wheelforge.model.digest import sha256
from wheelforge.model.direct import DirectUrl
from wheelforge.model.inputs import ALL, Formats
from wheelforge.model.treatment import PLAIN
from wheelforge.plan.facts import Unanswered
from wheelforge.resolve.explain import NoVersion

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from packaging.utils import NormalizedName

    from wheelforge.model.artifacts import Project
    from wheelforge.resolve.problem import Problem, Solution

FROM_SOURCE = Formats(no_binary=frozenset({ALL}))
SECONDS = 20.0
"""How long a test waits before it calls it a hang."""


def wheel(name: str, version: str, *requires: str) -> Offer:
    return Offer(f"{name}-{version}-py3-none-any.whl", requires)


def silent_sdist(name: str, version: str, *requires: str, build: tuple[str, ...] = ()) -> Offer:
    """An sdist that does not say what it requires."""
    return Offer(f"{name}-{version}.tar.gz", requires, build_requires=build, is_static=False)


class World:
    """An index, and a desk that knows its backends."""

    def __init__(
        self,
        folder: Path,
        *offers: Offer,
        desk: FakeDesk | None = None,
        siblings: Siblings = Siblings.LAST_RESORT,
        pause: Callable[[], int] = no_pause,
        bounds: Bounds | None = None,
    ) -> None:
        self.index = FakeIndex(folder, *offers, pause=pause)
        self.desk = desk or FakeDesk(*offers)
        self.facts = IndexFacts(index=self.index, builder=LINUX, hooks=self.desk, siblings=siblings, bounds=bounds)

    def solve(self, *questions: Problem) -> list[Solution]:
        async def main() -> list[Solution]:
            async with asyncio.timeout(SECONDS):
                return await asyncio.gather(*map(self.facts.solve, questions))

        return asyncio.run(main())

    def solved(self, question: Problem) -> Solution:
        [found] = self.solve(question)
        return found


def from_source(*requirements: str) -> Problem:
    return replace(problem(*requirements), formats=FROM_SOURCE)


def test_every_chosen_sdist_is_read_itself_and_a_wheel_is_believed(tmp_path: Path) -> None:
    world = World(tmp_path, Offer("app-1.tar.gz", ["lib"]), wheel("app", "1", "lib"), wheel("lib", "1"))
    world.solved(replace(problem("app"), formats=Formats(no_binary=frozenset({"app"}))))
    fetched = [name for name in world.index.asked if name.endswith((".whl", ".tar.gz"))]
    assert fetched == ["app-1.tar.gz"]
    assert world.facts.restarts == 0


def test_a_second_problem_reads_nothing_anew(tmp_path: Path) -> None:
    world = World(tmp_path, wheel("app", "1", "lib"), wheel("lib", "1"))
    first = world.solved(problem("app"))
    asked_before = list(world.index.asked)
    assert world.solved(problem("app")) == first
    assert world.index.asked == asked_before


def test_an_sdist_that_disagrees_with_its_wheel_is_believed_and_solved_again(tmp_path: Path) -> None:
    world = World(
        tmp_path,
        Offer("app-1.tar.gz", ["new"]),
        wheel("app", "1", "old"),
        Offer("old-1.tar.gz"),
        Offer("new-1.tar.gz"),
    )
    assert files(world.solved(from_source("app"))) == ["app-1.tar.gz", "new-1.tar.gz"]
    assert world.facts.restarts > 0


def test_an_sdist_for_other_pythons_than_its_wheel_is_passed_over(tmp_path: Path) -> None:
    world = World(tmp_path, Offer("app-2.tar.gz", requires_python=">=3.13"), wheel("app", "2"), Offer("app-1.tar.gz"))
    assert files(world.solved(from_source("app"))) == ["app-1.tar.gz"]


BESIDE_A_WHEEL = [
    silent_sdist("app", "1", "new"),
    wheel("app", "1", "old"),
    Offer("old-1.tar.gz"),
    Offer("new-1.tar.gz"),
]


def test_an_sdist_that_does_not_say_is_believed_to_agree_with_its_wheel_where_it_is_not_built(tmp_path: Path) -> None:
    world = World(tmp_path, *BESIDE_A_WHEEL, siblings=Siblings.BELIEVED)
    assert pins(world.solved(from_source("app"))) == {"app": "1", "old": "1"}
    assert world.desk.asked == []
    assert world.facts.assumptions == set()


def test_the_backend_of_an_sdist_that_is_built_has_the_word_before_its_wheel(tmp_path: Path) -> None:
    world = World(tmp_path, *BESIDE_A_WHEEL)
    assert pins(world.solved(from_source("app"))) == {"app": "1", "new": "1"}
    assert world.facts.assumptions == set()


def test_the_wheel_is_believed_where_the_backend_cannot_be_asked_and_that_is_told(tmp_path: Path) -> None:
    refusal = Unanswered(reason="nothing is run here")
    world = World(tmp_path, *BESIDE_A_WHEEL, desk=FakeDesk(*BESIDE_A_WHEEL, refusal=refusal))
    assert pins(world.solved(from_source("app"))) == {"app": "1", "old": "1"}
    [told] = world.facts.assumptions
    assert told.startswith("app-1.tar.gz is believed to require what its wheel does: ")
    assert told.endswith(": nothing is run here")


def test_a_backend_is_asked_once_for_all_problems_that_want_it_at_once(tmp_path: Path) -> None:
    world = World(tmp_path, *BESIDE_A_WHEEL, pause=lambda: 2)
    world.solve(from_source("app"), from_source("app", "new"), from_source("new", "app"))
    assert [hook for hook, *_ in world.desk.asked] == ["requires", "metadata"]


def test_the_wheels_of_environments_that_were_asked_in_are_remembered(tmp_path: Path) -> None:
    world = World(tmp_path, silent_sdist("app", "1", build=("tool",)), wheel("tool", "1"))
    world.solved(problem("app"))
    assert world.facts.hook_wheels == {"tool-1-py3-none-any.whl"}
    assert world.facts.hooks_of == {"app 1"}


def test_problems_that_run_at_once_do_not_take_over_what_the_other_has_corrected(tmp_path: Path) -> None:
    offers = [Offer("app-1.tar.gz", ["new"]), wheel("app", "1", "old"), Offer("old-1.tar.gz"), Offer("new-1.tar.gz")]
    others = [Offer(f"other{number}-1.tar.gz", ["app"]) for number in range(3)]
    for seed in range(20):
        turns = partial(random.Random(seed).randrange, 8)  # noqa: S311 - shuffles answers, guards nothing
        world = World(tmp_path, *offers, *others, pause=turns)
        found = world.solve(from_source("app"), *(from_source(f"other{number}") for number in range(3)))
        assert [set(pins(one)) - {"app"} for one in found] == [
            {"new"},
            {"new", "other0"},
            {"new", "other1"},
            {"new", "other2"},
        ]


def test_an_sdist_that_has_only_its_backend_is_asked_once_in_an_environment_of_wheels(tmp_path: Path) -> None:
    app = silent_sdist("app", "1", "lib", build=("tool", "gone ; sys_platform == 'win32'"))
    world = World(
        tmp_path, app, Offer("tool-2.tar.gz"), wheel("tool", "1", "base"), wheel("base", "1"), wheel("lib", "1")
    )
    assert pins(world.solved(problem("app"))) == {"app": "1", "lib": "1"}
    wheels = ("base-1-py3-none-any.whl", "tool-1-py3-none-any.whl")
    assert world.desk.asked == [("requires", "app-1.tar.gz", wheels), ("metadata", "app-1.tar.gz", wheels)]


def test_what_the_hook_asks_for_is_there_when_the_metadata_is_prepared(tmp_path: Path) -> None:
    offers = [silent_sdist("app", "1", build=("tool",)), wheel("tool", "1"), wheel("more", "1")]
    world = World(tmp_path, *offers, desk=FakeDesk(*offers, requires={"app-1.tar.gz": ["more"]}))
    world.solved(problem("app"))
    assert world.desk.asked[-1] == (
        "metadata",
        "app-1.tar.gz",
        ("more-1-py3-none-any.whl", "tool-1-py3-none-any.whl"),
    )


def test_a_desk_that_is_closed_says_why_and_what_would_open_it(tmp_path: Path) -> None:
    offers = [silent_sdist("app", "1")]
    refusal = Unanswered(reason="nothing is run here", hint="allow it with --isolation venv")
    world = World(tmp_path, *offers, desk=FakeDesk(*offers, refusal=refusal))
    with pytest.raises(
        BackendNotAsked, match=r"app-1\.tar\.gz does not say statically .*: nothing is run here"
    ) as caught:
        world.solved(problem("app"))
    assert caught.value.hint == "allow it with --isolation venv"


def test_backends_that_need_each_other_to_be_asked_are_an_error_and_no_hang(tmp_path: Path) -> None:
    a, b = silent_sdist("a", "1", build=("b",)), silent_sdist("b", "1", build=("a",))
    for roots in (("a",), ("b",), ("a", "b"), ("b", "a")):
        world = World(tmp_path, a, b)
        with pytest.raises(BackendNotAsked, match=r"is not to be had as wheels\nno file of [ab] can be taken"):
            world.solved(problem(*roots))
        assert world.desk.asked == []


def test_a_backend_that_needs_itself_is_an_error_and_no_hang(tmp_path: Path) -> None:
    with pytest.raises(BackendNotAsked, match="is not to be had as wheels"):
        World(tmp_path, silent_sdist("a", "1", build=("a",))).solved(problem("a"))


def test_a_backend_may_need_an_older_wheel_of_itself(tmp_path: Path) -> None:
    world = World(tmp_path, silent_sdist("a", "2", build=("a",)), wheel("a", "1"))
    assert pins(world.solved(problem("a"))) == {"a": "2"}
    assert world.desk.asked[0] == ("requires", "a-2.tar.gz", ("a-1-py3-none-any.whl",))


@pytest.mark.parametrize("text", ["not a requirement", "x @ https://files.example/x-1.tar.gz"])
def test_an_sdist_whose_hook_asks_for_nonsense_is_passed_over_with_the_reason(tmp_path: Path, text: str) -> None:
    bad, good = silent_sdist("app", "2"), wheel("app", "1")
    desk = FakeDesk(bad, requires={"app-2.tar.gz": [text]})
    assert pins(World(tmp_path, bad, good, desk=desk).solved(problem("app"))) == {"app": "1"}
    with pytest.raises(NoVersion, match="2: app 2 asks for a build requirement"):
        World(tmp_path, bad, good, desk=desk).solved(problem("app>=2"))


def test_an_sdist_whose_hook_asks_for_nonsense_is_believed_to_require_what_its_wheel_does(tmp_path: Path) -> None:
    offers = [silent_sdist("app", "1"), wheel("app", "1")]
    world = World(tmp_path, *offers, desk=FakeDesk(*offers, requires={"app-1.tar.gz": ["not a requirement"]}))
    assert pins(world.solved(replace(problem("app"), formats=FROM_SOURCE))) == {"app": "1"}
    [assumption] = world.facts.assumptions
    assert "app 1 asks for a build requirement that is not PEP 508" in assumption


@pytest.mark.parametrize(
    ("offers", "way"),
    [
        ([wheel("app", "1", "lib>=1"), silent_sdist("lib", "1")], "the command line -> app 1 -> lib>=1"),
        ([wheel("app", "2", "x>1"), wheel("x", "1"), silent_sdist("app", "1")], "the command line -> app, after app 2"),
    ],
)
def test_how_the_search_came_to_a_backend_that_does_not_answer_is_told(
    tmp_path: Path, offers: list[Offer], way: str
) -> None:
    world = World(tmp_path, *offers, desk=FakeDesk(*offers, refusal=Unanswered(reason="no sandbox")))
    with pytest.raises(BackendNotAsked) as caught:
        world.solved(problem("app"))
    assert caught.value.message.splitlines()[1:] == [f"  tried for: {way}"]


def test_the_static_build_system_comes_from_the_archive(tmp_path: Path) -> None:
    world = World(tmp_path, Offer("app-1.tar.gz", build_requires=["tool"], backend="tool.api"))
    found = world.solved(problem("app"))
    system = asyncio.run(world.facts.build_system(found.choices[0].candidate, PLAIN))
    assert (system.requires, system.backend) == (("tool",), "tool.api")


def test_a_hook_is_asked_in_the_environment_that_was_solved_for_it(tmp_path: Path) -> None:
    offers = [Offer("app-1.tar.gz"), wheel("tool", "1")]
    world = World(tmp_path, *offers, desk=FakeDesk(*offers, requires={"app-1.tar.gz": ["more"]}))
    app, environment = world.solve(problem("app"), problem("tool"))
    answer = asyncio.run(world.facts.hook_requires(app.choices[0].candidate, environment, PLAIN))
    assert answer == ("more",)
    assert world.desk.asked == [("requires", "app-1.tar.gz", ("tool-1-py3-none-any.whl",))]


def test_a_hook_whose_environment_would_have_to_be_built_is_not_asked(tmp_path: Path) -> None:
    world = World(tmp_path, Offer("app-1.tar.gz"), Offer("tool-1.tar.gz"))
    app, environment = world.solve(problem("app"), problem("tool"))
    answer = asyncio.run(world.facts.hook_requires(app.choices[0].candidate, environment, PLAIN))
    assert answer == Unanswered(reason="there is no wheel of tool-1.tar.gz")
    assert world.desk.asked == []


def test_an_older_version_is_taken_where_the_newest_conflicts(tmp_path: Path) -> None:
    world = World(
        tmp_path,
        wheel("flask", "3.1", "werkzeug>=3.1"),
        wheel("flask", "3.0", "werkzeug>=3.0"),
        wheel("werkzeug", "3.1"),
        wheel("werkzeug", "3.0.6"),
    )
    question = replace(problem("flask"), constraints=asked("werkzeug<3.1"))
    assert pins(world.solved(question)) == {"flask": "3.0", "werkzeug": "3.0.6"}


TREE = '[build-system]\nrequires = ["tool"]\nbuild-backend = "tool.api"\n'


def test_the_sdist_of_a_tree_is_made_in_an_environment_of_wheels_with_what_the_hook_asks_for(tmp_path: Path) -> None:
    desk = FakeDesk(requires={"tree": ["more"]})
    world = World(tmp_path, wheel("tool", "1", "base"), wheel("base", "1"), wheel("more", "1"), desk=desk)
    made = asyncio.run(world.facts.sdist_of(packed_tree(tmp_path, TREE), tmp_path))
    first = ("base-1-py3-none-any.whl", "tool-1-py3-none-any.whl")
    second = ("base-1-py3-none-any.whl", "more-1-py3-none-any.whl", "tool-1-py3-none-any.whl")
    assert made == tmp_path / "tree.tar.gz"
    assert world.desk.asked == [("requires-for-sdist", "tree", first), ("sdist", "tree", second)]
    assert world.facts.hook_wheels == set(second)
    assert (world.facts.trees, world.facts.hooks_of) == ({"tree"}, set())


def test_no_index_is_asked_for_a_tree_whose_backend_may_not_be(tmp_path: Path) -> None:
    refusal = Unanswered(reason="nothing is run here")
    world = World(tmp_path, wheel("tool", "1"), desk=FakeDesk(refusal=refusal))
    assert asyncio.run(world.facts.sdist_of(packed_tree(tmp_path, TREE), tmp_path)) is refusal
    assert world.index.asked == []


def test_a_tree_whose_build_requires_what_has_no_wheel_is_told(tmp_path: Path) -> None:
    world = World(tmp_path, Offer("tool-1.tar.gz"))
    with pytest.raises(ResolutionError, match="the build of tree -> tool"):
        asyncio.run(world.facts.sdist_of(packed_tree(tmp_path, TREE), tmp_path))


def named_alone(*requirements: str) -> Problem:
    return replace(problem(*requirements), follow=False)


NOBODY = Unanswered(reason="nothing is run here")


def test_no_backend_is_asked_what_is_required_where_nothing_is_followed(tmp_path: Path) -> None:
    offers = [
        silent_sdist("old", "1", "lib", build=("gone",)),
        Offer("new-1.tar.gz", ["lib"]),
        wheel("pure", "1", "lib"),
    ]
    world = World(tmp_path, *offers, desk=FakeDesk(*offers, refusal=NOBODY))
    found = world.solved(named_alone("old", "new", "pure"))
    assert {choice.candidate.name: choice.requires for choice in found.choices} == {
        "old": (),
        "new": ("lib",),
        "pure": ("lib",),
    }
    assert world.desk.asked == []
    assert not {"lib", "gone"} & set(world.index.asked)


@pytest.mark.parametrize("requires", ["not a requirement", "x @ https://files.example/x-1.tar.gz"])
def test_what_a_file_says_wrong_keeps_nobody_from_taking_it_alone(tmp_path: Path, requires: str) -> None:
    world = World(tmp_path, wheel("app", "2", requires), wheel("app", "1"))
    [found] = world.solved(named_alone("app")).choices
    assert (str(found.candidate), found.requires) == ("app 2", ())


def test_a_file_that_is_taken_alone_must_still_run_on_this_python(tmp_path: Path) -> None:
    world = World(tmp_path, Offer("app-2-py3-none-any.whl", requires_python=">=3.13"), wheel("app", "1"))
    assert pins(world.solved(named_alone("app"))) == {"app": "1"}


def test_what_is_told_of_a_file_that_is_taken_alone_does_not_depend_on_what_others_have_learnt(tmp_path: Path) -> None:
    offers = [silent_sdist("app", "1", "lib"), Offer("lib-1.tar.gz")]
    for questions in ([from_source("app"), named_alone("app")], [named_alone("app"), from_source("app")]):
        for seed in range(10):
            turns = partial(random.Random(seed).randrange, 8)  # noqa: S311 - shuffles answers, guards nothing
            found = World(tmp_path, *offers, pause=turns).solve(*questions)
            alone = found[questions.index(named_alone("app"))]
            assert [choice.requires for choice in alone.choices] == [()]


def on_windows(*requirements: str) -> Problem:
    return replace(from_source(*requirements), target=WINDOWS)


def test_a_backend_that_answers_for_another_machine_is_an_assumption(tmp_path: Path) -> None:
    offers = [silent_sdist("app", "1"), wheel("app", "1")]
    for offered in (offers[:1], [*offers[:1], Offer("app-1-cp312-cp312-macosx_11_0_arm64.whl")]):
        world = World(tmp_path, *offered)
        world.solve(from_source("app"), on_windows("app"))
        said = f"app 1 was asked on {LINUX.name} what it requires on {WINDOWS.name}"
        assert (world.facts.foreign, world.facts.assumptions) == ({WINDOWS.name: {said}}, set())
    here = World(tmp_path, *offers)
    here.solve(from_source("app"))
    assert here.facts.assumptions == set()


def test_the_targets_own_wheel_is_believed_before_a_backend_elsewhere(tmp_path: Path) -> None:
    offers = [
        silent_sdist("app", "1", "posix"),
        Offer("app-1-cp39-cp39-win_amd64.whl", ["pywin32"]),
        Offer("posix-1.tar.gz"),
        Offer("pywin32-1.tar.gz"),
    ]
    for questions in ([from_source("app"), on_windows("app")], [on_windows("app"), from_source("app")]):
        world = World(tmp_path, *offers)
        found = {
            question.target.name: pins(one) for question, one in zip(questions, world.solve(*questions), strict=True)
        }
        assert found == {LINUX.name: {"app": "1", "posix": "1"}, WINDOWS.name: {"app": "1", "pywin32": "1"}}
        assert world.facts.assumptions == set()
    alone = World(tmp_path, *offers)
    alone.solved(on_windows("app"))
    assert alone.desk.asked == []


def test_an_sdist_that_says_it_itself_is_believed_before_any_wheel(tmp_path: Path) -> None:
    world = World(
        tmp_path, Offer("app-1.tar.gz"), Offer("app-1-cp39-cp39-win_amd64.whl", ["old"]), Offer("old-1.tar.gz")
    )
    assert pins(world.solved(on_windows("app"))) == {"app": "1"}


def test_an_sdist_that_is_of_another_project_is_refused_though_a_wheel_speaks_for_it(tmp_path: Path) -> None:
    world = World(tmp_path, Offer("app-1.tar.gz", names="other-1"), Offer("app-1-cp39-cp39-win_amd64.whl"))
    with pytest.raises(Disagreement):
        world.solved(on_windows("app"))


def test_each_target_believes_its_own_wheel_where_no_backend_is_asked(tmp_path: Path) -> None:
    offers = [
        silent_sdist("app", "1"),
        Offer("app-1-cp312-cp312-manylinux_2_28_x86_64.whl", ["posix"]),
        Offer("app-1-cp39-cp39-win_amd64.whl", ["pywin32"]),
        Offer("posix-1.tar.gz"),
        Offer("pywin32-1.tar.gz"),
    ]
    for questions in ([from_source("app"), on_windows("app")], [on_windows("app"), from_source("app")]):
        world = World(tmp_path, *offers, siblings=Siblings.BELIEVED)
        found = {
            question.target.name: pins(one) for question, one in zip(questions, world.solve(*questions), strict=True)
        }
        assert found == {LINUX.name: {"app": "1", "posix": "1"}, WINDOWS.name: {"app": "1", "pywin32": "1"}}


HASHED = [silent_sdist("app", "1", build=("tool",)), wheel("tool", "1", "base"), wheel("base", "1")]


def vouched(*offers: Offer) -> Bounds:
    constraints = (
        replace(asked(f"{offer.artifact.name}==1")[0], hashes=frozenset({sha256(digest(offer.filename))}))
        for offer in offers
    )
    return Bounds(constraints=tuple(constraints), require_hashes=True)


def test_no_backend_is_asked_among_wheels_that_nobody_gave_a_hash_for(tmp_path: Path) -> None:
    world = World(tmp_path, *HASHED, bounds=vouched(HASHED[1]))
    with pytest.raises(
        BackendNotAsked, match="hashes are required, and none is given for base 1, which the build of app 1 requires"
    ) as caught:
        world.solved(problem("app"))
    assert caught.value.hint == "name them with their hashes in a file: --build-constraint FILE"
    with pytest.raises(BackendNotAsked, match="none is given for base 1, which the build of tree requires"):
        asyncio.run(world.facts.sdist_of(packed_tree(tmp_path, TREE), tmp_path))
    assert world.desk.asked == []


def test_a_backend_is_asked_among_wheels_that_all_have_a_hash(tmp_path: Path) -> None:
    world = World(tmp_path, *HASHED, bounds=vouched(*HASHED[1:]))
    world.solved(problem("app"))
    assert [hook for hook, *_ in world.desk.asked] == ["requires", "metadata"]


def test_what_a_hook_asks_for_needs_a_hash_too(tmp_path: Path) -> None:
    offers = [*HASHED, wheel("more", "1")]
    desk = FakeDesk(*offers, requires={"app-1.tar.gz": ["more"]})
    world = World(tmp_path, *offers, desk=desk, bounds=vouched(*HASHED[1:]))
    with pytest.raises(BackendNotAsked, match="none is given for more 1"):
        world.solved(problem("app"))
    assert {hook for hook, *_ in desk.asked} == {"requires"}


def test_files_that_no_index_promises_a_hash_of_are_fetched_before_the_answer(tmp_path: Path) -> None:
    app = Offer("app-1-py3-none-any.whl", ["lib"], promised=False)
    world = World(tmp_path, app, wheel("lib", "1"))
    question = problem("app")
    world.solved(question)
    assert app.filename not in world.index.asked
    roots = (replace(question.roots[0], hashes=frozenset({sha256(digest(app.filename))})),)
    world.solved(replace(question, roots=roots))
    assert app.filename in world.index.asked


def test_a_build_takes_no_index_s_project_of_a_name_that_the_user_brings_himself(tmp_path: Path) -> None:
    offers = [silent_sdist("app", "1", build=("tool",)), wheel("tool", "9")]
    world = World(tmp_path, *offers)
    own = replace(Offer("tool-1.tar.gz").artifact, direct=DirectUrl(url="tool", directory=True))
    world.facts.give([replace(project(offers[1]), releases={own.version: (own,)})])
    with pytest.raises(BackendNotAsked, match="tool is brought by the inputs, but has no files that can be taken"):
        world.solved(problem("app"))
    assert "tool" not in world.index.asked
    assert world.desk.asked == []


def test_the_files_of_a_lock_are_not_for_builds(tmp_path: Path) -> None:
    offers = [silent_sdist("app", "1", build=("tool",)), wheel("tool", "9"), wheel("tool", "1")]
    world = World(tmp_path, *offers)
    world.facts.give([project(offers[2])])
    world.solved(problem("app"))
    assert world.facts.hook_wheels == {"tool-9-py3-none-any.whl"}


def pinned_to(*offers: Offer) -> Bounds:
    async def find() -> dict[NormalizedName, Project | None]:
        return {offers[0].artifact.name: project(*offers)}

    return Bounds(find_pinned=find)


def test_a_build_takes_a_pinned_project_from_its_index(tmp_path: Path) -> None:
    offers = [silent_sdist("app", "1", build=("tool",)), wheel("tool", "9"), wheel("tool", "1")]
    world = World(tmp_path, *offers, bounds=pinned_to(offers[2]))
    world.solved(problem("app"))
    asyncio.run(world.facts.sdist_of(packed_tree(tmp_path, TREE), tmp_path))
    assert world.facts.hook_wheels == {"tool-1-py3-none-any.whl"}
    assert "tool" not in world.index.asked


def test_pins_are_looked_up_only_where_a_backend_is_asked(tmp_path: Path) -> None:
    async def find() -> dict[NormalizedName, Project | None]:
        raise AssertionError

    World(tmp_path, Offer("app-1.tar.gz"), bounds=Bounds(find_pinned=find)).solved(problem("app"))


def own(offer: Offer) -> Project:
    """A project of which the user names this one file by its place."""
    file = replace(offer.artifact, direct=DirectUrl(url=offer.filename))
    return replace(project(offer), releases={file.version: (file,)})


def test_the_sdist_of_a_tree_is_made_with_what_else_the_inputs_bring(tmp_path: Path) -> None:
    offers = [wheel("tool", "9"), wheel("tool", "1")]
    world = World(tmp_path, *offers)
    world.facts.give([own(offers[1])])
    asyncio.run(world.facts.sdist_of(packed_tree(tmp_path, TREE), tmp_path))
    assert world.facts.hook_wheels == {"tool-1-py3-none-any.whl"}
    assert "tool" not in world.index.asked
    world.facts.check_trees([canonicalize_name("tool")])


def test_no_index_is_asked_for_the_name_of_a_tree_that_is_not_built_yet(tmp_path: Path) -> None:
    world = World(tmp_path, wheel("tool", "9"))
    world.facts.give([], awaited=[canonicalize_name("tool")])
    with pytest.raises(ResolutionError, match="tool is brought by the inputs"):
        asyncio.run(world.facts.sdist_of(packed_tree(tmp_path, TREE), tmp_path))
    assert "tool" not in world.index.asked


def test_a_tree_that_was_built_with_an_index_s_project_of_a_name_that_the_user_brings_is_an_error(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, wheel("tool", "9"))
    asyncio.run(world.facts.sdist_of(packed_tree(tmp_path, TREE), tmp_path))
    world.facts.check_trees([canonicalize_name("other")])
    with pytest.raises(ResolutionError, match="the build of tree requires tool, which the inputs bring") as caught:
        world.facts.check_trees([canonicalize_name("tool")])
    assert caught.value.hint is not None


def test_builds_choose_among_all_wheels_that_targets_bring_of_a_project(tmp_path: Path) -> None:
    here, there = Offer("tool-1-cp312-cp312-manylinux_2_28_x86_64.whl"), Offer("tool-1-cp39-cp39-win_amd64.whl")
    for given in ([here, there], [there, here]):
        world = World(tmp_path, silent_sdist("app", "1", build=("tool",)), here)
        for one in given:
            world.facts.give([own(one)])
        world.solved(problem("app"))
        assert world.facts.hook_wheels == {here.filename}


def test_a_hook_that_asks_for_its_own_project_is_an_error_and_no_hang(tmp_path: Path) -> None:
    app = silent_sdist("app", "1")
    world = World(tmp_path, app, desk=FakeDesk(app, requires={app.filename: ["app"]}))
    with pytest.raises(BackendNotAsked, match="is not to be had as wheels"):
        world.solved(problem("app"))
    assert {hook for hook, *_ in world.desk.asked} == {"requires"}


def test_what_a_hook_asks_for_is_asked_once_however_it_would_go_on(tmp_path: Path) -> None:
    offers = [silent_sdist("app", "1"), wheel("more", "1")]
    world = World(tmp_path, *offers, desk=FakeDesk(*offers, requires={"app-1.tar.gz": ["more"]}))
    world.solved(problem("app"))
    assert [hook for hook, *_ in world.desk.asked] == ["requires", "metadata"]
