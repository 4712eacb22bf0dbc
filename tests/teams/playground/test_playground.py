"""Counterpoint in Microsoft's own playground, looked at by a browser: what people in Teams do, and what they see."""

import re

import pytest

from bot.platforms.teams.manifest import FIND, LOOKUP, SUGGEST
from bot.suggestions import FIELDS, THANKS
from tests.teams.playground.page import CHANNEL, GROUP, PERSONAL, Person

pytestmark = pytest.mark.slow

FAX = "The NHS is still the world's biggest buyer of fax machines."
ORDINARY = "Has anybody seen the agenda for Thursday?"
BUTTONS = ["Helpful", "Not relevant", "More like this", "Why am I seeing this?", "Mute", "Dismiss"]


@pytest.mark.parametrize(("place", "mention"), [(PERSONAL, False), (GROUP, True), (CHANNEL, True)])
def test_who_asks_is_answered_with_sources_as_links(amara: Person, place: str, mention: bool) -> None:
    amara.enter(place)
    amara.say("prescriptions", mention)
    source = amara.card().get_by_role("link").first
    assert re.match("https?://", source.get_attribute("href") or "")
    assert re.search(r"\b20\d\d\b", amara.card().inner_text())


def test_help_says_what_it_does(amara: Person) -> None:
    amara.enter(PERSONAL)
    amara.say("help")
    amara.see("never the text of a message")


@pytest.mark.parametrize("place", [GROUP, CHANNEL])
def test_it_speaks_by_itself_only_where_it_was_turned_on(amara: Person, place: str) -> None:
    amara.enter(place)
    amara.be_overheard(FAX)
    assert amara.hears_nothing()
    amara.say("on", mention=True)
    amara.see("I answer well-worn anecdotes")
    amara.be_overheard(ORDINARY)
    assert amara.hears_nothing()
    amara.be_overheard(FAX)
    assert "fax" in amara.card().inner_text()
    for button in BUTTONS:
        assert amara.card().get_by_role("button", name=button, exact=True).count() == 1
    amara.say("off", mention=True)
    amara.see("I stay silent in this channel")


@pytest.mark.parametrize("button", ["Helpful", "Not relevant"])
def test_an_opinion_is_taken_with_thanks(amara: Person, button: str) -> None:
    amara.enter(GROUP)
    amara.say(FAX, mention=True)
    amara.press(button)
    amara.see("Thank you")


def test_a_reply_says_why_it_is_there(amara: Person) -> None:
    amara.enter(CHANNEL)
    amara.say(FAX, mention=True)
    amara.press("Why am I seeing this?")
    amara.see("Somebody asked me")


def test_another_story_is_told_on_request(amara: Person) -> None:
    amara.enter(GROUP)
    amara.say(FAX, mention=True)
    first = amara.card().inner_text()
    amara.press("More like this")
    amara.changes(first)


def test_a_person_can_mute_an_anecdote_and_take_it_back(amara: Person) -> None:
    amara.enter(GROUP)
    amara.say(FAX, mention=True)
    amara.press("Mute")
    amara.see("I no longer answer you by myself")
    amara.say("unmute", mention=True)
    amara.see("I may answer you about everything again")


def test_a_dismissed_reply_is_gone(amara: Person) -> None:
    amara.enter(CHANNEL)
    amara.say(FAX, mention=True)
    told = amara.card().inner_text()
    amara.press("Dismiss")
    amara.changes(told)


def test_a_story_is_searched_for_while_writing(amara: Person) -> None:
    amara.enter(GROUP)
    amara.look_up(LOOKUP, "text", "prescriptions")
    amara.take_first()
    assert amara.card().get_by_role("link").count() >= 1


def test_a_counterpoint_to_a_message_is_found_in_private(amara: Person) -> None:
    amara.enter(GROUP)
    amara.say(FAX)
    dialog = amara.extension(FIND, on=FAX)
    dialog.get_by_role("link").first.wait_for()
    assert "fax" in dialog.inner_text()


def test_a_story_is_suggested_in_a_dialog(amara: Person) -> None:
    amara.enter(PERSONAL)
    dialog = amara.extension(SUGGEST)
    for field in FIELDS.values():
        words = "https://www.example.org/report" if field.example == "https://…" else field.example
        dialog.get_by_label(field.label).fill(words)
    dialog.get_by_role("button", name=re.compile("Send|Suggest|Submit")).click()
    amara.see(THANKS)
