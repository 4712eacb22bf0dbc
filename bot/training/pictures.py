"""Draws an evaluation: precision against recall, calibration, and risk against coverage."""

from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.training.evaluate import Evaluation, OperatingPoint

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINE, POINT, GREY = "#1f5f8b", "#c2410c", "#999999"


def draw(evaluation: Evaluation, path: Path) -> None:
    """Write a picture: precision against recall with a thread's threshold marked, and what is right against p."""
    figure = _figure()
    curve, calibration = figure.subplots(1, 2)
    _precision_recall(curve, evaluation)
    curve.plot(
        [evaluation.recall().value],
        [evaluation.precision().value],
        "o",
        color=POINT,
        label="the threshold of a thread",
    )
    curve.legend(loc="lower left")
    _calibration(calibration, evaluation, intervals=False)
    figure.savefig(path, dpi=120)


def precision_recall(evaluation: Evaluation, points: dict[str, OperatingPoint]) -> str:
    """Precision against recall at every threshold, with an operating point for each mode, as SVG."""
    figure = _figure(5.4)
    axes = figure.subplots()
    _precision_recall(axes, evaluation)
    for (mode, point), marker in zip(points.items(), "o^s", strict=False):
        spoken = point.caught.count + point.near_misses.count + point.chat.count
        axes.plot([point.right.value], [point.right.count / max(1, spoken)], marker, color=POINT, label=mode)
    axes.legend(loc="lower left")
    return _svg(figure)


def calibration(evaluation: Evaluation) -> str:
    """What is right against the probability given, with 95 % intervals and the counts of messages, as SVG."""
    figure = _figure(5.4)
    _calibration(figure.subplots(), evaluation, intervals=True)
    return _svg(figure)


def risk_coverage(evaluation: Evaluation) -> str:
    """The share of replies that is wrong against the share of messages spoken about, as SVG."""
    figure = _figure(5.4)
    axes = figure.subplots()
    coverage, risk = evaluation.risk()
    axes.plot(coverage, risk, color=LINE, linewidth=2)
    axes.set(xlabel="coverage: messages spoken about", ylabel="risk: replies that are wrong", xlim=(0, 1), ylim=(0, 1))
    axes.set_title("Risk against coverage")
    axes.grid(alpha=0.3)
    return _svg(figure)


def _figure(width: float = 10) -> "Figure":
    from matplotlib.figure import Figure

    return Figure(figsize=(width, 4.8), layout="constrained")


def _precision_recall(axes: "Axes", evaluation: Evaluation) -> None:
    recall, precision = evaluation.curve()
    axes.plot(recall, precision, color=LINE, linewidth=2, label="every threshold")
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02), title="Precision against recall")
    axes.grid(alpha=0.3)


def _calibration(axes: "Axes", evaluation: Evaluation, intervals: bool) -> None:
    bins = evaluation.reliability()
    said, right = [b.said for b in bins], [b.right.value for b in bins]
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, label="calibrated")
    axes.plot(said, right, "o-", color=LINE, label="messages")
    if intervals:
        bounds = np.array([b.right.interval for b in bins]).reshape(-1, 2)
        axes.vlines(said, bounds[:, 0], bounds[:, 1], color=LINE, alpha=0.6)
        for one in bins:
            axes.annotate(f"{one.right.total}", (one.said, one.right.value), (6, -12), textcoords="offset points")
    axes.set(xlabel="probability given", ylabel="share that is right", xlim=(0, 1), ylim=(0, 1.02))
    axes.set_title("Calibration")
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left")


def _svg(figure: "Figure") -> str:
    """The picture alone, without a file's head, and the same each time."""
    from matplotlib import rc_context

    written = StringIO()
    with rc_context({"svg.hashsalt": "counterpoint", "svg.fonttype": "none"}):
        figure.savefig(written, format="svg", metadata={"Date": None})
    text = written.getvalue()
    return text[text.index("<svg") :]
