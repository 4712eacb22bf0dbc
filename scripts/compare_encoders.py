"""Compares untuned encoders under the same head, by cross-validation over messages or over whole tropes.

python -m scripts.compare_encoders all-MiniLM-L6-v2=FOLDER all-mpnet-base-v2=FOLDER
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.model_selection import GroupKFold

from bot.encoder import CachedEncoder, TransformerEncoder, Vectors
from bot.head import Floats
from bot.knowledge import load
from bot.settings import read_settings
from bot.training.corpus import Labels, corpus_of, read_training
from bot.training.fit import Integers, calibrated, folds, linear
from bot.training.measure import measure

TROPE_FOLDS = 6


def main() -> None:
    """Print a row for each encoder and way of holding out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", help="NAME=FOLDER of a sentence-transformers model")
    given = parser.parse_args()
    settings = read_settings()
    base = load(settings.knowledge_path)
    corpus = corpus_of(base, read_training(Path("knowledge/training"), base))
    for model in given.models:
        name, _, folder = model.partition("=")
        encoder = CachedEncoder(TransformerEncoder(folder or name), settings.cache_path)
        vectors = encoder.remember(corpus.texts, lambda done, total: None)
        for held_out, split in (("messages", list(folds(corpus.labels))), ("whole tropes", by_trope(corpus.labels))):
            found = cross_validate(corpus.labels, vectors, split, told=held_out == "whole tropes")
            print(f"{name}, held out: {held_out}")
            for what, value in found.items():
                print(f"  {what}: {value:.3f}")


def cross_validate(
    labels: Labels, vectors: Vectors, split: list[tuple[Integers, Integers]], *, told: bool
) -> dict[str, float]:
    """What a head does with texts that it was not fitted on, as `measure` has it; see `topics_told` for `told`."""
    rows = len(labels.topics)
    scores, shares = np.zeros(rows), np.zeros((rows, len(labels.tropes)))
    for fitted_on, held_out in split:
        head = linear(labels.take(fitted_on), vectors[fitted_on])
        scores[held_out], shares[held_out] = head.scores(vectors[held_out])
    shares = topics_told(labels) if told else shares
    return measure(calibrated(linear(labels, vectors), labels, scores, shares), labels, scores, shares)


def topics_told(labels: Labels) -> Floats:
    """The topic of each text as if it were known, shape (texts, tropes), so that only the odds of assertion count.

    A head cannot name a trope of which it has seen nothing; what it can show is whether it tells an assertion.
    """
    return np.eye(len(labels.tropes))[np.maximum(labels.topics, 0)]


def by_trope(labels: Labels) -> list[tuple[Integers, Integers]]:
    """Folds that hold out all that is about a trope; with it goes a share of the ordinary chat."""
    rows = np.arange(len(labels.topics))
    groups = np.where(labels.topics >= 0, labels.topics, len(labels.tropes) + rows % TROPE_FOLDS)
    return list(GroupKFold(TROPE_FOLDS).split(rows, groups=groups))


if __name__ == "__main__":
    main()
