"""Draws the graph of a knowledge base: facts, tropes and stories in three columns, in a band for each field."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.curation.graph import Graph, Kind, Node

COLUMNS: dict[Kind, float] = {"context": 4.5, "trope": 5.7, "story": 13.7}
"""Where the columns stand, in inches: facts end at their line, stories begin at theirs, tropes stand between."""
TROPE_WIDTH = 5.3
WIDTH = 19.2
ROW = 0.235
"""The height of a row in inches."""
GAP = 1.6
"""Rows between two bands, for the name of the field."""
LETTERS: dict[Kind, int] = {"context": 72, "trope": 84, "story": 72}
"""How much of a label is shown."""
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8C6D1F", "#3182BD", "#6A51A3", "#4D4D4D", "#B2182B", "#1B7837")
"""Okabe and Ito's, which most people with colour blindness can tell apart, and some more for further fields."""
WEIGHTS = {"same service": 1.9, "same figure": 1.9, "same mechanism": 1.2, "same subject": 1.2}
HARM = "#A50F15"


@dataclass(frozen=True, slots=True)
class Placed:
    """A node and its row, counted from the top; rows may be halves."""

    node: Node
    row: float


@dataclass(frozen=True, slots=True)
class Band:
    """The rows of a field."""

    field: str
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands."""

    placed: Mapping[str, Placed]
    bands: tuple[Band, ...]
    rows: float


def lay_out(drawn: Graph) -> Layout:
    """Bands from the largest field to the smallest; in a band every node near to what it is linked to."""
    fields: defaultdict[str, defaultdict[Kind, list[Node]]] = defaultdict(lambda: defaultdict(list))
    for node in drawn.nodes:
        fields[node.field][node.kind].append(node)
    order = sorted(fields, key=lambda field: (field == "other", -sum(map(len, fields[field].values())), field))
    neighbours: defaultdict[str, list[str]] = defaultdict(list)
    for edge in drawn.edges:
        neighbours[edge.source].append(edge.target)
        neighbours[edge.target].append(edge.source)
    bands, top = [], GAP
    for field in order:
        height = max(len(nodes) for nodes in fields[field].values())
        bands.append(Band(field, top, top + height))
        top += height + GAP
    rows = _spread(fields, bands, lambda node: node.id)
    for _ in range(4):  # each to the middle of its neighbours, a few times: enough to untangle most lines
        rows = _spread(fields, bands, lambda node, now=rows: _middle(node, neighbours, now))  # type: ignore[misc]
    return Layout({node.id: Placed(node, rows[node.id]) for node in drawn.nodes}, tuple(bands), top)


def _middle(node: Node, neighbours: Mapping[str, list[str]], rows: Mapping[str, float]) -> tuple[float, str]:
    around = [rows[id_] for id_ in neighbours.get(node.id, []) if id_ in rows] or [rows[node.id]]
    return sum(around) / len(around), node.id


def _spread(
    fields: Mapping[str, Mapping[Kind, list[Node]]], bands: list[Band], key: Callable[[Node], Any]
) -> dict[str, float]:
    rows: dict[str, float] = {}
    for band in bands:
        for nodes in fields[band.field].values():
            step = (band.bottom - band.top) / len(nodes)
            for index, node in enumerate(sorted(nodes, key=key)):
                rows[node.id] = band.top + step * (index + 0.5)
    return rows


def draw(drawn: Graph, path: Path) -> None:
    """Write the picture; the ending of `path` says in which form."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    layout = lay_out(drawn)
    colours = {band.field: COLOURS[number % len(COLOURS)] for number, band in enumerate(layout.bands)}
    with mpl.rc_context({"svg.fonttype": "none", "font.family": "DejaVu Sans", "svg.hashsalt": "counterpoint"}):
        height = (layout.rows + 3) * ROW
        figure = Figure(figsize=(WIDTH, height), layout=None)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(layout.rows + 1.6, -1.4)
        axes.axis("off")
        _headings(axes, layout)
        for band in layout.bands:
            _band(axes, band, colours[band.field])
        for edge in drawn.edges:
            if edge.source in layout.placed and edge.target in layout.placed:
                source, target = layout.placed[edge.source], layout.placed[edge.target]
                _line(axes, source, target, colours[target.node.field], WEIGHTS.get(edge.fit, 0.6))
        linked = {id_ for edge in drawn.edges for id_ in (edge.source, edge.target)}
        for placed in layout.placed.values():
            _node(axes, placed, colours[placed.node.field], placed.node.id in linked)
        metadata: dict[str, Any] = {"Date": None} if path.suffix == ".svg" else {}
        figure.savefig(path, dpi=130, metadata=metadata, facecolor="white")


def _headings(axes: Any, layout: Layout) -> None:
    kinds = [placed.node.kind for placed in layout.placed.values()]
    headings: tuple[tuple[Kind, float, str, str], ...] = (
        ("context", COLUMNS["context"], "right", "context facts"),
        ("trope", COLUMNS["trope"] + TROPE_WIDTH / 2, "center", "tropes"),
        ("story", COLUMNS["story"], "left", "stories"),
    )
    for kind, x, align, name in headings:
        if number := kinds.count(kind):
            text = f"{number} {name}"
            axes.text(x, -0.5, text, ha=align, va="center", fontsize=13, fontweight="bold", color="#222222")
    key = "Red: people were hurt, so no story may answer.   Thick line: same service or figure.   Thin line: same kind."
    axes.text(WIDTH / 2, layout.rows + 0.6, key, ha="center", va="center", fontsize=9, color="#444444")


def _band(axes: Any, band: Band, colour: str) -> None:
    from matplotlib.patches import Rectangle

    height = band.bottom - band.top
    axes.add_patch(Rectangle((0.12, band.top), WIDTH - 0.24, height, facecolor=colour, alpha=0.055, linewidth=0))
    axes.text(0.2, band.top - 0.35, band.field, fontsize=11, fontweight="bold", color=colour, va="center")


def _line(axes: Any, source: Placed, target: Placed, colour: str, weight: float) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Curve

    story = source.node.kind == "story"
    start = COLUMNS["story"] - 0.1 if story else COLUMNS["context"] + 0.1
    end = COLUMNS["trope"] + (TROPE_WIDTH if story else 0)
    middle = (start + end) / 2
    points = [(start, source.row), (middle, source.row), (middle, target.row), (end, target.row)]
    curve = Curve(points, [Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4])
    alpha = 0.65 if source.node.field == target.node.field else 0.32
    axes.add_patch(PathPatch(curve, facecolor="none", edgecolor=colour, linewidth=weight, alpha=alpha))


def _node(axes: Any, placed: Placed, colour: str, linked: bool) -> None:
    from matplotlib.patches import FancyBboxPatch

    node, label = placed.node, _short(placed.node.label, LETTERS[placed.node.kind])
    if node.kind == "trope":
        edge = HARM if node.harm else colour
        axes.add_patch(
            FancyBboxPatch(
                (COLUMNS["trope"] + 0.06, placed.row - 0.36),
                TROPE_WIDTH - 0.12,
                0.72,
                boxstyle="round,pad=0,rounding_size=0.06",
                mutation_aspect=1 / ROW,
                facecolor="#FDE0DD" if node.harm else "white",
                edgecolor=edge,
                linewidth=1.6 if node.harm else 1.0,
                linestyle="-" if linked or node.harm else ":",
            )
        )
        x = COLUMNS["trope"] + TROPE_WIDTH / 2
        axes.text(x, placed.row, label, ha="center", va="center", fontsize=7.6, color=edge if node.harm else "#111111")
    else:
        story = node.kind == "story"
        x = COLUMNS[node.kind]
        axes.plot([x + (-0.1 if story else 0.1)], [placed.row], marker="o", markersize=3.2, color=colour)
        where = f"  {node.region}" if story else ""
        text = axes.text(x, placed.row, label, ha="left" if story else "right", va="center", fontsize=7.8, color="#111")
        if where:
            axes.annotate(where, xycoords=text, xy=(1, 0.5), va="center", ha="left", fontsize=6.6, color="#777777")


def _short(text: str, most: int) -> str:
    text = text.rstrip(".")
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0].rstrip(",;:") + " …"
