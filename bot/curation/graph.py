"""Tropes, the stories that answer them and the facts that put them into proportion, as a graph."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

from bot.knowledge import KnowledgeBase

Kind = Literal["trope", "story", "context"]
SHAPES: dict[Kind, str] = {"trope": "box", "story": "ellipse", "context": "note"}


@dataclass(frozen=True, slots=True)
class Node:
    """An entry."""

    id: str
    kind: Kind
    label: str
    field: str
    region: str
    harm: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A story or fact that answers a trope, and how near it is."""

    source: str
    target: str
    fit: str
    reason: str


@dataclass(frozen=True, slots=True)
class Graph:
    """Every entry and every answer, in order of id."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def graph(base: KnowledgeBase) -> Graph:
    """The graph of a knowledge base."""
    field = base.about.field_of
    tropes = {
        trope.id: Node(trope.id, "trope", trope.claim, field(trope.tags), trope.region, trope.harm)
        for trope in base.tropes.values()
    }
    nodes = list(tropes.values())
    nodes += [Node(story.id, "story", story.title, field(story.tags), story.country) for story in base.stories.values()]
    for fact in base.context.values():
        near = tropes.get(fact.answers[0].trope) if fact.answers else None
        nodes.append(Node(fact.id, "context", fact.claim.text, near.field if near else field(fact.tags), ""))
    edges = [
        Edge(entry.id, answer.trope, answer.fit, answer.reason) for entry in base.tellable for answer in entry.answers
    ]
    return Graph(tuple(nodes), tuple(edges))


def as_json(drawn: Graph) -> str:
    """Nodes and links, the form that D3 and networkx read."""
    links = [asdict(edge) for edge in drawn.edges]
    whole = {"directed": True, "multigraph": False, "nodes": [asdict(node) for node in drawn.nodes], "links": links}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def as_dot(drawn: Graph) -> str:
    """The language of Graphviz, with a cluster for each field."""
    lines = ["digraph knowledge {", '  rankdir="RL"; node [fontname="sans-serif", fontsize=10];']
    for number, field in enumerate(sorted({node.field for node in drawn.nodes})):
        lines.append(f"  subgraph cluster_{number} {{ label={_quoted(field)};")
        for node in drawn.nodes:
            if node.field == field:
                colour = ', color="firebrick", peripheries=2' if node.harm else ""
                shape = SHAPES[node.kind]
                lines.append(f"    {_quoted(node.id)} [label={_quoted(node.label)}, shape={shape}{colour}];")
        lines.append("  }")
    lines += [
        f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [tooltip={_quoted(edge.reason)}];" for edge in drawn.edges
    ]
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
