"""Knowledge base and training folder in, artefact out: tune, export, fit the head, write the card."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from sentence_transformers import SentenceTransformer

from bot.artefact import CARD, ENCODER, EXAMPLES, GATE, HEAD, PASSAGES, Artefact, Card, hashes, packed
from bot.encoder import EMBEDDED, CachedEncoder, TransformerEncoder, Vectors, save_arrays
from bot.gate import Gate, Words
from bot.head import Head
from bot.lean import LeanEncoder
from bot.training.corpus import Corpus, Labels
from bot.training.export import export
from bot.training.fit import FOLDS, Integers, calibrated, folds, linear, with_thresholds
from bot.training.gate import fit_gate, losing_few
from bot.training.measure import MODES, measure
from bot.training.tune import LONGEST, Tuning, transformer_of, tune

ENOUGH = 1_000
"""Near-misses, and lines of chat, that thresholds may be chosen on: 5 of them are then 1 in 200."""
STRANGERS = "chat of strangers, for the gate"
OF_THE_GATE = "gate, "
"""How the names of what a gate was measured to do begin in the card."""
Flags = npt.NDArray[np.bool_]
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
    chat: Sequence[str] = ()
    """Ordinary chat by strangers, cleaned, from which the gate alone learns."""


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

        An encoder is tuned on four fifths of the texts, for calibration, thresholds and measurements on the last fifth;
        then it goes on with a last pass over all, and that is the one that ships.
        """
        output = self._plan.output
        self._say(f"{len(self._corpus.texts)} texts about {len(self._labels.tropes)} tropes")
        measured_head, gate, measured = self._measure()
        self._say("2 of 4: a last pass over all texts")
        everything = np.arange(len(self._corpus.texts))
        measured_at, last = self._plan.work / "measured" / "model", self._plan.tuning.last
        model = self._tuned("all", everything, str(measured_at), last, measured_head)
        export(model, output)
        vectors = self._encode(self._corpus.texts, output, model)
        self._say("3 of 4: fitting the head")
        head = linear(self._labels, vectors)
        head.calibrated(measured_head.calibration, measured_head.thresholds).save(output / HEAD)
        (output / GATE).unlink(missing_ok=True)
        if gate:
            gate.save(output / GATE)
        self._say("4 of 4: writing the card")
        self._save(output, vectors, self._encode(self._passages, output, model))
        self._write_card(model, measured)
        return Artefact(output)

    def renew(self, artefact: Artefact, unseen: Corpus) -> Artefact:
        """Bring an artefact up to date with the base without tuning: encoder and calibration stay.

        Where enough is `unseen`, by encoder and gate and by the head that is fitted here, their thresholds are chosen
        on it.
        """
        lean = LeanEncoder.of(artefact)
        encoder = CachedEncoder(lean, self._plan.work, artefact)
        vectors = encoder.remember(self._corpus.texts, self._telling())
        passages = encoder.remember(self._passages, self._telling())
        trained, card = artefact.head, artefact.card
        measured: dict[str, float] = {}
        gated: dict[str, float] = {}
        head = linear(self._labels, vectors).calibrated(trained.calibration, trained.thresholds)
        if unseen.labels.contrasts.sum() >= ENOUGH and unseen.labels.background.sum() >= ENOUGH:
            scores, shares = head.scores(encoder.remember(unseen.texts, self._telling()))
            head = with_thresholds(head, unseen.labels, scores, shares)
            measured = measure(head, unseen.labels, scores, shares)
            spoken = head.calibrate(scores, shares).max(axis=1)[:, None] >= head.thresholds
            gated = self._renew_gate(artefact, lean, unseen, spoken)
        head.save(artefact.folder / HEAD)
        self._save(artefact.folder, vectors, passages)
        kept = {what: share for what, share in card.measured.items() if not (gated and what.startswith(OF_THE_GATE))}
        new = tuple(trope for trope in self._labels.tropes if trope not in card.tropes or trope in card.added)
        changes = {
            "tropes": self._labels.tropes,
            "added": new,
            "texts": {**card.texts, **self._counts()},
            "measured": kept | _rounded(measured | gated),
        }
        self._write(card.model_copy(update={**changes, "files": hashes(artefact.folder)}), artefact.folder)
        return Artefact(artefact.folder)

    def _renew_gate(self, artefact: Artefact, lean: LeanEncoder, unseen: Corpus, spoken: Flags) -> dict[str, float]:
        """Set the gate's thresholds by the assertions that are `spoken` about in a mode, shape (unseen, 3)."""
        gate = artefact.gate_for(artefact.card.tropes)
        if gate is None:
            return {}
        labels, scores = unseen.labels, gate.scores(lean.tokens(unseen.texts))
        gate = losing_few(gate, scores[labels.asserted], spoken[labels.asserted])
        gate.save(artefact.folder / GATE)
        return _passed(gate, labels, scores, gate.passes(lean.tokens(self._plan.chat[::FOLDS])))

    def _measure(self) -> tuple[Head, Gate | None, dict[str, float]]:
        """A head calibrated on texts held out, a gate with its threshold, and what both do with those texts."""
        fitted_on, held_out = next(folds(self._labels))
        self._say(f"1 of 4: tuning on {len(fitted_on)} texts, to measure on the other {len(held_out)}")
        model = self._tuned("measured", fitted_on, self._plan.base_model, self._plan.tuning)
        folder = self._plan.work / "measured"
        export(model, folder)
        vectors = self._encode(self._corpus.texts, folder, model)
        head = linear(self._labels.take(fitted_on), vectors[fitted_on])
        scores, shares = head.scores(vectors[held_out])
        head = calibrated(head, self._labels.take(held_out), scores, shares)
        measured = measure(head, self._labels.take(held_out), scores, shares)
        spoken = head.calibrate(scores, shares).max(axis=1)[:, None] >= head.thresholds
        gate, passed = self._gate(model, fitted_on, held_out, spoken)
        measured |= passed
        for name, value in measured.items():
            self._say(f"  {name}: {value:.3f}")
        return head, gate, measured

    def _gate(
        self, model: SentenceTransformer, fitted_on: Integers, held_out: Integers, spoken: Flags
    ) -> tuple[Gate | None, dict[str, float]]:
        """A gate that passes nearly all held-out assertions that are `spoken` about in a mode, shape (held out, 3).

        It is the gate that ships: thresholds of one fit do not hold for another.
        """
        learned, labels = self._labels.take(fitted_on), self._labels.take(held_out)
        strangers = np.arange(len(self._plan.chat)) % FOLDS == 0
        heard, unheard = (list(compress(self._plan.chat, which)) for which in (~strangers, strangers))
        asserts, quiet = (
            [self._corpus.texts[row] for row in fitted_on[which]] for which in (learned.asserted, learned.background)
        )
        if not asserts or not (quiet or heard):
            return None, {}
        self._say(f"  fitting the gate to {len(asserts)} assertions and {len(quiet) + len(heard)} lines of chat")
        words = transformer_of(model).embeddings.word_embeddings.weight.detach().numpy()
        gate = fit_gate(_tokens(model, asserts), _tokens(model, [*quiet, *heard]), words, self._plan.tuning.seed)
        scores = gate.scores(_tokens(model, [self._corpus.texts[row] for row in held_out]))
        gate = losing_few(gate, scores[labels.asserted], spoken[labels.asserted])
        return gate, _passed(gate, labels, scores, gate.passes(_tokens(model, unheard)))

    def _tuned(
        self, name: str, rows: Integers, base: str, tuning: Tuning, head: Head | None = None
    ) -> SentenceTransformer:
        """The encoder `base` tuned on some rows, from the work folder where it is there already; see `tune`."""
        folder = self._plan.work / name / "model"
        if not (folder / "modules.json").exists():
            untuned = CachedEncoder(TransformerEncoder(self._plan.base_model), self._plan.work)
            with torch.autocast("cpu", torch.bfloat16):  # half the time; they only hold the tuned vectors near
                before = untuned.remember(self._corpus.texts, self._telling())
            tuned = tune(base, self._corpus, before, rows, folder.parent, tuning, head)
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
            texts={**self._counts(), STRANGERS: len(self._plan.chat)},
            measured=_rounded(measured),
            files=files,
        )
        self._write(card, self._plan.output)

    @staticmethod
    def _write(card: Card, folder: Path) -> None:
        (folder / CARD).write_text(card.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _passed(gate: Gate, labels: Labels, scores: Words, strangers: Flags) -> dict[str, float]:
    """What share of each kind passes in each mode: of texts by their `scores` (texts,), and of lines of `strangers`."""
    passed = scores[:, None] >= gate.thresholds
    kinds = {
        "assertions": passed[labels.asserted],
        "near-misses": passed[labels.contrasts],
        "chat": passed[labels.background],
        "chat of strangers": strangers,
    }
    shares = ((kind, some.mean(axis=0)) for kind, some in kinds.items() if len(some))
    return {f"{OF_THE_GATE}{m}: {kind} passed": float(by[i]) for kind, by in shares for i, m in enumerate(MODES)}


def _rounded(measured: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in measured.items()}


def _tokens(model: SentenceTransformer, texts: Sequence[str]) -> list[list[int]]:
    tokenizer = model.tokenizer.backend_tokenizer
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    return [encoded.ids for encoded in tokenizer.encode_batch(list(texts))]


def _padding(model: SentenceTransformer) -> int:
    return int(model.tokenizer.pad_token_id)
