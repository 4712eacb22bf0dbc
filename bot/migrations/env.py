"""Run by Alembic: migrates in the transaction of the connection it is given."""

from alembic import context

from bot.store import slack_tables, tables

SLACK_TABLES = slack_tables.INSTALLED  # importing it registers the SDK's tables beside ours
connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=tables.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
