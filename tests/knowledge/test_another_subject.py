"""The engine holds nothing about government: the same code answers anecdotes about gardening."""

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.core import Core
from bot.encoder import CachedEncoder, Vectors
from bot.knowledge import load
from bot.library import Library
from bot.matcher import Matcher
from bot.reply import ReplyKind
from tests.knowledge.conftest import GARDENING

ENGINE = Path(__file__).parent.parent.parent / "bot"
SUBJECT = re.compile(r"\b(NHS|Whitehall|GOV\.UK|British|England|Scotland|Wales|passports?|HMRC|trusts?|ministry)\b")


class WordEncoder:
    """Texts as bags of words: enough to tell tomatoes from weedkiller."""

    name = "gardening-words"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (texts, 512)."""
        vectors = np.zeros((len(texts), 512), np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or ["-"]:
                vectors[row, sum(i * c for i, c in enumerate(word.encode(), 1)) % 512] += 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.fixture(scope="module")
def gardener(tmp_path_factory: pytest.TempPathFactory) -> Core:
    """A core over the gardening base, its head really fitted, with a stub for the language model."""
    cache = tmp_path_factory.mktemp("cache")
    base = load([GARDENING])
    encoder = CachedEncoder(WordEncoder(), cache)
    matcher = Matcher(base, encoder, cache)
    return Core(base, matcher, Library(base, encoder, matcher.phrasings), today=lambda: dt.date(2026, 11, 30))


def test_an_anecdote_about_tomatoes_is_recognised(gardener: Core) -> None:
    match = gardener.matcher.match("tomatoes never ripen outdoors here, always green")
    assert match.trope == "tomatoes-never-ripen"
    assert match.probability > gardener.matcher.match("when do you sow tomatoes").probability


def test_two_tropes_are_told_apart(gardener: Core) -> None:
    assert gardener.matcher.match("they poisoned people with that weedkiller bottle").trope == "weedkiller-accident"


def test_it_is_answered_with_the_story_of_the_same_region_first(gardener: Core) -> None:
    said = gardener.answer("tomatoes never ripen outdoors up here").reply
    assert said.kind is ReplyKind.ANSWER
    assert said.story == "early-tomatoes"
    assert "41 of 50 plots" in said.text
    assert "For scale: The valley has 1,400 hours of sunshine a year. (2020)" in said.text


def test_an_accident_is_acknowledged_and_no_story_told(gardener: Core) -> None:
    said = gardener.answer("the weedkiller in the bottle poisoned two members").reply
    assert said.kind is ReplyKind.HARM
    assert said.story is None


def test_a_lookup_finds_a_story(gardener: Core) -> None:
    assert gardener.answer("compost rota").reply.story == "shared-compost"


def test_a_lookup_finds_a_context_fact_where_no_story_is_nearer(gardener: Core) -> None:
    answer = gardener.answer("sunshine weather")
    assert answer.reply.kind is ReplyKind.CONTEXT
    assert "1,400 hours" in answer.reply.text
    assert answer.reply.caveat == "The neighbouring valley has fewer."
    assert answer.lookup.found


def test_a_lookup_that_finds_nothing_proposes_names_of_this_base(gardener: Core) -> None:
    said = gardener.answer("zzz qqq").reply
    assert said.text.endswith("Try a name, such as tomatoes or compost.")


def test_the_parts_that_match_choose_and_reply_name_nothing_of_one_subject() -> None:
    parts = "knowledge entries coherence reading wording encoder cleaning head matcher library policy core freshness"
    for part in parts.split():
        code = re.sub(r'"""[\s\S]*?"""|#.*', "", (ENGINE / f"{part}.py").read_text(encoding="utf-8"))
        assert not SUBJECT.findall(code), part
