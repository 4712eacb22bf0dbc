"""How the adapter starts and ends, and which events are its own."""

import logging
from pathlib import Path

import pytest
from fastapi import FastAPI

from bot.app import Parts
from bot.message import Mode
from bot.platforms.slack import authorization, connection
from bot.platforms.slack.platform import SlackPlatform
from bot.platforms.slack.trouble import TokenRefused
from bot.service import Bot
from tests.emulators.slack import SCOPES, Slack, events
from tests.slack.conftest import ADDRESS, FAX, Workspace, furnished, settings
from tests.web.stand_in import small_core


@pytest.fixture
def in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once, and look at the socket all the time."""
    monkeypatch.setattr(authorization, "RETRY_SECONDS", 0.02)
    monkeypatch.setattr(connection, "WATCH_SECONDS", 0.05)


def over_http(slack: Slack) -> SlackPlatform:
    """A platform behind signed HTTP."""
    return SlackPlatform(settings(slack, slack_signing_secret=slack.app.signing_secret))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"slack_bot_token": "xoxb-wrong"}, r"refuses SLACK_BOT_TOKEN \(invalid_auth\); copy it again"),
        ({"slack_app_token": "xapp-wrong"}, r"refuses SLACK_APP_TOKEN \(invalid_auth\); generate one"),
    ],
)
async def test_a_token_that_slack_refuses_ends_the_start(
    slack: Slack, bot: Bot, values: dict[str, str], says: str
) -> None:
    platform = SlackPlatform(settings(slack, **{"slack_app_token": slack.app.app_token, **values}))
    with pytest.raises(TokenRefused, match=says):
        await platform.start(bot)
    await platform.stop()


async def test_the_refusal_is_what_the_process_ends_with(slack: Slack, tmp_path: Path) -> None:
    slack.installation.revoked = True
    given = settings(slack, slack_signing_secret="s", data_path=tmp_path / "data")
    parts = Parts(given, load=lambda *_: small_core(tmp_path))
    await parts.make([SlackPlatform(given)])
    assert "refuses SLACK_BOT_TOKEN (token_revoked)" in str(parts.failure)
    await parts.close()


@pytest.mark.usefixtures("in_no_time")
async def test_a_slack_that_is_away_is_waited_for_and_said_once(
    slack: Slack, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    slack.faults.drop("auth.test")
    slack.faults.status("auth.test", 503, times=2)
    slack.faults.drop("apps.connections.open", times=2)
    platform = SlackPlatform(settings(slack, slack_app_token=slack.app.app_token))
    await platform.start(bot)
    await slack.sockets.connected()
    await platform.stop()
    warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 2  # one for auth.test, one for the socket
    assert all("cannot be reached" in warning for warning in warnings)


async def test_slack_is_asked_once_who_the_bot_is(over_http: Workspace) -> None:
    for _ in range(3):
        await over_http.settled()
    assert len(over_http.slack.calls("auth.test")) == 1


async def test_another_apps_events_are_acknowledged_and_dropped(
    over_http: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    slack = over_http.slack
    for _ in range(2):
        said = slack.world.write(over_http.general, over_http.ada, f"<@{slack.bot.id}> {FAX}")
        event = events.app_mention(over_http.general, said, over_http.ada)
        assert (await slack.send_event(event, override={"api_app_id": "A0ANOTHER"})).ok
    await over_http.settled()
    assert slack.posts(over_http.general) == []
    assert caplog.text.count("events of another app") == 1


async def test_another_workspaces_events_are_acknowledged_and_dropped(over_http: Workspace) -> None:
    slack = over_http.slack
    said = slack.world.write(over_http.general, over_http.ada, f"<@{slack.bot.id}> {FAX}")
    event = events.app_mention(over_http.general, said, over_http.ada)
    elsewhere = {"team_id": "T0OTHER", "authorizations": [{"team_id": "T0OTHER", "enterprise_id": None}]}
    assert (await slack.send_event(event, override=elsewhere)).ok
    await over_http.settled()
    assert slack.posts(over_http.general) == []


async def test_without_the_scope_to_know_its_own_id_it_serves_all_the_same(bot: Bot) -> None:
    async with Slack(SCOPES - {"users:read"}) as slack:
        platform, api = over_http(slack), FastAPI()
        platform.mount(api)
        await platform.start(bot)
        slack.deliver_to(ADDRESS, asgi=api)
        office = furnished(slack, bot)
        await slack.says(office.ada, office.general, f"<@{slack.bot.id}> {FAX}")
        await office.reply()
        await platform.stop()


async def test_what_is_in_progress_is_finished_before_the_end(slack: Slack, bot: Bot) -> None:
    platform = SlackPlatform(settings(slack, slack_app_token=slack.app.app_token))
    await platform.start(bot)
    office = furnished(slack, bot)
    await office.turn_on()
    slack.faults.hang("chat.postMessage", 0.3)
    await slack.says(office.ada, office.general, FAX)
    await platform.stop()
    assert len(slack.posts(office.general)) == 1
    assert slack.sockets.open == 0
    known = await bot.store.last_passive(slack.team.id, office.general.id)
    assert known
    assert known.mode is Mode.REPLY


async def test_the_end_does_not_wait_for_ever(slack: Slack, bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    values = settings(slack, slack_app_token=slack.app.app_token)
    platform = SlackPlatform(values, grace=0.1)
    await platform.start(bot)
    office = furnished(slack, bot)
    slack.faults.hang("chat.postMessage", 0.5)
    await slack.says(office.ada, office.general, f"<@{slack.bot.id}> {FAX}")
    await platform.stop()
    assert "1 pieces of work unfinished" in caplog.text
    await slack.wait_for(lambda: slack.posts(office.general))
    await platform.stop()  # the post is recorded


@pytest.mark.usefixtures("in_no_time")
async def test_a_dropped_socket_is_opened_again_and_said_once(
    slack: Slack, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    platform = SlackPlatform(settings(slack, slack_app_token=slack.app.app_token))
    await platform.start(bot)
    office = furnished(slack, bot)
    slack.faults.drop("apps.connections.open", times=3)
    slack.sockets.drop()
    await slack.wait_for(lambda: slack.sockets.hellos >= 2)
    await slack.wait_for(lambda: "the socket is back" in caplog.text)
    assert caplog.text.count("connecting again") == caplog.text.count("cannot be reached") == 1
    await slack.says(office.ada, office.general, f"<@{slack.bot.id}> {FAX}")
    await office.reply()
    await platform.stop()


@pytest.mark.usefixtures("in_no_time")
async def test_an_app_token_revoked_meanwhile_is_said_once(
    slack: Slack, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    platform = SlackPlatform(settings(slack, slack_app_token=slack.app.app_token))
    await platform.start(bot)
    slack.faults.error("apps.connections.open", "invalid_auth", times=3)
    slack.sockets.drop()
    await slack.wait_for(lambda: slack.sockets.hellos >= 2)
    await platform.stop()
    assert caplog.text.count("refuses SLACK_APP_TOKEN (invalid_auth); generate one") == 1


async def test_slack_verifies_the_address_before_anybody_installs(over_http: Workspace) -> None:
    ack = await over_http.slack.send_raw('{"type": "url_verification", "token": "t", "challenge": "a-challenge"}')
    assert (ack.status, ack.payload) == (200, {"challenge": "a-challenge"})


async def test_a_request_before_the_start_is_told_to_come_again(slack: Slack) -> None:
    platform, api = over_http(slack), FastAPI()
    platform.mount(api)
    slack.deliver_to(ADDRESS, asgi=api)
    ack = await slack.send_event({"type": "team_rename", "name": "New"})
    assert (ack.status, ack.headers["retry-after"]) == (503, "5")
    await platform.stop()
