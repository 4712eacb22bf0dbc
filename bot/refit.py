"""A head for whatever knowledge base is in use: the trained one brought up to date, or one of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bot.artefact import Artefact, key_of
from bot.encoder import ModelMissing, Vectors
from bot.head import Floats, Head
from bot.knowledge import KnowledgeBase
from bot.newton import Flags, newton, scores
from bot.training.corpus import Corpus, Labels, corpus_of, labels_for

Integers = npt.NDArray[np.int64]

MOSTLY = 0.5
"""The share of a base's examples that must have been trained on for the trained calibration to hold."""
SWEEPS = 2
"""How often each row that is new is fitted, where there are several: the second time it sees the others."""
ABSENT = -30.0
"""The bias of a trope that no text is about: never the likeliest."""


def fit_to(base: KnowledgeBase, made: Mapping[str, Vectors], artefact: Artefact | None) -> Head:
    """A head that knows every trope of the base; `made` has the vector, shape (dimensions,), of each of its texts.

    Where most of the base was trained on, the trained head learns what the base adds, and its calibration stays: the
    encoder knows its own examples too well to be calibrated on them. Any other base has a head of its own, for which
    scikit-learn is needed. Raises ModelMissing.
    """
    corpus = corpus_of(base)
    if artefact is None:
        return _of_its_own(corpus.labels, np.stack([made[text] for text in corpus.texts]), "a model that is not ours")
    more, rows = _trained_on(artefact, base, frozenset(key_of(text) for text in corpus.texts))
    labels, vectors = corpus.labels.join(more), _together(corpus.texts, made, artefact, rows)
    if np.mean([artefact.examples.knows(text) for text in corpus.texts]) < MOSTLY:
        return _of_its_own(labels, vectors, "a knowledge base of which the trained model knows less than half")
    new = np.append(_new(corpus, artefact), np.zeros(len(rows), np.bool_))
    return brought_up_to_date(artefact.head, artefact.card.tropes, labels, vectors, new)


def brought_up_to_date(head: Head, names: Sequence[str], labels: Labels, vectors: Vectors, new: Flags) -> Head:
    """The head, trained for the tropes `names`, when it has learned the texts that are `new`; shape of it (texts,).

    `vectors`, shape (texts, dimensions), has those that it was trained on too. The row of a trope that nothing new is
    about stays as it is, and the share of tropes that are gone goes to the rest. The row of any other trope is fitted
    with the rest held: with z the logits of the rest, p = exp(w·x) / (exp(w·x) + Σ exp(z)) is a logistic regression
    with the offset -log Σ exp(z). What tells an assertion is fitted to all of the texts, with those trained on settled:
    fitted exactly it would be another model than the one that the thresholds were chosen for.
    """
    order = {name: row for row, name in enumerate(names)}
    rows = np.zeros((len(labels.tropes), vectors.shape[1] + 1))
    for index, name in enumerate(labels.tropes):
        if name in order:
            rows[index] = np.append(head.topic[order[name]], head.topic_bias[order[name]])
        elif not (labels.topics == index).any():
            rows[index, -1] = ABSENT
    about = labels.topics >= 0
    news = np.unique(labels.topics[new & about])
    if len(news) and len(rows) > 1:
        _learn(rows, news, vectors[about], labels.topics[about])
    start = np.append(head.assertion, head.assertion_bias)
    assertion = newton(vectors, labels.asserted, start, settled=~new)
    return replace(
        head, assertion=assertion[:-1], assertion_bias=assertion[-1:], topic=rows[:, :-1], topic_bias=rows[:, -1]
    )


def _learn(rows: Floats, news: Integers, vectors: Vectors, topics: Integers) -> None:
    """Fit those of the rows (tropes, dimensions + 1) that are `news`, in place; `topics` (texts,) are what all are."""
    logits = scores(vectors, rows)
    for _ in range(SWEEPS if len(news) > 1 else 1):
        for index in news:
            logits[index] = -np.inf
            rows[index] = newton(vectors, topics == index, rows[index], -np.logaddexp.reduce(logits, axis=0))
            logits[index] = scores(vectors, rows[index])


def _new(corpus: Corpus, artefact: Artefact) -> Flags:
    """Which texts (texts,) the artefact was not trained on, or not as saying what they are said to say here."""
    learned, names, labels = artefact.examples, (*artefact.card.tropes, ""), (*corpus.labels.tropes, "")

    def is_new(text: str, topic: int, asserted: bool) -> bool:
        row = learned.rows.get(key_of(text))
        return row is None or (names[learned.topics[row]], learned.asserted[row]) != (labels[topic], asserted)

    said = zip(corpus.texts, corpus.labels.topics.tolist(), corpus.labels.asserted.tolist(), strict=True)
    return np.array([is_new(*one) for one in said], np.bool_)


def _of_its_own(labels: Labels, vectors: Vectors, why: str) -> Head:
    """A head fitted to the texts alone, calibrated by cross-validation."""
    try:
        from bot.training.fit import fit
    except ModuleNotFoundError as error:
        raise ModelMissing(
            f"{why} needs a head of its own, and fitting one needs {error.name}, which is not installed; "
            "type: pip install 'counterpoint-bot[fit]'"
        ) from None
    return fit(labels, vectors)


def _trained_on(artefact: Artefact, base: KnowledgeBase, here: frozenset[bytes]) -> tuple[Labels, list[int]]:
    """What the artefact was trained on beside the base's own texts, about its tropes or ordinary chat, and the rows."""
    learned, names = artefact.examples, artefact.card.tropes
    rows = [
        row
        for row, topic in enumerate(learned.topics.tolist())
        if learned.keys[row].tobytes() not in here and (topic < 0 or names[topic] in base.tropes)
    ]
    about = [names[topic] if topic >= 0 else "" for topic in learned.topics[rows].tolist()]
    return labels_for(base.tropes, learned.asserted[rows].tolist(), about), rows


def _together(texts: Sequence[str], made: Mapping[str, Vectors], artefact: Artefact, rows: Sequence[int]) -> Vectors:
    """The vectors of the base's texts and then of the artefact's rows, shape (texts + rows, dimensions)."""
    vectors = np.empty((len(texts) + len(rows), artefact.examples.halves.shape[1]), np.float32)
    for place, text in enumerate(texts):
        vectors[place] = made[text]
    vectors[len(texts) :] = artefact.examples.vectors(rows)
    return vectors
