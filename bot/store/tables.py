"""The tables. Each has a column `workspace`, so that everything of a workspace can be found and removed."""

import datetime as dt

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    text,
)
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[dt.datetime]):
    """A moment in UTC, on databases with time zones and without."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """To UTC; a time without a zone is a mistake of the caller's."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time needs its zone")
        moment = value.astimezone(dt.UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Always with its zone."""
        return value if value is None or value.tzinfo else value.replace(tzinfo=dt.UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

FOREVER = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
"""A pause without an end."""

ONCE = "trigger IN ('passive', 'mention')"
"""The triggers that answer a message at most once; a person may look something up as often as they like."""

workspaces = Table(
    "workspaces",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("paused_until", Instant),
)

channels = Table(
    "channels",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("mode", String, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

mutes = Table(
    "mutes",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("trope", String, primary_key=True),
)

channel_mutes = Table(
    "channel_mutes",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("trope", String, primary_key=True),
)

interventions = Table(
    "interventions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("workspace", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("message", String),
    Column("thread", String),
    Column("person", String(64), nullable=False),
    Column("trigger", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("mode", String, nullable=False),
    Column("trope", String),
    Column("story", String),
    Column("probability", Float, nullable=False),
    Column("phrasing", Integer),
    Column("state", String, nullable=False),
    Column("claimed_at", Instant, nullable=False),
    Column("posted_at", Instant),
    Column("posted_id", String),
    Column("week", Date, nullable=False),
    Index(
        "uq_interventions_message",
        "workspace",
        "channel",
        "message",
        unique=True,
        sqlite_where=text(ONCE),
        postgresql_where=text(ONCE),
    ),
    Index(None, "workspace", "channel", "claimed_at"),
    Index(None, "workspace", "person", "claimed_at"),
    Index(None, "workspace", "channel", "thread"),
    Index(None, "workspace", "channel", "posted_id"),
    Index(None, "workspace", "claimed_at"),
    Index(None, "claimed_at"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("intervention", String(32), primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("workspace", String, nullable=False, index=True),
    Column("helpful", Boolean, nullable=False),
    Column("given_at", Instant, nullable=False),
)

seen_events = Table(
    "seen_events",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("event", String, primary_key=True),
    Column("seen_at", Instant, nullable=False, index=True),
)

holds = Table(
    "holds",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("week", Date, primary_key=True),
    Column("rule", String, primary_key=True),
    Column("count", Integer, nullable=False),
)

suggestions = Table(
    "suggestions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("workspace", String, nullable=False, index=True),
    Column("fields", JSON, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("verdict", String),
    Column("decided_at", Instant),
)

installers = Table(
    "installers",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("installed_at", Instant, nullable=False),
)

OF_A_WORKSPACE = tuple(table for table in metadata.sorted_tables if "workspace" in table.c)
"""Every table of ours: what an export shows and what forgetting removes."""
