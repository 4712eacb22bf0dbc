"""Logistic regression by Newton's method, with numpy alone: one row of weights, from wherever it starts."""

import numpy as np
import numpy.typing as npt

from bot.head import STRENGTH, Floats

Matrix = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]

STEPS = 100
"""More steps than were ever taken: some three from the trained weights, some eight from nothing."""
NEAR = 1e-3
"""The squared Newton decrement, twice what a step still promises to gain, from which the next step is the last."""
CLOSE = 0.03
"""The length of what a step leaves of the gradient, as a share of it: the next step mends that too."""
SOLVING = 200
"""The most conjugate gradients to a step; some twelve are usual."""
HALVINGS = 30
"""How often a step that goes too far is halved; what is left of it then is lost in rounding."""


def newton(
    vectors: Matrix,
    says: Flags,
    start: Floats,
    offset: Floats | None = None,
    settled: Flags | None = None,
    strength: float = STRENGTH,
) -> Floats:
    """Weights and bias, shape (dimensions + 1,), with which p = 1 / (1 + exp(-(vectors @ weights + bias + offset))).

    `vectors` has the shape (texts, dimensions); `says`, `offset` and `settled` have the shape (texts,); `start` is
    shaped as the result. What is least is `strength` times the sum of the log losses, plus half the squared length of
    the weights, as in scikit-learn's LogisticRegression(C=strength).

    For the texts that are `settled` the start is taken to be the best that there is, even where it is not: their slope
    there is subtracted everywhere, so that only the other texts move it.

    A step solves (strength Xᵀ R X + I) step = gradient, where R has p (1 - p) on its diagonal: iteratively reweighted
    least squares (Bishop, Pattern Recognition and Machine Learning, 2006, section 4.3.3). The equations are solved by
    conjugate gradients (Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.1), so that no matrix is made and
    the vectors are not copied. A step that would make things worse, as happens far away, is halved until it does not.
    """
    row, target = np.array(start, np.float64), says.astype(np.float64)
    logits = scores(vectors, row) + (0.0 if offset is None else offset)
    slope = np.zeros_like(row)
    if settled is not None:
        slope = _gathered(vectors, strength * settled * (_probable(logits) - target), row)
    loss = _loss(logits, target, row, strength) - slope @ row
    for _ in range(STEPS):
        said = _probable(logits)
        gradient = _gathered(vectors, strength * (said - target), row) - slope
        step = _solved(vectors, strength * said * (1 - said), gradient)
        along = scores(vectors, step)
        for share in 0.5 ** np.arange(HALVINGS):
            tried = _loss(logits - share * along, target, row - share * step, strength) - slope @ (row - share * step)
            if tried <= loss:
                break
        else:
            break
        row, logits, loss = row - share * step, logits - share * along, tried
        if gradient @ step < NEAR:
            break
    return row


def scores(vectors: Matrix, rows: Floats) -> Floats:
    """Rows of weights and bias, shape (…, dimensions + 1), applied to vectors (texts, dimensions): (…, texts)."""
    return np.asarray(rows[..., :-1].astype(vectors.dtype) @ vectors.T, np.float64) + rows[..., -1:]


def _probable(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -700, 700))))


def _loss(logits: Floats, target: Floats, row: Floats, strength: float) -> float:
    return float(strength * (np.logaddexp(0, logits) - target * logits).sum() + row[:-1] @ row[:-1] / 2)


def _gathered(vectors: Matrix, amounts: Floats, row: Floats) -> Floats:
    """Xᵀ amounts, and the penalty's share for a row; the bias, which is last, has no penalty."""
    return np.append(vectors.T @ amounts.astype(vectors.dtype) + row[:-1], amounts.sum())


def _solved(vectors: Matrix, spread: Floats, gradient: Floats) -> Floats:
    """The step (dimensions + 1,) with (Xᵀ diag(spread) X + I) step = gradient, nearly."""
    total = spread.sum() + 1e-12
    diagonal = np.append(np.full(len(gradient) - 1, 1 + total / (len(gradient) - 1)), total)  # as of unit vectors
    step, left = np.zeros_like(gradient), gradient.copy()
    direction = left / diagonal
    size = first = left @ direction
    for _ in range(SOLVING):
        if size <= CLOSE**2 * first:
            break
        curved = _gathered(vectors, spread * scores(vectors, direction), direction)
        far = size / (direction @ curved)
        step += far * direction
        left -= far * curved
        size, before = left @ (left / diagonal), size
        direction = left / diagonal + size / before * direction
    return step
