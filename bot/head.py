"""The fitted head: from a passage's vector to the probability that it asserts each trope."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.encoder import Vectors, load_arrays, save_arrays

VERSION = 3
"""Changes with anything here or in the fitting that would give another head from the same texts."""
STRENGTH = 10.0
"""Inverse regularisation of both linear models; the result hardly changes between 3 and 30."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Head:
    """Two linear models over a vector, and their calibration.

    `assertion` (dimensions,) tells an asserted trope from everything else; `topic` (tropes, dimensions) tells which
    trope a passage is about; `calibration` (3,) turns the two log-odds into the probability that this trope is
    asserted, and `thresholds` (3,) are the probabilities from which the error rates aimed at in a thread, in private
    and by emoji were met on messages not fitted on.
    """

    assertion: Floats
    assertion_bias: Floats
    topic: Floats
    topic_bias: Floats
    calibration: Floats
    thresholds: Floats

    def probabilities(self, vectors: Vectors) -> Floats:
        """The probability that each text asserts each trope, shape (texts, tropes)."""
        return self.calibrate(*self.scores(vectors))

    def scores(self, vectors: Vectors) -> tuple[Floats, Floats]:
        """The log-odds of assertion (texts,) and the share of each topic (texts, tropes)."""
        asserted = np.asarray(vectors @ self.assertion + self.assertion_bias[0])
        about = np.asarray(vectors @ self.topic.T + self.topic_bias)
        about = np.exp(about - about.max(axis=1, keepdims=True))
        return asserted, about / about.sum(axis=1, keepdims=True)

    def calibrate(self, asserted: Floats, about: Floats) -> Floats:
        """The calibrated probability of each trope (Platt 1999, over two log-odds)."""
        slope, share, bias = self.calibration
        odds = slope * asserted[:, None] + share * log_odds(about) + bias
        return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))))

    def calibrated(self, calibration: Floats, thresholds: Floats) -> "Head":
        """The same models with another calibration."""
        return replace(self, calibration=calibration, thresholds=thresholds)

    def save(self, path: Path) -> None:
        """Keep it for the next start."""
        save_arrays(path, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def read(cls, path: Path, tropes: int, dimensions: int) -> "Head | None":
        """What `save` wrote, or None where it is missing, damaged or of another shape."""
        arrays = load_arrays(path)
        return None if arrays is None else cls.of(arrays, tropes, dimensions)

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[np.generic]], tropes: int, dimensions: int) -> "Head | None":
        """The head that these arrays are, or None where they are of another shape."""
        if set(arrays) != {field.name for field in fields(cls)}:
            return None
        head = cls(**{name: np.asarray(array, np.float64) for name, array in arrays.items()})
        fits = (
            head.assertion.shape == (dimensions,)
            and head.topic.shape == (tropes, dimensions)
            and len(head.calibration) == len(head.thresholds) == 3
        )
        return head if fits else None


def log_odds(share: Floats) -> Floats:
    """log(p / (1 - p)), kept finite."""
    kept = np.clip(share, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(kept / (1 - kept)))
