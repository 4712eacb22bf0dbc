"""The shipped encoder on ONNX Runtime: the vectors of the trained sentence-transformers model, without importing it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bot.artefact import ENCODER, TOKENIZER, Artefact
from bot.encoder import MAX_CHARACTERS, Vectors

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

BATCH = 16
"""Texts encoded together; texts of like length share a batch, so that little is spent on padding."""


class LeanEncoder:
    """Texts to unit vectors; loaded when first needed.

    `read` gives the content of the encoder's files by name, `longest` is how many tokens of a text are read, and
    `padding` the token that fills up the shorter texts of a batch.
    """

    def __init__(self, name: str, longest: int, padding: int, read: Callable[[str], bytes]):
        self.name = name
        self._longest = longest
        self._padding = padding
        self._read = read
        self._loaded: tuple[Tokenizer, InferenceSession] | None = None

    @classmethod
    def of(cls, artefact: Artefact) -> "LeanEncoder":
        """The artefact's encoder."""
        return cls(artefact.card.name, artefact.card.longest, artefact.card.padding, artefact.file)

    def load(self) -> "tuple[Tokenizer, InferenceSession]":
        """The tokenizer and the model. Raises ModelMissing."""
        if self._loaded is None:
            from onnxruntime import InferenceSession, SessionOptions
            from tokenizers import Tokenizer

            tokenizer = Tokenizer.from_buffer(self._read(TOKENIZER))
            tokenizer.enable_truncation(self._longest)
            tokenizer.no_padding()
            options = SessionOptions()
            options.enable_cpu_mem_arena = False  # an arena keeps the most it ever needed
            model = self._read(ENCODER)
            self._loaded = tokenizer, InferenceSession(model, options, providers=["CPUExecutionProvider"])
        return self._loaded

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Encoder.encode."""
        _, session = self.load()
        width = session.get_outputs()[0].shape[-1]
        vectors = np.zeros((len(texts), width), np.float32)
        tokens = self.tokens(texts)
        order = sorted(range(len(tokens)), key=lambda index: len(tokens[index]))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            ids = np.full((len(rows), len(tokens[rows[-1]])), self._padding, np.int64)
            mask = np.zeros_like(ids)
            for place, row in enumerate(rows):
                ids[place, : len(tokens[row])], mask[place, : len(tokens[row])] = tokens[row], 1
            (vectors[rows],) = session.run(None, {"input_ids": ids, "attention_mask": mask})
        return vectors

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text, between the one that marks its start and the one that marks its end."""
        tokenizer, _ = self.load()
        cut = [text[:MAX_CHARACTERS].encode("utf-8", "replace").decode() for text in texts]
        return [encoded.ids for encoded in tokenizer.encode_batch(cut)]
