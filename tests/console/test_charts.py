"""What the charts draw is what was counted."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from bot.message import Trigger
from bot.platforms.console import charts
from bot.platforms.console.charts import BOTTOM, HEIGHT, MOST_SERIES, OTHERS, TOP, drawn
from bot.store.records import Statistics, Tally

MONDAY = dt.date(2026, 9, 7)
COUNTS = st.integers(0, 100_000)


@given(st.lists(st.lists(COUNTS, min_size=3, max_size=3), min_size=1, max_size=20))
def test_bars_are_as_high_as_their_counts(weeks: list[list[int]]) -> None:
    chart = drawn("Replies", MONDAY, {f"s{place}": [week[place] for week in weeks] for place in range(3)})
    assert chart.totals == tuple(sum(week[place] for week in weeks) for place in range(3))
    assert len(chart.bars) == sum(count > 0 for week in weeks for count in week)
    assert all(bar.y >= TOP - 0.1 and bar.y + bar.height <= HEIGHT - BOTTOM + 0.1 for bar in chart.bars)
    top = int(chart.upwards[-1].text)
    assert top >= max(sum(week) for week in weeks)
    assert len(chart.upwards) <= 6
    for bar in chart.bars:
        count = int(bar.says.rpartition(" ")[2])
        assert abs(bar.height - (HEIGHT - TOP - BOTTOM) * count / top) < 0.02
        assert f": s{bar.series} " in bar.says


def test_weeks_without_anything_stand_in_the_chart() -> None:
    found = Statistics(MONDAY, weeks={MONDAY + dt.timedelta(weeks=2): Tally(5, 3, 1)})
    chart = charts.opinions(found, 4)
    assert [counts for _, counts in chart.table] == [(0, 0), (0, 0), (3, 1), (0, 0)]
    assert chart.says == "Feedback in 4 weeks: helpful 3, not relevant 1."
    assert [bar.says for bar in chart.bars] == ["Week of 21 Sep: helpful 3", "Week of 21 Sep: not relevant 1"]


def test_replies_are_told_apart_by_what_brought_them_about() -> None:
    by_week = {MONDAY: {Trigger.PASSIVE: 2, Trigger.MENTION: 5}}
    found = Statistics(MONDAY, triggers={Trigger.PASSIVE: 2, Trigger.MENTION: 5}, triggers_by_week=by_week)
    chart = charts.replies(found, 1)
    assert (chart.names, chart.table) == (("mention", "passive"), ((MONDAY, (5, 2)),))


def test_the_rarest_reasons_are_counted_together() -> None:
    counts = {f"rule_{place}": 20 - place for place in range(8)}
    chart = charts.holds(Statistics(MONDAY, holds=counts, holds_by_week={MONDAY: counts}), 1)
    assert chart.names == ("rule 0", "rule 1", "rule 2", "rule 3", OTHERS)
    assert len(chart.names) == MOST_SERIES
    assert chart.table == ((MONDAY, (20, 19, 18, 17, 16 + 15 + 14 + 13)),)


def test_nothing_is_a_chart_too() -> None:
    chart = charts.holds(Statistics(MONDAY), 3)
    assert (chart.totals, chart.bars) == ((0,), ())
