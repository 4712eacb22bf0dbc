"""The demo page around a small core and a database of its own."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bot.app import Parts, create_app
from bot.encoder import Progress
from bot.platforms.web.clock import travelled_now
from bot.platforms.web.demo import DemoPage
from bot.settings import Settings
from tests.web.stand_in import small_core

HEADERS = {"X-Counterpoint": "demo"}
Json = dict[str, Any]
NewApp = Callable[[], tuple[FastAPI, Parts]]


@dataclass
class Visitor:
    """A browser at the demo page."""

    client: httpx.AsyncClient
    speaker: str = "amara"
    state: Json = field(default_factory=dict)

    async def look(self) -> Json:
        """Load the page's state."""
        answer = await self.client.get("/demo/api/state", params={"speaker": self.speaker})
        assert answer.status_code == 200, answer.text
        self.state = answer.json()
        return self.state

    async def post(self, path: str, **body: object) -> Json:
        """Do something; it must succeed."""
        answer = await self.client.post(f"/demo/api{path}", json={"speaker": self.speaker, **body}, headers=HEADERS)
        assert answer.status_code == 200, answer.text
        self.state = answer.json()
        return self.state

    async def say(self, text: str, channel: str = "digital-health", thread: str | None = None) -> Json:
        """Type a text; returns the last message of a person."""
        await self.post("/messages", channel=channel, text=text, thread=thread)
        return [p for p in self.posts(channel) if p["kind"] == "message"][-1]

    async def press(self, post: Json, button: str) -> None:
        """Press a button under a post."""
        assert button in post["buttons"] or button in ("reveal", "unmute")
        await self.post("/buttons", post=post["id"], button=button)

    def posts(self, channel: str = "digital-health") -> list[Json]:
        """What stands in a channel."""
        return [post for post in self.state["posts"] if post["channel"] == channel]

    def under(self, post: Json) -> list[Json]:
        """What stands in a thread."""
        return [other for other in self.state["posts"] if other["thread"] == post["id"]]

    def last(self, channel: str = "digital-health") -> Json:
        """The newest post."""
        return self.posts(channel)[-1]


@pytest.fixture
def new_app(tmp_path: Path) -> NewApp:
    """Makes the app, which loads nothing until it is started."""

    def make() -> tuple[FastAPI, Parts]:
        def load(_: Settings, __: Progress) -> Any:
            return small_core(tmp_path)

        settings = Settings(_env_file=None, database_url=None)
        parts = Parts(settings, tmp_path / "data", travelled_now, load)
        page = DemoPage(lambda: (parts.stage, parts.failure is not None))
        return create_app(parts, [page]), parts

    return make


@pytest.fixture
async def app(new_app: NewApp) -> AsyncIterator[FastAPI]:
    """The app, started and ready."""
    made, parts = new_app()
    async with made.router.lifespan_context(made):
        await parts.settled.wait()
        assert parts.failure is None
        yield made


@pytest.fixture
async def visitor(app: FastAPI) -> AsyncIterator[Visitor]:
    """A visitor who has just opened the page."""
    async with browser(app) as client:
        visitor = Visitor(client)
        await visitor.look()
        yield visitor


def browser(app: FastAPI) -> httpx.AsyncClient:
    """A client with cookies of its own."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://demo.test")
