"""Who somebody is and what they may do, asked of Teams and remembered for a while.

Teams tells a bot who is a guest; who owns a team it tells only apps with rights in Microsoft Graph, which this one does
without. So whoever added the app to a team or chat manages it there, and owners where Teams does name them.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from microsoft_teams.api.models.account import TeamsChannelAccount

from bot.message import AuthorKind
from bot.platforms.teams.activities import BOT_IDS
from bot.platforms.teams.connector import Connector, attempt
from bot.store import Store, StoreUnavailable

Who = Literal["managers", "admins", "anyone"]
OWNERS = frozenset({"owner", "admin"})


@dataclass(frozen=True, slots=True)
class Person:
    """What Teams says of a person."""

    kind: AuthorKind
    owner: bool = False


UNKNOWN = Person(AuthorKind.GUEST)
"""When Teams will not say, a person counts as a guest: the bot is silent."""


class People:
    """Answers from Teams, remembered for `seconds`, at most `limit` of them."""

    def __init__(self, store: Store, who: Who, seconds: float = 900.0, limit: int = 5_000):
        self._store = store
        self._who = who
        self._seconds = seconds
        self._limit = limit
        self._known: OrderedDict[tuple[str, str], tuple[float, Person]] = OrderedDict()

    async def person(self, connector: Connector, user: str) -> Person:
        """Whether somebody is a member, a guest or a bot."""
        place = connector.place
        key = (place.channel, user)
        at, known = self._known.get(key, (0.0, UNKNOWN))
        if key in self._known and time.monotonic() - at < self._seconds:
            return known
        said = await attempt(lambda: connector.api.conversations.get_member_by_id(place.channel, user))
        if said is None:
            return UNKNOWN
        known = _person(said, place.tenant)
        self._known[key] = (time.monotonic(), known)
        self._known.move_to_end(key)
        while len(self._known) > self._limit:
            self._known.popitem(last=False)
        return known

    async def may_manage(self, connector: Connector, user: str) -> bool:
        """Whether somebody may change how the bot behaves in a channel or chat."""
        if await self.may_administer(connector, user):
            return True
        return self._who == "anyone" and (await self.person(connector, user)).kind is AuthorKind.MEMBER

    async def may_administer(self, connector: Connector, user: str) -> bool:
        """Whether somebody may do so for the whole team: in a chat of their own, anybody."""
        if connector.place.personal or (await self.person(connector, user)).owner:
            return True
        try:
            return await self._store.is_installer(connector.place.workspace, user)
        except StoreUnavailable:
            return False


def _person(said: TeamsChannelAccount, tenant: str | None) -> Person:
    role = (said.user_role or "").lower()
    if said.id.startswith(BOT_IDS):
        return Person(AuthorKind.BOT)
    elsewhere = tenant is not None and said.tenant_id is not None and said.tenant_id != tenant
    if role in ("guest", "anonymous") or elsewhere:
        return Person(AuthorKind.GUEST)
    return Person(AuthorKind.MEMBER, owner=role in OWNERS)
