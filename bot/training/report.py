"""Writes an evaluation as one page that needs nothing else: pictures, tables, and the worst mistakes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.head import Floats
from bot.matcher import MODES
from bot.training import pictures
from bot.training.compare import Difference
from bot.training.evaluate import Evaluation, OperatingPoint
from bot.training.measure import MODES as NAMES

TEMPLATES = Path(__file__).parent / "templates"
MISTAKES, CONFUSIONS = 40, 15
"""How many are listed at the most."""


@dataclass(frozen=True)
class Subject:
    """What was evaluated: the model's name, its thresholds (3,), and the tropes that did harm."""

    model: str
    thresholds: Floats
    harm: Collection[str]


def points(evaluation: Evaluation, thresholds: Floats) -> dict[str, OperatingPoint]:
    """What each mode's threshold would let through, by the mode's name."""
    return {name: evaluation.at(float(at), mode) for name, mode, at in zip(NAMES, MODES, thresholds, strict=True)}


def write(
    evaluation: Evaluation, subject: Subject, path: Path, differences: Sequence[Difference] = (), against: str = ""
) -> None:
    """Write the page; `differences` are to another model, which `against` names."""
    modes = points(evaluation, subject.thresholds)
    drawn = (
        ("How often it is right at the probability that it gives", pictures.calibration(evaluation)),
        ("Precision against recall", pictures.precision_recall(evaluation, modes)),
        ("Risk against coverage", pictures.risk_coverage(evaluation)),
    )
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template(
        "report.html"
    ).render(
        evaluation=evaluation,
        subject=subject,
        modes=modes,
        pictures=[(title, Markup(svg)) for title, svg in drawn],  # noqa: S704  (drawn above, from numbers alone)
        confusions=evaluation.confusions()[:CONFUSIONS],
        refusals=evaluation.refusals(subject.harm),
        worst=evaluation.worst(MISTAKES),
        differences=differences,
        against=against,
    )
    path.write_text(page, encoding="utf-8")
