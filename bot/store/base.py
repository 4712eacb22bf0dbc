"""What each part of the store stands on."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CompoundSelect, Select

from bot.privacy import Pseudonyms
from bot.store.database import Database


class Part:
    """A group of the store's methods."""

    def __init__(self, database: Database, people: Pseudonyms):
        self._database = database
        self._people = people

    async def _rows(self, query: Select[Any] | CompoundSelect[Any]) -> Sequence[Any]:
        async with self._database.read() as connection:
            rows: Sequence[Any] = (await connection.execute(query)).all()
            return rows

    async def _scalar(self, query: Select[Any]) -> Any:
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar()
