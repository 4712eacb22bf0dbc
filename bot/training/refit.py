"""A head for whatever knowledge base is in use: the trained one brought up to date, or one of its own."""

from collections.abc import Mapping

import numpy as np

from bot.artefact import Artefact, key_of
from bot.encoder import Vectors
from bot.head import Head
from bot.knowledge import KnowledgeBase
from bot.training.corpus import Labels, corpus_of, labels_for
from bot.training.fit import fit, linear

MOSTLY = 0.5
"""The share of a base's examples that must have been trained on for the trained calibration to hold."""


def fit_to(base: KnowledgeBase, made: Mapping[str, Vectors], artefact: Artefact | None) -> Head:
    """A head that knows every trope of the base; `made` has the vector, shape (dimensions,), of each of its texts.

    Where most of the base was trained on, the linear models are fitted again with what the base adds, and the trained
    calibration stays: the encoder knows its own examples too well to be calibrated on them.
    """
    corpus = corpus_of(base)
    vectors = np.stack([made[text] for text in corpus.texts])
    if artefact is None:
        return fit(corpus.labels, vectors)
    more, known = _trained_on(artefact, base, frozenset(key_of(text) for text in corpus.texts))
    labels, all_vectors = corpus.labels.join(more), np.concatenate([vectors, known])
    if np.mean([artefact.examples.knows(text) for text in corpus.texts]) < MOSTLY:
        return fit(labels, all_vectors)
    head: Head = linear(labels, all_vectors)
    return head.calibrated(artefact.head.calibration, artefact.head.thresholds)


def _trained_on(artefact: Artefact, base: KnowledgeBase, here: frozenset[bytes]) -> tuple[Labels, Vectors]:
    """What the artefact was trained on beside the base's own texts: about its tropes, or ordinary chat."""
    learned, names = artefact.examples, artefact.card.tropes
    rows = [
        row
        for row, topic in enumerate(learned.topics.tolist())
        if learned.keys[row].tobytes() not in here and (topic < 0 or names[topic] in base.tropes)
    ]
    about = [names[topic] if topic >= 0 else "" for topic in learned.topics[rows].tolist()]
    return labels_for(base.tropes, learned.asserted[rows].tolist(), about), learned.vectors(rows)
