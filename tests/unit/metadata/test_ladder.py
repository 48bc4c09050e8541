"""The ladder: each rung is tried before the next, and the backend is asked last of all."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import pytest

from fakes import FakeIndex, Offer
from wheelforge.errors import ExitCode
from wheelforge.metadata.core import InvalidMetadata
from wheelforge.metadata.ladder import Disagreement, Ladder
from wheelforge.model.metadata import BuildSystem, Surety
from wheelforge.model.treatment import Patch

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.metadata import Metadata

SDIST, WHEEL = "demo-1.tar.gz", "demo-1-py3-none-any.whl"
DYNAMIC = Offer(SDIST, ["a"], build_requires=["tool"], is_static=False)


class Backend:
    """A backend that answers with the metadata of an offer, and remembers what it was asked."""

    def __init__(self, answer: Offer = DYNAMIC) -> None:
        self._answer = answer
        self.asked: list[tuple[str, BuildSystem, Metadata | None]] = []

    async def __call__(self, sdist: Artifact, system: BuildSystem, assumed: Metadata | None, /) -> Metadata:
        self.asked.append((sdist.filename, system, assumed))
        return self._answer.metadata


class Rungs:
    """A ladder over an index of these files."""

    def __init__(self, folder: Path, *offers: Offer, backend: Backend | None = None) -> None:
        self.index = FakeIndex(folder, *offers)
        self.backend = backend or Backend()
        self._ladder = Ladder(self.index, self.backend)

    def assume(self, offer: Offer) -> Metadata:
        return asyncio.run(self._ladder.assume(offer.artifact))

    def confirm(self, offer: Offer, assumed: Metadata | None = None) -> Metadata:
        return asyncio.run(self._ladder.confirm(offer.artifact, assumed))

    def stated(self, offer: Offer) -> Metadata | None:
        return asyncio.run(self._ladder.stated(offer.artifact))

    def build_system(self, offer: Offer) -> BuildSystem:
        return asyncio.run(self._ladder.build_system(offer.artifact, ()))


def requires(found: Metadata) -> list[str]:
    return [str(one) for one in found.requires]


def test_a_wheel_is_assumed_from_its_metadata_alone(tmp_path: Path) -> None:
    wheel = Offer(WHEEL, ["a", "b ; extra == 'x'"])
    rungs = Rungs(tmp_path, wheel)
    found = rungs.assume(wheel)
    assert requires(found) == ["a", 'b; extra == "x"']
    assert found.surety is Surety.WHEEL
    assert rungs.index.asked == [f"{WHEEL}.metadata"]


def test_a_wheel_is_confirmed_by_its_own_bytes(tmp_path: Path) -> None:
    wheel = Offer(WHEEL, ["a"])
    rungs = Rungs(tmp_path, wheel)
    assert requires(rungs.confirm(wheel)) == ["a"]
    assert rungs.index.asked == [WHEEL]


def test_a_static_sdist_speaks_for_itself(tmp_path: Path) -> None:
    sdist = Offer(SDIST, ["a"])
    rungs = Rungs(tmp_path, sdist)
    found = rungs.confirm(sdist, Offer(WHEEL, ["b"]).metadata)
    assert (requires(found), found.surety) == (["a"], Surety.PKG_INFO)
    assert rungs.assume(sdist) == found
    assert rungs.backend.asked == []


@pytest.mark.parametrize("assumed", [None, Offer(WHEEL, ["b"]).metadata], ids=["alone", "beside a wheel"])
def test_the_backend_of_an_sdist_that_says_nothing_has_the_word(tmp_path: Path, assumed: Metadata | None) -> None:
    rungs = Rungs(tmp_path, DYNAMIC)
    assert requires(rungs.confirm(DYNAMIC, assumed)) == ["a"]
    system = BuildSystem(requires=("tool",), backend="flit_core.buildapi")
    assert rungs.backend.asked == [(SDIST, system, assumed)]


def test_what_a_file_states_is_read_and_nobody_is_asked(tmp_path: Path) -> None:
    wheel, sdist = Offer(WHEEL, ["a"]), Offer(SDIST, ["b"])
    rungs = Rungs(tmp_path, wheel, sdist)
    assert [rungs.stated(one) for one in (wheel, sdist)] == [wheel.metadata, sdist.metadata]
    silent = Rungs(tmp_path, DYNAMIC)
    assert silent.stated(DYNAMIC) is None
    assert silent.backend.asked == []


def test_an_sdist_that_has_only_its_backend_is_assumed_by_asking_it(tmp_path: Path) -> None:
    rungs = Rungs(tmp_path, DYNAMIC)
    assert requires(rungs.assume(DYNAMIC)) == ["a"]
    assert len(rungs.backend.asked) == 1


def test_the_build_system_is_always_the_archives_own(tmp_path: Path) -> None:
    sdist = Offer(SDIST, build_requires=["tool>=2"], backend="tool.api")
    rungs = Rungs(tmp_path, sdist)
    assert rungs.build_system(sdist) == BuildSystem(requires=("tool>=2",), backend="tool.api")
    assert rungs.backend.asked == []


def test_an_sdist_is_opened_once_for_all_questions(tmp_path: Path) -> None:
    index = FakeIndex(tmp_path, DYNAMIC, pause=lambda: 3)
    ladder = Ladder(index, Backend())

    async def ask() -> None:
        artifact = DYNAMIC.artifact
        await asyncio.gather(ladder.confirm(artifact, None), ladder.build_system(artifact, ()), ladder.assume(artifact))
        await ladder.build_system(artifact, ())

    asyncio.run(ask())
    assert index.asked == [SDIST]


@pytest.mark.parametrize("names", ["other-1", "demo-2", "demo-1.post1"])
@pytest.mark.parametrize("filename", [SDIST, WHEEL])
def test_a_file_that_is_of_another_project_or_version_is_refused(tmp_path: Path, filename: str, names: str) -> None:
    lying = Offer(filename, names=names)
    rungs = Rungs(tmp_path, lying)
    for ask in (rungs.assume, rungs.confirm, rungs.stated):
        with pytest.raises(Disagreement, match=f"{filename} holds metadata of {names.replace('-', ' ')}") as caught:
            ask(lying)
        assert caught.value.exit_code is ExitCode.INTEGRITY
        assert caught.value.hint == "exclude it: add demo!=1 to a constraints file (-c FILE)"


def test_a_backend_that_speaks_of_another_project_is_refused(tmp_path: Path) -> None:
    rungs = Rungs(tmp_path, DYNAMIC, backend=Backend(Offer("other-1.tar.gz")))
    with pytest.raises(Disagreement, match="holds metadata of other 1"):
        rungs.confirm(DYNAMIC)


@pytest.mark.parametrize("names", ["Demo-1.0", "DEMO-v1"])
def test_another_spelling_of_name_and_version_is_no_disagreement(tmp_path: Path, names: str) -> None:
    wheel = Offer(WHEEL, names=names)
    assert Rungs(tmp_path, wheel).assume(wheel).name == "demo"


def test_a_file_whose_metadata_is_broken_is_named(tmp_path: Path) -> None:
    broken = Offer(WHEEL, ["not a requirement"])
    with pytest.raises(InvalidMetadata, match=WHEEL):
        Rungs(tmp_path, broken).assume(broken)


LESS = b"""\
--- a/pyproject.toml
+++ b/pyproject.toml
@@ -1,2 +1,2 @@
 [build-system]
-requires = ["tool"]
+requires = []
"""
"""Takes the one build requirement away."""


def test_an_sdist_is_read_as_those_patches_leave_it_that_are_asked_for(tmp_path: Path) -> None:
    sdist = Offer(SDIST, build_requires=["tool"])
    patch = Patch(filename="less.patch", sha256=hashlib.sha256(LESS).hexdigest(), content=LESS)
    ladder = Ladder(FakeIndex(tmp_path, sdist), Backend(), lambda _: (patch,))

    async def ask() -> list[tuple[str, ...]]:
        found = [await ladder.build_system(sdist.artifact, patches) for patches in ((patch,), (), (patch,))]
        return [one.requires for one in found]

    assert asyncio.run(ask()) == [(), ("tool",), ()]
