"""The first gate: a few table look-ups that tell most chat from what an encoder should look at."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.encoder import save_arrays
from bot.head import Floats

PAIRS = 32_768
"""Rows of the table for pairs of neighbouring tokens, which share rows by hash."""
_MIX = 1_000_003
"""A prime that spreads pairs over their rows."""

Integers = npt.NDArray[np.int64]
Words = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Gate:
    """A small network over static vectors: no token sees another but its neighbour.

    `table` (rows, width) are the vectors of tokens and then of PAIRS pairs, as integers times `scale` (rows,);
    `weight` (rows,) is how much a row counts in the mean. `hidden` (units, 2 * width) with `hidden_bias` (units,) and
    `last` (units + 1,), whose end is the bias, turn mean and maximum into log-odds. What reaches
    `thresholds` (3,) passes in a thread, in private and by emoji.
    """

    table: npt.NDArray[np.int8]
    scale: Words
    weight: Words
    hidden: Words
    hidden_bias: Words
    last: Words
    thresholds: Floats

    def passes(self, tokens: Sequence[Sequence[int]]) -> npt.NDArray[np.bool_]:
        """Which texts are worth encoding in which mode, shape (texts, 3), by the tokens of each."""
        return np.asarray(self.scores(tokens)[:, None] >= self.thresholds)

    def scores(self, tokens: Sequence[Sequence[int]]) -> Words:
        """The log-odds (texts,) that a text asserts a trope rather than being ordinary chat; -inf where it is empty."""
        lengths = np.array([len(one) for one in tokens], np.int64)
        scores = np.full(len(tokens), -np.inf, np.float32)
        some = np.flatnonzero(lengths)
        if len(some):
            ids = np.concatenate([np.asarray(tokens[row], np.int64) for row in some.tolist()])
            scores[some] = self._scores(*features(ids, lengths[some], len(self.table) - PAIRS))
        return scores

    def _scores(self, rows: Integers, starts: Integers) -> Words:
        vectors = self.table[rows] * self.scale[rows, None]
        counts = np.diff(np.append(starts, len(rows)))
        weight = np.exp(self.weight[rows])
        weight /= np.repeat(np.add.reduceat(weight, starts), counts)
        mean = np.add.reduceat(vectors * weight[:, None], starts)
        both = np.hstack([mean, np.maximum.reduceat(vectors, starts)])
        return np.asarray(np.maximum(both @ self.hidden.T + self.hidden_bias, 0) @ self.last[:-1] + self.last[-1])

    def save(self, path: Path) -> None:
        """Keep it for the artefact."""
        save_arrays(path, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def of(cls, arrays: dict[str, npt.NDArray[np.generic]]) -> "Gate | None":
        """The gate that these arrays are, or None where they are of another shape."""
        if set(arrays) != {field.name for field in fields(cls)}:
            return None
        gate = cls(**arrays)  # type: ignore[arg-type]
        if gate.table.ndim != 2 or gate.hidden_bias.ndim != 1:
            return None
        rows, width = gate.table.shape
        fits = (
            gate.scale.shape == gate.weight.shape == (rows,)
            and rows > PAIRS
            and gate.hidden.shape == (len(gate.hidden_bias), 2 * width)
            and gate.last.shape == (len(gate.hidden_bias) + 1,)
            and gate.thresholds.shape == (3,)
            and not np.isnan(gate.thresholds).any()
        )
        return gate if fits else None


def features(ids: Integers, lengths: Integers, vocabulary: int) -> tuple[Integers, Integers]:
    """The rows of the table that texts use, one text after another, and where each text's rows start.

    `ids` are the tokens of all texts, one after another, of which text i has `lengths[i]`, at least one.
    """
    ends = np.cumsum(lengths)
    inside = np.ones(len(ids), bool)
    inside[ends - 1] = False  # the last token of a text has no neighbour to its right
    pairs = (ids[:-1] * _MIX + ids[1:]) % PAIRS + vocabulary
    texts = np.repeat(np.arange(len(lengths)), lengths)
    owners = np.concatenate([texts, texts[:-1][inside[:-1]]])
    order = np.argsort(owners, kind="stable")
    rows = np.concatenate([ids, pairs[inside[:-1]]])[order]
    return rows, np.searchsorted(owners[order], np.arange(len(lengths)))
