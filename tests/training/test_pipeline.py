"""The whole of training on a tiny base and a small model: what comes out is loaded, and is what it says it is."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.artefact import ENCODER, GATE, HEAD, Artefact, artefact_named, key_of
from bot.encoder import CachedEncoder, ModelMissing, Vectors
from bot.knowledge import KnowledgeBase, load
from bot.lean import LeanEncoder
from bot.library import passages_of
from bot.matcher import Matcher, example_texts
from bot.training.corpus import TrainingFile, corpus_of

pytestmark = pytest.mark.slow
GARDENING = Path(__file__).parent.parent / "knowledge" / "gardening"
CHAT = [f"{who} {what}" for who in ("we", "they", "you") for what in ("had lunch", "missed the bus", "won the quiz")]
MORE = TrainingFile(near={"tomatoes-never-ripen": ["Which bed did the tomatoes go in this year?"]})


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return load([GARDENING])


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def artefact(base: KnowledgeBase, work: Path, small_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    return trained(base, work, small_model, tmp_path_factory.mktemp("artefact"))


def trained(base: KnowledgeBase, work: Path, model: Path, output: Path) -> Artefact:
    from bot.training.pipeline import Plan, Training
    from bot.training.tune import Tuning

    plan = Plan(str(model), "small", "Apache-2.0", work, output, Tuning(epochs=1, layers=4), CHAT)
    return Training(corpus_of(base, [MORE]), passages_of(base), plan, lambda _: None).run()


def test_what_was_trained_recognises_what_it_was_trained_on(
    base: KnowledgeBase, artefact: Artefact, tmp_path: Path
) -> None:
    matcher = Matcher(base, CachedEncoder(LeanEncoder.of(artefact), tmp_path, artefact), tmp_path, artefact=artefact)
    assert not list(tmp_path.iterdir()), "nothing had to be encoded or fitted"
    said = [text for trope in base.tropes.values() for text in trope.phrasings]
    chat = list(base.background)
    assert np.mean([match.probability for match in matcher.match_many(said)]) > 0.7
    assert np.mean([match.probability for match in matcher.match_many(chat)]) < 0.2


def test_the_gate_lets_assertions_through_and_knows_chat_when_it_hears_it(
    base: KnowledgeBase, artefact: Artefact
) -> None:
    gate, lean = artefact.gate_for(base.tropes), LeanEncoder.of(artefact)
    assert gate is not None
    said = [text for trope in base.tropes.values() for text in trope.phrasings]
    scores = gate.scores(lean.tokens([*said, *CHAT]))
    assert np.mean(scores[: len(said)]) > np.mean(scores[len(said) :])
    assert np.isfinite(gate.thresholds).all()
    assert gate.passes(lean.tokens(said)).mean() > gate.passes(lean.tokens(CHAT)).mean()
    assert {"gate, thread: assertions passed", "gate, react: chat of strangers passed"} <= set(artefact.card.measured)


def test_as_many_layers_are_kept_as_were_asked_for(artefact: Artefact) -> None:
    assert artefact.card.layers == 4


def test_the_exported_encoder_gives_the_vectors_of_the_tuned_one(
    base: KnowledgeBase, artefact: Artefact, work: Path
) -> None:
    from sentence_transformers import SentenceTransformer

    texts = [text for trope in base.tropes.values() for text in (*trope.phrasings, *trope.contrasts)]
    tuned = SentenceTransformer(str(work / "all" / "model"), device="cpu")
    cosines = (LeanEncoder.of(artefact).encode(texts) * tuned.encode(texts, normalize_embeddings=True)).sum(axis=1)
    assert cosines.min() > 0.85
    assert cosines.mean() > 0.95


def test_a_text_has_the_same_vector_alone_and_in_company(base: KnowledgeBase, artefact: Artefact) -> None:
    texts = [text for trope in base.tropes.values() for text in trope.phrasings]
    encoder = LeanEncoder.of(artefact)
    together, alone = encoder.encode(texts), np.vstack([encoder.encode([text]) for text in texts])
    assert (together * alone).sum(axis=1).min() > 0.999


def test_a_run_broken_off_goes_on_and_ends_the_same(
    base: KnowledgeBase, artefact: Artefact, work: Path, small_model: Path, tmp_path: Path
) -> None:
    again = trained(base, work, small_model, tmp_path)
    assert again.card == artefact.card


def renewed(base: KnowledgeBase, artefact: Artefact, folder: Path, unseen: TrainingFile) -> Artefact:
    from bot.training.pipeline import Plan, Training
    from bot.training.tune import Tuning

    copy = Artefact(Path(shutil.copytree(artefact.folder, folder / "copy")))
    learned = corpus_of(base, [MORE])
    plan = Plan("", "small", "Apache-2.0", folder / "work", copy.folder, Tuning())
    return Training(learned, passages_of(base), plan, lambda _: None).renew(
        copy, corpus_of(base, [MORE, unseen]).without(learned)
    )


UNSEEN = TrainingFile(
    asserts={
        "tomatoes-never-ripen": [
            "Honestly, tomatoes never ripen in this country, never have.",
            "My tomatoes never ripen either, it is always green chutney here",
        ]
    },
    near={"tomatoes-never-ripen": ["Do you sow tomatoes in March or April?"]},
    background=["who has the key to the bike shed", "the train was late again"],
)


def test_renewing_sets_the_thresholds_of_head_and_gate_by_messages_that_neither_has_seen(
    base: KnowledgeBase, artefact: Artefact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.training.pipeline.ENOUGH", 1)
    made = renewed(base, artefact, tmp_path, UNSEEN)
    before, after = artefact.gate_for(base.tropes), made.gate_for(base.tropes)
    assert before is not None
    assert after is not None
    np.testing.assert_array_equal(after.table, before.table)
    lean = LeanEncoder.of(made)
    said = UNSEEN.asserts["tomatoes-never-ripen"]
    spoken = made.head.probabilities(lean.encode(said)).max(axis=1)[:, None] >= made.head.thresholds
    assert spoken.any(axis=0).all()
    lowest = [after.scores(lean.tokens(said))[about].min() for about in spoken.T]
    np.testing.assert_allclose(after.thresholds, lowest, rtol=1e-5)
    told = made.card.measured
    assert told["thread: threshold"] == pytest.approx(made.head.thresholds[0], abs=1e-4)
    assert told["gate, thread: chat passed"] == after.passes(lean.tokens(UNSEEN.background))[:, 0].mean()
    assert not [what for what in told if "strangers" in what], "there was no chat of strangers to measure it on"


def test_renewing_leaves_gate_and_thresholds_alone_where_little_is_unseen(
    base: KnowledgeBase, artefact: Artefact, tmp_path: Path
) -> None:
    made = renewed(base, artefact, tmp_path, UNSEEN)
    assert made.card.files[GATE] == artefact.card.files[GATE]
    np.testing.assert_array_equal(made.head.thresholds, artefact.head.thresholds)
    assert made.card.measured == artefact.card.measured


def test_a_trope_of_ones_own_works_without_training(base: KnowledgeBase, artefact: Artefact, tmp_path: Path) -> None:
    subject = base.tropes["tomatoes-never-ripen"]
    leaky = subject.model_copy(
        update={
            "id": "sheds-always-leak",
            "phrasings": tuple(
                f"{who} shed leaks again, sheds always leak" for who in ("My", "Our", "Her", "Dad's", "Every")
            ),
            "contrasts": tuple(
                f"How do I seal the roof of {whose} shed?" for whose in ("my", "our", "her", "a", "the")
            ),
            "escalate": (),
        }
    )
    more = KnowledgeBase({**base.tropes, leaky.id: leaky}, base.stories, base.background, base.context, base.about)
    encoder = CachedEncoder(LeanEncoder.of(artefact), tmp_path, artefact)
    matcher = Matcher(more, encoder, tmp_path, artefact=artefact)
    assert matcher.match("sheds always leak, every single one").trope == "sheds-always-leak"


def test_a_trained_folder_is_named_as_any_model_is(artefact: Artefact, small_model: Path) -> None:
    named = artefact_named(str(artefact.folder))
    assert named
    assert named.card == artefact.card
    assert artefact_named("embedded")
    assert artefact_named(str(small_model)) is None


def test_a_file_that_was_tampered_with_is_refused(artefact: Artefact, tmp_path: Path) -> None:
    for file in artefact.folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / ENCODER).write_bytes(b"something else")
    (tmp_path / HEAD).unlink()
    copy = Artefact(tmp_path)
    with pytest.raises(ModelMissing, match="is not the one its card names"):
        LeanEncoder.of(copy).encode(["anything"])
    with pytest.raises(ModelMissing, match="cannot be read"):
        copy.arrays(HEAD)


def test_no_word_of_an_example_is_in_the_artefact(base: KnowledgeBase, artefact: Artefact) -> None:
    text = base.background[0]
    assert key_of(text) in artefact.examples.rows
    assert text.encode() not in (artefact.folder / "examples.npz").read_bytes()


def test_a_model_of_ones_own_encodes_each_text_once(base: KnowledgeBase, tmp_path: Path) -> None:
    class Counting:
        name = "counting"
        texts = 0

        def encode(self, texts: Sequence[str]) -> Vectors:
            self.texts += len(texts)
            vectors = np.array([[len(text), text.count("a"), 1.0] for text in texts], np.float32).reshape(-1, 3)
            return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    encoder = Counting()
    Matcher(base, CachedEncoder(encoder, tmp_path), tmp_path)
    assert encoder.texts == len(example_texts(base)[0])
