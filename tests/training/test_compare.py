"""Two matchers on the same messages."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest

from bot.core import Judgement
from bot.matcher import Candidate, Match
from bot.policy import Decision
from bot.training.compare import Difference, compare, difference
from bot.training.evaluate import Evaluation, Judged, Labelled

THRESHOLDS = np.array([0.9, 0.6, 0.5])


def judged(kind: str, *probabilities: float, taken_for: str = "fax") -> Evaluation:
    """Messages about fax that a matcher finds so probable."""
    labelled = Labelled("a message", "match", "fax")
    return Evaluation(
        [
            Judged(
                replace(labelled, kind=kind),  # type: ignore[arg-type]
                Judgement(Match((Candidate(taken_for, p),)), Decision(False, "words", "unsure"), None),
            )
            for p in probabilities
        ]
    )


def test_each_mode_counts_what_only_one_of_them_got_right() -> None:
    first, second = judged("match", 0.95, 0.7, 0.2), judged("match", 0.95, 0.95, 0.55)
    found = {(one.mode, one.measure): one for one in compare(first, second, (THRESHOLDS, THRESHOLDS))}
    thread, react = found["thread", "right trope"], found["react", "right trope"]
    assert (thread.first, thread.second, thread.only_first, thread.only_second) == (1, 2, 0, 1)
    assert (react.first, react.second) == (2, 3)


def test_another_trope_is_not_right_and_a_near_miss_is_wrong_whatever_it_is_taken_for() -> None:
    for kind, expected in (("match", 0), ("contrast", 1)):
        other = judged(kind, 0.95, taken_for="pagers")
        thread = [one for one in compare(other, other, (THRESHOLDS, THRESHOLDS)) if one.mode == "thread"]
        assert sum(one.first for one in thread) == expected


def test_each_has_thresholds_of_its_own() -> None:
    same = judged("match", 0.7)
    (thread, *_) = compare(same, same, (THRESHOLDS, np.array([0.6, 0.5, 0.4])))
    assert (thread.first, thread.second) == (0, 1)


@pytest.mark.parametrize(
    ("only_first", "only_second", "p"), [(0, 0, 1.0), (10, 2, 0.0386), (6, 6, 1.0), (0, 5, 0.0625)]
)
def test_chance_is_that_of_mcnemars_exact_test(only_first: int, only_second: int, p: float) -> None:
    pairs = [(True, False)] * only_first + [(False, True)] * only_second + [(True, True)] * 50
    assert difference("thread", "right trope", pairs).p == pytest.approx(p, abs=1e-4)


def test_messages_that_differ_are_not_compared() -> None:
    with pytest.raises(ValueError, match="zip"):
        list(compare(judged("match", 0.9), judged("match", 0.9, 0.9), (THRESHOLDS, THRESHOLDS)))


@pytest.mark.parametrize(("one", "other"), [(0, 0), (1, 0), (5, 5), (50, 46), (18, 57), (300, 900)])
def test_the_chance_is_that_of_scipys_exact_test(one: int, other: int) -> None:
    expected = binomtest(one, one + other).pvalue if one + other else 1.0
    assert Difference("thread", "chat", 0, 0, one, other).p == pytest.approx(expected)


def test_verdicts_of_numpy_do_not_overflow() -> None:
    """Once a comparison of 131 differences gave p = 1: the power of two was one of 64 bits."""
    pairs = [(np.bool_(True), np.bool_(False))] * 83 + [(np.bool_(False), np.bool_(True))] * 48
    assert difference("thread", "right trope", pairs).p == pytest.approx(binomtest(48, 131).pvalue)  # type: ignore[arg-type]
