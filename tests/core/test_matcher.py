"""The matcher on messages that nothing was fitted on: what is promised of it, and no more."""

from pathlib import Path

import numpy as np
import pytest

from bot.core import Core
from bot.head import Head
from bot.matcher import combine
from bot.settings import Settings
from bot.signals import Signal
from bot.training.evaluate import Evaluation, evaluate, read_labelled

MESSAGES = Path(__file__).parent.parent / "messages"


@pytest.fixture(scope="module")
def measured(core: Core) -> Evaluation:
    return evaluate(core, read_labelled([MESSAGES]))


def test_each_twin_has_enough_messages_to_measure_a_trope(core: Core, measured: Evaluation) -> None:
    assert set(measured.tropes()) <= set(core.base.tropes)
    assert len(measured.tropes()) >= 25
    for trope in measured.tropes():
        assert len(measured.of("match", trope)) >= 12, trope
        assert len(measured.of("contrast", trope)) >= 12, trope


def test_no_test_message_was_fitted_on(core: Core, measured: Evaluation) -> None:
    fitted = {m.lower() for trope in core.base.tropes.values() for m in (*trope.phrasings, *trope.contrasts)}
    fitted |= {m.lower() for m in core.base.background}
    assert fitted.isdisjoint(j.labelled.text.lower() for j in measured.judged)


def test_at_most_three_in_a_hundred_near_misses_are_spoken_about(measured: Evaluation) -> None:
    assert measured.false_replies("contrast").value <= 0.03


def test_ordinary_chat_is_left_alone(measured: Evaluation) -> None:
    assert measured.false_replies("chat").count == 0


def test_enough_is_recognised_to_be_of_use(measured: Evaluation) -> None:
    """A floor well under what is measured: it catches a matcher that has gone silent."""
    assert measured.recall().value >= 0.2
    assert measured.precision().value >= 0.8


def test_a_harm_trope_is_never_spoken_about(core: Core, measured: Evaluation) -> None:
    harmful = [j for j in measured.of("match") if core.base.tropes[j.labelled.trope or ""].harm]
    assert harmful
    assert not any(j.spoken and j.recognised for j in harmful)


def test_a_match_explains_itself(core: Core) -> None:
    match = core.matcher.match("fun fact, the NHS is the world's biggest buyer of fax machines")
    assert match.trope == "nhs-fax-machines"
    assert match.sure
    assert match.phrasing is not None
    assert match.contrast is not None
    assert match.phrasing.text in core.base.tropes["nhs-fax-machines"].phrasings
    assert match.phrasing.similarity > match.contrast.similarity
    assert 0 < match.threshold < 1


def test_the_probability_of_a_message_hardly_depends_on_its_company(core: Core) -> None:
    texts = [trope.phrasings[0] for trope in core.base.tropes.values()]
    together = core.matcher.match_many(texts)
    alone = [core.matcher.match(text) for text in texts]
    for one, other in zip(together, alone, strict=True):
        assert one.probability == pytest.approx(other.probability, abs=0.01)


def test_affairs_that_did_harm_hold_back_few_anecdotes_about_others(core: Core, measured: Evaluation) -> None:
    sure = [j for j in measured.of("match") if j.recognised and not core.base.tropes[j.labelled.trope or ""].harm]
    held = [j for j in sure if j.judgement.match.harm]
    assert len(held) < 0.1 * len(sure)


def test_an_example_of_real_harm_raises_the_signal(core: Core) -> None:
    for trope in core.base.tropes.values():
        for text in trope.escalate:
            match = core.matcher.match(text)
            assert match.signals or match.harm or not match.sure, text


def test_somebody_hurt_is_noticed_whatever_the_trope(core: Core) -> None:
    match = core.matcher.match("the NHS still runs on fax machines and my mum's biopsy results got lost because of it")
    assert Signal.PERSONAL_HARM in match.signals


@pytest.mark.parametrize(
    "text", ["", " ", "ok", "👍", "```the NHS runs on fax machines```", "> NHS fax machines forever"]
)
def test_what_has_no_words_of_its_own_matches_nothing(core: Core, text: str) -> None:
    match = core.matcher.match(text)
    assert match.trope is None
    assert not match.sure


def test_a_post_that_takes_its_anecdote_back_is_less_probable_than_the_anecdote() -> None:
    whole, sentence = np.array([0.1, 0.1]), np.array([0.9, 0.1])
    mixed = combine(np.array([whole, sentence]))
    assert 0.1 < mixed[0] < 0.9
    assert combine(np.array([sentence]))[0] == 0.9


@pytest.mark.parametrize("damage", [b"", b"nonsense"])
def test_a_damaged_head_is_fitted_anew(core: Core, settings: Settings, tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "head.npz"
    core.matcher.head.save(path)
    tropes, width = core.matcher.head.topic.shape
    assert Head.read(path, tropes, width) is not None
    assert Head.read(path, tropes + 1, width) is None
    path.write_bytes(damage)
    assert Head.read(path, tropes, width) is None
