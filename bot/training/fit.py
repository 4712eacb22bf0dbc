"""Fits the head from the knowledge base's phrasings, contrasts and background, in seconds."""

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from bot.cleaning import clean
from bot.encoder import Vectors
from bot.head import Floats, Head, features, log_odds
from bot.knowledge import KnowledgeBase
from bot.matcher import example_texts

FOLDS = 5
STRENGTH = 10.0
"""Inverse regularisation of both linear models; the result hardly changes between 3 and 30."""
FALSE_REPLIES = 0.02
"""The share of contrasts that may be spoken about, measured on messages not fitted on."""
BACKGROUND_FALSE_REPLIES = 0.003
"""The same for background, where replies would be out of place altogether; some of it is near the edge on purpose."""
LEAST_THRESHOLD = 0.5
"""Never speak about what is more likely not asserted."""

Integers = npt.NDArray[np.int64]


@threadpool_limits.wrap(1)  # type: ignore[untyped-decorator]  # small sums: more threads only wait for one another
def fit(base: KnowledgeBase, vectors: Vectors) -> Head:
    """A head for this knowledge base; `vectors` has a row for each text of `matcher.example_texts`, in its order."""
    texts, owners = example_texts(base)
    order = {trope: index for index, trope in enumerate(base.tropes)}
    kinds = np.array([owner[0] for owner in owners])
    topics = np.array([order.get(owner[1], -1) for owner in owners])
    rows = features([clean(text).whole for text in texts], vectors)
    asserted = kinds == "phrasings"
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    strata = np.where(asserted, topics + 1, -(kinds == "background").astype(int))
    scores, shares = np.zeros(len(texts)), np.zeros((len(texts), len(order)))
    for fitted_on, held_out in folds.split(texts, strata):
        head = _linear(rows[fitted_on], vectors[fitted_on], asserted[fitted_on], topics[fitted_on], len(order))
        scores[held_out], shares[held_out] = head.scores(rows[held_out], vectors[held_out])
    calibration = _calibrate(scores, shares, asserted, topics)
    final = _linear(rows, vectors, asserted, topics, len(order))
    unseen = Head(final.assertion, final.assertion_bias, final.topic, final.topic_bias, calibration, np.ones(1))
    best = unseen.calibrate(scores, shares).max(axis=1)
    threshold = _threshold(best[~asserted & (topics >= 0)], best[kinds == "background"])
    return Head(
        final.assertion,
        final.assertion_bias,
        final.topic,
        final.topic_bias,
        calibration,
        np.array([threshold]),
    )


def _linear(rows: Any, vectors: Vectors, asserted: npt.NDArray[np.bool_], topics: Integers, tropes: int) -> Head:
    assertion = LogisticRegression(C=STRENGTH, max_iter=500).fit(rows, asserted)
    about = topics >= 0
    weights, bias = _topic(vectors[about], topics[about], tropes)
    return Head(assertion.coef_[0], assertion.intercept_, weights, bias, np.array([1.0, 1.0, 0.0]), np.ones(1))


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


def _calibrate(scores: Floats, shares: Floats, asserted: npt.NDArray[np.bool_], topics: Integers) -> Floats:
    """Platt's logistic calibration on scores of messages that the models had not seen."""
    guess = shares.argmax(axis=1)
    right = asserted & (guess == topics)
    odds = np.column_stack([scores, log_odds(shares.max(axis=1))])
    model = LogisticRegression(C=100.0).fit(odds, right)
    return np.array([*model.coef_[0], model.intercept_[0]])


def _threshold(contrasts: Floats, background: Floats) -> float:
    """The lowest probability at which neither contrasts nor background exceed their error rates."""
    limits = [LEAST_THRESHOLD]
    for probabilities, rate in ((contrasts, FALSE_REPLIES), (background, BACKGROUND_FALSE_REPLIES)):
        if len(probabilities):
            limits.append(float(np.quantile(probabilities, 1 - rate)) + 1e-6)
    return min(max(limits), 0.999)
