"""The comparison of encoders holds out messages, or all that is about a trope."""

import numpy as np

from bot.training.corpus import labels_for
from bot.training.fit import folds
from scripts.compare_encoders import by_trope, cross_validate

TROPES = tuple("abcdefgh")


def test_a_trope_never_seen_is_judged_by_whether_it_is_asserted() -> None:
    """Once nothing could be calibrated: no head names a trope that it has not seen, so none was right."""
    random = np.random.default_rng(0)
    about = [trope for trope in TROPES for _ in range(20)] + [""] * 40
    asserted = [row % 2 == 0 and trope != "" for row, trope in enumerate(about)]
    labels = labels_for(TROPES, asserted, about)
    vectors = random.standard_normal((len(about), 8)).astype(np.float32)
    vectors[:, 0] += 3 * labels.asserted  # and nothing tells which trope it is
    found = cross_validate(labels, vectors, by_trope(labels), told=True)
    assert found["area under the curve"] > 0.9
    assert found["private: assertions caught"] > 0.5
    assert found["private: with the right trope"] == found["private: assertions caught"]
    guessed = cross_validate(labels, vectors, list(folds(labels)), told=False)
    assert guessed["private: with the right trope"] < 0.5, "nothing in these vectors tells the tropes apart"
