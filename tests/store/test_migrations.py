"""Every revision leads to the newest with its data, and the newest is what the tables say."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.settings import BadSettings
from bot.store import Store
from bot.store.address import read_address
from bot.store.database import Database, make_private_file
from bot.store.slack_tables import INSTALLED
from bot.store.tables import metadata
from bot.store.upgrade import alembic_config, upgrade
from tests.store.conftest import KEY

REVISIONS = [script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()]
assert INSTALLED


@pytest.fixture
async def engine(url: str, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """An empty database."""
    address = read_address(url, tmp_path)
    if address.get_backend_name() == "sqlite":
        make_private_file(Path(address.database or ""))
    database = Database(address)
    yield database.engine
    await database.engine.dispose()


def a_row(table: sa.Table, number: int) -> dict[str, Any]:
    """Some value for every column, by its type."""
    values: dict[type[Any], Any] = {
        str: f"value-{number}",
        int: number,
        float: number / 2,
        bool: True,
        dt.datetime: dt.datetime(2026, 11, number),
        dt.date: dt.date(2026, 11, number),
    }
    return {
        column.name: {"n": number} if isinstance(column.type, sa.JSON) else values[column.type.python_type]
        for column in table.columns
    }


def reflected(connection: sa.Connection) -> dict[str, sa.Table]:
    """The tables as they are in the database, whatever the code says."""
    found = sa.MetaData()
    found.reflect(connection)
    return {name: table for name, table in found.tables.items() if name != "alembic_version"}


def fill(connection: sa.Connection) -> dict[str, int]:
    tables = reflected(connection)
    for table in tables.values():
        for number in (1, 2):
            row = a_row(table, number)
            for column in table.columns:
                if getattr(column.type, "timezone", False):
                    row[column.name] = row[column.name].replace(tzinfo=dt.UTC)
            connection.execute(table.insert().values(row))
    return dict.fromkeys(tables, 2)


def counts(connection: sa.Connection) -> dict[str, int]:
    return {
        name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for name, table in reflected(connection).items()
    }


@pytest.mark.parametrize("revision", REVISIONS)
async def test_data_of_every_revision_survives(engine: AsyncEngine, revision: str) -> None:
    """A new revision is covered the day it is written."""
    await upgrade(engine, revision)
    async with engine.begin() as connection:
        before = await connection.run_sync(fill)
    await upgrade(engine)
    async with engine.connect() as connection:
        after = await connection.run_sync(counts)
    assert before.items() <= after.items()


async def test_the_newest_revision_is_what_the_tables_say(engine: AsyncEngine) -> None:
    """Ours, and those of the Slack SDK that is installed."""
    await upgrade(engine)
    async with engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)
        )
    assert differences == []


async def test_a_database_of_a_newer_program_is_refused(url: str, tmp_path: Path) -> None:
    """It could be harmed."""
    store = await Store.open(url, tmp_path, KEY)
    async with store.engine.begin() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    await store.close()
    with pytest.raises(BadSettings, match="made by a newer Counterpoint"):
        await Store.open(url, tmp_path, KEY)


async def test_the_slack_sdk_keeps_its_installations_here(store: Store) -> None:
    """Found again, exported without tokens, and forgotten with the workspace."""
    installations = AsyncSQLAlchemyInstallationStore(client_id="1.2", engine=store.engine)
    for team in ("T1", "T2"):
        one = Installation(
            app_id="A1", team_id=team, user_id="U1", bot_token="xoxb-secret", bot_id="B1", bot_user_id="UB"
        )
        await installations.async_save(one)
    found: Bot | None = await installations.async_find_bot(enterprise_id=None, team_id="T1")
    assert found and found.bot_token == "xoxb-secret"
    exported = await store.export_workspace("T1")
    assert [len(exported[name]) for name in ("slack_bots", "slack_installations")] == [1, 1]
    assert "xoxb" not in str(exported)
    await store.forget_workspace("T1")
    assert await installations.async_find_bot(enterprise_id=None, team_id="T1") is None
    assert await installations.async_find_bot(enterprise_id=None, team_id="T2") is not None


async def test_the_slack_sdk_keeps_its_states_here(store: Store) -> None:
    """And those nobody came back with expire."""
    states = AsyncSQLAlchemyOAuthStateStore(expiration_seconds=600, engine=store.engine)
    state = await states.async_issue()
    await store.expire(dt.datetime.now(dt.UTC))
    assert await states.async_consume(state)
    await states.async_issue()
    await store.expire(dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
    async with store.engine.connect() as connection:
        assert (await connection.execute(sa.text("SELECT count(*) FROM slack_oauth_states"))).scalar() == 0
