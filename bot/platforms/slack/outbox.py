"""What is posted waits its turn: one message a second a channel, a bounded queue, passive work dropped first."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TypeVar

Result = TypeVar("Result")
INTERVAL = 1.1
"""Seconds between posts to a channel: Slack takes one a second, and the way there is not always equally long."""


class Dropped(Exception):
    """The queue was full and this passive reply gave way."""


class Outbox:
    """Paces posts by channel; holds at most `limit` that wait."""

    def __init__(self, limit: int = 500, interval: float = INTERVAL, remember: int = 2_000):
        self._limit = limit
        self._interval = interval
        self._remember = remember
        self._free_at: OrderedDict[str, float] = OrderedDict()
        self._waiting = 0
        self.most = 0
        """How many have waited at the same time, at the most."""
        self._passive: OrderedDict[asyncio.Future[None], None] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How many posts wait."""
        return self._waiting

    async def post(self, channel: str, send: Callable[[], Awaitable[Result]], passive: bool) -> Result:
        """Send when it is this channel's turn; raises Dropped where a passive post has to give way."""
        if self._waiting >= self._limit and not self._make_room(passive):
            raise Dropped
        given_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting += 1
        self.most = max(self.most, self._waiting)
        if passive:
            self._passive[given_up] = None
        try:
            await self._turn(channel, given_up)
        finally:
            self._waiting -= 1
            self._passive.pop(given_up, None)
        return await send()

    async def _turn(self, channel: str, given_up: "asyncio.Future[None]") -> None:
        loop = asyncio.get_running_loop()
        start = max(loop.time(), self._free_at.get(channel, 0.0))
        self._free_at[channel] = start + self._interval
        self._free_at.move_to_end(channel)
        while len(self._free_at) > self._remember:
            self._free_at.popitem(last=False)
        delay = start - loop.time()
        if delay > 0:
            done, _ = await asyncio.wait([given_up], timeout=delay)
            if done:
                raise Dropped

    def _make_room(self, passive: bool) -> bool:
        """Let the oldest waiting passive post give way to one that somebody asked for."""
        if passive:
            return False
        if self._passive:
            oldest, _ = self._passive.popitem(last=False)
            oldest.set_result(None)
        return True
