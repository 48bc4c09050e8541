"""What is measured: each row is one piece of work, ours and the peers', with the budgets for it.

In a command, ``{out}`` is the folder for what the work writes, ``{shared}`` one that holds what the row made ready for
all, ``{here}`` the folder of these scripts, ``{python}`` the interpreter of this run, and the name of the tool the path
of its program.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from tools import BARE, OURS


class Measure(enum.Enum):
    """What can be said of a run, and its unit."""

    SECONDS = "s"
    MEMORY = "MiB"
    """The peak of a command, or of the largest process that it started and waited for."""
    RESTARTS = "restarts"
    SOLVER = "% in the solver"


@dataclass(frozen=True, slots=True)
class Limit:
    """A budget that does not depend on a peer."""

    measure: Measure
    most: float | None = None
    """``None``: shown, and held to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another tool at the same work, or ours at less."""

    tool: str
    command: str
    ratio: float
    """Our time may be this many times the peer's."""
    called: str = ""
    """In the table, where the tool's name does not tell."""

    @property
    def name(self) -> str:
        """What the table calls it."""
        return self.called or self.tool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One piece of work."""

    name: str
    what: str
    ours: str
    peers: tuple[Peer, ...] = ()
    limits: tuple[Limit, ...] = ()
    once: tuple[str, ...] = ()
    """Run once, unmeasured, to fill ``{shared}``; with this machine's index."""
    index: str | None = None
    """Prints the URL of the index that every tool of the row gets, and serves until it is ended."""
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


SIX = tuple(
    f"{python}-{platform}"
    for python in ("cp312", "cp313")
    for platform in ("manylinux_2_28_x86_64", "win_amd64", "macosx_14_0_arm64")
)
JUPYTERLAB = "{wheelforge} collect jupyterlab -o {out}/folder"
SHARED_JUPYTERLAB = "{wheelforge} collect jupyterlab -o {shared}/folder"
PIP_JUPYTERLAB = "{pip} download --quiet -d {out} jupyterlab"
UV_JUPYTERLAB = "{uv} pip install --python {python} --target {out} jupyterlab"

ROWS = (
    Row(
        name="collect-jupyterlab",
        what="`collect jupyterlab`, cold",
        once=(SHARED_JUPYTERLAB,),
        ours=JUPYTERLAB,
        peers=(
            Peer(tool="pip", command=PIP_JUPYTERLAB, ratio=0.5),
            Peer(tool="uv", command=UV_JUPYTERLAB, ratio=0.7),
            Peer(tool="pex3", command="{pex3} download -d {out} jupyterlab", ratio=0.1),
            Peer(tool=BARE, command="{httpx} {here}/floor.py {shared}/folder {out}", ratio=1.3, called="bare httpx"),
        ),
    ),
    Row(
        name="collect-slow-index",
        what="`collect jupyterlab`, cold, each answer after 50 ms",
        once=(SHARED_JUPYTERLAB, "{python} {here}/recording.py {shared}/folder {shared}/recording"),
        index="{python} {here}/slow_index.py {shared}/recording --delay 0.05",
        ours=JUPYTERLAB,
        peers=(
            Peer(tool="pip", command=PIP_JUPYTERLAB, ratio=0.15),
            Peer(tool="uv", command=UV_JUPYTERLAB, ratio=1.0),
        ),
    ),
    Row(
        name="collect-again",
        what="`collect jupyterlab`, nothing changed",
        prepare=(JUPYTERLAB,),
        ours=JUPYTERLAB,
        limits=(Limit(Measure.SECONDS, 0.4),),
    ),
    Row(
        name="six-targets",
        what="`collect --dry-run jupyterlab` for six targets, cold",
        ours=f"{{wheelforge}} collect --dry-run jupyterlab {' '.join(f'--target {one}' for one in SIX)}",
        peers=(
            Peer(
                tool=OURS,
                command=f"{{wheelforge}} collect --dry-run jupyterlab --target {SIX[0]}",
                ratio=1.6,
                called="one target",
            ),
        ),
    ),
    Row(
        name="solver",
        what="the solver in `collect jupyterlab`, cold",
        ours="{python} {here}/solver.py collect jupyterlab -o {out}/folder",
        limits=(Limit(Measure.RESTARTS, 10), Limit(Measure.SOLVER, 20)),
    ),
    Row(
        name="resolve-500",
        what="`collect --dry-run` of 500 made-up projects, cold",
        index="{python} {here}/synthetic_index.py",
        ours="{python} {here}/solver.py collect --dry-run synthetic-000",
        limits=(Limit(Measure.SECONDS), Limit(Measure.MEMORY, 300), Limit(Measure.RESTARTS), Limit(Measure.SOLVER)),
    ),
    Row(
        name="giant-wheel",
        what="`collect` of a wheel of 1 GB, cold",
        index="{python} {here}/giant_index.py",
        ours="{wheelforge} collect giant -o {out}/folder",
        limits=(Limit(Measure.MEMORY, 150), Limit(Measure.SECONDS)),
    ),
    closure_of("attrs"),
    closure_of("requests"),
    closure_of("flask"),
    Row(
        name="collect-build-deps-again",
        what="`collect --build-deps --no-binary :all: flask`, nothing changed",
        prepare=("{wheelforge} collect --build-deps --no-binary :all: flask -o {out}/folder",),
        ours="{wheelforge} collect --build-deps --no-binary :all: flask -o {out}/folder",
        limits=(Limit(Measure.SECONDS, 0.6),),
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
        limits=(Limit(Measure.SECONDS, 0.5),),
    ),
    Row(
        name="version",
        what="`--version`",
        prepare=("{wheelforge} --version",),
        ours="{wheelforge} --version",
        limits=(Limit(Measure.SECONDS, 0.15),),
    ),
)
