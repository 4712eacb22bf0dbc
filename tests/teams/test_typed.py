"""What people type to the bot in Teams to set it, and who may."""

import pytest
from fastapi import FastAPI

from bot.message import Mode
from bot.platforms.teams.platform import TeamsPlatform
from tests.emulators.teams import Place, Somebody
from tests.teams.conftest import FAX, LOCAL, Office


async def mode_of(office: Office, place: Place | None = None) -> Mode:
    """How a channel is set."""
    place = place or office.general
    return await office.bot.store.mode(place.workspace, place.id)


async def told(office: Office, by: Somebody, text: str, place: Place | None = None) -> str:
    """What somebody alone is told after a mention with a text."""
    await office.teams.says(by, place or office.general, text, mention=True)
    await office.settled()
    return office.teams.shown((place or office.general).id, by.id)[-1].words


async def test_whoever_added_the_app_turns_it_on_and_off(office: Office) -> None:
    said = await told(office, office.boss, "on")
    assert "in this channel in a thread" in said
    assert "with the permission to receive them" in said
    assert await mode_of(office) is Mode.REPLY
    assert "silent" in await told(office, office.boss, "off")
    assert await mode_of(office) is Mode.OFF


async def test_others_may_not(office: Office) -> None:
    assert "Only a channel manager" in await told(office, office.ada, "on")
    assert await mode_of(office) is Mode.OFF


async def test_an_owner_may_where_teams_names_one(office: Office) -> None:
    await told(office, office.teams.somebody("Owner", role="owner"), "mode private")
    assert await mode_of(office) is Mode.PRIVATE


async def test_react_becomes_private_and_says_so(office: Office) -> None:
    assert "here `react` is `private`" in await told(office, office.boss, "mode react")
    assert await mode_of(office) is Mode.PRIVATE


async def test_with_who_manages_anyone_members_may_and_guests_may_not(office: Office) -> None:
    platform, api = TeamsPlatform(LOCAL.model_copy(update={"who_manages": "anyone"})), FastAPI()
    platform.mount(api)
    await platform.start(office.bot)
    office.teams.deliver_to(api)
    office.platform = platform
    assert "Only" in await told(office, office.teams.somebody("Guest", role="guest"), "on", office.chat)
    await told(office, office.ada, "on", office.chat)
    assert await mode_of(office, office.chat) is Mode.REPLY
    await platform.stop()


async def test_mute_and_unmute_are_everybodys(office: Office) -> None:
    await office.turn_on()
    assert "I no longer answer you by myself" in await told(office, office.ada, "mute")
    await office.teams.says(office.ada, office.general, FAX)
    await office.settled()
    assert not office.teams.shown(office.general.id)
    assert "again" in await told(office, office.ada, "unmute")
    await office.teams.says(office.ada, office.general, FAX)
    await office.shown()


async def test_pausing_silences_the_whole_team_until_it_is_resumed(office: Office) -> None:
    await office.turn_on()
    assert "Only an admin" in await told(office, office.ada, "pause")
    await told(office, office.boss, "pause 3 days")
    await office.teams.says(office.ada, office.general, FAX)
    await office.settled()
    assert not office.teams.shown(office.general.id)
    assert "over" in await told(office, office.boss, "resume")


@pytest.mark.parametrize(
    ("text", "words"),
    [("why", "I stay silent in this channel"), ("stats", "Since"), ("mode sideways", "Type `mode` and one of")],
)
async def test_what_is_asked_is_told(office: Office, text: str, words: str) -> None:
    assert words in await told(office, office.ada, text)


async def test_in_a_chat_of_their_own_anybody_may(office: Office) -> None:
    await office.teams.says(office.ada, office.own, "pause")
    assert "I stay silent" in (await office.shown(office.own)).words
