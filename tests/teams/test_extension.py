"""The message extension: search, a counterpoint to a message, and the form."""

from typing import Any

import pytest

from bot.platforms.teams.manifest import FIND, LOOKUP, SUGGEST
from bot.suggestions import FIELDS, THANKS
from tests.emulators.teams.checks import card_words, check_card, elements
from tests.teams.conftest import FAX, Office

GOOD = {
    "title": "Its online form passed ten million users",
    "organisation": "Example Agency",
    "figure": "41 million accounts, 2022",
    "url": "https://www.example.org/report",
    "different": "A small team built it in the open",
}


ROOT = "1600000000000"


async def search(office: Office, text: str) -> dict[str, Any]:
    """What a search answers."""
    value = {
        "commandId": LOOKUP,
        "parameters": [{"name": "text", "value": text}],
        "queryOptions": {"skip": 0, "count": 25},
    }
    return dict(
        (await office.teams.invokes("composeExtension/query", office.ada, office.chat, value))["composeExtension"]
    )


async def opened(office: Office, command: str, **more: Any) -> dict[str, Any]:
    """The dialog that a command opens."""
    value = {"commandId": command, "commandContext": "message", "context": {"theme": "light"}, **more}
    answer = await office.teams.invokes("composeExtension/fetchTask", office.ada, office.general, value, root=ROOT)
    return dict(answer["task"])


async def sent(office: Office, command: str, data: dict[str, Any]) -> dict[str, Any]:
    """What follows when a dialog is sent."""
    value = {"commandId": command, "commandContext": "compose", "data": data, "context": {"theme": "light"}}
    answer = await office.teams.invokes("composeExtension/submitAction", office.ada, office.general, value)
    return dict(answer["task"])


def on_message(text: str) -> dict[str, Any]:
    """The message that a command was called on."""
    return {"messagePayload": {"id": "1600000000001", "body": {"contentType": "html", "content": text}}}


async def test_a_search_lists_cards_with_previews(office: Office) -> None:
    found = await search(office, "electronic prescriptions")
    assert found["type"] == "result"
    first = found["attachments"][0]
    check_card(first["content"])
    assert "electronic prescriptions" in card_words(first["content"])
    assert first["preview"]["content"]["title"] == "How electronic prescriptions went well"
    assert not first["content"].get("actions")


async def test_an_anecdote_finds_its_answer_and_the_other_stories(office: Office) -> None:
    found = await search(office, FAX)
    assert len(found["attachments"]) == 2


async def test_a_search_is_recorded_nowhere(office: Office) -> None:
    await search(office, "electronic prescriptions")
    exported = await office.bot.store.export_workspace(office.chat.id)
    assert not any(exported.values())


async def test_what_is_not_known_is_said(office: Office) -> None:
    assert "I know no sourced story" in (await search(office, "zzzz qqqq"))["text"]
    assert "Type what you look for" in (await search(office, "z"))["text"]


async def test_an_affair_in_which_people_were_hurt_gets_no_story(office: Office) -> None:
    found = await search(office, "the horizon scandal")
    assert "no success story answers that" in card_words(found["attachments"][0]["content"])


async def test_a_counterpoint_to_a_message_is_shown_in_a_dialog_and_can_be_shared(office: Office) -> None:
    task = await opened(office, FIND, **on_message(f"<p>{FAX}</p>"))
    card = task["value"]["card"]["content"]
    check_card(card, dialog=True)
    assert "fax machines" in card_words(card)
    assert not office.teams.shown(office.general.id)
    shared = await sent(office, FIND, card["actions"][0]["data"])
    assert shared["value"] == "Shared to the channel."
    assert (await office.shown()).conversation.endswith(f";messageid={ROOT}")


async def test_a_counterpoint_to_nothing_is_none(office: Office) -> None:
    task = await opened(office, FIND)
    assert "I know no sourced story" in card_words(task["value"]["card"]["content"])


async def test_the_form_has_every_field(office: Office) -> None:
    card = (await opened(office, SUGGEST))["value"]["card"]["content"]
    check_card(card, dialog=True)
    assert [e["id"] for e in elements(card["body"]) if e["type"] == "Input.Text"] == list(FIELDS)


async def test_a_suggestion_is_kept(office: Office) -> None:
    assert (await sent(office, SUGGEST, {"action": "suggest", **GOOD}))["value"] == THANKS
    (kept,) = await office.bot.store.suggestions(office.general.workspace)
    assert kept.fields == GOOD


@pytest.mark.parametrize("wrong", [{"url": "ask me"}, {"figure": "many"}, {"title": "x" * 91}, {"title": {"a": 1}}])
async def test_a_faulty_suggestion_comes_back_with_advice_and_what_was_typed(
    office: Office, wrong: dict[str, Any]
) -> None:
    task = await sent(office, SUGGEST, {**GOOD, **wrong})
    if "title" in wrong and isinstance(wrong["title"], dict):
        assert task["value"] == THANKS  # a form never sends this; it is kept as text, for a curator to smile at
        return
    card = task["value"]["card"]["content"]
    assert [e for e in elements(card["body"]) if "Attention" in str(e)]
    assert GOOD["organisation"] in [e.get("value") for e in elements(card["body"])]


async def test_an_unknown_command_says_what_to_do(office: Office) -> None:
    assert "newest app package" in (await opened(office, "other"))["value"]
