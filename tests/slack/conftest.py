"""The Slack adapter as it is served, between the emulated Slack, a small core and a database of its own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI

from bot.message import Mode
from bot.platforms.slack.platform import SlackPlatform
from bot.service import Bot, utc_now
from bot.settings import Settings
from tests.emulators.slack import Channel, Message, Slack, User

FAX = "The NHS is still the world's biggest buyer of fax machines!"
ADDRESS = "http://app/slack/events"


@dataclass
class Workspace:
    """A workspace with the bot running in it."""

    slack: Slack
    bot: Bot
    ada: User
    bob: User
    boss: User
    general: Channel

    async def turn_on(self, mode: Mode = Mode.REPLY, channel: Channel | None = None) -> None:
        """Set a channel's mode."""
        await self.bot.store.set_mode(self.slack.team.id, (channel or self.general).id, mode, utc_now())

    async def reply(self) -> Message:
        """The bot's one post in the channel, once it is there."""
        return (await self.slack.wait_for(lambda: self.slack.posts(self.general)))[0]

    async def whisper(self, user: User) -> Message:
        """The newest thing told to one person, once there is one."""
        return (await self.slack.wait_for(lambda: self.slack.whispers(self.general, user)))[-1]

    async def settled(self) -> None:
        """Wait until whatever was said before has been worked on: a lookup after it is answered."""
        stranger = self.slack.user("Settler")
        self.general.members.add(stranger.id)
        ack = await self.slack.types(stranger, self.general, "help")
        await self.slack.wait_for(lambda: self.slack.responses(ack))


def actions(message: Message) -> list[str]:
    """What can be pressed under a message."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [str(button["action_id"]) for row in rows for button in row]


def words(message: Message) -> str:
    """The text of a message's blocks."""
    return repr(message.blocks)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """Slack itself."""
    async with Slack() as running:
        yield running


def settings(slack: Slack, **more: Any) -> Settings:
    """The settings by which the bot finds the emulated Slack."""
    values = {"slack_bot_token": slack.bot_token, "slack_api_url": slack.base_url, **more}
    return Settings.model_validate(values)


def furnished(slack: Slack, bot: Bot) -> Workspace:
    """People and a channel."""
    ada, bob, boss = slack.user("Ada"), slack.user("Bob"), slack.user("Boss", admin=True)
    return Workspace(slack, bot, ada, bob, boss, slack.channel("general", ada, bob, boss))


@pytest.fixture
async def over_socket(slack: Slack, bot: Bot) -> AsyncIterator[Workspace]:
    """The adapter in Socket Mode."""
    platform = SlackPlatform(settings(slack, slack_app_token=slack.app.app_token))
    await platform.start(bot)
    await slack.sockets.connected()
    yield furnished(slack, bot)
    await platform.stop()


@pytest.fixture
async def over_http(slack: Slack, bot: Bot) -> AsyncIterator[Workspace]:
    """The adapter behind signed HTTP."""
    platform, api = SlackPlatform(settings(slack, slack_signing_secret=slack.app.signing_secret)), FastAPI()
    platform.mount(api)
    await platform.start(bot)
    slack.deliver_to(ADDRESS, asgi=api)
    yield furnished(slack, bot)
    await platform.stop()


@pytest.fixture(params=["over_socket", "over_http"])
def office(request: pytest.FixtureRequest) -> Workspace:
    """A workspace, once in each way to run."""
    workspace: Workspace = request.getfixturevalue(request.param)
    return workspace
