"""Where the database is: DATABASE_URL, or a file under DATA_PATH."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.settings import BadSettings

FILE = "counterpoint.db"
DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
HELP = (
    "type postgresql+asyncpg://user:password@host/database or sqlite+aiosqlite:////folder/file.db, "
    "or leave it out to use a file under DATA_PATH"
)


def read_address(url: str | None, data_path: Path) -> URL:
    """The database to use; raises BadSettings, which never shows a password."""
    if not url:
        return URL.create("sqlite+aiosqlite", database=str(data_path / FILE))
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise BadSettings(f"DATABASE_URL is not the address of a database; {HELP}") from None
    if address.drivername not in DRIVERS:
        raise BadSettings(f"DATABASE_URL: {address.drivername!r} is not supported; {HELP}")
    address = address.set(drivername=DRIVERS[address.drivername])
    if address.get_backend_name() == "sqlite":
        return _file(address)
    if not address.database:
        raise BadSettings(f"DATABASE_URL names no database; {HELP}")
    return _in_asyncpg_words(address)


def _file(address: URL) -> URL:
    if address.database in (None, "", ":memory:"):
        raise BadSettings(f"DATABASE_URL: a database in memory is lost at every restart; {HELP}")
    return address


def _in_asyncpg_words(address: URL) -> URL:
    """Hosting services hand out libpq's `sslmode`, which asyncpg calls `ssl`."""
    mode = address.query.get("sslmode")
    if mode is None:
        return address
    return address.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
