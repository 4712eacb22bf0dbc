"""The Teams adapter as it is served, between the emulated Teams, a small core and a database of its own."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI

from bot.message import Mode
from bot.platforms.teams.platform import TeamsPlatform
from bot.service import Bot, utc_now
from bot.settings import Settings
from tests.emulators.teams import Place, Post, Somebody, Teams

FAX = "The NHS is still the world's biggest buyer of fax machines!"
LOCAL = Settings(teams_allow_unauthenticated=True)


@dataclass
class Office:
    """A team with the bot in it, and people."""

    teams: Teams
    platform: TeamsPlatform
    bot: Bot
    api: FastAPI
    ada: Somebody
    bob: Somebody
    boss: Somebody
    general: Place
    chat: Place
    own: Place

    async def turn_on(self, mode: Mode = Mode.REPLY, place: Place | None = None) -> None:
        """Set a channel's mode."""
        place = place or self.general
        await self.bot.store.set_mode(place.workspace, place.id, mode, utc_now())

    async def shown(self, place: Place | None = None, person: Somebody | None = None) -> Post:
        """The newest thing that everybody sees, or one person alone, once there is one."""
        id_, who = (place or self.general).id, person.id if person else None
        return (await self.teams.wait_for(lambda: self.teams.shown(id_, who)))[-1]

    async def settled(self) -> None:
        """Wait until whatever was said before has been worked on."""
        for _ in range(3):
            await asyncio.sleep(0)  # what was acknowledged last begins
        assert await self.platform.working.finished()


def rooms() -> tuple[Place, Place, Place]:
    """A channel, a group chat, and Ada's chat with the bot."""
    channel = Place("19:general@thread.tacv2", "channel", team="19:team@thread.tacv2")
    return channel, Place("19:chat@thread.v2", "groupChat"), Place("a:29:ada", "personal")


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    """Teams itself."""
    async with Teams() as running:
        yield running


@pytest.fixture
async def office(teams: Teams, bot: Bot) -> AsyncIterator[Office]:
    """The adapter without tokens, on loopback; the boss has added the app."""
    platform, api = TeamsPlatform(LOCAL), FastAPI()
    platform.mount(api)
    await platform.start(bot)
    teams.deliver_to(api)
    ada, bob, boss = teams.somebody("Ada"), teams.somebody("Bob"), teams.somebody("Boss")
    made = Office(teams, platform, bot, api, ada, bob, boss, *rooms())
    await bot.store.installed_by(made.general.workspace, boss.id, utc_now())
    yield made
    await platform.stop()
