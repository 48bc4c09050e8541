"""A graph in the notations of others."""

from __future__ import annotations

from dataclasses import replace

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelforge.exports.graph import GraphDocument, Notation, render
from wheelforge.model.artifacts import Kind
from wheelforge.model.graph import Edge, Graph, Node, Reason

APP, LIB, TOOL = "app-1.0.tar.gz", "lib-2.0-py3-none-any.whl", "tool-3.0-py3-none-any.whl"


def node(filename: str, *, build_only: bool = False) -> Node:
    name, version = filename.removesuffix(".tar.gz").split("-")[:2]
    kind = Kind.WHEEL if filename.endswith(".whl") else Kind.SDIST
    return Node(
        filename=filename, name=canonicalize_name(name), version=Version(version), kind=kind, build_only=build_only
    )


def edge(scope: str, source: str, needs: str, requirement: str, reason: Reason) -> Edge:
    return Edge(scope=scope, source=source, needs=needs, requirement=requirement, reason=reason)


GRAPH = Graph(
    nodes=(node(APP), node(LIB), node(TOOL, build_only=True)),
    edges=(
        edge("cp311-linux", "", APP, "app", Reason.ASKED),
        edge("cp311-linux", APP, LIB, 'lib[x]<3; extra == "#"', Reason.REQUIRED),
        edge("cp312-linux", "", APP, "app", Reason.ASKED),
        edge(APP, APP, TOOL, "tool", Reason.HOOK),
    ),
)


def test_json_holds_every_edge_with_its_scope_and_reason() -> None:
    document = msgspec.json.decode(render(GRAPH, Notation.JSON), type=GraphDocument)
    assert [one.file for one in document.nodes if one.build_only] == [TOOL]
    assert [(one.scope, one.source, one.needs, one.reason) for one in document.edges] == [
        ("cp311-linux", "", APP, "asked for"),
        ("cp311-linux", APP, LIB, "required"),
        ("cp312-linux", "", APP, "asked for"),
        (APP, APP, TOOL, "hook"),
    ]


def test_dot_draws_what_targets_share_once_names_who_does_not_and_quotes_what_is_in_labels() -> None:
    assert render(GRAPH, Notation.DOT).splitlines() == [
        "digraph requirements {",
        "  rankdir=LR;",
        '  "" [label="requirements", shape=plaintext];',
        f'  "{APP}" [label="app 1.0 (sdist)", shape=box];',
        f'  "{LIB}" [label="lib 2.0 (wheel)", shape=box, style=rounded];',
        f'  "{TOOL}" [label="tool 3.0 (wheel)", shape=box, style=rounded, color=gray];',
        f'  "" -> "{APP}" [label="app"];',
        rf'  "{APP}" -> "{LIB}" [label="lib[x]<3; extra == \"#\" on cp311-linux"];',
        f'  "{APP}" -> "{TOOL}" [label="tool (hook)", style=dashed];',
        "}",
    ]


def test_mermaid_takes_entity_codes_for_what_would_end_a_label() -> None:
    assert render(GRAPH, Notation.MERMAID).splitlines() == [
        "flowchart LR",
        "  requirements",
        '  n0["app 1.0 (sdist)"]',
        '  n1("lib 2.0 (wheel)")',
        '  n2("tool 3.0 (wheel)")',
        '  requirements -->|"app"| n0',
        '  n0 -->|"lib[x]#lt;3; extra == #quot;#35;#quot; on cp311-linux"| n1',
        '  n0 -.->|"tool (hook)"| n2',
    ]


def test_a_wheel_that_was_built_is_told_with_its_sdist() -> None:
    built = "app-1.0-py3-none-any.whl"
    graph = replace(GRAPH, nodes=(replace(node(APP), built=built),), edges=())
    document = msgspec.json.decode(render(graph, Notation.JSON), type=GraphDocument)
    assert [(one.file, one.built) for one in document.nodes] == [(APP, built)]
    for notation in (Notation.DOT, Notation.MERMAID):
        assert f'"app 1.0 (sdist, built: {built})"' in render(graph, notation)
