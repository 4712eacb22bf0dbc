"""What a benchmark counts, draws up and refuses; how long anything takes decides nothing here."""

from collections.abc import Callable, Sequence
from itertools import count

import numpy as np
import pytest

from bot.encoder import Vectors
from bot.matcher import Examples
from bot.training import benchmark
from bot.training.benchmark import Contender, DidNotStart, Measured, growth, quantile, speed, started, starts, synthetic

TROPES = ("fax", "pagers", "floppies")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A clock that goes only when told to."""
    now = [0.0]
    monkeypatch.setattr("bot.training.benchmark.time.perf_counter", lambda: now[0])

    def pass_(seconds: float) -> None:
        now[0] += seconds

    return pass_


def test_a_ratio_is_to_the_first() -> None:
    assert Measured("speed", (4.0, 2.0, 12.0), 0).ratios == (1.0, 0.5, 3.0)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1), (0.5, 3), (0.99, 5), (1.0, 5)])
def test_a_quantile_is_one_of_the_values(share: float, expected: float) -> None:
    assert quantile([5, 1, 4, 2, 3], share) == expected


def test_speed_is_messages_by_the_seconds_they_took(clock: Callable[[float], None]) -> None:
    """A contender that needs 10 ms a message and one that needs 40 ms, and 100 ms for each call."""
    quick = Contender("quick", lambda texts: clock(0.01 * len(texts)), "")
    slow = Contender("slow", lambda texts: clock(0.1 + 0.04 * len(texts)), "")
    together, median, worst = speed([quick, slow], "chat", ["hello"] * 50, rounds=3)
    assert together.measure == "messages a second, chat"
    assert together.values == pytest.approx((100, 50 / 2.1))
    assert median.values == pytest.approx((10, 140))
    assert worst.values == pytest.approx((10, 140))


def test_the_median_forgives_one_slow_round_and_the_99th_percentile_does_not(clock: Callable[[float], None]) -> None:
    calls = count()
    hiccup = Contender("hiccup", lambda _: clock(9.0 if next(calls) in (1, 5) else 1.0), "")
    together, median, worst = speed([hiccup], "chat", ["a", "b", "c", "d", "e", "f", "g", "h"], rounds=3)
    assert together.values == pytest.approx((8,))
    assert median.values == pytest.approx((1000,))
    assert worst.values == pytest.approx((9000,))


def test_contenders_judge_the_same_messages_in_turn() -> None:
    heard: list[tuple[str, Sequence[str]]] = []

    def listener(name: str) -> Contender:
        return Contender(name, lambda texts: heard.append((name, texts)), "")

    both = [listener("one"), listener("other")]
    list(speed(both, "chat", ["a", "b", "c"], rounds=2))
    assert [name for name, _ in heard] == ["one", "other"] + (["one"] * 4 + ["other"] * 4) * 2
    assert [texts for name, texts in heard if name == "one"] == [texts for name, texts in heard if name == "other"]


def test_growth_asks_each_search_about_every_size() -> None:
    built: list[int] = []
    asked: list[Vectors] = []

    def build(phrasings: Examples) -> Callable[[Vectors], object]:
        built.append(len(phrasings.texts))
        assert len(phrasings.vectors) == len(phrasings.tropes) == len(phrasings.indices) == built[-1]
        return asked.append

    rows = list(growth({"one": build, "other": build}, TROPES, 8, rounds=2, sizes=(3, 1_200), messages=4))
    assert [row.measure for row in rows] == ["3", "1,200"]
    assert all(len(row.values) == 2 and row.decimals == 3 for row in rows)
    assert built == [3, 3, 1_200, 1_200]
    assert len(asked) == 2 * 2 * (1 + 2 * 4)
    assert {vector.shape for vector in asked} == {(8,)}


def test_stand_ins_are_unit_vectors_shared_out_among_the_tropes_and_the_same_each_time() -> None:
    made = synthetic(TROPES, 7, 16, seed=3)
    assert made.vectors.dtype == np.float32
    assert np.linalg.norm(made.vectors, axis=1) == pytest.approx(np.ones(7), abs=1e-6)
    assert made.tropes == ("fax", "pagers", "floppies", "fax", "pagers", "floppies", "fax")
    assert len(set(made.texts)) == 7
    assert np.array_equal(made.vectors, synthetic(TROPES, 7, 16, seed=3).vectors)
    assert not np.array_equal(made.vectors, synthetic(TROPES, 7, 16, seed=4).vectors)


def test_a_start_is_measured_in_a_process_of_its_own() -> None:
    held = "kept = bytearray(200 * 1024 * 1024)\nprint('chatter')"
    seconds, memory = starts([Contender("idle", lambda _: None, "pass"), Contender("hoarder", lambda _: None, held)])
    assert memory.values[1] - memory.values[0] > 150
    assert all(value > 0 for value in seconds.values)


def test_a_process_that_fails_says_why() -> None:
    with pytest.raises(DidNotStart, match="no such model"):
        started("raise SystemExit('loading\\nno such model')")
    with pytest.raises(DidNotStart, match="exit code 3"):
        started("raise SystemExit(3)")


def test_memory_is_that_of_this_process() -> None:
    assert 20 < benchmark.peak_memory() < 100_000
