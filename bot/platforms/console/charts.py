"""Counts by week as stacked bars: where each piece stands in a drawing, for a template to write as SVG. Pure."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.store.records import Statistics

WIDTH, HEIGHT = 470, 170
LEFT, RIGHT, TOP, BOTTOM = 34, 4, 10, 24
"""What axis and labels take at each side, in units of the drawing."""
GAP = 0.28
"""The share of a week's width that stays free between bars."""
MOST_LABELS = 6
MOST_SERIES = 5
OTHERS = "others"
"""The name under which the rarest series are counted together, where there are more than MOST_SERIES."""

Series = Mapping[str, Sequence[int]]
"""For each name a count for each week."""
Name = TypeVar("Name", bound=str)


@dataclass(frozen=True, slots=True)
class Bar:
    """One piece of a stacked bar; `series` is its place among the names."""

    x: float
    y: float
    width: float
    height: float
    series: int
    says: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A label at a place on an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Counts by week and their drawing of WIDTH by HEIGHT; a row of the table is a week and its counts by name."""

    title: str
    names: tuple[str, ...]
    table: tuple[tuple[dt.date, tuple[int, ...]], ...]
    bars: tuple[Bar, ...]
    across: tuple[Mark, ...]
    upwards: tuple[Mark, ...]

    @property
    def totals(self) -> tuple[int, ...]:
        """The sum of each series."""
        return tuple(sum(counts[index] for _, counts in self.table) for index in range(len(self.names)))

    @property
    def says(self) -> str:
        """What the drawing shows, in a sentence."""
        parts = ", ".join(f"{name} {total}" for name, total in zip(self.names, self.totals, strict=True))
        return f"{self.title} in {len(self.table)} weeks: {parts or 'none'}."


def replies(statistics: Statistics, weeks: int) -> Chart:
    """Replies a week, by what brought them about."""
    return _counted("Replies", statistics.triggers_by_week, statistics.triggers, statistics.since, weeks)


def holds(statistics: Statistics, weeks: int) -> Chart:
    """Anecdotes a week that were recognised and left alone, by the rule that held."""
    return _counted("Held back", statistics.holds_by_week, statistics.holds, statistics.since, weeks)


def opinions(statistics: Statistics, weeks: int) -> Chart:
    """How replies were found, by the week they were given in."""
    tallies = [statistics.weeks.get(week) for week in _weeks(statistics.since, weeks)]
    found = {
        "helpful": [tally.helpful if tally else 0 for tally in tallies],
        "not relevant": [tally.not_relevant if tally else 0 for tally in tallies],
    }
    return drawn("Feedback", statistics.since, found)


def drawn(title: str, since: dt.date, series: Series) -> Chart:
    """The chart of some series, each with a count for every week since a Monday."""
    weeks = max((len(counts) for counts in series.values()), default=0)
    days = _weeks(since, weeks)
    table = tuple((day, tuple(counts[index] for counts in series.values())) for index, day in enumerate(days))
    step = _step(max((sum(counts) for _, counts in table), default=0))
    top = step * max(1, math.ceil(max((sum(counts) for _, counts in table), default=0) / step))
    names = tuple(series)
    return Chart(title, names, table, tuple(_bars(names, table, top)), _across(days), _upwards(step, top))


def _counted(
    title: str,
    by_week: Mapping[dt.date, Mapping[Name, int]],
    totals: Mapping[Name, int],
    since: dt.date,
    weeks: int,
) -> Chart:
    names = sorted(totals, key=lambda name: (-totals[name], name))
    kept = names if len(names) <= MOST_SERIES else names[: MOST_SERIES - 1]
    found = [by_week.get(week, {}) for week in _weeks(since, weeks)]
    series = {name.replace("_", " "): [counts.get(name, 0) for counts in found] for name in kept}
    if rest := names[len(kept) :]:
        series[OTHERS] = [sum(counts.get(name, 0) for name in rest) for counts in found]
    return drawn(title, since, series or {"none": [0] * weeks})


def _weeks(since: dt.date, weeks: int) -> list[dt.date]:
    return [since + dt.timedelta(weeks=index) for index in range(weeks)]


def _bars(names: Sequence[str], table: Sequence[tuple[dt.date, tuple[int, ...]]], top: int) -> list[Bar]:
    wide, high = (WIDTH - LEFT - RIGHT) / max(1, len(table)), HEIGHT - TOP - BOTTOM
    bars = []
    for index, (day, counts) in enumerate(table):
        foot = float(HEIGHT - BOTTOM)
        for place, count in enumerate(counts):
            height = high * count / top
            foot -= round(height, 2)
            says = f"Week of {_short(day)}: {names[place]} {count}"
            if count:
                x = LEFT + wide * (index + GAP / 2)
                bars.append(Bar(round(x, 2), round(foot, 2), round(wide * (1 - GAP), 2), round(height, 2), place, says))
    return bars


def _across(days: Sequence[dt.date]) -> tuple[Mark, ...]:
    wide = (WIDTH - LEFT - RIGHT) / max(1, len(days))
    every = math.ceil(len(days) / MOST_LABELS) or 1
    return tuple(
        Mark(round(LEFT + wide * (index + 0.5), 2), _short(day)) for index, day in enumerate(days) if index % every == 0
    )


def _upwards(step: int, top: int) -> tuple[Mark, ...]:
    high = HEIGHT - TOP - BOTTOM
    return tuple(Mark(round(HEIGHT - BOTTOM - high * value / top, 2), str(value)) for value in range(0, top + 1, step))


def _step(highest: int) -> int:
    """The distance of lines on the axis: 1, 2 or 5 times a power of ten, for at most five of them."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if highest <= 4 * factor * power:
                return factor * power
        power *= 10


def _short(day: dt.date) -> str:
    return f"{day.day} {day:%b}"
