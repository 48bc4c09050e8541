"""What is measured: each row is one piece of work, ours and the peers', with the budget for the ratio between them.

In a command, ``{out}`` is the folder for what the work writes, ``{python}`` the interpreter of this run, and the name
of the tool the path of its program.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another tool at the same work."""

    tool: str
    command: str
    ratio: float
    """Our time may be this many times the peer's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One piece of work."""

    name: str
    what: str
    ours: str
    peers: tuple[Peer, ...] = ()
    seconds: float | None = None
    """A budget that does not depend on a peer."""
    prepare: tuple[str, ...] = ()
    """Run once, unmeasured; then every measured run finds what the one before left. Without it each run is cold."""


def closure_of(package: str) -> Row:
    """Collecting the sources of a package and of all that its builds need."""
    return Row(
        name=f"collect-build-deps-{package}",
        what=f"`collect --build-deps --no-binary :all: {package}`, cold",
        ours=f"{{wheelforge}} collect --build-deps --no-binary :all: {package} -o {{out}}/folder",
        peers=(Peer(tool="fromager", command=f"{{fromager}} -O {{out}} bootstrap --sdist-only {package}", ratio=0.1),),
    )


ROWS = (
    Row(
        name="collect-jupyterlab",
        what="`collect jupyterlab`, cold",
        ours="{wheelforge} collect jupyterlab -o {out}/folder",
        peers=(
            Peer(tool="pip", command="{pip} download --quiet -d {out} jupyterlab", ratio=0.5),
            Peer(tool="uv", command="{uv} pip install --python {python} --target {out} jupyterlab", ratio=0.7),
            Peer(tool="pex3", command="{pex3} download -d {out} jupyterlab", ratio=0.1),
        ),
    ),
    Row(
        name="collect-again",
        what="`collect jupyterlab`, nothing changed",
        prepare=("{wheelforge} collect jupyterlab -o {out}/folder",),
        ours="{wheelforge} collect jupyterlab -o {out}/folder",
        seconds=0.4,
    ),
    closure_of("attrs"),
    closure_of("requests"),
    closure_of("flask"),
    Row(
        name="collect-build-deps-again",
        what="`collect --build-deps --no-binary :all: flask`, nothing changed",
        prepare=("{wheelforge} collect --build-deps --no-binary :all: flask -o {out}/folder",),
        ours="{wheelforge} collect --build-deps --no-binary :all: flask -o {out}/folder",
        seconds=0.6,
    ),
    Row(
        name="wheel-attrs",
        what="`wheel attrs`, cold",
        ours="{wheelforge} wheel attrs -o {out}/wheelhouse",
        peers=(Peer(tool="fromager", command="{fromager} -O {out} bootstrap attrs", ratio=0.2),),
    ),
    Row(
        name="wheel-flask",
        what="`wheel flask`, cold",
        ours="{wheelforge} wheel flask -o {out}/wheelhouse",
        peers=(Peer(tool="pip", command="{pip} wheel --quiet --no-binary :all: -w {out} flask", ratio=0.3),),
    ),
    Row(
        name="build-again",
        what="`build` of flask, nothing changed",
        prepare=(
            "{wheelforge} collect --build-deps flask -o {out}/folder",
            "{wheelforge} build {out}/folder -o {out}/wheelhouse",
        ),
        ours="{wheelforge} build {out}/folder -o {out}/wheelhouse",
        seconds=0.5,
    ),
    Row(
        name="version",
        what="`--version`",
        prepare=("{wheelforge} --version",),
        ours="{wheelforge} --version",
        seconds=0.15,
    ),
)
