"""Bring the database to the newest revision, however many processes start at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.settings import BadSettings

MIGRATIONS = Path(__file__).parent.parent / "migrations"
LOCK = 0x436F756E746572
"""The advisory lock of migrations: "Counter" in ASCII."""


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's settings, without a file; with a connection, it works in that connection's transaction."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


async def upgrade(engine: AsyncEngine, revision: str = "head") -> None:
    """Migrate in one transaction: SQLite locks the file, on PostgreSQL an advisory lock makes others wait."""
    async with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        await connection.run_sync(_upgrade, revision)


def _upgrade(connection: Connection, revision: str) -> None:
    try:
        command.upgrade(alembic_config(connection), revision)
    except CommandError as error:
        raise BadSettings(
            f"the database was made by a newer Counterpoint ({error}); start that one, or restore a backup"
        ) from error
