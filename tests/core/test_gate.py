"""The first gate: cheap, the same in company as alone, and never a reason not to answer who asks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.artefact import GATE, Artefact
from bot.core import Core, gate_of
from bot.encoder import load_arrays
from bot.gate import PAIRS, Gate, features
from bot.lean import LeanEncoder
from bot.message import Mode

VOCABULARY = 50
tokens = st.lists(st.integers(0, VOCABULARY - 1), max_size=12)


def random_gate(threshold: float = 0.0) -> Gate:
    random = np.random.default_rng(0)
    rows, width, units = VOCABULARY + PAIRS, 4, 6
    return Gate(
        random.integers(-127, 128, (rows, width)).astype(np.int8),
        random.random(rows).astype(np.float32),
        random.standard_normal(rows).astype(np.float32),
        random.standard_normal((units, 2 * width)).astype(np.float32),
        random.standard_normal(units).astype(np.float32),
        random.standard_normal(units + 1).astype(np.float32),
        np.full(3, threshold),
    )


@settings(deadline=None)
@given(st.lists(tokens, min_size=1, max_size=8))
def test_a_text_scores_the_same_alone_and_in_company(texts: list[list[int]]) -> None:
    gate = random_gate()
    alone = np.array([gate.scores([text])[0] for text in texts])
    np.testing.assert_allclose(gate.scores(texts), alone, rtol=1e-4, atol=1e-3)


def test_a_text_without_tokens_does_not_pass() -> None:
    assert random_gate(-1e9).passes([[], [1, 2], []]).tolist() == [[False] * 3, [True] * 3, [False] * 3]
    assert random_gate(-1e9).passes([]).tolist() == []


def test_neighbours_are_pairs_within_a_text_and_never_across() -> None:
    rows, starts = features(np.array([1, 2, 3, 1, 2]), np.array([3, 2]), VOCABULARY)
    first, second = rows[: starts[1]].tolist(), rows[starts[1] :].tolist()
    assert starts.tolist() == [0, 5]
    assert first[:3] == [1, 2, 3]
    assert second[:2] == [1, 2]
    assert first[3] == second[2] >= VOCABULARY, "the same pair has the same row"


def test_a_gate_is_read_as_it_was_written_and_refused_where_it_does_not_fit(tmp_path: Path) -> None:
    gate, path = random_gate(1.5), tmp_path / GATE
    gate.save(path)
    arrays = load_arrays(path)
    assert arrays is not None
    found = Gate.of(arrays)
    assert found is not None
    np.testing.assert_array_equal(found.scores([[1, 2, 3]]), gate.scores([[1, 2, 3]]))
    assert Gate.of({**arrays, "last": np.zeros(3, np.float32)}) is None
    assert Gate.of({"table": arrays["table"]}) is None


def test_most_chat_is_not_encoded_and_what_is_judged_as_ever(core: Core) -> None:
    said = "we can't do an API, half our hospitals still communicate by fax"
    chat = ["is it ready now?", "thanks, see you at two", "lunch?"]
    heard = core.matcher.listen([(text, Mode.REPLY) for text in (*chat, said)])
    assert all(Mode.REPLY in one.unheard and one.trope is None for one in heard[:3])
    assert heard[3].trope == "nhs-fax-machines"
    assert heard[3].sure
    assert heard[3].probability == pytest.approx(core.matcher.match(said).probability, abs=0.02)
    assert core.matcher.listen([]) == []


def test_where_a_false_reply_costs_less_more_is_heard() -> None:
    texts = [[row, row + 1] for row in range(40)]
    gate = random_gate()
    gate = replace(gate, thresholds=np.quantile(gate.scores(texts), [0.8, 0.5, 0.2]))
    passed = gate.passes(texts)
    assert (passed[:, 0] <= passed[:, 1]).all()
    assert (passed[:, 1] <= passed[:, 2]).all()
    assert passed[:, 0].sum() < passed[:, 2].sum()


def test_a_long_post_is_heard_for_any_of_its_passages(core: Core) -> None:
    chat = "the build is green again, I bumped the parser to 2.1 and the flaky test is gone. " * 20
    said = "The NHS is still the biggest buyer of fax machines in the whole world."
    alone, with_it = core.matcher.unheard([chat, f"{chat}{said} {chat}"])
    assert Mode.REPLY in alone
    assert not with_it


def test_what_the_gate_keeps_out_is_held_back_with_that_reason_and_still_explained(core: Core) -> None:
    judged = core.judge("lunch at the usual place then?")
    assert not judged.decision.speak
    assert judged.decision.reason == "at first glance it is ordinary chat"
    assert judged.match.trope is not None


def test_a_trope_the_gate_has_not_learned_turns_it_off_and_one_switched_off_does_not(core: Core) -> None:
    artefact = Artefact()
    tropes = list(core.base.tropes)
    assert artefact.gate_for(tropes) is not None
    assert artefact.gate_for(tropes[1:]) is not None
    assert artefact.gate_for([*tropes, "one-of-our-own"]) is None


def test_a_trope_in_new_words_that_the_gate_does_not_pass_turns_it_off(core: Core) -> None:
    artefact, lean = Artefact(), LeanEncoder.of(Artefact())
    trope = core.base.tropes["nhs-fax-machines"]
    new = {trope.id: trope.model_copy(update={"phrasings": ("see you at two then", *trope.phrasings)})}
    assert gate_of(core.base, artefact, lean) is not None
    assert gate_of(replace(core.base, tropes={**core.base.tropes, **new}), artefact, lean) is None
