"""Slack by Socket Mode and Teams in one app, as `serve` puts them together, around a small core."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from bot.app import Parts, configured_platforms, create_app
from bot.message import Mode
from bot.platforms.web.tracing import Tracing
from bot.service import Bot, utc_now
from bot.settings import Settings
from tests.emulators.slack import Channel, Slack, User
from tests.emulators.teams import Place, Somebody, Teams
from tests.teams.conftest import rooms
from tests.web.conftest import browser
from tests.web.stand_in import small_core

LEAD = "Zebedee thinks: "
"""Begins whatever people write, so that their words can be found wherever they get to."""
FAX = f"{LEAD}the NHS is the biggest buyer of fax machines"
HARM = f"{LEAD}I was accused in the horizon affair"


@dataclass
class Both:
    """Both platforms, with somebody in each, in channels that are on."""

    slack: Slack
    teams: Teams
    parts: Parts
    app: FastAPI
    client: httpx.AsyncClient
    ada: User
    general: Channel
    grace: Somebody
    channel: Place

    @property
    def bot(self) -> Bot:
        """What answers."""
        assert self.parts.bot
        return self.parts.bot

    async def talk(self, text: str = FAX) -> None:
        """Say something on both, and wait for the replies."""
        before = len(self.slack.posts(self.general)), len(self.teams.shown(self.channel.id))
        await self.slack.says(self.ada, self.general, text)
        await self.teams.says(self.grace, self.channel, text)
        await self.slack.wait_for(lambda: len(self.slack.posts(self.general)) > before[0])
        await self.teams.wait_for(lambda: len(self.teams.shown(self.channel.id)) > before[1])

    async def ready(self, wanted: bool) -> dict[str, Any]:
        """What /readyz says, once it says so."""
        for _ in range(500):
            answer = await self.client.get("/readyz")
            if answer.json()["ready"] is wanted:
                assert answer.status_code == (200 if wanted else 503)
                return dict(answer.json())
            await asyncio.sleep(0.01)
        raise AssertionError(answer.json())

    async def metrics(self, **headers: str) -> str:
        """What /metrics says."""
        answer = await self.client.get("/metrics", headers=headers)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.text


@asynccontextmanager
async def serving_both(folder: Path, tracing: Tracing | None = None, **more: Any) -> AsyncIterator[Both]:
    """Both platforms, running; `more` are further settings."""
    async with Slack() as slack, Teams() as teams, _served(folder, slack, teams, tracing, more) as both:
        yield both


@asynccontextmanager
async def _served(
    folder: Path, slack: Slack, teams: Teams, tracing: Tracing | None, more: dict[str, Any]
) -> AsyncIterator[Both]:
    values = {
        "slack_bot_token": slack.bot_token,
        "slack_app_token": slack.app.app_token,
        "slack_api_url": slack.base_url,
        "teams_allow_unauthenticated": True,
    }
    settings = Settings.model_validate({**values, **more})
    parts = Parts(settings, folder / "data", load=lambda *_: small_core(folder), tracing=tracing)
    app = create_app(parts, configured_platforms(settings))
    async with app.router.lifespan_context(app), browser(app) as client:
        await parts.settled.wait()
        assert parts.bot, parts.failure
        teams.deliver_to(app)
        ada, grace, (channel, _, _) = slack.user("Ada"), teams.somebody("Grace"), rooms()
        both = Both(slack, teams, parts, app, client, ada, slack.channel("general", ada), grace, channel)
        for workspace, place in ((slack.team.id, both.general.id), (channel.workspace, channel.id)):
            await both.bot.store.set_mode(workspace, place, Mode.REPLY, utc_now())
        yield both
