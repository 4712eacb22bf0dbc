"""What the matcher learns from: the tropes' own examples, the training folder, and ordinary chat."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from bot.cleaning import clean
from bot.knowledge import KnowledgeBase
from bot.reading import BadFile, Document


@dataclass(frozen=True)
class Labels:
    """What texts say.

    `topics` (texts,) is the index into `tropes` of what each is about, -1 for ordinary chat; `asserted` (texts,)
    whether it asserts that trope.
    """

    tropes: tuple[str, ...]
    asserted: npt.NDArray[np.bool_]
    topics: npt.NDArray[np.int64]

    def take(self, rows: npt.NDArray[np.int64]) -> "Labels":
        """Some of the rows."""
        return Labels(self.tropes, self.asserted[rows], self.topics[rows])

    def join(self, other: "Labels") -> "Labels":
        """These, and then those of another that is about the same tropes."""
        return Labels(
            self.tropes,
            np.concatenate([self.asserted, other.asserted]),
            np.concatenate([self.topics, other.topics]),
        )

    @property
    def contrasts(self) -> npt.NDArray[np.bool_]:
        """Which texts are about a trope and do not assert it."""
        return np.asarray(~self.asserted & (self.topics >= 0))

    @property
    def background(self) -> npt.NDArray[np.bool_]:
        """Which texts are ordinary chat."""
        return np.asarray(self.topics < 0)


@dataclass(frozen=True)
class Corpus:
    """Texts, cleaned as messages are, and their labels in the same order."""

    texts: Sequence[str]
    labels: Labels

    def without(self, other: "Corpus") -> "Corpus":
        """What is not among another's texts."""
        there = frozenset(other.texts)
        rows = np.array([row for row, text in enumerate(self.texts) if text not in there], np.int64)
        return Corpus([self.texts[row] for row in rows], self.labels.take(rows))

    @property
    def fingerprint(self) -> str:
        """A hash that changes with any text or label."""
        digest = hashlib.sha256("\0".join([*self.labels.tropes, *self.texts]).encode())
        digest.update(self.labels.topics.tobytes() + self.labels.asserted.tobytes())
        return digest.hexdigest()


class TrainingFile(BaseModel):
    """A file of a training folder: more messages for some tropes, and more ordinary chat."""

    model_config = ConfigDict(extra="forbid")

    asserts: dict[str, list[str]] = {}
    """Messages that assert a trope, by its id."""
    near: dict[str, list[str]] = {}
    """Messages about the same things that do not assert it."""
    background: list[str] = []
    """Ordinary chat."""

    def only(self, known: Callable[[str], bool]) -> "TrainingFile":
        """Those of its messages that are known, as they are cleaned."""

        def kept(texts: list[str]) -> list[str]:
            return [text for text in texts if known(clean(text).whole)]

        return TrainingFile(
            asserts={id_: kept(texts) for id_, texts in self.asserts.items()},
            near={id_: kept(texts) for id_, texts in self.near.items()},
            background=kept(self.background),
        )


def corpus_of(base: KnowledgeBase, training: Sequence[TrainingFile] = ()) -> Corpus:
    """All that a base teaches, each text once; what brings real harm into a topic counts as not asserting it."""
    labelled: dict[str, tuple[bool, str]] = {}

    def add(texts: Sequence[str], asserted: bool, trope: str) -> None:
        for text in texts:
            labelled.setdefault(clean(text).whole, (asserted, trope))

    for trope in base.tropes.values():
        add(trope.phrasings, True, trope.id)
        add(trope.contrasts, False, trope.id)
        add(trope.escalate, False, trope.id)
    add(base.background, False, "")
    for file in training:
        for id_, texts in file.asserts.items():
            add(texts, True, id_)
        for id_, texts in file.near.items():
            add(texts, False, id_)
        add(file.background, False, "")
    return Corpus(
        list(labelled),
        labels_for(
            base.tropes,
            [asserted for asserted, _ in labelled.values()],
            [trope for _, trope in labelled.values()],
        ),
    )


def labels_for(tropes: Iterable[str], asserted: Sequence[bool], about: Sequence[str]) -> Labels:
    """Labels from the ids of what each text is about, "" for ordinary chat."""
    order = {trope: index for index, trope in enumerate(tropes)}
    return Labels(tuple(order), np.array(asserted, bool), np.array([order.get(id_, -1) for id_ in about], np.int64))


def read_training(folder: Path, base: KnowledgeBase) -> list[TrainingFile]:
    """The files of a training folder, checked against the base. Raises BadFile."""
    files, problems = [], []
    for path in sorted(folder.glob("*.yaml")):
        document = Document(path)
        file = document.model(TrainingFile)
        for part, given in (("asserts", file.asserts), ("near", file.near)):
            unknown = [id_ for id_ in given if id_ not in base.tropes]
            problems += [document.problem((part, id_), f"there is no trope {id_!r}") for id_ in unknown]
        files.append(file)
    if problems:
        raise BadFile(problems)
    return files
