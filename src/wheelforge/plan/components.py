"""Where a graph turns in circles: its strongly connected components, their shortest cycles, and what ends them all."""

from __future__ import annotations

from collections import deque
from itertools import chain, combinations, islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    Graph = Mapping[str, Collection[str]]
    """For each node those that it needs, sorted."""

SETS = 2000
"""Sets that are looked through for the smallest one, after which a small one is good enough."""


def components(graph: Graph) -> list[list[str]]:
    """The strongly connected components that hold a cycle, each sorted, in the order of their first members.

    Kosaraju's: who is reached over the edges turned round, last finished first, is in the same component.
    """
    seen: set[str] = set()
    finished = [node for start in sorted(graph) for node in _finished(graph, start, seen)]
    turned: dict[str, list[str]] = {node: [] for node in graph}
    for node, needed in graph.items():
        for other in needed:
            turned.setdefault(other, []).append(node)
    seen = set()
    groups = [sorted(_finished(turned, start, seen)) for start in reversed(finished)]
    return sorted(group for group in groups if len(group) > 1 or (group and group[0] in graph.get(group[0], ())))


def _finished(graph: Graph, start: str, seen: set[str]) -> Iterator[str]:
    """All that is reached and was not seen, each after what is reached from it."""
    if start in seen:
        return
    seen.add(start)
    way = [(start, iter(graph.get(start, ())))]
    while way:
        node, rest = way[-1]
        fresh = next((other for other in rest if other not in seen), None)
        if fresh is None:
            way.pop()
            yield node
        else:
            seen.add(fresh)
            way.append((fresh, iter(graph.get(fresh, ()))))


def edges_within(graph: Graph, component: Collection[str]) -> int:
    """How many edges hold a component together."""
    members = set(component)
    return sum(len(members.intersection(graph[node])) for node in members)


def shortest_cycle(graph: Graph, component: Sequence[str]) -> list[str]:
    """The shortest cycle of a component; it begins and ends with the same node, its first one."""
    shortest = [*component, component[0], component[0]]
    for start in component:
        shortest = _cycle_through(graph, start, len(shortest) - 1) or shortest
    return shortest


def _cycle_through(graph: Graph, start: str, limit: int) -> list[str]:
    """The shortest cycle through a node, where it has at most so many nodes, both ends counted; else nothing."""
    before, waiting = {start: [start]}, deque([start])
    while waiting:
        way = before[waiting.popleft()]
        if len(way) >= limit:
            break
        for node in graph.get(way[-1], ()):
            if node == start:
                return [*way, start]
            if node not in before:
                before[node] = [*way, node]
                waiting.append(node)
    return []


def fewest_that_end(graph: Graph, groups: Mapping[str, Collection[str]]) -> list[str]:
    """The smallest set of groups without whose nodes no cycle is left, sorted; nothing where all do not do."""

    def end_all(chosen: Collection[str]) -> bool:
        gone = {node for group in chosen for node in groups[group]}
        left = {node: [one for one in needed if one not in gone] for node, needed in graph.items() if node not in gone}
        return not components(left)

    names = sorted(groups)
    if not end_all(names):
        return []
    sets = chain.from_iterable(combinations(names, size) for size in range(len(names)))
    smallest = next((chosen for chosen in islice(sets, SETS) if end_all(chosen)), None)
    if smallest is not None:
        return list(smallest)
    kept = names
    for name in names:
        fewer = [one for one in kept if one != name]
        kept = fewer if end_all(fewer) else kept
    return kept
