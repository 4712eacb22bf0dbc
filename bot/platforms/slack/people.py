"""Who somebody is and what they may do, asked of Slack and remembered for a while."""

import logging
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Literal

from slack_sdk.web.async_client import AsyncWebClient

from bot.message import AuthorKind
from bot.platforms.slack.trouble import TROUBLE, reason

log = logging.getLogger(__name__)
Who = Literal["managers", "admins", "anyone"]


@dataclass(frozen=True, slots=True)
class Person:
    """What Slack says of a user."""

    kind: AuthorKind
    admin: bool


UNKNOWN = Person(AuthorKind.GUEST, admin=False)
"""When Slack will not say, a person counts as a guest: the bot is silent."""


class People:
    """Answers from Slack, remembered for `seconds`, at most `limit` of them."""

    def __init__(self, seconds: float = 900.0, limit: int = 5_000):
        self._seconds = seconds
        self._limit = limit
        self._known: OrderedDict[tuple[str, str], tuple[float, Any]] = OrderedDict()

    async def person(self, client: AsyncWebClient, workspace: str, user: str) -> Person:
        """Whether a user is a member, a guest or a bot, and whether an admin."""
        known = self._recall(workspace, user)
        if known is None:
            try:
                said: dict[str, Any] = (await client.users_info(user=user)).get("user") or {}
            except TROUBLE as error:
                log.warning("users.info was not answered (%s); the person counts as a guest", reason(error))
                return UNKNOWN
            known = self._remember(workspace, user, _person(said))
        return known if isinstance(known, Person) else UNKNOWN

    async def creator(self, client: AsyncWebClient, workspace: str, channel: str) -> str | None:
        """Who made a channel; Slack tells apps of no other channel managers."""
        known = self._recall(workspace, channel)
        if known is None:
            try:
                said: dict[str, Any] = (await client.conversations_info(channel=channel)).get("channel") or {}
            except TROUBLE as error:
                log.warning("conversations.info was not answered (%s)", reason(error))
                return None
            known = self._remember(workspace, channel, str(said.get("creator") or ""))
        return str(known) or None

    async def may_manage(self, client: AsyncWebClient, workspace: str, channel: str, user: str, who: Who) -> bool:
        """Whether a user may change how the bot behaves in a channel."""
        person = await self.person(client, workspace, user)
        if person.admin or (who == "anyone" and person.kind is AuthorKind.MEMBER):
            return True
        return who == "managers" and await self.creator(client, workspace, channel) == user

    def _recall(self, workspace: str, id_: str) -> Any:
        at, known = self._known.get((workspace, id_), (0.0, None))
        return known if known is not None and time.monotonic() - at < self._seconds else None

    def _remember(self, workspace: str, id_: str, value: Any) -> Any:
        self._known[workspace, id_] = (time.monotonic(), value)
        self._known.move_to_end((workspace, id_))
        while len(self._known) > self._limit:
            self._known.popitem(last=False)
        return value


def _person(user: dict[str, Any]) -> Person:
    if user.get("is_bot") or user.get("id") == "USLACKBOT":
        return Person(AuthorKind.BOT, admin=False)
    if user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_stranger"):
        return Person(AuthorKind.GUEST, admin=False)
    admin = any(user.get(key) for key in ("is_admin", "is_owner", "is_primary_owner"))
    return Person(AuthorKind.MEMBER, admin=admin)
