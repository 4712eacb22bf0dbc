"""One workspace for each browser, and not too many of them."""

import asyncio
import datetime as dt
import logging
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

from bot.platforms.web.conversation import Conversation
from bot.store import Store, StoreUnavailable

log = logging.getLogger(__name__)

MAX_SESSIONS = 50
MAX_AHEAD = dt.timedelta(days=3650)


@dataclass(slots=True)
class Session:
    """A visitor's workspace: its conversation, and how far its clock is set ahead."""

    workspace: str = field(default_factory=lambda: f"demo-{secrets.token_hex(8)}")
    conversation: Conversation = field(default_factory=Conversation)
    ahead: dt.timedelta = dt.timedelta(0)
    opened: bool = False
    """Whether the opening discussion has been held."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while the session changes: what a visitor does happens in order."""


class Sessions:
    """The sessions by their cookie; the one longest unused goes when there are too many."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sessions)

    def find(self, cookie: str | None) -> Session | None:
        """The session of a cookie, where there is one."""
        session = self._sessions.get(cookie or "")
        if session:
            self._sessions.move_to_end(cookie or "")
        return session

    async def begin(self, store: Store) -> tuple[str, Session]:
        """A new session and its cookie."""
        while len(self._sessions) >= MAX_SESSIONS:
            _, oldest = self._sessions.popitem(last=False)
            await forget(store, oldest)
        cookie, session = secrets.token_urlsafe(24), Session()
        self._sessions[cookie] = session
        return cookie, session

    async def end(self, store: Store) -> None:
        """Forget every session."""
        while self._sessions:
            _, session = self._sessions.popitem()
            await forget(store, session)


async def forget(store: Store, session: Session) -> None:
    """Remove a session's workspace from the store; a database that is away is not waited for."""
    try:
        await store.forget_workspace(session.workspace)
    except StoreUnavailable:
        log.warning("the demo workspace %s could not be removed from the database", session.workspace)
