"""The console over a small core and a store of its own, opened by httpx."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from bot.platforms.console.platform import Console
from bot.service import Bot
from bot.store import Store
from tests.console.serving import TOKEN, quarter, settings
from tests.web.stand_in import small_core


@dataclass
class Browser:
    """What a person does with a browser."""

    client: httpx.AsyncClient
    bot: Bot
    csrf: str = ""

    async def sees(self, path: str) -> str:
        """Open a page; it must be there."""
        page = await self.client.get(f"/console{path}")
        assert page.status_code == 200, page.text
        if found := re.search(r'name="csrf" value="([^"]+)"', page.text):
            self.csrf = found[1]
        return page.text

    async def sends(self, path: str, **fields: str) -> httpx.Response:
        """Send a form of the page that was opened last."""
        return await self.client.post(f"/console{path}", data={"csrf": self.csrf, **fields})

    async def signs_in(self, token: str = TOKEN) -> httpx.Response:
        """By the token."""
        said = await self.client.post("/console/signin", data={"token": token})
        if said.status_code == 303:
            await self.sees("/")
        return said


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot with a quarter of history."""
    store = await Store.open(None, tmp_path)
    await quarter(store)
    made = Bot(small_core(tmp_path), store)
    yield made
    made.close()
    await store.close()


@pytest.fixture
async def browser(bot: Bot, tmp_path: Path) -> AsyncIterator[Browser]:
    """A browser that nobody has signed in with."""
    console, app = Console(settings(tmp_path)), FastAPI()
    console.mount(app)
    await console.start(bot)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://console") as client:
        yield Browser(client, bot)


@pytest.fixture
async def operator(browser: Browser) -> Browser:
    """Somebody who is signed in by the token."""
    await browser.signs_in()
    return browser
