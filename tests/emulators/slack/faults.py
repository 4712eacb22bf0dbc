"""Trouble on demand: what the next calls of a method meet instead of an answer."""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Literal

from tests.emulators.slack.calls import Refusal


class Dropped(Exception):
    """The connection is to be cut without an answer."""


@dataclass(frozen=True)
class Trouble:
    """One call's fate."""

    kind: Literal["error", "ratelimited", "status", "hang", "drop"]
    error: str = ""
    number: float = 0.0


class Faults:
    """Troubles by method; `*` stands for every method, `response_url` for the response URLs."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Trouble]] = defaultdict(deque)
        self.one_post_a_second = False
        """Refuse a second chat.postMessage to a channel inside a second."""
        self._posted_at: dict[str, float] = {}

    def error(self, method: str, error: str, times: int = 1) -> None:
        """The next calls fail with a code."""
        self._add(method, Trouble("error", error), times)

    def ratelimited(self, method: str, retry_after: int = 1, times: int = 1) -> None:
        """The next calls get 429 with Retry-After."""
        self._add(method, Trouble("ratelimited", number=retry_after), times)

    def status(self, method: str, status: int = 500, times: int = 1) -> None:
        """The next calls get an HTTP status and no JSON."""
        self._add(method, Trouble("status", number=status), times)

    def hang(self, method: str, seconds: float, times: int = 1) -> None:
        """The next calls are answered, late."""
        self._add(method, Trouble("hang", number=seconds), times)

    def drop(self, method: str, times: int = 1) -> None:
        """The next calls lose their connection."""
        self._add(method, Trouble("drop"), times)

    def clear(self) -> None:
        """No more trouble."""
        self._waiting.clear()

    def _add(self, method: str, trouble: Trouble, times: int) -> None:
        self._waiting[method].extend([trouble] * times)

    async def meet(self, method: str) -> None:
        """What a call meets before it is answered, if anything."""
        waiting = self._waiting.get(method) or self._waiting.get("*")
        if not waiting:
            return
        trouble = waiting.popleft()
        match trouble.kind:
            case "error":
                raise Refusal(trouble.error)
            case "ratelimited":
                raise Ratelimited(int(trouble.number))
            case "status":
                raise Refusal("", status=int(trouble.number))
            case "hang":
                await asyncio.sleep(trouble.number)
            case "drop":
                raise Dropped

    def pace(self, channel: str) -> None:
        """Refuse a post that follows another too soon, where that is enforced."""
        now = asyncio.get_running_loop().time()
        if self.one_post_a_second and now - self._posted_at.get(channel, -1.0) < 1.0:
            raise Ratelimited(1)
        self._posted_at[channel] = now


class Ratelimited(Refusal):
    """Too many calls."""

    def __init__(self, retry_after: int):
        super().__init__("ratelimited", status=429)
        self.retry_after = retry_after
