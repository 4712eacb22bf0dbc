"""Compares two matchers on the same messages: what one gets right and the other does not, and whether by chance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb

from bot.head import Floats
from bot.matcher import MODES
from bot.message import Mode
from bot.training.evaluate import Evaluation, Judged
from bot.training.measure import MODES as NAMES


@dataclass(frozen=True, slots=True)
class Difference:
    """How many messages each of two matchers says yes to, and how many it alone."""

    mode: str
    measure: str
    first: int
    second: int
    only_first: int
    only_second: int

    @property
    def p(self) -> float:
        """The chance of a difference as large where the two are equally good (McNemar's exact test, 1947)."""
        apart = int(self.only_first + self.only_second)  # counted by numpy, they would overflow as a power of two
        fewer = min(self.only_first, self.only_second)
        return min(1.0, 2 * sum(comb(apart, count) for count in range(fewer + 1)) / (1 << apart))


def compare(first: Evaluation, second: Evaluation, thresholds: tuple[Floats, Floats]) -> Iterator[Difference]:
    """Both on the same messages in the same order, in each mode at the thresholds (3,) that each has for it."""
    for name, mode, *at in zip(NAMES, MODES, *thresholds, strict=True):
        for measure, kind in (("right trope", "match"), ("near-misses", "contrast"), ("chat", "chat")):
            pairs = [
                (_says(one, at[0], mode), _says(other, at[1], mode))
                for one, other in zip(first.judged, second.judged, strict=True)
                if one.labelled.kind == kind
            ]
            yield difference(name, measure, pairs)


def difference(mode: str, measure: str, pairs: Sequence[tuple[bool, bool]]) -> Difference:
    """What two matchers said to each message."""
    return Difference(
        mode,
        measure,
        sum(one for one, _ in pairs),
        sum(other for _, other in pairs),
        sum(one and not other for one, other in pairs),
        sum(other and not one for one, other in pairs),
    )


def _says(judged: Judged, threshold: float, mode: Mode) -> bool:
    """Whether a message is probable enough, and where it asserts a trope, taken for that one."""
    return judged.judgement.match.reaches(threshold, mode) and (judged.labelled.kind != "match" or judged.right)
