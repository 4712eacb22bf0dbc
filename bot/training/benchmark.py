"""Measures matchers beside each other: speed, start-up and memory, and how the work grows with the phrasings."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from bot.encoder import Vectors

if TYPE_CHECKING:
    from bot.matcher import Examples

Given = TypeVar("Given")
SIZES = (100, 1_000, 10_000, 100_000)
"""How many phrasings the growth is measured with."""
SINGLES = 100
"""Of how many messages the time is taken one by one."""


class DidNotStart(Exception):
    """A process that was to be measured ended with an error; the message holds its last line."""


@dataclass(frozen=True)
class Contender:
    """Something that judges messages: several at once by `judge`; `start` is the code of a process that judges one."""

    name: str
    judge: Callable[[Sequence[str]], object]
    start: str


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of several contenders, the baseline first."""

    measure: str
    values: tuple[float, ...]
    decimals: int

    @property
    def ratios(self) -> tuple[float, ...]:
        """Each value as a multiple of the baseline's."""
        return tuple(value / self.values[0] for value in self.values)


def speed(contenders: Sequence[Contender], name: str, texts: Sequence[str], rounds: int) -> Iterator[Measured]:
    """Messages a second together, and milliseconds a message one by one.

    In every round each takes its turn, so that a busy machine slows them all. A turn is not broken up, for the threads
    of whoever came before would slow each message.
    """
    together: list[list[float]] = [[] for _ in contenders]
    single: list[list[float]] = [[] for _ in contenders]
    for contender in contenders:
        contender.judge(texts[:1])
    for _ in range(rounds):
        for contender, many, one in zip(contenders, together, single, strict=True):
            many.append(_seconds(contender.judge, texts))
            one += [_seconds(contender.judge, [text]) for text in texts[:SINGLES]]
    yield Measured(f"messages a second, {name}", tuple(len(texts) / quantile(taken, 0.5) for taken in together), 0)
    for part, share in (("median", 0.5), ("99th percentile", 0.99)):
        at = tuple(1000 * quantile(taken, share) for taken in single)
        yield Measured(f"milliseconds a message, {name}, {part}", at, 2)


def starts(contenders: Sequence[Contender]) -> Iterator[Measured]:
    """Seconds and MB of a process of its own until its first answer. Raises DidNotStart."""
    seconds, memory = zip(*(started(contender.start) for contender in contenders), strict=True)
    yield Measured("seconds from a warm cache to the first answer", seconds, 1)
    yield Measured("MB of memory at the first answer", memory, 0)


Search = Callable[[Vectors], object]
"""Judges one message by its unit vector, shape (dimensions,)."""
Build = Callable[["Examples"], Search]
"""Makes a search over phrasings."""


def growth(
    builds: Mapping[str, Build],
    tropes: Sequence[str],
    dimensions: int,
    rounds: int,
    sizes: Sequence[int],
    messages: int = 20,
) -> Iterator[Measured]:
    """Milliseconds a message, encoding left out, for each number of phrasings; the first of `builds` is the baseline.

    Random unit vectors stand in for phrasings and messages: only their number and width tell on the time.
    """
    asked = synthetic(tropes, messages, dimensions, seed=1).vectors
    everything = synthetic(tropes, max(sizes), dimensions, seed=0)
    for size in sizes:
        phrasings = first(everything, size)
        searches = [build(phrasings) for build in builds.values()]
        taken: list[list[float]] = [[] for _ in searches]
        for search in searches:
            search(asked[0])
        for _ in range(rounds):
            for search, times in zip(searches, taken, strict=True):
                times += [_seconds(search, vector) for vector in asked]
        yield Measured(f"{size:,}", tuple(1000 * quantile(times, 0.5) for times in taken), 3)


def synthetic(tropes: Sequence[str], count: int, dimensions: int, seed: int) -> "Examples":
    """Random unit vectors of shape (count, dimensions), shared out among the tropes."""
    from bot.matcher import Examples

    drawn = np.random.default_rng(seed).standard_normal((count, dimensions), dtype=np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    owners = tuple(tropes[row % len(tropes)] for row in range(count))
    return Examples(owners, tuple(range(count)), tuple(f"phrasing {row}" for row in range(count)), drawn)


def first(examples: "Examples", count: int) -> "Examples":
    """The first so many examples."""
    return replace(
        examples,
        tropes=examples.tropes[:count],
        indices=examples.indices[:count],
        texts=examples.texts[:count],
        vectors=examples.vectors[:count],
    )


def started(code: str) -> tuple[float, float]:
    """Seconds and peak MB of a new process that runs `code`. Raises DidNotStart."""
    report = "\nfrom bot.training.benchmark import peak_memory\nprint(peak_memory())"
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code + report], capture_output=True, text=True, check=False)  # noqa: S603  our own code
    taken = time.perf_counter() - start
    if done.returncode:
        raise DidNotStart(next(iter(done.stderr.strip().splitlines()[-1:]), f"exit code {done.returncode}"))
    return taken, float(done.stdout.split()[-1])


def peak_memory() -> float:
    """The most MB this process has held; where /proc is missing, what its parent held counts too."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        if found:
            return int(found[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values lie below."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def _seconds(work: Callable[[Given], object], given: Given) -> float:
    start = time.perf_counter()
    work(given)
    return time.perf_counter() - start
