"""One bot for many workspaces: installed by OAuth, tokens encrypted at rest, each workspace for itself."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.fernet import Fernet
from fastapi import FastAPI
from sqlalchemy import select

from bot.message import Mode
from bot.platforms.slack.manifest import OPTIONAL_SCOPES, SCOPES
from bot.platforms.slack.oauth import NOT_INSTALLED
from bot.platforms.slack.platform import SlackPlatform
from bot.reply import SORRY
from bot.service import Bot, utc_now
from bot.settings import Settings
from bot.store.slack_tables import bots, installations
from tests.emulators.slack import Channel, Slack, Team, User, events
from tests.slack.conftest import ADDRESS, FAX, words

KEY = Fernet.generate_key().decode()


def many(slack: Slack, key: str = KEY) -> Settings:
    """The settings of a bot for many workspaces."""
    return Settings.model_validate(
        {
            "slack_client_id": slack.app.client_id,
            "slack_client_secret": slack.app.client_secret,
            "slack_signing_secret": slack.app.signing_secret,
            "slack_token_key": key,
            "slack_api_url": slack.base_url,
        }
    )


@dataclass
class Installer:
    """A browser with which somebody installs the app."""

    slack: Slack
    browser: httpx.AsyncClient

    async def begins(self) -> str:
        """Open the page; gives the state that comes with it, whose twin is a cookie of the browser."""
        page = await self.browser.get("/slack/install")
        assert page.status_code == 200
        address = re.search(r'href="(https://slack\.com/oauth/v2/authorize[^"]+)"', page.text)
        assert address
        asked = parse_qs(urlsplit(address[1].replace("&amp;", "&")).query)
        assert set(asked["scope"][0].split(",")) == {*SCOPES, *OPTIONAL_SCOPES}
        assert "httponly" in page.headers["set-cookie"].lower()
        return asked["state"][0]

    async def comes_back(self, **query: str) -> httpx.Response:
        """Slack sends the browser back."""
        return await self.browser.get("/slack/oauth_redirect", params=query)

    async def installs(self, team: Team, admin: User) -> httpx.Response:
        """All of it."""
        state = await self.begins()
        return await self.comes_back(code=self.slack.state.code(team, admin), state=state)


@pytest.fixture
async def installer(slack: Slack, bot: Bot) -> AsyncIterator[Installer]:
    """The bot behind signed HTTP, and a browser."""
    platform, api = SlackPlatform(many(slack)), FastAPI()
    platform.mount(api)
    await platform.start(bot)
    slack.deliver_to(ADDRESS, asgi=api)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=api), base_url="https://app") as browser:
        yield Installer(slack, browser)
    await platform.stop()


@dataclass
class Office:
    """A workspace in which the app is installed, with somebody in a channel."""

    team: Team
    ada: User
    general: Channel


async def office(installer: Installer, name: str, organisation: str | None = None) -> Office:
    """Install the app in a new workspace."""
    slack = installer.slack
    team = slack.world.add_team(name, organisation)
    ada = slack.user("Ada", team, admin=True)
    assert (await installer.installs(team, ada)).status_code == 200
    return Office(team, ada, slack.channel("general", ada, team=team))


async def asks(slack: Slack, where: Office) -> None:
    """Ada mentions the bot."""
    bot = slack.world.installation(where.team).bot
    await slack.says(where.ada, where.general, f"<@{bot.id}> {FAX}")


async def test_installed_it_answers(installer: Installer) -> None:
    council = await office(installer, "Council")
    await asks(installer.slack, council)
    (reply,) = await installer.slack.wait_for(lambda: installer.slack.posts(council.general))
    assert "fax machines" in words(reply)
    assert installer.slack.complaints == []


async def test_a_workspace_of_an_organisation_is_served_and_forgotten_like_any_other(
    installer: Installer, bot: Bot
) -> None:
    slack = installer.slack
    trust, other = await office(installer, "Trust", "E0HEALTH"), await office(installer, "Other trust", "E0HEALTH")
    await asks(slack, trust)
    (reply,) = await slack.wait_for(lambda: slack.posts(trust.general))
    assert "fax machines" in words(reply)
    await slack.uninstalls(trust.team)
    await _settled(installer)
    async with bot.store.engine.connect() as connection:
        left = (await connection.execute(select(bots.c.team_id))).scalars().all()
    assert trust.team.id not in left
    assert other.team.id in left
    assert slack.complaints == []


async def test_two_workspaces_are_served_at_once_each_for_itself(installer: Installer, bot: Bot) -> None:
    slack = installer.slack
    council, ministry = await office(installer, "Council"), await office(installer, "Ministry")
    await bot.store.set_mode(council.team.id, council.general.id, Mode.REPLY, utc_now())
    for where in (council, ministry):
        await slack.says(where.ada, where.general, FAX)
    await slack.wait_for(lambda: slack.posts(council.general))
    await asks(slack, ministry)
    await slack.wait_for(lambda: slack.posts(ministry.general))
    assert len(slack.posts(council.general)) == len(slack.posts(ministry.general)) == 1
    used = {call.token for call in slack.calls("chat.postMessage")}
    assert used == {slack.world.installation(where.team).token for where in (council, ministry)}


async def test_a_token_is_tried_once_and_not_at_each_event(installer: Installer) -> None:
    council = await office(installer, "Council")
    tried = len(installer.slack.calls("auth.test"))
    for _ in range(3):
        await asks(installer.slack, council)
    await installer.slack.wait_for(lambda: len(installer.slack.posts(council.general)) == 3)
    assert len(installer.slack.calls("auth.test")) == tried + 1


async def test_tokens_are_encrypted_at_rest(installer: Installer, bot: Bot) -> None:
    council = await office(installer, "Council")
    token = installer.slack.world.installation(council.team).token
    async with bot.store.engine.connect() as connection:
        for table in (bots, installations):
            (row,) = (await connection.execute(select(table))).mappings().all()
            assert token not in repr(dict(row))
            assert Fernet(KEY).decrypt(row["bot_token"].encode()).decode() == token
    exported = await bot.store.export_workspace(council.team.id)
    assert token not in repr(exported)


async def test_another_key_says_what_to_do_and_how_once(
    installer: Installer, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    slack, council = installer.slack, await office(installer, "Council")
    platform, api = SlackPlatform(many(slack, Fernet.generate_key().decode())), FastAPI()
    platform.mount(api)
    await platform.start(bot)
    slack.deliver_to(ADDRESS, asgi=api)
    for _ in range(2):
        await asks(slack, council)
    ack = await slack.types(council.ada, council.general, "fax machines")
    (said,) = slack.responses(ack)
    assert said["text"] == NOT_INSTALLED
    assert slack.posts(council.general) == []
    assert caplog.text.count("encrypted with another SLACK_TOKEN_KEY; set that key again") == 1
    await platform.stop()


async def test_while_the_database_is_away_who_asks_gets_an_apology(
    installer: Installer, lose_database: Callable[[], Awaitable[None]]
) -> None:
    slack, council = installer.slack, await office(installer, "Council")
    await asks(slack, council)
    await slack.wait_for(lambda: slack.posts(council.general))
    await lose_database()
    await asks(slack, council)
    await slack.wait_for(lambda: any(SORRY in post.text for post in slack.posts(council.general)))


async def test_a_redirect_that_did_not_begin_here_installs_nothing(installer: Installer, bot: Bot) -> None:
    slack = installer.slack
    team = slack.world.add_team("Council")
    code = slack.state.code(team, slack.user("Ada", team))
    state = await installer.begins()
    assert (await installer.comes_back(code="wrong", state=state)).status_code == 401
    state = await installer.begins()
    assert (await installer.comes_back(error="access_denied", state=state)).status_code == 200
    installer.browser.cookies.clear()  # somebody else's browser
    assert (await installer.comes_back(code=code, state=state)).status_code == 400
    installer.browser.headers["cookie"] = "slack-app-oauth-state=forged"
    assert (await installer.comes_back(code=code, state="forged")).status_code == 401
    async with bot.store.engine.connect() as connection:
        assert (await connection.execute(select(bots))).all() == []


async def test_a_state_is_good_for_one_installation(installer: Installer) -> None:
    slack = installer.slack
    team = slack.world.add_team("Council")
    ada = slack.user("Ada", team)
    state = await installer.begins()
    assert (await installer.comes_back(code=slack.state.code(team, ada), state=state)).status_code == 200
    installer.browser.headers["cookie"] = f"slack-app-oauth-state={state}"
    assert (await installer.comes_back(code=slack.state.code(team, ada), state=state)).status_code == 401


async def test_uninstalled_everything_of_that_workspace_goes_and_nothing_of_another(
    installer: Installer, bot: Bot
) -> None:
    slack = installer.slack
    council, ministry = await office(installer, "Council"), await office(installer, "Ministry")
    for where in (council, ministry):
        await asks(slack, where)
        await slack.wait_for(lambda where=where: slack.posts(where.general))  # type: ignore[misc]
    await slack.uninstalls(council.team)
    await _settled(installer)
    assert not any((await bot.store.export_workspace(council.team.id)).values())
    left = await bot.store.export_workspace(ministry.team.id)
    assert left["interventions"]
    assert left["slack_bots"]
    await asks(slack, ministry)
    await slack.wait_for(lambda: len(slack.posts(ministry.general)) == 2)


async def test_uninstalled_and_installed_again_it_answers(installer: Installer) -> None:
    slack = installer.slack
    council = await office(installer, "Council")
    await slack.uninstalls(council.team)
    await _settled(installer)
    said = slack.world.write(council.general, council.ada, f"<@{slack.world.installation(council.team).bot.id}> {FAX}")
    assert (await slack.send_event(events.app_mention(council.general, said, council.ada), council.team)).ok
    assert slack.posts(council.general) == []
    await installer.installs(council.team, council.ada)
    await asks(slack, council)
    await slack.wait_for(lambda: slack.posts(council.general))


async def _settled(installer: Installer) -> None:
    """Wait until what was delivered is worked on: a mention in a fresh workspace after it is answered."""
    other = await office(installer, "Settler")
    await asks(installer.slack, other)
    await installer.slack.wait_for(lambda: installer.slack.posts(other.general))
