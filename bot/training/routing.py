"""semantic-router with Counterpoint's encoder and phrasings, to compare with; needs the extra `bench`."""

from collections.abc import Callable, Sequence

from semantic_router import IndexedRouter
from semantic_router.encoders import DenseEncoder
from semantic_router.index import LocalIndex

from bot.artefact import artefact_named
from bot.encoder import Encoder, TransformerEncoder, Vectors
from bot.lean import LeanEncoder
from bot.training.nearest import Phrasings


class SameEncoder(DenseEncoder):
    """An encoder of ours as semantic-router calls it."""

    vectors_of: Callable[[Sequence[str]], Vectors]

    def __call__(self, docs: list[str]) -> list[Vectors]:
        """The unit vector of each text, as float32: lists of Python numbers would slow the index."""
        return list(self.vectors_of(docs))


class SemanticRouter:
    """Messages to routes, a route being a trope with its phrasings."""

    def __init__(self, encoder: Encoder, phrasings: Phrasings):
        same = SameEncoder(name=encoder.name, vectors_of=encoder.encode)
        index = local_index(phrasings.tropes, phrasings.texts, phrasings.vectors)
        self._router = IndexedRouter(same, index=index)

    def __call__(self, texts: Sequence[str]) -> None:
        """Judge several messages; many go by `evaluate`, the one public call that encodes them together."""
        if len(texts) == 1:
            self.route(texts[0])
        else:
            self._router.evaluate(list(texts), [None] * len(texts))

    def route(self, text: str) -> str | None:
        """The trope of one message."""
        name: str | None = self._router(text).name
        return name


def local_index(tropes: Sequence[str], texts: Sequence[str], vectors: Vectors) -> LocalIndex:
    """semantic-router's index in memory, filled with vectors of shape (texts, dimensions)."""
    index = LocalIndex()
    index.add(embeddings=list(vectors), routes=list(tropes), utterances=list(texts))
    return index


def encoder_named(model: str) -> Encoder:
    """The encoder that ENCODER_MODEL names. Raises ModelMissing."""
    artefact = artefact_named(model)
    return LeanEncoder.of(artefact) if artefact else TransformerEncoder(model)
