"""Alembic's revisions of the database; `bot.store.upgrade` runs them."""
