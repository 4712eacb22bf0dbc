"""Fits the head: two linear models over vectors, their calibration, and the operating point of each mode."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from bot.encoder import Vectors
from bot.head import STRENGTH, Floats, Head, log_odds
from bot.training.corpus import Labels
from bot.training.measure import FALSE_REPLIES

FOLDS = 5
BACKGROUND_SHARE = 0.1
"""The share of those rates that background may have, where replies would be out of place altogether."""
LEAST_SHARE = 0.05
"""How much the share of a topic counts at the least beside the odds of assertion."""
LEAST_THRESHOLD = 0.5
"""Never speak about what is more likely not asserted."""

Integers = npt.NDArray[np.int64]
UNCALIBRATED = np.array([1.0, 1.0, 0.0])


def fit(labels: Labels, vectors: Vectors) -> Head:
    """A head for texts whose vectors were not tuned on them; calibrated by cross-validation."""
    rows = len(labels.topics)
    scores, shares = np.zeros(rows), np.zeros((rows, len(labels.tropes)))
    for fitted_on, held_out in folds(labels):
        head = linear(labels.take(fitted_on), vectors[fitted_on])
        scores[held_out], shares[held_out] = head.scores(vectors[held_out])
    return calibrated(linear(labels, vectors), labels, scores, shares)


@threadpool_limits.wrap(1)  # type: ignore[untyped-decorator]  # small sums: more threads only wait for one another
def linear(labels: Labels, vectors: Vectors) -> Head:
    """The two models, not calibrated."""
    assertion = LogisticRegression(C=STRENGTH, max_iter=500).fit(vectors, labels.asserted)
    about = labels.topics >= 0
    weights, bias = _topic(vectors[about], labels.topics[about], len(labels.tropes))
    return Head(assertion.coef_[0], assertion.intercept_, weights, bias, UNCALIBRATED, np.ones(3))


def calibrated(head: Head, labels: Labels, scores: Floats, shares: Floats) -> Head:
    """The head with its calibration and thresholds, from the scores of texts that no model had seen.

    `scores` (texts,) and `shares` (texts, tropes) are what `Head.scores` gave for the labelled texts.
    """
    return with_thresholds(head.calibrated(_calibration(scores, shares, labels), np.ones(3)), labels, scores, shares)


def with_thresholds(head: Head, labels: Labels, scores: Floats, shares: Floats) -> Head:
    """The head with the thresholds that meet FALSE_REPLIES on labelled texts; see `calibrated`."""
    best = head.calibrate(scores, shares).max(axis=1)
    thresholds = [_threshold(best[labels.contrasts], best[labels.background], rate) for rate in FALSE_REPLIES]
    return head.calibrated(head.calibration, np.array(thresholds))


def folds(labels: Labels) -> Iterator[tuple[Integers, Integers]]:
    """Rows to fit on and rows to hold out, FOLDS times; each fold has its share of every trope and kind."""
    strata = np.where(labels.asserted, labels.topics + 1, -labels.background.astype(int))
    split: Any = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(np.zeros(len(strata)), strata)
    yield from split


def _topic(vectors: Vectors, topics: Integers, tropes: int) -> tuple[Floats, Floats]:
    """Weights (tropes, dimensions) and bias (tropes,) that tell the tropes apart; -30 for one without examples."""
    weights, bias = np.zeros((tropes, vectors.shape[1])), np.full(tropes, -30.0)
    present = np.unique(topics)
    if len(present) == 1:
        bias[present] = 0.0
        return weights, bias
    model = LogisticRegression(C=STRENGTH, max_iter=300).fit(vectors, topics)
    both = len(present) == 2  # then scikit-learn gives one row, for the second against the first
    weights[present] = np.vstack([-model.coef_, model.coef_]) / 2 if both else model.coef_
    bias[present] = np.concatenate([-model.intercept_, model.intercept_]) / 2 if both else model.intercept_
    return weights, bias


def _calibration(scores: Floats, shares: Floats, labels: Labels) -> Floats:
    """Platt's logistic calibration; the likelier topic stays the likelier, whatever the texts say."""
    right = labels.asserted & (shares.argmax(axis=1) == labels.topics)
    share = log_odds(shares.max(axis=1))
    model = LogisticRegression(C=100.0).fit(np.column_stack([scores, share]), right)
    if model.coef_[0, 1] >= LEAST_SHARE:
        return np.array([*model.coef_[0], model.intercept_[0]])
    model = LogisticRegression(C=100.0).fit((scores + LEAST_SHARE * share)[:, None], right)
    slope = model.coef_[0, 0]
    return np.array([slope, LEAST_SHARE * slope, model.intercept_[0]])


def _threshold(contrasts: Floats, background: Floats, rate: float) -> float:
    """The lowest probability at which neither contrasts nor background exceed their error rates."""
    limits = [LEAST_THRESHOLD]
    for probabilities, allowed in ((contrasts, rate), (background, rate * BACKGROUND_SHARE)):
        if len(probabilities):
            limits.append(float(np.quantile(probabilities, 1 - allowed)) + 1e-6)
    return min(max(limits), 0.999)
