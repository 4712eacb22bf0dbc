"""The plainest matcher, to compare with: SentenceTransformer.encode, and the trope of the nearest phrasing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.encoder import BATCH, TransformerEncoder, Vectors


@dataclass(frozen=True)
class Phrasings:
    """What a matcher by likeness knows: texts, their tropes, and their unit vectors of shape (texts, dimensions)."""

    tropes: tuple[str, ...]
    texts: tuple[str, ...]
    vectors: Vectors

    def keep(self, path: Path) -> None:
        """Write them to a file, so that a new process need not encode them."""
        np.savez(path, tropes=np.array(self.tropes), texts=np.array(self.texts), vectors=self.vectors)

    @classmethod
    def kept(cls, path: str) -> "Phrasings":
        """What `keep` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(tuple(stored["tropes"].tolist()), tuple(stored["texts"].tolist()), stored["vectors"])

    def nearest(self, vectors: Vectors) -> list[str]:
        """The trope of the phrasing nearest to each vector, shape (messages, dimensions)."""
        return [self.tropes[row] for row in np.argmax(vectors @ self.vectors.T, axis=1)]


class NearestNeighbour:
    """Messages to tropes by a sentence-transformers model; there is always a nearest. Raises ModelMissing."""

    def __init__(self, model: str, phrasings: Phrasings):
        self._model = TransformerEncoder(model).load()
        self._phrasings = phrasings

    def __call__(self, texts: Sequence[str]) -> list[str]:
        """The trope of each text."""
        encoded = self._model.encode(
            list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return self._phrasings.nearest(np.asarray(encoded, np.float32))
