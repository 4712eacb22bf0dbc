"""The buttons under a reply, the home tab and the form."""

from dataclasses import replace

import pytest

from bot.platforms.slack.home import RESUME, SEARCH, UNMUTE
from bot.platforms.slack.manifest import PROMPTS
from bot.store import Intervention, State
from tests.emulators.slack import Message
from tests.slack.conftest import FAX, Workspace, actions, words

FIELDS = {
    "title": "Passports came in a week",
    "organisation": "A passport office",
    "figure": "7 days, 2023",
    "url": "https://example.org/passports",
    "different": "One service at a time",
}


async def answered(office: Workspace) -> Message:
    """A passive reply to Ada."""
    await office.turn_on()
    await office.slack.says(office.ada, office.general, FAX)
    reply = await office.reply()
    await office.settled()
    return reply


async def test_why_is_told_to_the_one_who_asks(office: Workspace) -> None:
    await office.slack.presses(office.bob, await answered(office), "reply_why")
    whisper = await office.whisper(office.bob)
    assert "probability 95%" in whisper.text
    assert "nearest example" in whisper.text
    assert "passive replies on" in whisper.text


async def test_feedback_is_counted(office: Workspace) -> None:
    reply = await answered(office)
    await office.slack.presses(office.bob, reply, "reply_helpful")
    assert "Thank you" in (await office.whisper(office.bob)).text
    await office.slack.presses(office.ada, reply, "reply_not_relevant")
    await office.whisper(office.ada)
    total = (await office.bot.store.statistics(office.slack.team.id, 1)).total
    assert (total.helpful, total.not_relevant) == (1, 1)


async def test_the_author_dismisses(office: Workspace) -> None:
    await office.slack.presses(office.ada, await answered(office), "reply_dismiss")
    await office.slack.wait_for(lambda: not office.slack.posts(office.general))
    assert office.slack.complaints == []


async def test_a_manager_dismisses_and_a_stranger_does_not(office: Workspace) -> None:
    reply = await answered(office)
    await office.slack.presses(office.bob, reply, "reply_dismiss")
    assert "can dismiss" in (await office.whisper(office.bob)).text
    assert office.slack.posts(office.general) == [reply]
    await office.slack.presses(office.boss, reply, "reply_dismiss")
    await office.slack.wait_for(lambda: not office.slack.posts(office.general))


async def test_more_and_mute(over_http: Workspace) -> None:
    reply = await answered(over_http)
    await over_http.slack.presses(over_http.bob, reply, "reply_more")
    assert "services to" in words(await over_http.whisper(over_http.bob))
    await over_http.slack.presses(over_http.ada, reply, "reply_mute")
    assert "no longer answer you" in (await over_http.whisper(over_http.ada)).text
    assert await over_http.bot.store.mutes(over_http.slack.team.id, over_http.ada.id) == {"nhs-fax-machines"}


async def test_a_button_of_a_forgotten_reply_says_so(over_http: Workspace) -> None:
    reply = await answered(over_http)
    await over_http.bot.store.forget_workspace(over_http.slack.team.id)
    for action in ("reply_why", "reply_helpful", "reply_mute", "reply_dismiss"):
        ack = await over_http.slack.presses(over_http.bob, reply, action)
        (said,) = await over_http.slack.wait_for(lambda ack=ack: over_http.slack.responses(ack))  # type: ignore[misc]
        assert "no longer in my records" in said["text"]


async def test_a_reply_of_another_workspace_is_not_known(over_http: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    reply = await answered(over_http)
    known = over_http.bot.known

    async def elsewhere(intervention: str) -> Intervention | None:
        found = await known(intervention)
        return replace(found, workspace="T0OTHER") if found else None

    monkeypatch.setattr(over_http.bot, "known", elsewhere)
    for action in ("reply_why", "reply_more", "reply_mute", "reply_dismiss"):
        ack = await over_http.slack.presses(over_http.ada, reply, action)
        (said,) = await over_http.slack.wait_for(lambda ack=ack: over_http.slack.responses(ack))  # type: ignore[misc]
        assert "no longer in my records" in said["text"]
    assert reply in over_http.slack.posts(over_http.general)


async def test_a_reply_goes_with_its_message(office: Workspace) -> None:
    reply = await answered(office)
    assert reply.thread_ts
    await office.slack.deletes(office.general.messages[reply.thread_ts])
    await office.slack.wait_for(lambda: not office.slack.posts(office.general))


async def test_a_dismissed_reply_stays_known_as_withdrawn(over_http: Workspace) -> None:
    reply = await answered(over_http)
    await over_http.slack.presses(over_http.ada, reply, "reply_dismiss")
    await over_http.slack.wait_for(lambda: not over_http.slack.posts(over_http.general))
    known = await over_http.bot.store.by_posted(over_http.slack.team.id, over_http.general.id, reply.ts)
    assert known
    assert known.state is State.WITHDRAWN


async def test_the_home_tab_shows_everyone_what_it_keeps(office: Workspace) -> None:
    slack = office.slack
    await office.bot.store.mute(slack.team.id, office.ada.id, "nhs-fax-machines")
    await slack.opens_home(office.ada)
    home = await slack.wait_for(lambda: slack.home(office.ada))
    assert home
    shown = repr(home.json)
    assert "What I keep" in shown
    assert "The claim about fax machines." in shown
    assert "For admins" not in shown
    await slack.presses(office.ada, home, UNMUTE)
    await slack.wait_for(lambda: "none." in repr((slack.home(office.ada) or home).json))
    assert slack.complaints == []


async def test_the_home_tab_shows_admins_the_channels(over_http: Workspace) -> None:
    slack, store = over_http.slack, over_http.bot.store
    await over_http.turn_on()
    await store.pause(slack.team.id, None)
    await store.suggest(slack.team.id, {"title": "A <!channel> idea"}, over_http.bot.clock())
    await slack.opens_home(over_http.boss)
    home = await slack.wait_for(lambda: slack.home(over_http.boss))
    assert home
    shown = repr(home.json)
    assert f"<#{over_http.general.id}>: reply" in shown
    assert "&lt;!channel&gt; idea" in shown
    await slack.presses(over_http.boss, home, RESUME)
    await slack.wait_for(lambda: "paused" not in repr((slack.home(over_http.boss) or home).json))
    assert not await store.paused(slack.team.id, over_http.bot.clock())


async def test_the_home_tab_searches(over_http: Workspace) -> None:
    slack = over_http.slack
    await slack.opens_home(over_http.ada)
    home = await slack.wait_for(lambda: slack.home(over_http.ada))
    assert home
    await slack.presses(over_http.ada, home, SEARCH, "fax machines")
    await slack.wait_for(lambda: "example.org" in repr((slack.home(over_http.ada) or home).json))


async def test_the_messages_tab_suggests_prompts(over_http: Workspace) -> None:
    slack = over_http.slack
    await slack.opens_home(over_http.ada, "messages")
    direct = slack.world.direct(slack.team, over_http.ada)
    (offered,) = await slack.wait_for(lambda: direct.prompts)
    assert [prompt["title"] for prompt in offered["prompts"]] == PROMPTS
    assert slack.complaints == []


async def test_a_suggestion_is_checked_and_kept(office: Workspace) -> None:
    slack = office.slack
    await slack.picks(office.ada, "suggest_story")
    view = await slack.wait_for(lambda: slack.modal(office.ada))
    assert view
    ack = await slack.submits(view, {**FIELDS, "url": "passports", "figure": "many"})
    assert ack.payload
    assert set(ack.payload["errors"]) == {"url", "figure"}
    await slack.submits(view, FIELDS)
    (kept,) = await office.bot.store.suggestions(slack.team.id)
    assert kept.fields == FIELDS
    assert slack.complaints == []


async def test_the_form_opens_from_the_home_tab(over_http: Workspace) -> None:
    slack = over_http.slack
    await slack.opens_home(over_http.ada)
    home = await slack.wait_for(lambda: slack.home(over_http.ada))
    assert home
    await slack.presses(over_http.ada, home, "suggest_story")
    await slack.wait_for(lambda: slack.modal(over_http.ada))


async def test_a_private_reply_has_no_dismiss(over_http: Workspace) -> None:
    await over_http.slack.types(over_http.ada, over_http.general, FAX)
    assert "reply_dismiss" not in actions(await over_http.whisper(over_http.ada))
