"""`counterpoint bench`: start-up, memory and speed, beside plain SentenceTransformer.encode on the same messages."""

import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot.commands.loading import load_core, settings_or_fail
from bot.commands.terminal import console
from bot.encoder import TransformerEncoder


def bench(
    messages: Annotated[int, typer.Option(help="how many messages to judge", min=10)] = 500,
    rounds: Annotated[int, typer.Option(help="how often to measure; the median is printed", min=1)] = 5,
) -> None:
    """Measure start-up from a warm cache, memory and messages a second, against plain encoding."""
    core = load_core()
    texts = [text for trope in core.base.tropes.values() for text in (*trope.phrasings, *trope.contrasts)]
    texts = (texts * (messages // len(texts) + 1))[:messages]
    plain = TransformerEncoder(settings_or_fail().encoder_model).load()
    core.matcher.match("warm up")
    ours, alone = [], []
    for _ in range(rounds):  # in turn, so that a busy machine slows both
        alone.append(_seconds(lambda: plain.encode(texts, batch_size=64, show_progress_bar=False)))
        ours.append(_seconds(lambda: core.matcher.match_many(texts)))
    single = [_seconds(partial(core.matcher.match, text)) for text in texts[:100]]
    one = [_seconds(partial(plain.encode, [text], show_progress_bar=False)) for text in texts[:100]]
    ready = _start("from bot.commands.loading import load_core; load_core(quiet=True).judge('is it ready now?')")
    loaded = _start("from bot.encoder import TransformerEncoder; TransformerEncoder().encode(['is it ready now?'])")
    table = Table("measure", "Counterpoint", "plain encode", "ratio")
    _row(table, "messages a second, together", messages / _median(ours), messages / _median(alone), "{:.0f}")
    _row(table, "milliseconds a message, one by one", 1000 * _median(single), 1000 * _median(one), "{:.1f}")
    _row(table, "seconds from a warm cache to the first answer", ready[0], loaded[0], "{:.1f}")
    _row(table, "MB of memory at the first answer", ready[1], loaded[1], "{:.0f}")
    console.print(table)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


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
