"""The soak runs, and counts what it should."""

import asyncio

import pytest

from scripts.reckoning import Count, Mishaps, Reason
from scripts.replicas import slope
from scripts.soak import FAULTS, soak

MISHAPS = Mishaps(kills=[100.0], outages=[(200.0, 210.0)])


@pytest.mark.parametrize(
    ("sent", "state", "reason"),
    [
        (99.0, "released", Reason.REFUSED),
        (95.0, None, Reason.KILLED),
        (40.0, "claimed", Reason.KILLED),
        (195.0, None, Reason.AWAY),
        (205.0, "claimed", Reason.AWAY),
        (50.0, None, Reason.UNEXPLAINED),
        (101.0, "claimed", Reason.UNEXPLAINED),
        (211.0, None, Reason.UNEXPLAINED),
    ],
)
def test_why_a_message_got_no_answer(sent: float, state: str | None, reason: Reason) -> None:
    """Only what no mishap can explain is lost."""
    assert MISHAPS.explain(sent, state) is reason


def test_an_apology_is_no_answer() -> None:
    count = Count(due={"answered": 1.0, "sorry": 205.0, "both": 206.0, "silent": 50.0})
    count.count([("answered", False), ("sorry", True), ("both", True), ("both", False), ("another's", False)])
    assert count.lost(MISHAPS, {}) == {"sorry": Reason.AWAY, "silent": Reason.UNEXPLAINED}
    assert not count.twice


def test_an_answer_that_came_again_is_counted() -> None:
    count = Count(due={"once": 1.0, "twice": 2.0})
    count.count([("once", False), ("twice", False), ("twice", False)])
    assert count.twice == ["twice"]


def test_memory_is_judged_after_the_warm_up() -> None:
    samples = [(0.0, 100.0), (15.0, 400.0), (60.0, 500.0), (75.0, 501.0), (90.0, 502.0)]
    assert slope(samples, warm_up=60.0) == pytest.approx(4.0)
    assert slope(samples[:4], warm_up=60.0) is None, "two points are no trend"
    assert slope([], warm_up=60.0) is None


@pytest.mark.slow
def test_every_fault_once_and_nothing_is_said_twice_or_lost(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a model, so that the faults can follow each other quickly."""
    good = asyncio.run(soak(minutes=0.8, rate=4, seed=3, fault_every=3, encoder="stand-in"))
    told = capsys.readouterr().out
    assert good, told
    assert [fault for fault in FAULTS if f"'{fault}'" not in told] == []


@pytest.mark.slow
def test_half_a_minute_of_it_says_nothing_twice_and_loses_nothing() -> None:
    assert asyncio.run(soak(minutes=0.5, rate=2, seed=3))
