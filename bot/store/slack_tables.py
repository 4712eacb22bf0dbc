"""The tables of the Slack SDK's installation and state stores, which live in the same database."""

from typing import Any

from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy import Table, or_
from sqlalchemy.sql import ColumnElement

from bot.store.tables import metadata

bots: Table = SQLAlchemyInstallationStore.build_bots_table(
    metadata, SQLAlchemyInstallationStore.default_bots_table_name
)
installations: Table = SQLAlchemyInstallationStore.build_installations_table(
    metadata, SQLAlchemyInstallationStore.default_installations_table_name
)
states: Table = SQLAlchemyOAuthStateStore.build_oauth_states_table(
    metadata, SQLAlchemyOAuthStateStore.default_table_name
)

INSTALLED = (bots, installations)
SECRETS = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token", "incoming_webhook_url")
"""Columns that let their holder act as the bot: never exported."""


def installed_in(table: Table, workspace: str) -> ColumnElement[bool]:
    """The rows of a workspace: a team, or an organisation that installed for all of its teams."""
    return or_(table.c.team_id == workspace, table.c.enterprise_id == workspace)


def without_secrets(row: dict[str, Any]) -> dict[str, Any]:
    """A row that may be shown."""
    return {name: value for name, value in row.items() if name not in SECRETS}
