"""What an evaluation's page tells: refusals, confusions, risk, and nothing that a message could smuggle in."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from scipy.stats import binomtest

from bot.core import Judgement
from bot.matcher import Candidate, Match
from bot.policy import Decision
from bot.training import report
from bot.training.compare import difference
from bot.training.evaluate import Confusion, Evaluation, Judged, Labelled, Rate

THRESHOLDS = np.array([0.9, 0.6, 0.5])
HURT = "somebody may have been hurt or be in distress"
HOSTILE = "<script>alert(1)</script> & the rest"
Kind = Literal["match", "contrast", "chat"]


def one(kind: Kind, trope: str | None, taken_for: str, p: float, reason: str = "", text: str = "a message") -> Judged:
    """A judged message; surely recognised, and held for a reason where there is one."""
    sure = p >= THRESHOLDS[0]
    decision = Decision(sure and not reason, "rule", reason or ("recognised" if sure else "unsure"))
    match = Match((Candidate(taken_for, p),), float(THRESHOLDS[0]))
    return Judged(Labelled(text, kind, trope), Judgement(match, decision, None))


@pytest.fixture
def evaluation() -> Evaluation:
    return Evaluation(
        [
            one("match", "fax", "fax", 0.97),
            one("match", "fax", "pagers", 0.95),
            one("match", "fax", "pagers", 0.3),
            one("match", "fax", "fax", 0.92, HURT),
            one("match", "horizon", "horizon", 0.99, HURT),
            one("contrast", "fax", "fax", 0.93, HURT),
            one("contrast", "fax", "fax", 0.91, text=HOSTILE),
            one("chat", None, "fax", 0.1),
        ]
    )


def test_a_refusal_is_right_where_no_ordinary_trope_was_asserted(evaluation: Evaluation) -> None:
    (refusal,) = evaluation.refusals(harm={"horizon"})
    assert (refusal.reason, refusal.right) == (HURT, Rate(2, 3))
    (stricter,) = evaluation.refusals()
    assert stricter.right == Rate(1, 3)


def test_confusions_are_counted(evaluation: Evaluation) -> None:
    assert evaluation.confusions() == [Confusion("fax", "pagers", 2)]


def test_risk_is_what_is_wrong_of_what_is_covered(evaluation: Evaluation) -> None:
    coverage, risk = evaluation.risk()
    assert coverage == [count / 8 for count in range(1, 9)]
    assert risk[0] == 0  # horizon, at 0.99
    assert risk[-1] == pytest.approx(1 - 3 / 8)


def test_an_interval_holds_its_share_and_nothing_is_anywhere() -> None:
    low, high = Rate(2, 3).interval
    assert 0 < low < 2 / 3 < high < 1
    assert Rate(0, 0).interval == (0.0, 1.0)


@pytest.mark.parametrize(("count", "total"), [(0, 300), (4, 1061), (1, 2), (772, 1063), (300, 300)])
def test_an_interval_is_scipys(count: int, total: int) -> None:
    expected = binomtest(count, total).proportion_ci(method="wilson")
    assert Rate(count, total).interval == pytest.approx((expected.low, expected.high))


def test_the_page_has_every_part_and_needs_nothing_else(evaluation: Evaluation, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    subject = report.Subject("a-model", THRESHOLDS, {"horizon"})
    differences = [difference("thread", "right trope", [(True, False)] * 5)]
    report.write(evaluation, subject, path, differences, "another-model")
    page = path.read_text()
    assert page.count("<svg") == 3
    for wanted in (
        "a-model",
        "Against another-model",
        HURT,
        "33.3",
        "pagers",
        "By trope",
        "The worst mistakes",
        "0.062",
    ):
        assert wanted in page
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; the rest" in page
    for never in ("<script", "<link", "@import", "url(http"):
        assert never not in page
    report.write(evaluation, subject, tmp_path / "again.html", differences, "another-model")
    assert (tmp_path / "again.html").read_text() == page


def test_a_page_about_nothing_says_so(tmp_path: Path) -> None:
    report.write(Evaluation([one("chat", None, "fax", 0.1)]), report.Subject("m", THRESHOLDS, ()), tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text()
    assert "None." in page
    assert "Against" not in page
