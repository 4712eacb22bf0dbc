"""The head on vectors made for the purpose: what it must find, and what it must keep to."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from bot.head import Head
from bot.training.corpus import Labels
from bot.training.fit import LEAST_THRESHOLD, fit
from bot.training.measure import FALSE_REPLIES

Floats = npt.NDArray[np.float32]


def made(noise: float, seed: int = 0) -> tuple[Labels, Floats]:
    """Two tropes, each asserted and merely mentioned, and chat; the first dimension tells assertion."""
    random = np.random.default_rng(seed)
    topics = np.repeat([0, 0, 1, 1, -1], 120)
    asserted = np.repeat([True, False, True, False, False], 120)
    vectors = random.normal(0, noise, (600, 6))
    vectors[:, 0] += np.where(asserted, 1, -1)
    vectors[np.arange(600), topics + 2] += 1.5
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Labels(("one", "other"), asserted, topics), vectors.astype(np.float32)


def test_what_can_be_told_apart_is_told_apart() -> None:
    labels, vectors = made(0.2)
    best = fit(labels, vectors).probabilities(vectors)
    assert (best.argmax(axis=1) == labels.topics)[labels.asserted].mean() > 0.98
    assert best[labels.asserted].max(axis=1).mean() > best[labels.contrasts].max(axis=1).mean() + 0.5


def test_each_mode_keeps_its_rate_of_false_replies() -> None:
    labels, vectors = made(0.7)
    unseen, others = made(0.7, seed=1)
    head = fit(labels, vectors)
    best = head.probabilities(others).max(axis=1)[unseen.contrasts]
    for threshold, rate in zip(head.thresholds, FALSE_REPLIES, strict=True):
        assert (best >= threshold).mean() <= rate + 0.02
    assert head.thresholds[0] >= head.thresholds[1] >= head.thresholds[2] >= LEAST_THRESHOLD


def test_probabilities_are_calibrated() -> None:
    labels, vectors = made(0.9)
    unseen, others = made(0.9, seed=1)
    probabilities = fit(labels, vectors).probabilities(others)
    best = probabilities.max(axis=1)
    right = unseen.asserted & (probabilities.argmax(axis=1) == unseen.topics)
    for low in (0.0, 0.25, 0.5, 0.75):
        inside = (best >= low) & (best < low + 0.25)
        if inside.sum() >= 60:
            assert right[inside].mean() == pytest.approx(best[inside].mean(), abs=0.12)


def test_a_head_is_read_as_it_was_written(tmp_path: Path) -> None:
    labels, vectors = made(0.2)
    head = fit(labels, vectors)
    head.save(tmp_path / "head.npz")
    read = Head.read(tmp_path / "head.npz", 2, 6)
    assert read is not None
    assert np.allclose(read.probabilities(vectors), head.probabilities(vectors))
    assert Head.read(tmp_path / "head.npz", 3, 6) is None
    assert Head.read(tmp_path / "none.npz", 2, 6) is None
