"""The soak runs, and counts what it should."""

import asyncio

import pytest

from scripts.soak import Count, soak


def test_what_is_lost_is_told_from_what_a_killed_process_held() -> None:
    count = Count(due={"answered": 10.0, "held": 95.0, "lost": 50.0, "claimed": 40.0, "refused": 99.0, "after": 101.0})
    count.answered["answered"] = 1
    states = {"answered": "posted", "claimed": "claimed", "refused": "released"}
    assert count.lost([100.0], states) == ({"refused"}, {"held", "claimed"}, {"lost", "after"})


@pytest.mark.slow
def test_half_a_minute_of_it_says_nothing_twice_and_loses_nothing() -> None:
    assert asyncio.run(soak(minutes=0.5, rate=2, seed=3))
