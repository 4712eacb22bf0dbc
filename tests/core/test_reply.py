"""The words of every reply the knowledge base can give."""

import itertools
import json
import os
import re
from pathlib import Path

import pytest

from bot import reply
from bot.core import Core
from bot.matcher import NOTHING
from bot.reply import ReplyKind
from bot.wording import MAX_REPLY_WORDS, banned_words, words

SNAPSHOT = Path(__file__).parent / "replies.json"


def every_answer(core: Core) -> dict[str, reply.Reply]:
    """Each trope's lead reply, by trope."""
    said = {}
    for id_, trope in core.base.tropes.items():
        ranked = core.library.answers(id_, year=2026)
        said[id_] = reply.answer(trope, ranked[0].story) if ranked else reply.acknowledge(trope)
    return said


def every_pair(core: Core) -> list[reply.Reply]:
    return [
        reply.answer(core.base.tropes[answer.trope], story)
        for story in core.base.stories.values()
        for answer in story.answers
    ]


def test_the_words_of_every_reply_are_as_they_were(core: Core) -> None:
    """A changed reply is looked at by a person: UPDATE_SNAPSHOTS=1 writes the new words, to be read in the diff."""
    said = {id_: answer.plain.splitlines() for id_, answer in every_answer(core).items()}
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert said == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_every_reply_is_short_dated_sourced_and_plain(core: Core) -> None:
    for said in every_pair(core):
        where = f"{said.trope} answered by {said.story}"
        assert words(said.text) <= MAX_REPLY_WORDS, where
        assert re.search(r"\(.*\b(19|20)\d\d\)$", said.conceded), where
        assert re.search(r"\(.*\b(19|20)\d\d\)$", said.told), where
        assert said.sources, where
        assert said.caveat, where
        for source in said.sources:
            assert source.url.startswith("http"), where
            assert re.search(r"checked \d\d/\d{4}\)$", source.label), where
        for text in (said.text, said.caveat, said.because):
            assert banned_words(text) == [], where


def test_a_story_that_is_not_live_says_so(core: Core) -> None:
    for said in every_pair(core):
        story = core.base.stories[said.story or ""]
        assert story.status == "live" or f"Status: {story.status}" in said.caveat


def test_a_harm_trope_is_acknowledged_with_its_finding_and_no_story(core: Core) -> None:
    harmful = [trope for trope in core.base.tropes.values() if trope.harm]
    assert {"post-office-horizon", "phoenix-pay"} <= {trope.id for trope in harmful}
    for trope, text in itertools.product(harmful, range(3)):
        said = core.answer(trope.phrasings[text]).reply
        assert said.story is None
        assert core.library.answers(trope.id) == []
    for trope in harmful:
        acknowledged = reply.acknowledge(trope)
        assert acknowledged.kind is ReplyKind.HARM
        assert acknowledged.sources
        assert "People were hurt" in acknowledged.text


def test_a_harm_trope_cannot_be_answered_with_a_story_even_by_mistake(core: Core) -> None:
    with pytest.raises(ValueError, match="may not answer"):
        reply.answer(core.base.tropes["post-office-horizon"], next(iter(core.base.stories.values())))


def test_the_plain_text_names_every_source_and_needs_no_markup(core: Core) -> None:
    for said in every_pair(core):
        assert all(source.url in said.plain and source.label in said.plain for source in said.sources)
        assert not re.search(r"[*_`<>]|\]\(", said.text)


def test_an_explanation_names_the_example_the_probability_and_the_rule(core: Core) -> None:
    match = core.matcher.match("the NHS is the world's biggest buyer of fax machines")
    lines = " ".join(reply.explain(match, "because of a rule"))
    assert "nhs-fax-machines" in lines
    assert "%" in lines
    assert "Nearest example" in lines
    assert "Because of a rule." in lines


def test_an_explanation_without_a_rule_has_no_empty_sentence() -> None:
    assert reply.explain(NOTHING, "") == []
