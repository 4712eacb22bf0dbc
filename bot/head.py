"""The fitted head: from a passage's vector and words to the probability that it asserts each trope."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

from bot.encoder import Vectors, load_arrays, save_arrays

HASHED = 2**15
"""Hash buckets for each kind of n-gram: no vocabulary to keep, and nothing of a message can be read back."""
VERSION = 1
"""Changes with anything here or in the fitting that would give another head from the same texts."""

Floats = npt.NDArray[np.float64]

_CHARACTERS = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), n_features=HASHED, alternate_sign=False)
_WORDS = HashingVectorizer(
    analyzer="word",
    ngram_range=(1, 3),
    n_features=HASHED,
    alternate_sign=False,
    token_pattern=r"\b\w+\b|[^\w\s]",  # noqa: S106  marks count: a question mark, an emoji
)


def features(texts: Sequence[str], vectors: Vectors) -> Any:
    """What the head looks at, a sparse matrix (texts, dimensions + 2 × HASHED): meaning, letters, words."""
    return sparse.hstack([sparse.csr_matrix(vectors), _CHARACTERS.transform(texts), _WORDS.transform(texts)]).tocsr()


@dataclass(frozen=True)
class Head:
    """Two linear models and their calibration.

    `assertion` (features,) tells an asserted trope from everything else; `topic` (tropes, dimensions), over the vector
    alone, tells which trope a passage is about; `calibration` (3,) turns the two log-odds into the probability that
    this trope is asserted, and `threshold` is the probability from which the error rate aimed at was met on messages
    not fitted on.
    """

    assertion: Floats
    assertion_bias: Floats
    topic: Floats
    topic_bias: Floats
    calibration: Floats
    threshold: Floats

    def probabilities(self, texts: Sequence[str], vectors: Vectors) -> Floats:
        """The probability that each text asserts each trope, shape (texts, tropes)."""
        return self.calibrate(*self.scores(features(texts, vectors), vectors))

    def scores(self, rows: Any, vectors: Vectors) -> tuple[Floats, Floats]:
        """The log-odds of assertion (rows,) and the share of each topic (rows, tropes)."""
        asserted = np.asarray(rows @ self.assertion + self.assertion_bias[0])
        about = np.asarray(vectors @ self.topic.T + self.topic_bias)
        about = np.exp(about - about.max(axis=1, keepdims=True))
        return asserted, about / about.sum(axis=1, keepdims=True)

    def calibrate(self, asserted: Floats, about: Floats) -> Floats:
        """The calibrated probability of each trope (Platt 1999, over two log-odds)."""
        slope, share, bias = self.calibration
        odds = slope * asserted[:, None] + share * log_odds(about) + bias
        return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))))

    def save(self, path: Path) -> None:
        """Keep it for the next start."""
        save_arrays(path, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def read(cls, path: Path, tropes: int, dimensions: int) -> "Head | None":
        """What `save` wrote, or None where it is missing, damaged or of another shape."""
        arrays = load_arrays(path)
        width = dimensions + 2 * HASHED
        if arrays is None or set(arrays) != {field.name for field in fields(cls)}:
            return None
        head = cls(**{name: np.asarray(array, np.float64) for name, array in arrays.items()})
        fits = (
            head.assertion.shape == (width,) and head.topic.shape == (tropes, dimensions) and len(head.calibration) == 3
        )
        return head if fits else None


def log_odds(share: Floats) -> Floats:
    """log(p / (1 - p)), kept finite."""
    kept = np.clip(share, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(kept / (1 - kept)))
