"""CPU work off the event loop: messages that arrive together are judged together, in one worker thread."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Other = TypeVar("Other")


class Batcher(Generic[Item, Result]):
    """Runs a function of many items for callers that have one each; at most `largest` at a time."""

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result]], largest: int = 32):
        self._work = work
        self._largest = largest
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="matcher")
        self.pending = 0
        """How many callers wait for a result."""
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._runner: asyncio.Task[None] | None = None

    async def submit(self, item: Item) -> Result:
        """The result for one item; whatever the work raises is raised to each caller of that batch."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run())
        with self._counted():
            return await future

    async def call(self, function: Callable[[], Other]) -> Other:
        """Run something else in the same thread, after what is under way."""
        with self._counted():
            return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    def close(self) -> None:
        """Let go of the thread; what waits is cancelled."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self.pending += 1
        try:
            yield
        finally:
            self.pending -= 1

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self._largest], self._waiting[self._largest :]
            items = [item for item, _ in batch]
            try:
                results = await asyncio.get_running_loop().run_in_executor(self._thread, self._work, items)
            except Exception as error:  # handed on to the callers, who know what they asked for
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(result)
