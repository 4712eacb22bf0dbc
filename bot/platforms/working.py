"""What an adapter has acknowledged and still works on, so that the process can end without cutting it off."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from bot.stages import HERE, Stage, Watch, event_of, unwatched

GRACE_SECONDS = 10.0
"""How long a process that ends waits for what it works on."""
Given = ParamSpec("Given")
Result = TypeVar("Result")


class Working:
    """Counts what is in progress; each piece of work is an event of the platform, watched from its start to its end."""

    def __init__(self, platform: str = HERE) -> None:
        self.watch: Watch = unwatched
        self._platform = platform
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def count(self) -> int:
        """How many pieces of work are in progress."""
        return self._count

    def track(self, work: Callable[Given, Awaitable[Result]]) -> Callable[Given, Awaitable[Result]]:
        """The same function, counted while it runs; its signature stays readable to frameworks that look at it."""

        @wraps(work)
        async def tracked(*args: Given.args, **kwargs: Given.kwargs) -> Result:
            self._count += 1
            self._idle.clear()
            try:
                with event_of(self._platform), self.watch(Stage.EVENT):
                    return await work(*args, **kwargs)
            finally:
                self._count -= 1
                if not self._count:
                    self._idle.set()

        return tracked

    async def finished(self, seconds: float = GRACE_SECONDS) -> bool:
        """Wait until nothing is in progress, at most some seconds; whether that was reached."""
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            return False
        return True
