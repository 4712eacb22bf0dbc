"""Compares ways to tune an encoder, by what each does with the fifth of the texts that it has not seen.

python -m scripts.compare_tunings FOLDER [--teacher FOLDER] [--held-out messages|tropes]

FOLDER has the sentence-transformers model to tune, and the teacher is a larger one that was tuned on the same four
fifths of the same texts: `measured/model` in the work folder of `counterpoint train`. A row is printed as soon as it
is known. Where whole tropes are held out, the trope is taken as known, and the teacher must not have learned them.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from bot.encoder import Vectors
from bot.head import STRENGTH, Floats, Head, log_odds
from bot.knowledge import load
from bot.settings import read_settings
from bot.training.corpus import Corpus, corpus_of, read_training
from bot.training.fit import UNCALIBRATED, Integers, calibrated, folds, linear
from bot.training.tune import BATCH, LONGEST, RATE, WARMUP, Tuning, tune
from scripts.compare_encoders import by_trope, topics_told

RATES = (0.005, 0.02, 0.05)
BLANK = Head(np.zeros(1), np.zeros(1), np.zeros((1, 1)), np.zeros(1), UNCALIBRATED, np.ones(3))
"""Without weights, for scores that come from elsewhere."""
Scores = tuple[Floats, Floats]
"""Log-odds of assertion (texts,) and shares of the tropes (texts, tropes), as `Head.scores` gives them."""


class Comparison:
    """One fold of one corpus: of `messages`, the one that `counterpoint train` measures on, or of whole `tropes`.

    `base` is the folder of the model that is tuned.
    """

    def __init__(self, corpus: Corpus, held_out: str, base: str):
        self._corpus = corpus
        self._base = base
        self._told = held_out == "tropes"
        fold: tuple[Integers, Integers] = by_trope(corpus.labels)[0] if self._told else next(folds(corpus.labels))
        self._fitted_on, self._held_out = fold
        self._learned, self._labels = (corpus.labels.take(rows) for rows in fold)

    def run(self, teacher: str | None) -> Iterator[tuple[str, Scores]]:
        """What each way of tuning makes of the held-out texts, one after another."""
        untuned = self._encode(SentenceTransformer(self._base, device="cpu"))
        yield "untuned", self._two_heads(untuned)
        yield "contrastive, near-misses as negatives", self._two_heads(self._encode(self._contrastive()))
        tuned = self._encode(self._tuned(untuned))
        scores = self._two_heads(tuned)
        yield "classification", scores
        yield "the same, one head over every trope and none", self._one_head(tuned)
        if teacher:
            taught = self._encode(SentenceTransformer(teacher, device="cpu"))
            above = self._two_heads(taught)
            yield "the teacher", above
            yield "the teacher, one head over every trope and none", self._one_head(taught)
            yield (
                "classification and the teacher, mean of both",
                ((scores[0] + above[0]) / 2, (scores[1] + above[1]) / 2),
            )
            near = _narrowed(taught, self._fitted_on, untuned.shape[1])
            yield "classification, held near the teacher's vectors", self._two_heads(self._encode(self._tuned(near)))

    def row(self, scores: Scores) -> str:
        """Area, and assertions caught (with the right trope) at each of RATES of the near-misses."""
        labels = self._labels
        asserted, shares = scores
        if self._told:
            shares = topics_told(labels)
        probabilities = calibrated(BLANK, labels, asserted, shares).calibrate(asserted, shares)
        best, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels.topics
        about = ~labels.background
        cells = [f"{roc_auc_score(labels.asserted[about], asserted[about]):.3f}"]
        for rate in RATES:
            spoken = best > np.quantile(best[labels.contrasts], 1 - rate)
            caught, rightly = (some[labels.asserted].mean() for some in (spoken, spoken & right))
            cells.append(f"{caught:.2f} ({rightly:.2f})")
        return " | ".join(cells)

    def _tuned(self, near: Vectors) -> SentenceTransformer:
        with tempfile.TemporaryDirectory() as folder:
            return tune(self._base, self._corpus, near, self._fitted_on, Path(folder), Tuning())

    def _contrastive(self) -> SentenceTransformer:
        """An assertion is to be nearer to another of its trope than to a near-miss of it and the rest of the batch."""
        model = SentenceTransformer(self._base, device="cpu")
        model.max_seq_length = LONGEST
        with tempfile.TemporaryDirectory() as folder:
            arguments = SentenceTransformerTrainingArguments(
                output_dir=folder,
                num_train_epochs=Tuning().epochs,
                per_device_train_batch_size=BATCH,
                learning_rate=RATE,
                warmup_ratio=WARMUP,
                bf16=True,
                use_cpu=True,
                save_strategy="no",
                report_to="none",
            )
            loss = MultipleNegativesRankingLoss(model)
            triplets = Dataset.from_list(list(self._triplets()))
            SentenceTransformerTrainer(model=model, args=arguments, train_dataset=triplets, loss=loss).train()
        return model

    def _triplets(self) -> Iterator[dict[str, str]]:
        random = np.random.default_rng(0)
        texts = [self._corpus.texts[row] for row in self._fitted_on]
        for topic in range(len(self._learned.tropes)):
            about = self._learned.topics == topic
            asserted, near = (
                np.flatnonzero(about & which) for which in (self._learned.asserted, ~self._learned.asserted)
            )
            for row in asserted if len(near) else ():
                positive, negative = random.choice(asserted), random.choice(near)
                yield {"anchor": texts[row], "positive": texts[positive], "negative": texts[negative]}

    def _two_heads(self, vectors: Vectors) -> Scores:
        head: Head = linear(self._learned, vectors[self._fitted_on])
        return head.scores(vectors[self._held_out])

    def _one_head(self, vectors: Vectors) -> Scores:
        """Every trope that is asserted is a class, and everything else another."""
        classes = np.where(self._learned.asserted, self._learned.topics, len(self._learned.tropes))
        model = LogisticRegression(C=STRENGTH, max_iter=300).fit(vectors[self._fitted_on], classes)
        found = np.zeros((len(self._held_out), len(self._learned.tropes) + 1))
        found[:, model.classes_] = model.predict_proba(vectors[self._held_out])
        asserted: Floats = 1 - found[:, -1:]
        shares: Floats = found[:, :-1] / np.maximum(asserted, 1e-9)
        return log_odds(asserted)[:, 0], shares

    def _encode(self, model: SentenceTransformer) -> Vectors:
        model.max_seq_length = LONGEST
        vectors = model.encode(list(self._corpus.texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32)


def _narrowed(vectors: Vectors, rows: Integers, width: int) -> Vectors:
    """Unit vectors in the `width` main directions of those in `rows`, for a student whose vectors are shorter."""
    if vectors.shape[1] <= width:
        return vectors
    _, _, directions = np.linalg.svd(vectors[rows], full_matrices=False)
    narrowed = vectors @ directions[:width].T
    return np.asarray(narrowed / np.linalg.norm(narrowed, axis=1, keepdims=True), np.float32)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", help="folder of the sentence-transformers model to tune")
    parser.add_argument("--teacher", help="folder of the model to learn from, and to compare with")
    parser.add_argument("--held-out", choices=("messages", "tropes"), default="messages")
    given = parser.parse_args()
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    base = load(read_settings().knowledge_path)
    corpus = corpus_of(base, read_training(Path("knowledge/training"), base))
    comparison = Comparison(corpus, given.held_out, given.base)
    print(f"| {Path(given.base).name} | area | " + " | ".join(f"at {rate:.1%}" for rate in RATES) + " |")
    for name, scores in comparison.run(given.teacher):
        print(f"| {name} | {comparison.row(scores)} |", flush=True)


if __name__ == "__main__":
    main()
