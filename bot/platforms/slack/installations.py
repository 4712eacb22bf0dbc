"""Where OAuth installations are kept: the SDK's own tables, with every token encrypted at rest."""

import logging
from collections.abc import Callable
from logging import Logger
from typing import Any, TypeVar

from cryptography.fernet import Fernet, InvalidToken
from slack_sdk.oauth.installation_store import Bot as Installed
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import BEGIN
from bot.store.outage import away
from bot.store.slack_tables import SECRETS, bots

log = logging.getLogger(__name__)
Record = TypeVar("Record", Installed, Installation)


class EncryptedInstallationStore(AsyncInstallationStore):
    """Encrypts tokens on their way into the SDK's store, and decrypts them on their way out.

    `key` is a Fernet key. A token that another key encrypted counts as not installed: the workspace installs again.
    While the database is away, a bot that was found before is found again, so that people get an apology.
    """

    def __init__(self, client_id: str, engine: AsyncEngine, key: bytes):
        self._inner = AsyncSQLAlchemyInstallationStore(client_id, engine)
        self._reading = AsyncSQLAlchemyInstallationStore(client_id, engine.execution_options(**{BEGIN: "BEGIN"}))
        self._fernet = Fernet(key)
        self._found: dict[tuple[str | None, str | None], Installed | None] = {}
        self._unreadable: set[str | None] = set()

    @property
    def logger(self) -> Logger:
        """Where the SDK logs."""
        return log

    async def async_save(self, installation: Installation) -> None:
        """Keep an installation."""
        await self._inner.async_save(Installation(**self._changed(installation, self._encrypt)))

    async def async_save_bot(self, bot: Installed) -> None:
        """Keep a bot's token."""
        await self._inner.async_save_bot(Installed(**self._changed(bot, self._encrypt)))

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Installed | None:
        """The bot of a workspace."""
        try:
            found = await self._reading.async_find_bot(
                enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
            )
        except Exception as error:
            if away(error) is None:
                raise
            return self._found.get((enterprise_id, team_id))
        self._found[enterprise_id, team_id] = bot = self._readable(found, Installed)
        return bot

    async def bot_of(self, workspace: str) -> Installed | None:
        """The bot of a workspace, where nobody says which organisation (Enterprise Grid) the workspace belongs to."""
        latest = (
            select(bots.c.enterprise_id)
            .where(bots.c.client_id == self._reading.client_id, bots.c.team_id == workspace)
            .order_by(bots.c.installed_at.desc())
            .limit(1)
        )
        async with self._reading.engine.connect() as connection:
            organisation = await connection.scalar(latest)
        return await self.async_find_bot(enterprise_id=organisation, team_id=workspace)

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """The installation of a workspace."""
        found = await self._reading.async_find_installation(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            is_enterprise_install=is_enterprise_install,
        )
        return self._readable(found, Installation)

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Forget an installation."""
        await self._inner.async_delete_installation(enterprise_id=enterprise_id, team_id=team_id, user_id=user_id)

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget a bot."""
        await self._inner.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)

    def _readable(self, found: Record | None, kind: type[Record]) -> Record | None:
        if found is None:
            return None
        try:
            return kind(**self._changed(found, self._decrypt))
        except InvalidToken:
            if found.team_id not in self._unreadable:
                log.error(
                    "the token of Slack workspace %s was encrypted with another SLACK_TOKEN_KEY; set that key again, "
                    "or have the workspace install the app again at /slack/install",
                    found.team_id,
                )
            self._unreadable.add(found.team_id)
            return None

    def _encrypt(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def _decrypt(self, text: str) -> str:
        return self._fernet.decrypt(text.encode()).decode()

    @staticmethod
    def _changed(record: Any, change: Callable[[str], str]) -> dict[str, Any]:
        values = dict(vars(record))
        values |= {name: change(values[name]) for name in SECRETS if values.get(name)}
        return values
