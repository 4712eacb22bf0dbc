"""A database for each test: SQLite in a file, and a PostgreSQL that is brought up once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.message import Mode
from bot.store import Store
from tests.store.samples import CHANNEL, NOW, WORKSPACE

KEY = b"a key for tests, thirty-two bytes"
Open = Callable[[], Awaitable[Store]]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/data/test.db"
    return str(request.getfixturevalue("new_postgres"))


@pytest.fixture
async def open_store(url: str, tmp_path: Path) -> AsyncIterator[Open]:
    """Opens stores on one database, as several processes would; closes them at the end."""
    async with AsyncExitStack() as stack:

        async def open_one() -> Store:
            store = await Store.open(url, tmp_path, KEY)
            stack.push_async_callback(store.close)
            return store

        yield open_one


@pytest.fixture
async def store(open_store: Open) -> Store:
    """A store in which one channel is on."""
    store = await open_store()
    await store.set_mode(WORKSPACE, CHANNEL, Mode.REPLY, NOW)
    return store
