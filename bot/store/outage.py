"""When the database is away: one error to catch, and one line in the log when it goes and when it is back."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from sqlalchemy import exc

log = logging.getLogger(__name__)

AWAY_STATES = ("08", "53", "57P", "55P03")
"""SQLSTATE prefixes of PostgreSQL: connection lost, out of resources, shut down, lock not to be had."""
REFUSED_STATES = ("28", "3D000")
"""Wrong password, or no such database."""

RETRY_SECONDS = 5.0
"""Between two tries of what has to happen in the end."""


class StoreUnavailable(Exception):
    """The database cannot be used now; the message says why and what to do."""


class Outage:
    """Logs once when the database goes and once when it is back, however many events meet it meanwhile."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._since: float | None = None

    @property
    def going_on(self) -> bool:
        """Whether the last use of the database failed."""
        return self._since is not None

    def met(self, reason: str) -> None:
        """A use of the database failed."""
        if self._since is None:
            self._since = self._clock()
            log.error("database unreachable: %s; passive replies are silent until it is back", reason)

    def over(self) -> None:
        """A use of the database succeeded."""
        if self._since is not None:
            log.warning("database back after %.0f s", self._clock() - self._since)
            self._since = None


async def until_done(work: Callable[[], Awaitable[None]]) -> None:
    """Do what a platform tells only once, however long the database is away."""
    while True:
        try:
            await work()
        except StoreUnavailable:
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return


def away(error: Exception) -> str | None:
    """Why the database is away, where that is what an error means; None for any other error."""
    cause = error.orig if isinstance(error, exc.DBAPIError) and error.orig else error
    words = f"{type(cause).__name__}: {cause}".splitlines()[0].rstrip(": ")
    if isinstance(error, exc.OperationalError | exc.InterfaceError | exc.TimeoutError | OSError):
        return words
    if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
        return words
    state = getattr(cause, "sqlstate", None) or ""
    return words if state.startswith(AWAY_STATES + REFUSED_STATES) else None
