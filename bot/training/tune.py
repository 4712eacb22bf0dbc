"""Fine-tunes a sentence encoder to tell asserted anecdotes from talk about the same things."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.base.sampler import DefaultBatchSampler
from torch import nn
from torch.nn import functional

from bot.encoder import Vectors
from bot.head import Floats, Head
from bot.training.corpus import Corpus

LONGEST = 256
"""Tokens; what is longer is cut in training and in use alike."""
BATCH = 32
RATE = 4e-5
HEAD_RATE = 2e-3
WARMUP = 0.1
SCALE = 20.0
"""Unit vectors are multiplied by this before the heads, or the heads could not become sure."""
TOPIC_SHARE = 1.0
"""How much telling the tropes apart counts beside telling whether one is asserted."""
KEPT_SHARE = 0.5
"""How much staying near the untuned vectors counts: lookups rely on what the encoder knew before."""
DROPOUT = 0.1


@dataclass(frozen=True, slots=True)
class Tuning:
    """How to train: passes over the data, layers to keep of the model (0 for all), the seed, and the learning rate."""

    epochs: int = 3
    seed: int = 0
    layers: int = 0
    rate: float = RATE

    @property
    def last(self) -> "Tuning":
        """One more pass over a model that was tuned already, at half the encoder's rate."""
        return Tuning(1, self.seed, 0, self.rate / 2)


class _Objective(nn.Module):
    """Is a trope asserted, which one is it about, and is the text's general meaning kept?"""

    def __init__(self, model: SentenceTransformer, corpus: Corpus, before: Vectors, head: Head | None):
        super().__init__()
        self.model = model
        width = before.shape[1]
        self.assertion = nn.Linear(width, 1)
        self.topic = nn.Linear(width, len(corpus.labels.tropes))
        if head:
            _begin(self.assertion, head.assertion[None], head.assertion_bias)
            _begin(self.topic, head.topic, head.topic_bias)
        self._asserted = torch.tensor(corpus.labels.asserted, dtype=torch.float32)
        self._topics = torch.tensor(corpus.labels.topics)
        self._before = torch.tensor(before)

    def forward(self, features: Sequence[dict[str, Any]], rows: torch.Tensor) -> dict[str, torch.Tensor]:
        vectors = self.model(features[0])["sentence_embedding"].float()
        scaled = functional.dropout(SCALE * vectors, DROPOUT, self.training)
        losses = {
            "assertion": functional.binary_cross_entropy_with_logits(
                self.assertion(scaled)[:, 0], self._asserted[rows]
            ),
            "kept": KEPT_SHARE * (1 - (vectors * self._before[rows]).sum(dim=1)).mean(),
        }
        about = self._topics[rows] >= 0
        if about.any():
            topic = functional.cross_entropy(self.topic(scaled)[about], self._topics[rows][about])
            losses["topic"] = TOPIC_SHARE * topic
        return losses


def _begin(layer: nn.Linear, weights: Floats, bias: Floats) -> None:
    """Start a layer, which is given SCALE times a unit vector, where a fitted head is."""
    layer.weight.data = torch.tensor(weights / SCALE, dtype=torch.float32)
    layer.bias.data = torch.tensor(bias, dtype=torch.float32)


class _ByLength(DefaultBatchSampler):
    """Batches of texts of about the same length, in random order: a batch takes as long as its longest text."""

    epoch = 0

    def __iter__(self) -> Iterator[list[int]]:
        random = np.random.default_rng((self.seed, self.epoch))
        texts: Any = self.sampler  # what the trainer calls a sampler is the data set
        lengths = np.array([len(text) for text in texts["text"]])
        order = np.argsort(lengths * random.uniform(0.8, 1.2, len(lengths)))
        starts = np.arange(0, len(order), self.batch_size)
        for start in random.permutation(starts):
            yield order[start : start + self.batch_size].tolist()


def transformer_of(model: SentenceTransformer) -> Any:
    """The model's transformer, as the transformers library knows it."""
    return model[0].auto_model


def thin(model: SentenceTransformer, layers: int) -> None:
    """Keep so many of the transformer's layers, evenly spread from first to last, where it has more."""
    encoder = transformer_of(model).encoder
    if layers >= len(encoder.layer):
        return
    kept = np.linspace(0, len(encoder.layer) - 1, layers).round().astype(int)
    encoder.layer = nn.ModuleList([encoder.layer[index] for index in kept])
    transformer_of(model).config.num_hidden_layers = layers


def tune(
    base: str,
    corpus: Corpus,
    before: Vectors,
    rows: npt.NDArray[np.int64],
    folder: Path,
    tuning: Tuning,
    head: Head | None = None,
) -> SentenceTransformer:
    """The encoder `base`, tuned on some rows of the corpus; goes on from the last checkpoint in `folder`.

    Base is a folder or name of a sentence-transformers model, and `before` (texts, dimensions) are the vectors of the
    whole corpus that the tuned ones stay near. Embeddings of words stay as they are. `head` is what was fitted to the
    vectors of a base that was tuned already.
    """
    model = SentenceTransformer(base, device="cpu")
    model.max_seq_length = LONGEST
    if tuning.layers:
        thin(model, tuning.layers)
    for parameter in transformer_of(model).embeddings.parameters():
        parameter.requires_grad = False
    data = Dataset.from_dict({"text": [corpus.texts[row] for row in rows], "label": rows.tolist()})
    steps = tuning.epochs * -(-len(rows) // BATCH)
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(folder),
        num_train_epochs=tuning.epochs,
        per_device_train_batch_size=BATCH,
        learning_rate=tuning.rate,
        learning_rate_mapping={r"^(assertion|topic)\.": HEAD_RATE},
        warmup_steps=round(WARMUP * steps),
        weight_decay=0.01,
        seed=tuning.seed,
        bf16=True,
        use_cpu=True,
        batch_sampler=_ByLength,
        save_strategy="epoch",
        save_total_limit=1,
        logging_steps=20,
        report_to="none",
    )
    trainer = SentenceTransformerTrainer(
        model=model, args=arguments, train_dataset=data, loss=_Objective(model, corpus, before, head)
    )
    trainer.train(resume_from_checkpoint=any(folder.glob("checkpoint-*")) or None)
    model.eval()
    return model
