"""What goes wrong between the bot and Teams, and with its database."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from fastapi import FastAPI
from opentelemetry.metrics import Meter

from bot.message import Mode
from bot.platforms import Platform
from bot.platforms.slack.platform import SlackPlatform
from bot.platforms.teams.manifest import SUGGEST
from bot.platforms.teams.platform import TeamsPlatform
from bot.platforms.teams.signing import SigningKeys
from bot.service import Bot, utc_now
from bot.settings import Settings
from bot.suggestions import NOT_NOW
from tests.emulators.slack import Slack
from tests.emulators.teams import Teams
from tests.emulators.teams.checks import card_words
from tests.teams.conftest import FAX, LOCAL, Office, rooms
from tests.teams.test_extension import GOOD, sent

Lose = Callable[[], Awaitable[None]]


async def test_asked_to_wait_it_waits_and_posts_once(office: Office) -> None:
    office.teams.refuse(429, Retry_After="0")
    await office.teams.says(office.ada, office.own, FAX)
    await office.shown(office.own)
    await office.settled()
    assert len(office.teams.shown(office.own.id)) == 1


@pytest.mark.parametrize(("status", "times"), [(403, 1), (404, 1), (500, 1), (429, 3)])
async def test_a_refused_reply_is_logged_by_its_status_and_frees_the_cooldowns(
    office: Office, status: int, times: int, caplog: pytest.LogCaptureFixture
) -> None:
    await office.turn_on()
    office.teams.refuse(status, times=times, Retry_After="0")
    await office.teams.says(office.ada, office.general, FAX)
    await office.settled()
    assert f"status {status}" in caplog.text
    assert not office.teams.shown(office.general.id)
    await office.teams.says(office.ada, office.general, FAX)
    await office.shown()


async def test_teams_out_of_reach_is_survived(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    made = office.teams.made("message", office.ada, office.own, text=FAX, serviceUrl="http://127.0.0.1:1/")
    assert (await office.teams.send(made)).status_code == 200
    await office.settled()
    assert "could not be reached" in caplog.text


async def test_without_a_database_who_asks_gets_an_apology(office: Office, lose_database: Lose) -> None:
    await lose_database()
    await office.teams.says(office.ada, office.own, FAX)
    assert "I cannot reach my records" in (await office.shown(office.own)).words


async def test_without_a_database_it_does_not_speak_by_itself(office: Office, lose_database: Lose) -> None:
    await office.turn_on()
    await lose_database()
    await office.teams.says(office.ada, office.general, FAX)
    await office.settled()
    assert not office.teams.posts


async def test_without_a_database_a_button_apologises(office: Office, lose_database: Lose) -> None:
    await office.teams.says(office.ada, office.general, FAX, mention=True)
    post = await office.shown()
    await office.settled()
    await lose_database()
    for title in ("Helpful", "More like this", "Dismiss"):
        card = await office.teams.presses(office.ada, office.general, post.card, title)
        assert "I cannot reach my records" in card_words(card)


async def test_without_a_database_a_suggestion_stays_in_its_form(office: Office, lose_database: Lose) -> None:
    await lose_database()
    assert NOT_NOW in card_words((await sent(office, SUGGEST, GOOD))["value"]["card"]["content"])


async def test_without_a_database_a_search_still_finds(office: Office, lose_database: Lose) -> None:
    await lose_database()
    value = {"commandId": "lookup", "parameters": [{"name": "text", "value": FAX}]}
    found = await office.teams.invokes("composeExtension/query", office.ada, office.chat, value)
    assert found["composeExtension"]["attachments"]


async def test_what_breaks_is_named_without_anybodys_words(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def breaks(*_: object) -> None:
        raise RuntimeError(FAX)

    monkeypatch.setattr(office.bot, "on_mention", breaks)
    monkeypatch.setattr(office.bot, "search", breaks)
    await office.teams.says(office.ada, office.own, FAX)
    await office.settled()
    value = {"commandId": "lookup", "parameters": [{"name": "text", "value": FAX}]}
    answer = await office.teams.send(
        office.teams.made("invoke", office.ada, office.own, name="composeExtension/query", value=value)
    )
    assert answer.status_code == 500
    assert "a Teams message could not be handled (RuntimeError)" in caplog.text
    assert FAX not in caplog.text


async def test_it_acknowledges_before_the_work_is_done_and_stop_waits_for_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, answer = asyncio.Event(), office.bot.on_mention

    async def slow(message: object) -> object:
        await go_on.wait()
        return await answer(message)  # type: ignore[arg-type]

    monkeypatch.setattr(office.bot, "on_mention", slow)
    await office.teams.says(office.ada, office.own, FAX)
    stopping = asyncio.create_task(office.platform.stop())
    await asyncio.sleep(0.05)
    assert not office.teams.posts
    go_on.set()
    await stopping
    assert office.teams.posts


async def test_stop_gives_up_after_its_grace(
    teams: Teams, bot: Bot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def endless(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(bot, "on_mention", endless)
    platform, api = TeamsPlatform(LOCAL, grace=0.05), FastAPI()
    platform.mount(api)
    await platform.start(bot)
    teams.deliver_to(api)
    await teams.says(teams.somebody("Ada"), rooms()[2], FAX)
    await platform.stop()
    assert "unfinished" in caplog.text


async def test_keys_that_cannot_be_fetched_are_tried_again(teams: Teams) -> None:
    keys = SigningKeys(f"{teams.address}/nowhere", least=0.01)
    keeping = asyncio.create_task(keys.keep_fresh())
    await asyncio.sleep(0.05)
    keys.uri = f"{teams.address}/v1/.well-known/keys"

    async def here() -> bool:
        try:
            return bool(keys.get_signing_keys())
        except Exception:
            await asyncio.sleep(0.01)
            return False

    async with asyncio.timeout(5):
        while not await here():
            pass
    keeping.cancel()


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """Slack beside Teams."""
    async with Slack() as running:
        yield running


async def test_slack_and_teams_are_served_by_one_process_with_one_database(
    slack: Slack, teams: Teams, bot: Bot
) -> None:
    slack_settings = Settings.model_validate(
        {
            "slack_bot_token": slack.bot_token,
            "slack_api_url": slack.base_url,
            "slack_signing_secret": slack.app.signing_secret,
        }
    )
    platforms: list[Platform] = [SlackPlatform(slack_settings), TeamsPlatform(LOCAL)]
    api = FastAPI()
    for platform in platforms:
        platform.mount(api)
        await platform.start(bot)
    slack.deliver_to("http://app/slack/events", asgi=api)
    teams.deliver_to(api)
    ada, grace, (channel, _, _) = slack.user("Ada"), teams.somebody("Grace"), rooms()
    general = slack.channel("general", ada)
    await bot.store.set_mode(slack.team.id, general.id, Mode.REPLY, utc_now())
    await bot.store.set_mode(channel.workspace, channel.id, Mode.REPLY, utc_now())
    await slack.says(ada, general, FAX)
    await teams.says(grace, channel, FAX)
    assert "fax machines" in repr((await slack.wait_for(lambda: slack.posts(general)))[0].blocks)
    assert "fax machines" in (await teams.wait_for(lambda: teams.shown(channel.id)))[0].words

    async def kept(workspace: str) -> int:
        return len((await bot.store.export_workspace(workspace))["interventions"])

    assert [await kept(slack.team.id), await kept(channel.workspace)] == [1, 1]
    await slack.uninstalls()
    for platform in platforms:
        await platform.stop()
    assert [await kept(slack.team.id), await kept(channel.workspace)] == [0, 1]
    assert (len(teams.posts), len(slack.posts(general))) == (1, 1)


async def test_messages_leave_nothing_behind_in_memory(office: Office) -> None:
    def meters() -> int:
        gc.collect()
        return sum(isinstance(thing, Meter) for thing in gc.get_objects())

    before = meters()
    for number in range(5):
        await office.teams.says(office.ada, office.own, f"What time is lunch on day {number}?")
    await office.settled()
    assert meters() <= before
