"""Fits the first gate: static vectors of tokens and pairs of tokens, from assertions against ordinary chat.

Near-misses are left out: whether they pass matters little, for they are few in ordinary chat, and the encoder judges
them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from bot.gate import PAIRS, Gate, Integers, Words, features
from bot.head import Floats

WIDTH = 64
UNITS = 128
EPOCHS = 4
BATCH = 128
RATE = 2e-3
DROPOUT = 0.2
UNHEARD = 0.1
"""The share of tokens left out of a text in training, so that no word alone decides."""
CHAT_SHARE = 2.0
"""How much all ordinary chat counts beside all assertions."""
LOST = 0.005
"""The share of the assertions that the encoder would speak about in a mode which may be lost."""

Tokens = Sequence[Sequence[int]]


class _Network(nn.Module):
    """What `Gate` computes, for learning; row 0 of the tables fills up the shorter texts of a batch."""

    def __init__(self, words: torch.Tensor):
        super().__init__()
        rows = len(words) + PAIRS
        self.table = nn.Embedding(rows, WIDTH)
        self.table.weight.data.zero_()
        self.table.weight.data[: len(words)] = words
        self.weight = nn.Embedding(rows, 1)
        self.weight.weight.data.zero_()
        self.hidden = nn.Linear(2 * WIDTH, UNITS)
        self.last = nn.Linear(UNITS, 1)

    def forward(self, rows: torch.Tensor, heard: torch.Tensor) -> torch.Tensor:
        vectors = self.table(rows)
        weight = self.weight(rows)[..., 0].masked_fill(~heard, -torch.inf).softmax(1)
        mean = (vectors * weight[..., None]).sum(1)
        most = vectors.masked_fill(~heard[..., None], -torch.inf).amax(1)
        units = functional.dropout(functional.relu(self.hidden(torch.cat([mean, most], 1))), DROPOUT, self.training)
        logits: torch.Tensor = self.last(units)[:, 0]
        return logits


def fit_gate(assertions: Tokens, chat: Tokens, words: Floats, seed: int) -> Gate:
    """A gate that lets everything pass until `losing_few` says otherwise; there must be some of either kind.

    `words` (vocabulary, dimensions) are the encoder's own vectors of tokens, to start from.
    """
    torch.manual_seed(seed)
    texts = [_rows(one, len(words)) for one in [*assertions, *chat] if len(one)]
    asserted = np.repeat([1.0, 0.0], [sum(map(bool, map(len, assertions))), sum(map(bool, map(len, chat)))])
    share = CHAT_SHARE * asserted.sum() / (len(asserted) - asserted.sum())
    network = _Network(torch.tensor(_narrowed(words), dtype=torch.float32))
    batches = -(-len(texts) // BATCH)
    optimiser = torch.optim.AdamW(network.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=EPOCHS * batches)
    random = np.random.default_rng(seed)
    for _ in range(EPOCHS):
        for batch in _by_length(texts, random):
            rows, there = _padded([texts[row] for row in batch])
            heard = there & (torch.rand(rows.shape) > UNHEARD)
            heard[:, 0] |= ~heard.any(1)
            goal = torch.tensor(asserted[batch], dtype=torch.float32)
            loss = functional.binary_cross_entropy_with_logits(network(rows, heard), goal, 1 + (share - 1) * (1 - goal))
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return _gate(network)


def losing_few(gate: Gate, scores: Words, spoken: npt.NDArray[np.bool_]) -> Gate:
    """The gate with thresholds that lose LOST of the assertions spoken about in each mode.

    `scores` (texts,) and `spoken` (texts, 3) are of assertions that the gate has not seen.
    """
    of_each = [scores[about] for about in spoken.T]
    least = [np.quantile(some, LOST, method="lower") if len(some) else -np.inf for some in of_each]
    return replace(gate, thresholds=np.array(least, np.float64))


def _narrowed(words: Floats) -> Floats:
    """The principal components of the words' vectors, WIDTH of them, with a standard deviation of 1/2."""
    centred = words - words.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    narrow = centred @ directions[:, ::-1][:, :WIDTH]
    return np.asarray(narrow / narrow.std() / 2)


def _rows(tokens: Sequence[int], vocabulary: int) -> Integers:
    ids = np.asarray(tokens, np.int64)
    return features(ids, np.array([len(ids)]), vocabulary)[0]


def _by_length(texts: Sequence[Integers], random: np.random.Generator) -> Iterator[Integers]:
    """Batches of texts of about the same length, in random order."""
    lengths = np.array([len(text) for text in texts])
    order = np.argsort(lengths * random.uniform(0.7, 1.3, len(lengths)))
    for start in random.permutation(np.arange(0, len(order), BATCH)):
        yield order[start : start + BATCH]


def _padded(texts: Sequence[Integers]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, texts))
    rows = np.zeros((len(texts), longest), np.int64)
    there = np.zeros((len(texts), longest), bool)
    for row, text in enumerate(texts):
        rows[row, : len(text)], there[row, : len(text)] = text, True
    return torch.tensor(rows), torch.tensor(there)


def _gate(network: _Network) -> Gate:
    def array(tensor: torch.Tensor) -> np.ndarray:
        return tensor.detach().numpy().astype(np.float32)

    table = array(network.table.weight)
    scale = np.maximum(np.abs(table).max(axis=1) / 127, 1e-12)
    last = np.append(array(network.last.weight)[0], array(network.last.bias))
    return Gate(
        np.round(table / scale[:, None]).astype(np.int8),
        scale,
        array(network.weight.weight)[:, 0],
        array(network.hidden.weight),
        array(network.hidden.bias),
        last,
        np.full(3, -np.inf),
    )
