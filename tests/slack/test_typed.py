"""Settings that people change by typing, and what the command tells them."""

import asyncio

from fastapi import FastAPI

from bot.platforms.slack.platform import SlackPlatform
from bot.service import Bot
from tests.emulators.slack import Slack, User
from tests.slack.conftest import ADDRESS, FAX, Workspace, furnished, settings


async def said_to(office: Workspace, user: User, text: str) -> str:
    """What somebody is told for what they type."""
    ack = await office.slack.types(user, office.general, text)
    (said,) = await office.slack.wait_for(lambda: office.slack.responses(ack))
    assert said["response_type"] == "ephemeral"
    return str(said["text"])


async def test_a_mute_silences_the_bot_for_its_author_until_it_is_taken_back(office: Workspace) -> None:
    await office.turn_on()
    assert "no longer answer you" in await said_to(office, office.ada, "mute nhs fax machines")
    await office.slack.says(office.ada, office.general, FAX)
    await office.settled()
    assert office.slack.posts(office.general) == []
    assert "may answer you" in await said_to(office, office.ada, "unmute nhs-fax-machines")
    await office.slack.says(office.ada, office.general, FAX)
    await office.reply()


async def test_a_channels_mute_is_for_managers(over_http: Workspace) -> None:
    await over_http.turn_on()
    assert "Only a channel manager" in await said_to(over_http, over_http.ada, "mute here")
    assert "This channel has muted everything" in await said_to(over_http, over_http.boss, "mute here")
    await over_http.slack.says(over_http.ada, over_http.general, FAX)
    await over_http.settled()
    assert over_http.slack.posts(over_http.general) == []


async def test_a_pause_silences_the_workspace_until_it_is_over(office: Workspace) -> None:
    await office.turn_on()
    assert "Only an admin" in await said_to(office, office.ada, "pause")
    assert "whole workspace until" in await said_to(office, office.boss, "pause 3 days")
    await office.slack.says(office.ada, office.general, FAX)
    await office.settled()
    assert office.slack.posts(office.general) == []
    assert "paused me" in await said_to(office, office.ada, "why")
    await said_to(office, office.boss, "resume")
    await office.slack.says(office.bob, office.general, FAX)
    await office.reply()


async def test_why_tells_probability_threshold_and_rule(over_http: Workspace) -> None:
    assert "reaches 80%" in await said_to(over_http, over_http.ada, "why")
    await over_http.turn_on()
    await over_http.slack.says(over_http.ada, over_http.general, FAX)
    await over_http.reply()
    await over_http.settled()
    told = await said_to(over_http, over_http.ada, "why")
    for words in ("in a thread", "probability 95%", "speak in a thread from 80%", "rule that decided: recognised"):
        assert words in told
    assert FAX not in told


async def test_more_like_this_is_recorded_shared_and_limited_like_all_that_is_asked(over_http: Workspace) -> None:
    slack, store = over_http.slack, over_http.bot.store
    await over_http.turn_on()
    await slack.says(over_http.ada, over_http.general, FAX)
    reply = await over_http.reply()
    await slack.presses(over_http.bob, reply, "reply_more")
    whisper = await over_http.whisper(over_http.bob)
    for _ in range(500):  # it is recorded after it was shown
        first, more = sorted((await store.export_workspace(slack.team.id))["interventions"], key=_claimed)
        if more["state"] == "posted":
            break
        await asyncio.sleep(0.01)
    assert (more["trigger"], more["trope"], more["state"]) == ("shortcut", "nhs-fax-machines", "posted")
    assert more["story"] not in (None, first["story"])
    await slack.presses(over_http.bob, whisper, "reply_share")
    await slack.wait_for(lambda: len(slack.posts(over_http.general)) == 2)
    assert {post.thread_ts for post in slack.posts(over_http.general)} == {reply.thread_ts}
    for _ in range(over_http.bot.rules.asks_an_hour):
        ack = await slack.presses(over_http.bob, reply, "reply_more")
        (said,) = await slack.wait_for(lambda ack=ack: slack.responses(ack))  # type: ignore[misc]
    assert "try again later" in said["text"]


async def test_share_pressed_twice_posts_once(office: Workspace) -> None:
    slack = office.slack
    await slack.types(office.ada, office.general, FAX)
    whisper = await office.whisper(office.ada)
    slack.faults.hang("chat.postMessage", 0.2)
    for _ in range(2):
        await slack.presses(office.ada, whisper, "reply_share")
    await office.reply()
    await office.settled()
    assert len(slack.posts(office.general)) == 1


async def test_what_slack_did_not_take_can_be_shared_again(over_http: Workspace) -> None:
    slack = over_http.slack
    await slack.types(over_http.ada, over_http.general, FAX)
    whisper = await over_http.whisper(over_http.ada)
    slack.faults.error("chat.postMessage", "not_in_channel")
    ack = await slack.presses(over_http.ada, whisper, "reply_share")
    (said,) = await slack.wait_for(lambda: slack.responses(ack))
    assert "invite me, then share again" in said["text"]
    await slack.presses(over_http.ada, whisper, "reply_share")
    await over_http.reply()


async def test_share_pressed_in_two_processes_posts_once(slack: Slack, bot: Bot) -> None:
    platforms = [SlackPlatform(settings(slack, slack_signing_secret=slack.app.signing_secret)) for _ in range(2)]
    apis = [FastAPI(), FastAPI()]
    for platform, api in zip(platforms, apis, strict=True):
        platform.mount(api)
        await platform.start(bot)
    slack.deliver_to(ADDRESS, asgi=apis[0])
    office = furnished(slack, bot)
    await slack.types(office.ada, office.general, FAX)
    whisper = await office.whisper(office.ada)
    slack.faults.hang("chat.postMessage", 0.2)
    for api in apis:
        slack.deliver_to(ADDRESS, asgi=api)
        await slack.presses(office.ada, whisper, "reply_share")
    await office.reply()
    for platform in platforms:
        await platform.stop()
    assert len(slack.posts(office.general)) == 1


def _claimed(row: dict[str, str]) -> str:
    return row["claimed_at"]
