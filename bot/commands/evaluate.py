"""`counterpoint eval`: how good the matcher is on labelled messages."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from bot.commands.loading import load_core
from bot.commands.terminal import console, errors, fail
from bot.reading import BadFile

if TYPE_CHECKING:
    from bot.core import Core
    from bot.training.compare import Difference
    from bot.training.evaluate import Evaluation, Labelled


def evaluate(
    files: Annotated[list[Path], typer.Argument(help="YAML twins, JSONL files, or folders of them", metavar="FILE…")],
    picture: Annotated[Path | None, typer.Option(help="write the precision-recall picture here")] = None,
    against: Annotated[
        str | None, typer.Option(help="another model to compare with: a folder that was trained, or a name")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="write a page with pictures and tables here: report.html")] = None,
    mistakes: Annotated[int, typer.Option(help="how many of the worst mistakes to list", min=0)] = 10,
) -> None:
    """Measure precision, recall and false replies on labelled messages, such as tests/messages."""
    from bot.training import evaluate as measure
    from bot.training import pictures
    from bot.training import report as pages

    if missing := [path for path in files if not path.exists()]:
        fail(f"there is no {missing[0]}; give a file such as tests/messages/nhs-fax-machines.yaml")
    try:
        messages = measure.read_labelled(files)
    except BadFile as error:
        fail(str(error))
    if not messages:
        fail("these files hold no labelled messages")
    core = load_core()
    judged = _judged(core, messages)
    table = Table("trope", "recognised", "spoken about wrongly", title="By trope")
    for trope in judged.tropes():
        table.add_row(trope, str(judged.recall(trope)), str(judged.false_replies("contrast", trope)))
    console.print(table)
    console.print(f"threshold                       {core.matcher.threshold:.3f}", highlight=False)
    console.print(f"precision of replies          {judged.precision()}", highlight=False)
    console.print(f"recall                        {judged.recall()}", highlight=False)
    console.print(f"false replies, near-misses    {judged.false_replies('contrast')}", highlight=False)
    console.print(f"false replies, ordinary chat  {judged.false_replies('chat')}", highlight=False)
    modes = Table("mode", "threshold", "caught", "right trope", "near-misses", "chat", title="By mode, of all messages")
    for mode, point in pages.points(judged, core.matcher.head.thresholds).items():
        rates = (point.caught, point.right, point.near_misses, point.chat)
        modes.add_row(mode, f"{point.threshold:.3f}", *(str(rate) for rate in rates))
    console.print(modes)
    given = "; ".join(f"{one.said:.2f}: {one.right}" for one in judged.reliability())
    console.print(f"right at the probability given: {given}", highlight=False, soft_wrap=True)
    if worst := judged.worst(mistakes):
        console.print("\nThe worst mistakes:")
    for j in worst:
        what = "spoke" if j.spoken else "missed"
        line = f"{what} {j.judgement.match.probability:.2f} [{j.judgement.match.trope}] {j.labelled.text}"
        console.print(f"  {escape(line)}", highlight=False, soft_wrap=True)
    harm = {trope.id for trope in core.base.tropes.values() if trope.harm}
    if refusals := judged.refusals(harm):
        table = Table("held back, for", "rightly", title="Refusals")
        for refusal in refusals:
            table.add_row(refusal.reason, str(refusal.right))
        console.print(table)
    differences = _compare(core, judged, messages, against) if against else []
    if picture:
        pictures.draw(judged, picture)
        console.print(f"\nThe picture is in {picture}")
    if report:
        subject = pages.Subject(core.library.model, core.matcher.head.thresholds, harm)
        pages.write(judged, subject, report, differences, against or "")
        console.print(f"\nThe report is in {report}")


def _judged(core: "Core", messages: "Sequence[Labelled]") -> "Evaluation":
    from bot.training import evaluate as measure

    with Progress(console=errors, transient=True) as bar:
        task = bar.add_task("Judging")
        return measure.evaluate(core, messages, lambda done, total: bar.update(task, completed=done, total=total))


def _compare(core: "Core", judged: "Evaluation", messages: "Sequence[Labelled]", against: str) -> "list[Difference]":
    """Print what each of two models gets right alone, and the chance of that where they are equally good."""
    from bot.training.compare import compare

    other = load_core(encoder_model=against)
    thresholds = core.matcher.head.thresholds, other.matcher.head.thresholds
    table = Table("mode", "of all", "this", "other", "only this", "only other", "p", title=f"Against {against}")
    differences = list(compare(judged, _judged(other, messages), thresholds))
    for one in differences:
        counts = (one.first, one.second, one.only_first, one.only_second)
        table.add_row(one.mode, one.measure, *map(str, counts), f"{one.p:.3f}")
    console.print(table)
    return differences
