"""Knowledge base and training folder in, artefact out: tune, export, fit the head, write the card."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer

from bot.artefact import CARD, ENCODER, EXAMPLES, HEAD, PASSAGES, Artefact, Card, hashes, packed
from bot.encoder import EMBEDDED, CachedEncoder, TransformerEncoder, Vectors, save_arrays
from bot.head import Head
from bot.lean import LeanEncoder
from bot.training.corpus import Corpus
from bot.training.export import export
from bot.training.fit import Integers, calibrated, folds, linear
from bot.training.measure import measure
from bot.training.tune import LONGEST, Tuning, transformer_of, tune

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What to train and where: `work` keeps what a run that is broken off goes on from."""

    base_model: str
    base_name: str
    license: str
    work: Path
    output: Path
    tuning: Tuning


class Training:
    """One run over a corpus; `passages` are the texts that lookups are compared with."""

    def __init__(self, corpus: Corpus, passages: Sequence[str], plan: Plan, say: Say):
        self._corpus = corpus
        self._labels = corpus.labels
        self._passages = passages
        self._plan = plan
        self._say = say

    def run(self) -> Artefact:
        """Train the artefact.

        Two encoders are tuned: one on four fifths of the texts, for calibration, thresholds and measurements on the
        last fifth; and the one that ships, on all.
        """
        output = self._plan.output
        self._say(f"{len(self._corpus.texts)} texts about {len(self._labels.tropes)} tropes")
        measured_head, measured = self._measure()
        self._say("2 of 4: tuning on all texts")
        model = self._tuned("all", np.arange(len(self._corpus.texts)))
        export(model, output)
        vectors = self._encode(self._corpus.texts, output, model)
        self._say("3 of 4: fitting the head")
        head = linear(self._labels, vectors)
        head.calibrated(measured_head.calibration, measured_head.thresholds).save(output / HEAD)
        self._say("4 of 4: writing the card")
        self._save(output, vectors, self._encode(self._passages, output, model))
        self._write_card(model, measured)
        return Artefact(output)

    def renew(self, artefact: Artefact) -> Artefact:
        """Bring an artefact up to date with the base without tuning: encoder, calibration and thresholds stay."""
        encoder = CachedEncoder(LeanEncoder.of(artefact), self._plan.work, artefact)
        vectors = encoder.remember(self._corpus.texts, self._telling())
        passages = encoder.remember(self._passages, self._telling())
        trained = artefact.head
        head = linear(self._labels, vectors).calibrated(trained.calibration, trained.thresholds)
        head.save(artefact.folder / HEAD)
        self._save(artefact.folder, vectors, passages)
        card = artefact.card
        new = tuple(trope for trope in self._labels.tropes if trope not in card.tropes or trope in card.added)
        changes = {"tropes": self._labels.tropes, "added": new, "texts": self._counts()}
        self._write(card.model_copy(update={**changes, "files": hashes(artefact.folder)}), artefact.folder)
        return Artefact(artefact.folder)

    def _measure(self) -> tuple[Head, dict[str, float]]:
        """A head calibrated on texts held out, and what it does with them."""
        fitted_on, held_out = next(folds(self._labels))
        self._say(f"1 of 4: tuning on {len(fitted_on)} texts, to measure on the other {len(held_out)}")
        model, folder = self._tuned("measured", fitted_on), self._plan.work / "measured"
        export(model, folder)
        vectors = self._encode(self._corpus.texts, folder, model)
        head = linear(self._labels.take(fitted_on), vectors[fitted_on])
        scores, shares = head.scores(vectors[held_out])
        head = calibrated(head, self._labels.take(held_out), scores, shares)
        measured = measure(head, self._labels.take(held_out), scores, shares)
        for name, value in measured.items():
            self._say(f"  {name}: {value:.3f}")
        return head, measured

    def _tuned(self, name: str, rows: Integers) -> SentenceTransformer:
        """The encoder tuned on some rows, from the work folder where it is there already."""
        folder = self._plan.work / name / "model"
        if not (folder / "modules.json").exists():
            untuned = CachedEncoder(TransformerEncoder(self._plan.base_model), self._plan.work)
            before = untuned.remember(self._corpus.texts, self._telling())
            tuned = tune(self._plan.base_model, self._corpus, before, rows, folder.parent, self._plan.tuning)
            tuned.save(str(folder))
        return SentenceTransformer(str(folder), device="cpu")

    def _encode(self, texts: Sequence[str], exported: Path, model: SentenceTransformer) -> Vectors:
        """The vectors of texts by an exported encoder, which are not quite those of the model it came from."""
        name = hashlib.sha256((exported / ENCODER).read_bytes()).hexdigest()
        lean = LeanEncoder(name, LONGEST, _padding(model), lambda file: (exported / file).read_bytes())
        return CachedEncoder(lean, self._plan.work).remember(texts, self._telling())

    def _telling(self) -> Callable[[int, int], None]:
        told = 0

        def progress(done: int, total: int) -> None:
            nonlocal told
            if done * 10 // total > told:
                told = done * 10 // total
                self._say(f"  encoded {done} of {total}")

        return progress

    def _save(self, folder: Path, vectors: Vectors, passages: Vectors) -> None:
        topics, asserted = self._labels.topics.astype(np.int16), self._labels.asserted
        save_arrays(folder / EXAMPLES, **packed(self._corpus.texts, vectors), topics=topics, asserted=asserted)
        save_arrays(folder / PASSAGES, **packed(self._passages, passages))

    def _counts(self) -> dict[str, int]:
        return {
            "phrasings": int(self._labels.asserted.sum()),
            "contrasts": int(self._labels.contrasts.sum()),
            "background": int(self._labels.background.sum()),
        }

    def _write_card(self, model: SentenceTransformer, measured: dict[str, float]) -> None:
        files = hashes(self._plan.output)
        card = Card(
            name=f"{self._plan.base_name}-{EMBEDDED}-{files[ENCODER][:16]}",
            base_model=self._plan.base_name,
            license=self._plan.license,
            layers=len(transformer_of(model).encoder.layer),
            longest=LONGEST,
            padding=_padding(model),
            epochs=self._plan.tuning.epochs,
            seed=self._plan.tuning.seed,
            tropes=self._labels.tropes,
            texts=self._counts(),
            measured={name: round(value, 4) for name, value in measured.items()},
            files=files,
        )
        self._write(card, self._plan.output)

    @staticmethod
    def _write(card: Card, folder: Path) -> None:
        (folder / CARD).write_text(card.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _padding(model: SentenceTransformer) -> int:
    return int(model.tokenizer.pad_token_id)
