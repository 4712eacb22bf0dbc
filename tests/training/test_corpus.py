"""The corpus: every text once, with the right label, and helpful about wrong files."""

from pathlib import Path

import numpy as np
import pytest

from bot.knowledge import load
from bot.reading import BadFile
from bot.training.corpus import TrainingFile, corpus_of, labels_for, read_training

GARDENING = Path(__file__).parent.parent / "knowledge" / "gardening"


def test_each_kind_of_example_gets_its_label() -> None:
    base = load([GARDENING])
    more = TrainingFile(
        asserts={"tomatoes-never-ripen": ["Green to the bitter end, as ever"]},
        near={"tomatoes-never-ripen": ["Which bed did the tomatoes go in?"]},
        background=["Kettle is on"],
    )
    corpus = corpus_of(base, [more])
    label = dict(zip(corpus.texts, zip(corpus.labels.asserted, corpus.labels.topics, strict=True), strict=True))
    tomatoes = list(base.tropes).index("tomatoes-never-ripen")
    assert label["Green to the bitter end, as ever"] == (True, tomatoes)
    assert label["Which bed did the tomatoes go in?"] == (False, tomatoes)
    assert label["Kettle is on"] == (False, -1)
    for trope in base.tropes.values():
        assert all(not label[text][0] for text in trope.escalate)


def test_a_text_that_stands_twice_counts_once() -> None:
    base = load([GARDENING])
    twice = TrainingFile(background=["Kettle is on", "*Kettle* is on"])
    assert list(corpus_of(base, [twice]).texts).count("Kettle is on") == 1


def test_the_fingerprint_changes_with_a_label() -> None:
    base = load([GARDENING])
    one = corpus_of(base, [TrainingFile(asserts={"tomatoes-never-ripen": ["Kettle is on again"]})])
    other = corpus_of(base, [TrainingFile(near={"tomatoes-never-ripen": ["Kettle is on again"]})])
    assert one.texts == other.texts
    assert one.fingerprint != other.fingerprint


def test_an_unknown_trope_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("asserts:\n  no-such-trope:\n    - Anything\n")
    with pytest.raises(BadFile, match=r"more\.yaml:2: there is no trope 'no-such-trope'"):
        read_training(tmp_path, load([GARDENING]))


def test_labels_join_and_split() -> None:
    labels = labels_for(["a", "b"], [True, False, False], ["b", "a", ""])
    assert labels.topics.tolist() == [1, 0, -1]
    assert labels.contrasts.tolist() == [False, True, False]
    assert labels.background.tolist() == [False, False, True]
    both = labels.join(labels.take(np.array([0])))
    assert both.topics.tolist() == [1, 0, -1, 1]


def test_only_what_is_known_of_a_training_file_is_kept() -> None:
    file = TrainingFile(
        asserts={"a": ["*Bold* words", "new words"]}, near={"a": ["other words"]}, background=["new chat", "old chat"]
    )
    known = {"Bold words", "old chat"}
    assert file.only(known.__contains__) == TrainingFile(
        asserts={"a": ["*Bold* words"]}, near={"a": []}, background=["old chat"]
    )
