"""Who added the app to a workspace, where the platform names no managers: by pseudonym, as everybody."""

import datetime as dt

from sqlalchemy import select

from bot.store.base import Part
from bot.store.tables import installers


class Installers(Part):
    """Remembered until the workspace is forgotten."""

    async def installed_by(self, workspace: str, person: str, now: dt.datetime) -> None:
        """A person added the app to a workspace."""
        values = {"workspace": workspace, "person": self._people.of(workspace, person), "installed_at": now}
        insert = self._database.insert_or_ignore(installers, values)
        async with self._database.write() as connection:
            await connection.execute(insert)

    async def is_installer(self, workspace: str, person: str) -> bool:
        """Whether this person added the app."""
        column = installers.c
        query = select(column.person).where(
            column.workspace == workspace, column.person == self._people.of(workspace, person)
        )
        return bool(await self._rows(query))
