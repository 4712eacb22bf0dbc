"""Newton's method against scikit-learn, which finds the same least by other means."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from bot.newton import newton, scores

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def made(seed: int, texts: int = 400, dimensions: int = 20) -> tuple[Floats, Flags]:
    """Unit vectors, and yes or no to each: by a hidden direction, with noise."""
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(texts, dimensions))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors, vectors @ random.normal(size=dimensions) + random.normal(0, 0.3, texts) > 0.2


def by_scikit_learn(vectors: Floats, says: Flags, strength: float) -> Floats:
    model = LogisticRegression(C=strength, tol=1e-9, max_iter=10_000).fit(vectors, says)
    return np.append(model.coef_[0], model.intercept_[0])


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000), st.sampled_from([0.1, 1.0, 10.0, 100.0]))
def test_it_finds_what_scikit_learn_finds(seed: int, strength: float) -> None:
    vectors, says = made(seed)
    found = newton(vectors, says, np.zeros(21), strength=strength)
    assert found == pytest.approx(by_scikit_learn(vectors, says, strength), abs=0.01)


def test_half_the_precision_of_the_vectors_finds_it_too() -> None:
    vectors, says = made(1)
    found = newton(vectors.astype(np.float32), says, np.zeros(21), strength=10.0)
    assert found == pytest.approx(by_scikit_learn(vectors, says, 10.0), abs=0.01)


@pytest.mark.parametrize("far", [-5.0, 5.0])
def test_it_finds_it_from_far_away(far: float) -> None:
    vectors, says = made(2)
    found = newton(vectors, says, np.full(21, far), strength=10.0)
    assert found == pytest.approx(by_scikit_learn(vectors, says, 10.0), abs=0.01)


def test_row_by_row_with_the_others_held_it_finds_the_least_of_all_rows_together() -> None:
    vectors, _ = made(3, texts=600)
    random = np.random.default_rng(3)
    topics = (vectors @ random.normal(size=(20, 4)) + random.gumbel(0, 0.3, (600, 4))).argmax(axis=1)
    model = LogisticRegression(C=10.0, tol=1e-9, max_iter=10_000).fit(vectors, topics)
    rows = np.column_stack([model.coef_, model.intercept_])
    others = np.delete(scores(vectors, rows), 2, axis=0)
    found = newton(vectors, topics == 2, np.zeros(21), -np.logaddexp.reduce(others, axis=0))
    assert found == pytest.approx(rows[2], abs=0.01)


def test_texts_that_are_settled_do_not_move_it() -> None:
    vectors, says = made(4)
    start = np.random.default_rng(4).normal(size=21)
    assert newton(vectors, says, start, settled=np.ones(400, bool)) == pytest.approx(start)


def test_another_text_moves_it_its_own_way_beside_those_that_are_settled() -> None:
    vectors, says = made(5)
    start = newton(vectors, says, np.zeros(21)) * 0.9
    more, settled = np.vstack([vectors, vectors[:1]]), np.arange(401) < 400
    asserted = newton(more, np.append(says, True), start, settled=settled)
    denied = newton(more, np.append(says, False), start, settled=settled)
    before = scores(vectors[:1], start)
    assert scores(vectors[:1], denied) < before < scores(vectors[:1], asserted)
