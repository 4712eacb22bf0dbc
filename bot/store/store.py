"""The store as a whole: opened once in a process, closed at its end."""

import logging
from pathlib import Path
from typing import Self

from filelock import AsyncFileLock
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.privacy import Pseudonyms, read_or_make_key
from bot.settings import BadSettings
from bot.stages import Watch
from bot.store.address import read_address
from bot.store.claims import Claims
from bot.store.database import Database, make_private_file
from bot.store.history import History
from bot.store.installers import Installers
from bot.store.keeping import Keeping
from bot.store.outage import Outage, StoreUnavailable, away
from bot.store.places import Places
from bot.store.upgrade import upgrade

log = logging.getLogger(__name__)


class Store(Claims, Places, History, Installers, Keeping):
    """The database. Every method may raise StoreUnavailable; the same store works again when it is back."""

    @classmethod
    async def open(cls, url: str | None, data_path: Path, key: bytes | None = None) -> Self:
        """Open the database at `url`, or a file under `data_path`, and migrate it.

        Without a key, one is made and kept under `data_path`. Raises BadSettings for an address that
        cannot be used, and StoreUnavailable for a database that does not answer.
        """
        database = Database(read_address(url, data_path))
        own_key = key is None
        key = _own_key(data_path) if key is None else key
        try:
            await _prepare(database)
        except BaseException as error:
            await database.engine.dispose()
            reason = away(error) if isinstance(error, Exception) else None
            if reason is None:
                raise
            raise StoreUnavailable(
                f"the database at {database.place} cannot be opened ({reason}); "
                "check that it runs and that DATABASE_URL is right"
            ) from error
        if own_key and not database.is_sqlite:  # said once it is open: opening is tried again and again
            log.warning("no COUNTERPOINT_KEY: processes on other machines will not know the same persons")
        return cls(database, Pseudonyms(key))

    async def close(self) -> None:
        """Let go of every connection."""
        await self._database.engine.dispose()

    async def ping(self) -> None:
        """Raise StoreUnavailable where the database does not answer."""
        async with self._database.read() as connection:
            await connection.execute(text("SELECT 1"))

    def watched_by(self, watch: Watch) -> None:
        """Enter a watch during each transaction."""
        self._database.watch = watch

    @property
    def engine(self) -> AsyncEngine:
        """For the Slack SDK's own stores, which share the database."""
        return self._database.engine

    @property
    def outage(self) -> Outage:
        """Whether the database is away."""
        return self._database.outage


def _own_key(folder: Path) -> bytes:
    try:
        return read_or_make_key(folder)
    except (OSError, ValueError) as error:
        raise BadSettings(f"no key can be kept under DATA_PATH ({error}); or set COUNTERPOINT_KEY") from error


async def _prepare(database: Database) -> None:
    if not database.is_sqlite:
        await upgrade(database.engine)
        return
    file = Path(database.engine.url.database or "")
    make_private_file(file)
    async with AsyncFileLock(file.with_name(f"{file.name}.lock"), mode=0o600):
        await upgrade(database.engine)
