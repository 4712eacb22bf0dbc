"""Connections and transactions, the same on SQLite and PostgreSQL."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import URL, Connection, Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.stages import Stage, Watch, unwatched
from bot.store.outage import Outage, StoreUnavailable, away

Insert = sqlite.Insert | postgresql.Insert

PATIENCE = 20.0
"""Seconds a transaction may take, waiting included."""
BUSY_MS = 10_000
"""Milliseconds that SQLite waits for another process to finish writing."""
CONNECT_SECONDS = 5
BEGIN = "begin"
"""The execution option that says how SQLite begins a transaction."""


class Database:
    """One engine; every use of it is a transaction, and a failure to reach it is a StoreUnavailable."""

    def __init__(self, url: URL):
        self.place = url.render_as_string(hide_password=True)
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.outage = Outage()
        self.watch: Watch = unwatched
        self.engine = _sqlite(url) if self.is_sqlite else _postgresql(url)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        # An outage is reported once, by us; the pool would add a traceback for every connection it loses.
        logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that changes nothing."""
        async with self._reached(), self.engine.connect() as connection:
            await connection.execution_options(**{BEGIN: "BEGIN"})
            yield connection

    @asynccontextmanager
    async def write(self, alone: str | None = None) -> AsyncIterator[AsyncConnection]:
        """A transaction, committed at the end; no other with the same word in `alone` runs beside it."""
        async with self._reached(), self._turn(alone), self.engine.begin() as connection:
            if alone is not None and not self.is_sqlite:  # on SQLite, any writer is alone
                await connection.execute(_LIMITS)
                await connection.execute(_ALONE, {"word": alone})
            yield connection

    async def empty_log(self) -> None:
        """Remove from SQLite's write-ahead log what is deleted from the file; PostgreSQL sees to its own."""
        if self.is_sqlite:
            async with self._reached(), self._turn(), self.engine.connect() as connection:
                await connection.execution_options(**{BEGIN: ""})
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def insert_or_ignore(self, table: Table, values: Mapping[str, Any]) -> Insert:
        """Insert a row, unless its primary key is there already."""
        return self._insert(table).values(**values).on_conflict_do_nothing()

    def insert_or_update(self, table: Table, values: Mapping[str, Any], changes: Mapping[str, Any]) -> Insert:
        """Insert a row; where its primary key is there already, make the changes."""
        statement = self._insert(table).values(**values)
        return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=dict(changes))

    def _insert(self, table: Table) -> Insert:
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def _turn(self, alone: str | None = None) -> AbstractAsyncContextManager[Any]:
        """Writers of one process queue here, in order, before they take a connection.

        SQLite only polls, and lets the unlucky starve. On PostgreSQL a burst in one workspace would hold every
        connection of the pool to wait for one lock, and the rest of the bot would find none.
        """
        if not self.is_sqlite and alone is None:
            return nullcontext()
        word = "" if self.is_sqlite or alone is None else alone
        return self._turns.setdefault(word, asyncio.Lock())

    @asynccontextmanager
    async def _reached(self) -> AsyncIterator[None]:
        try:
            with self.watch(Stage.STORE):
                async with asyncio.timeout(PATIENCE):
                    yield
        except Exception as error:
            reason = away(error)
            if reason is None:
                raise
            self.outage.met(reason)
            raise StoreUnavailable(
                f"the database at {self.place} cannot be used ({reason}); "
                "check that it runs and that DATABASE_URL is right"
            ) from error
        self.outage.over()


# A process that stops in the middle must not keep the others of its workspace waiting.
_LIMITS = text(
    "SELECT set_config('lock_timeout', '15s', true), set_config('idle_in_transaction_session_timeout', '15s', true)"
)
# Hash collisions only make two workspaces wait for each other.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:word, 0))")


def make_private_file(path: Path) -> None:
    """An empty file and its folder, for their owner alone; what is there already stays as it is."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def _postgresql(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        isolation_level="READ COMMITTED",  # each statement after the lock sees what was committed before it
        pool_pre_ping=True,
        pool_timeout=PATIENCE,  # a burst waits for its connections; it is no outage
        pool_size=5,
        max_overflow=10,
        hide_parameters=True,
        connect_args={"timeout": CONNECT_SECONDS, "server_settings": {"application_name": "counterpoint"}},
    )


def _sqlite(url: URL) -> AsyncEngine:
    engine = create_async_engine(url, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun by us, below
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten, not only unlinked
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begun(connection: Connection) -> None:
        # A transaction that reads and then writes takes the write lock at once, or it may fail midway.
        statement = connection.get_execution_options().get(BEGIN, "BEGIN IMMEDIATE")
        if statement:
            connection.exec_driver_sql(statement)

    return engine
