"""Sign in with Slack: an admin sees their own workspace's console, and nobody else gets in."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from bot.message import Mode
from bot.platforms.console.platform import Console
from bot.platforms.slack.platform import SlackPlatform
from bot.service import Bot, utc_now
from bot.settings import Settings
from tests.console.serving import WORKSPACE
from tests.emulators.slack import Slack, Team, User
from tests.slack.conftest import ADDRESS
from tests.slack.test_many_workspaces import Installer, many

CONSOLE = "https://app"
BACK = f"{CONSOLE}/console/slack/back"


@dataclass
class Door:
    """A browser at the console, and the workspace of somebody who may come in."""

    slack: Slack
    browser: httpx.AsyncClient
    team: Team
    ada: User

    async def begins(self) -> dict[str, str]:
        """Follow the button; what Slack is asked."""
        sent = await self.browser.get("/console/slack")
        address = urlsplit(sent.headers["location"])
        assert (sent.status_code, address.netloc, address.path) == (303, "slack.com", "/openid/connect/authorize")
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        assert (asked["scope"], asked["response_type"], asked["redirect_uri"]) == ("openid profile", "code", BACK)
        return asked

    async def comes_back(self, asked: dict[str, str], user: User, **changes: Any) -> httpx.Response:
        """Slack sends the browser back after `user` agreed."""
        code = self.slack.state.sign_in_code(self.team, user, asked["nonce"], BACK, changes)
        return await self.browser.get("/console/slack/back", params={"code": code, "state": asked["state"]})


@pytest.fixture(params=[None, "E0HEALTH"], ids=["alone", "of an organisation"])
async def door(slack: Slack, bot: Bot, request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    """Slack for many workspaces beside the console; one, by itself or of an organisation, has installed the app."""
    settings = Settings.model_validate(many(slack).model_dump() | {"console_url": CONSOLE})
    platform, api = SlackPlatform(settings), FastAPI()
    console = Console(settings, platform.is_admin)
    for part in (platform, console):
        part.mount(api)
        await part.start(bot)
    slack.deliver_to(ADDRESS, asgi=api)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=api), base_url=CONSOLE) as browser:
        team = slack.world.add_team("Council", request.param)
        ada = slack.user("Ada", team, admin=True)
        assert (await Installer(slack, browser).installs(team, ada)).status_code == 200
        yield Door(slack, browser, team, ada)
    await platform.stop()


async def test_an_admin_sees_their_own_workspace_and_no_other(door: Door, bot: Bot) -> None:
    await bot.store.set_mode(door.team.id, "C1", Mode.REPLY, utc_now())
    await bot.store.set_mode(WORKSPACE, "C2", Mode.REPLY, utc_now())
    assert "Sign in with Slack" in (await door.browser.get("/console/signin")).text
    came = await door.comes_back(await door.begins(), door.ada)
    assert (came.status_code, came.headers["location"]) == (303, "/console/")
    assert "secure" in came.headers["set-cookie"].lower()
    page = (await door.browser.get("/console/channels")).text
    assert "C1" in page
    assert "<code>C2</code>" not in page
    assert WORKSPACE not in page
    for path in ("", "channels"):
        assert (await door.browser.get(f"/console/{path}?workspace={WORKSPACE}")).status_code == 403
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    other = {"csrf": csrf, "workspace": WORKSPACE, "channel": "C2", "mode": "off", "paused": "true"}
    for path in ("channels", "pause"):
        assert (await door.browser.post(f"/console/{path}", data=other)).status_code == 403
    theirs = await bot.store.suggest(WORKSPACE, {"title": "Theirs"}, utc_now())
    assert (await door.browser.get(f"/console/suggestions/{theirs}.yaml")).status_code == 404
    refused = await door.browser.post(f"/console/suggestions/{theirs}", data={"csrf": csrf, "verdict": "rejected"})
    assert refused.status_code == 404
    assert await bot.store.mode(WORKSPACE, "C2") is Mode.REPLY


async def test_who_is_no_admin_is_refused(door: Door) -> None:
    grace = door.slack.user("Grace", door.team)
    refused = await door.comes_back(await door.begins(), grace)
    assert (refused.status_code, "for admins" in refused.text) == (403, True)
    assert (await door.browser.get("/console/")).status_code == 303


async def test_an_admin_of_a_workspace_without_the_app_is_refused(door: Door) -> None:
    team = door.slack.world.add_team("Elsewhere")
    eve = door.slack.user("Eve", team, admin=True)
    changes = {"https://slack.com/team_id": team.id, "https://slack.com/user_id": eve.id}
    assert (await door.comes_back(await door.begins(), eve, **changes)).status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"aud": "another-app"},
        {"iss": "https://evil.example"},
        {"exp": 1_700_000_000},
        {"https://slack.com/user_id": ""},
    ],
)
async def test_an_id_token_that_is_not_right_lets_nobody_in(door: Door, changes: dict[str, object]) -> None:
    refused = await door.comes_back(await door.begins(), door.ada, **changes)
    assert refused.status_code == 403
    assert (await door.browser.get("/console/")).status_code == 303


async def test_a_sign_in_that_did_not_begin_in_this_browser_is_refused(door: Door) -> None:
    asked = await door.begins()
    door.browser.cookies.clear()
    assert (await door.comes_back(asked, door.ada)).status_code == 403
    again = await door.begins()
    assert (await door.comes_back(again | {"state": "guessed"}, door.ada)).status_code == 403
    assert (await door.comes_back(again, door.ada)).status_code == 403


async def test_a_code_is_good_once_and_none_is_explained(door: Door) -> None:
    asked = await door.begins()
    code = door.slack.state.sign_in_code(door.team, door.ada, asked["nonce"], BACK)
    door.slack.state.sign_ins[code].used = True
    refused = await door.browser.get("/console/slack/back", params={"code": code, "state": asked["state"]})
    assert (refused.status_code, "begin again" in refused.text) == (403, True)
    declined = await door.browser.get("/console/slack/back", params={"error": "access_denied"})
    assert (declined.status_code, "declined" in declined.text) == (403, True)


async def test_without_a_token_there_is_no_form_for_one(door: Door) -> None:
    assert "operator's token" not in (await door.browser.get("/console/signin")).text
    assert (await door.browser.post("/console/signin", data={"token": ""})).status_code == 405
