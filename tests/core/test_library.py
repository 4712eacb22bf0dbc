"""Choosing stories for a match, and searching them for a lookup."""

import pytest

from bot.core import Core


@pytest.mark.parametrize(
    ("query", "story"),
    [
        ("fax machines", "axe-the-fax"),
        ("a big email migration", "nhsmail"),
        ("anything good on prescriptions?", "electronic-prescription-service"),
        ("passports", "passport-office-recovery"),
        ("child protection", "cp-is"),
        ("farm payments", "rural-payments-recovered"),
        ("x-rays", "pacs-digital-x-rays"),
        ("text messages and letters for government services", "govuk-notify"),
        ("MOT", "mot-testing-service"),
        ("GOV.UK Pay", "govuk-pay"),
        ("estonia", "estonia-x-road"),
        ("healthcare.gov", "healthcare-gov-rescue"),
        ("council websites", "localgov-drupal"),
        ("voter registration", "register-to-vote"),
    ],
)
def test_a_lookup_finds_its_story(core: Core, query: str, story: str) -> None:
    assert story in [ranked.story.id for ranked in core.answer(query).lookup.stories], query


@pytest.mark.parametrize(
    "query",
    [
        "best pizza near me",
        "what time is the football on",
        "how do I centre a div",
        "",
        "?",
        "lorem ipsum dolor sit amet",
        "recipe for sourdough bread",
        "who won the cup in 1966",
        "cheap flights to Spain in August",
        "🍕🍕🍕",
    ],
)
def test_what_is_not_known_is_not_found_and_said_so(core: Core, query: str) -> None:
    answer = core.answer(query)
    assert not answer.lookup.found
    assert answer.lookup.stories == ()
    assert "no sourced story" in answer.reply.text


@pytest.mark.parametrize("query", ["Post Office Horizon", "robodebt", "the Phoenix pay system in Canada"])
def test_a_lookup_of_a_harm_trope_finds_it_and_no_story(core: Core, query: str) -> None:
    answer = core.answer(query)
    assert answer.lookup.trope is not None
    assert answer.lookup.trope.harm
    assert answer.lookup.stories == ()
    assert "People were hurt" in answer.reply.text


def test_the_nearest_fit_comes_first(core: Core) -> None:
    assert core.library.answers("nhs-fax-machines")[0].story.id == "axe-the-fax"
    assert core.library.answers("passport-office-chaos")[0].story.id == "passport-office-recovery"


def test_a_story_told_lately_gives_way_to_the_next(core: Core) -> None:
    first, second, *_ = core.library.answers("nhs-fax-machines")
    assert core.library.answers("nhs-fax-machines", avoid={first.story.id})[0].story.id == second.story.id


def test_when_every_story_was_told_lately_there_is_none(core: Core) -> None:
    every = {ranked.story.id for ranked in core.library.answers("nhs-fax-machines")}
    assert core.library.answers("nhs-fax-machines", avoid=every) == []


def test_every_ordinary_trope_has_two_stories_or_says_why_not(core: Core) -> None:
    for id_, trope in core.base.tropes.items():
        assert trope.harm or trope.gap or len(core.library.answers(id_)) >= 2, id_


def test_what_was_said_decides_between_equally_fair_stories(core: Core) -> None:
    vector = core.matcher._encoder.encode(["everyone pays their council by card now"])[0]
    with_words = [r.story.id for r in core.library.answers("uk-gov-it-always-fails", vector)]
    assert sorted(with_words) == sorted(r.story.id for r in core.library.answers("uk-gov-it-always-fails"))
