"""Microsoft's signing keys, fetched beside the event loop: no request ever waits for them, nor can it cause a fetch."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from jwt import PyJWKClient, PyJWKClientError

log = logging.getLogger(__name__)

REFRESH_SECONDS = 3_600.0
LEAST_SECONDS = 30.0
"""Between two fetches, whatever is asked for."""


class SigningKeys(PyJWKClient):
    """Gives what was fetched last; an unknown key makes it fetch again, soon and in a thread of its own."""

    def __init__(self, uri: str, least: float = LEAST_SECONDS):
        super().__init__(uri, timeout=10)
        self._fetched: Any = None
        self._least = least
        self._wanted = asyncio.Event()

    def fetch_data(self) -> Any:
        """What was fetched last. Raises PyJWKClientError before there is any."""
        self._wanted.set()
        if self._fetched is None:
            raise PyJWKClientError("Microsoft's signing keys are not here yet")
        return self._fetched

    async def fetch(self) -> None:
        """Fetch them once; what is there stays where they cannot be reached."""
        fetch: Callable[[], Any] = super().fetch_data
        try:
            self._fetched = await asyncio.to_thread(fetch)
        except (PyJWKClientError, OSError, ValueError) as error:
            log.warning("Microsoft's signing keys cannot be fetched (%s); trying again", type(error).__name__)

    async def keep_fresh(self) -> None:
        """Fetch now, every hour, and when one is missing, for ever: a background task, to be cancelled."""
        while True:
            self._wanted.clear()
            await self.fetch()
            await asyncio.sleep(self._least)
            if self._fetched is not None:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wanted.wait(), REFRESH_SECONDS)
