"""Who asked for a distribution: the shortest path to it from what the user asked, for runtime and for each build."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from wheelforge.plan.edges import graph_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.utils import NormalizedName

    from wheelforge.model.graph import Edge, Graph, Reason
    from wheelforge.model.lock import Lock

_Place: TypeAlias = tuple[str, str]
"""A file where it is used: the scope of a target or of a build, and the file's name."""
_Path: TypeAlias = "tuple[Edge, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a path."""

    subject: str
    """``flask 3.1.3``"""
    requirement: str
    """What was asked for, that this one serves."""
    reason: Reason


def paths_to(lock: Lock, name: NormalizedName) -> tuple[tuple[Step, ...], ...]:
    """The shortest path to ``name`` in each set that holds it: runtime first, then builds, the shortest first.

    Targets that share a path tell it once.

    Raises:
        ResolutionError: a marker in the lock compares what cannot be compared.
    """
    graph = graph_of(lock)
    nodes = {node.filename: node for node in graph.nodes}
    found = [path for (_, file), path in _shortest(graph).items() if nodes[file].name == name]
    told = (
        tuple(Step(subject=str(nodes[e.needs]), requirement=e.requirement, reason=e.reason) for e in path)
        for path in sorted(found, key=lambda path: (any(edge.reason.builds for edge in path), len(path)))
    )
    return tuple(dict.fromkeys(told))


def _shortest(graph: Graph) -> Mapping[_Place, _Path]:
    """Breadth first from the user over all places."""
    leading: defaultdict[_Place, list[Edge]] = defaultdict(list)
    for edge in graph.edges:
        leading[edge.scope, edge.source].append(edge)
    starts = {edge.scope for edge in graph.edges if not edge.source}
    queue: deque[tuple[_Place, _Path]] = deque(((scope, ""), ()) for scope in sorted(starts))
    paths: dict[_Place, _Path] = {}
    while queue:
        (scope, file), path = queue.popleft()
        # Whatever is built leads into the scope of its build.
        for edge in (*leading[scope, file], *(leading[file, file] if file else ())):
            place = (edge.scope, edge.needs)
            if place not in paths:
                paths[place] = (*path, edge)
                queue.append((place, paths[place]))
    return paths
