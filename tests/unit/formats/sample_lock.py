"""A small lock that is right, parts to bend it with, and a strategy that makes more of them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelforge.model.artifacts import Kind
from wheelforge.model.lock import (
    BuildEnvironment,
    BuildRequirement,
    Cycle,
    Holding,
    Lock,
    LockedArtifact,
    LockedInputs,
    LockedTarget,
    Pin,
    Source,
    Unit,
)
from wheelforge.model.treatment import Patch, Treatment

if TYPE_CHECKING:
    from collections.abc import Mapping

TARGET = "cp311-manylinux_2_36_x86_64"
KEY = "0123456789abcdef"
ENVIRONMENT = {
    "implementation_name": "cpython",
    "platform_machine": "x86_64",
    "platform_version": "",
    "python_full_version": "3.11.7",
    "python_version": "3.11",
    "sys_platform": "linux",
}


def file(filename: str, **changes: object) -> LockedArtifact:
    """A file of the folder, as its name says it."""
    name, version = filename.removesuffix(".tar.gz").split("-")[:2]
    fields: dict[str, Any] = {
        "filename": filename,
        "name": canonicalize_name(name),
        "version": Version(version),
        "kind": Kind.WHEEL if filename.endswith(".whl") else Kind.SDIST,
        "sha256": "ab" * 32,
        "size": 1234,
        "url": f"https://files.example/{filename}",
        "index": "default",
        "upload_time": "2024-05-01T10:20:30.123456Z",
        "build_only": False,
    }
    return LockedArtifact(**fields | changes)


def built(filename: str) -> LockedArtifact:
    """A wheel that was built here."""
    return file(filename, url="", index="", upload_time=None)


def pin(artifact: LockedArtifact, *requires: str) -> Pin:
    """The pin that this file provides."""
    return Pin(name=artifact.name, version=artifact.version, artifact=artifact.filename, requires=requires)


CLICK = file("click-8.1.7-py3-none-any.whl")
FLASK = file("flask-3.0.3.tar.gz")
FLIT = file("flit_core-3.9.0-py3-none-any.whl", build_only=True)
UNIT = Unit(
    artifact=FLASK.filename,
    name=FLASK.name,
    version=FLASK.version,
    builder=TARGET,
    backend="flit_core.buildapi",
    requires=(BuildRequirement(requirement="flit_core<4", source=Source.STATIC),),
    environment=KEY,
    order=0,
)


def sample(**changes: object) -> Lock:
    """Flask from its sdist, click as a wheel, flit-core to build with."""
    fields: dict[str, Any] = {
        "inputs": LockedInputs(
            requirements=("flask", "click<9"), constraints=(), build_constraints=(), options={"build-deps": True}
        ),
        "targets": (LockedTarget(name=TARGET, environment=ENVIRONMENT, pins=(pin(CLICK), pin(FLASK, "click>=8.1.3"))),),
        "artifacts": (CLICK, FLASK, FLIT),
        "environments": (BuildEnvironment(key=KEY, pins=(pin(FLIT),)),),
        "units": (UNIT,),
    }
    return Lock(**fields | changes)


def wheelhouse(*wheels: LockedArtifact, **changes: object) -> Lock:
    """The same, with these wheels built from it."""
    return sample(holds=Holding.WHEELHOUSE, built=wheels, **changes)


_words = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1, max_size=20)
"""Printable, all of it: a filter would throw most texts away."""
_names = st.from_regex(r"[a-z][a-z0-9]{0,6}", fullmatch=True)
_versions = st.tuples(st.integers(0, 99), st.integers(0, 99)).map(lambda parts: f"{parts[0]}.{parts[1]}")
_requirements = st.builds(
    "{}{}".format, _names, st.sampled_from(["", ">=1,<2", "[x]==1.0", '; sys_platform == "linux"'])
)
_options: st.SearchStrategy[Mapping[str, bool | str | tuple[str, ...]]] = st.dictionaries(
    _words, st.one_of(st.booleans(), _words, st.lists(_words, max_size=3).map(tuple)), max_size=3
)


_patches = st.binary(max_size=40).map(
    lambda content: Patch(filename="fix.patch", sha256=hashlib.sha256(content).hexdigest(), content=content)
)
_treatments = st.builds(
    Treatment,
    removes=st.lists(_names.map(canonicalize_name), max_size=2).map(tuple),
    provided=st.lists(_names, max_size=2).map(tuple),
    environment=st.dictionaries(_names.map("X_{}".format), _words, max_size=2),
    settings=st.dictionaries(_names, st.one_of(_words, st.lists(_words, max_size=2).map(tuple)), max_size=2),
    patches=st.lists(_patches, max_size=2).map(tuple),
)


_cycles = st.builds(
    lambda first, rest: Cycle(path=(first, *rest, first), avoids="in-no-environment==1.0"),
    _words,
    st.lists(_words, max_size=2),
)


@st.composite
def _files(draw: st.DrawFn) -> tuple[LockedArtifact, ...]:
    chosen = draw(st.dictionaries(_names, st.tuples(_versions, st.sampled_from(["-py3-none-any.whl", ".tar.gz"]))))
    files = [
        file(
            f"{name}-{version}{rest}",
            sha256=draw(st.binary(min_size=32, max_size=32)).hex(),
            size=draw(st.integers(0, 2**62)),
            index=draw(_words),
            upload_time=draw(st.none() | _words),
            build_only=draw(st.booleans()),
        )
        for name, (version, rest) in chosen.items()
    ]
    return tuple(sorted(files, key=lambda one: one.filename))


@st.composite
def _pins(draw: st.DrawFn, files: tuple[LockedArtifact, ...]) -> tuple[Pin, ...]:
    chosen = [one for one in files if draw(st.booleans())]
    return tuple(
        sorted((pin(one, *draw(st.lists(_requirements, max_size=2))) for one in chosen), key=lambda one: one.name)
    )


@st.composite
def locks(draw: st.DrawFn) -> Lock:
    """Any lock whose parts agree, each table in its own order."""
    files = draw(_files())
    keys = sorted(draw(st.sets(st.from_regex(r"[0-9a-f]{16}", fullmatch=True), min_size=1, max_size=3)))
    sdists = [one for one in files if one.kind is Kind.SDIST]
    units = tuple(
        Unit(
            artifact=sdist.filename,
            name=sdist.name,
            version=sdist.version,
            builder=draw(_words),
            backend=draw(_words),
            requires=(BuildRequirement(requirement=draw(_requirements), source=draw(st.sampled_from(Source))),),
            environment=draw(st.sampled_from(keys)),
            order=order,
            treatment=draw(_treatments),
            cycles=tuple(draw(st.lists(_cycles, max_size=2))),
        )
        for order, sdist in enumerate(sdists)
    )
    return sample(
        inputs=LockedInputs(
            requirements=tuple(draw(st.lists(_requirements, max_size=3))),
            constraints=tuple(draw(st.lists(_requirements, max_size=3))),
            build_constraints=(),
            options=draw(_options),
        ),
        targets=(LockedTarget(name=TARGET, environment=ENVIRONMENT, pins=draw(_pins(files))),),
        artifacts=files,
        environments=tuple(BuildEnvironment(key=key, pins=draw(_pins(files))) for key in keys),
        units=units,
        incomplete=tuple(draw(st.lists(_words, max_size=2))),
    )
