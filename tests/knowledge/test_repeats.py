"""Near-repeats: the same thing in almost the same words, within a file, across files, and in the twins."""

import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.curation.repeats import COMMON, NEAR, letter_groups, near_repeats
from tests.knowledge.conftest import Run, change, write

TROPE = "tropes/tomatoes-never-ripen.yaml"

SAME = [
    ("ten weeks to print a small book", "ten weeks to print a small book with a photo in it"),
    ("the app is pointless, honestly", "the ap is pointless honestly!!"),
    ("Our build failed on main, can someone re-run the pipeline?", "our build failed on main. can someone rerun it"),
    ("tomatoes never ripen outdoors up here", "Up here tomatoes never ripen outdoors"),
]
DIFFERENT = [
    ("tomatoes never ripen outdoors up here", "when do tomatoes ripen outdoors"),
    ("does anyone have the report on the programme?", "has anyone read the report about the pipeline?"),
    ("a million people opted out and they shrugged", "one in fifty opted out, a million people or so"),
    ("all green ✅", "all green"),
    ("👍", "🎉"),
    ("", ""),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_thing_in_almost_the_same_words_is_found(one: str, other: str) -> None:
    assert [(r.later, r.earlier) for r in near_repeats([one, other])] == [(1, 0)]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_messages_about_the_same_and_very_short_ones_are_not(one: str, other: str) -> None:
    assert near_repeats([one, other]) == []


WORDS = st.lists(st.sampled_from("tomato red green frost never ripe the a up here bed my our sun".split()), max_size=12)


@settings(deadline=None)
@given(st.lists(WORDS.map(" ".join), max_size=12), st.sampled_from([0.2, NEAR, 0.8, 1.0]))
def test_no_pair_is_missed(texts: list[str], bound: float) -> None:
    sets = [set(letter_groups(text)) for text in texts]
    shares = {
        (later, earlier): len(sets[later] & sets[earlier]) / len(sets[later] | sets[earlier])
        for later in range(len(sets))
        for earlier in range(later)
        if sets[later]
    }
    found = near_repeats(texts, bound)
    assert {(r.later, r.earlier): r.share for r in found} == {pair: s for pair, s in shares.items() if s >= bound}
    assert [r.share for r in found] == sorted((r.share for r in found), reverse=True)


def test_a_whole_base_with_its_twins_is_compared_in_seconds() -> None:
    chance = random.Random(0)
    vocabulary = ["".join(chance.choices("abcdefghijklmnoprstuvw", k=chance.randint(2, 9))) for _ in range(4000)]
    weights = [1 / rank for rank in range(1, 4001)]
    texts = [" ".join(chance.choices(vocabulary, weights, k=chance.randint(5, 25))) for _ in range(70 * 60 + 2000)]
    start = time.perf_counter()
    near_repeats(texts)
    assert time.perf_counter() - start < 10  # a machine that is busy; about half a second on one that is not


def test_the_least_overlap_of_two_near_sets_is_looked_at() -> None:
    assert COMMON > 1
    assert len(near_repeats(["a b c d", "a b c d"])) == 1


def test_an_example_that_repeats_another_is_refused_with_both_places(kb: Run, garden: Path) -> None:
    change(garden / TROPE, lambda trope: trope["phrasings"].append("Tomatoes never ripen outdoors up here in Wales"))
    said = kb("check")
    assert said.exit_code == 1
    assert f"{garden / TROPE}:" in said.output
    assert "nearly repeats" in said.output
    assert "“tomatoes never ripen outdoors up here”" in said.output


def test_an_example_that_repeats_one_of_another_trope_is_refused(kb: Run, garden: Path) -> None:
    line = "who signed for the weedkiller in early March"
    change(garden / TROPE, lambda trope: trope["contrasts"].append(line))
    assert "weedkiller-accident.yaml:" in kb("check").output


def test_a_twin_that_repeats_an_example_is_refused_only_when_asked(kb: Run, tmp_path: Path) -> None:
    write(
        tmp_path / "messages" / "tomatoes-never-ripen.yaml",
        {"trope": "tomatoes-never-ripen", "must_match": ["tomatoes never ever ripen outdoors up here"]},
    )
    assert kb("check").exit_code == 0
    said = kb("check", "--messages", str(tmp_path / "messages"))
    assert said.exit_code == 1
    assert "messages/tomatoes-never-ripen.yaml:" in said.output


def test_twins_that_say_something_of_their_own_pass(kb: Run, tmp_path: Path) -> None:
    write(tmp_path / "messages" / "x.yaml", {"trope": "x", "must_match": ["not one red one since I joined in 2009"]})
    assert kb("check", "--messages", str(tmp_path / "messages")).exit_code == 0


def test_a_folder_without_twins_is_told(kb: Run, tmp_path: Path) -> None:
    assert "holds no messages" in kb("check", "--messages", str(tmp_path)).output
