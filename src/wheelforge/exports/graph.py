"""A graph as others read it: JSON for programs, DOT for Graphviz, Mermaid for documents."""

from __future__ import annotations

import enum
import json
from typing import TYPE_CHECKING, assert_never

import msgspec

from wheelforge.model.artifacts import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from wheelforge.model.graph import Edge, Graph, Node

ROOT = "requirements"
"""What stands for the user, where a picture needs a box for him."""


class Notation(enum.Enum):
    """How a graph is written."""

    JSON = "json"
    DOT = "dot"
    MERMAID = "mermaid"


SUFFIXES = {".json": Notation.JSON, ".dot": Notation.DOT, ".gv": Notation.DOT, ".mmd": Notation.MERMAID}
"""By the suffix of a file, the notation that it is for."""


class NodeDocument(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """A distribution."""

    file: str
    name: str
    version: str
    kind: str
    """``sdist`` or ``wheel``."""
    build_only: bool
    built: str
    """In a wheelhouse: the file name of the wheel that was built of an sdist; else empty."""


class EdgeDocument(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """A requirement, and what serves it."""

    scope: str
    """The name of a target, or the file name of the sdist whose build environment this is in."""
    source: str
    """The file name of who requires; empty for what the user asked for."""
    needs: str
    """The file name of what serves it."""
    requirement: str
    reason: str
    """``asked for``, ``required``, ``static``, ``hook`` or ``recipe``."""


class GraphDocument(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """What the JSON holds."""

    version: int = 1
    nodes: list[NodeDocument]
    edges: list[EdgeDocument]


def render(graph: Graph, notation: Notation) -> str:
    """The graph as text, with a line end at its end.

    Pictures draw a requirement once, however many builds and targets share it; where not all targets do, its label
    names those that do.
    """
    match notation:
        case Notation.JSON:
            return msgspec.json.format(msgspec.json.encode(_document(graph)), indent=2).decode() + "\n"
        case Notation.DOT:
            return "\n".join(_dot(graph)) + "\n"
        case Notation.MERMAID:
            return "\n".join(_mermaid(graph)) + "\n"
        case _:
            assert_never(notation)


def _document(graph: Graph) -> GraphDocument:
    nodes = [
        NodeDocument(
            file=node.filename,
            name=node.name,
            version=str(node.version),
            kind=node.kind.value,
            build_only=node.build_only,
            built=node.built,
        )
        for node in graph.nodes
    ]
    edges = [
        EdgeDocument(
            scope=edge.scope,
            source=edge.source,
            needs=edge.needs,
            requirement=edge.requirement,
            reason=edge.reason.value,
        )
        for edge in graph.edges
    ]
    return GraphDocument(nodes=nodes, edges=edges)


def _drawn(graph: Graph) -> Iterator[tuple[Edge, str]]:
    """Each pair of ends once for one reason and requirement, with its label."""
    targets = {edge.scope for edge in graph.edges if not edge.source}
    drawn: dict[tuple[str, str, str, str], list[Edge]] = {}
    for edge in graph.edges:
        drawn.setdefault((edge.source, edge.needs, edge.requirement, edge.reason.value), []).append(edge)
    for edges in drawn.values():
        yield edges[0], _label(edges, targets)


def _label(edges: Sequence[Edge], targets: AbstractSet[str]) -> str:
    """Where only some targets have an edge, they are named."""
    first, scopes = edges[0], {edge.scope for edge in edges}
    where = f" on {', '.join(sorted(scopes))}" if scopes < targets else ""
    return f"{first.requirement} ({first.reason.value})" if first.reason.builds else f"{first.requirement}{where}"


def _dot(graph: Graph) -> Iterator[str]:
    """The DOT language; its strings quote as JSON's do."""
    yield "digraph requirements {"
    yield "  rankdir=LR;"
    yield f"  {json.dumps('')} [label={json.dumps(ROOT)}, shape=plaintext];"
    for node in graph.nodes:
        shape = "box" if node.kind is Kind.SDIST else "box, style=rounded"
        colour = ", color=gray" if node.build_only else ""
        yield f"  {json.dumps(node.filename)} [label={json.dumps(_told(node))}, shape={shape}{colour}];"
    for edge, label in _drawn(graph):
        style = ", style=dashed" if edge.reason.builds else ""
        ends = f"{json.dumps(edge.source)} -> {json.dumps(edge.needs)}"
        yield f"  {ends} [label={json.dumps(label, ensure_ascii=False)}{style}];"
    yield "}"


def _mermaid(graph: Graph) -> Iterator[str]:
    """A flowchart; its labels take entity codes for what would end them."""
    names = {node.filename: f"n{number}" for number, node in enumerate(graph.nodes)} | {"": ROOT}
    yield "flowchart LR"
    yield f"  {ROOT}"
    for node in graph.nodes:
        opening, closing = ("[", "]") if node.kind is Kind.SDIST else ("(", ")")
        yield f'  {names[node.filename]}{opening}"{_escaped(_told(node))}"{closing}'
    for edge, label in _drawn(graph):
        arrow = "-.->" if edge.reason.builds else "-->"
        yield f'  {names[edge.source]} {arrow}|"{_escaped(label)}"| {names[edge.needs]}'


def _told(node: Node) -> str:
    return f"{node} ({node.kind.value}{f', built: {node.built}' if node.built else ''})"


def _escaped(text: str) -> str:
    return text.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
