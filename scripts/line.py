"""The way to one process: signed HTTP in, and what its metrics say comes out."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import httpx
from prometheus_client.parser import text_string_to_metric_families

from scripts.replicas import Replica
from tests.emulators.slack import Delivery, Slack
from tests.emulators.slack.signed import SignedHttp

UNDER_WAY = 64
"""Events that a process has in its hands at a time."""
CONNECTIONS = 8
"""By which events come to a process."""
LOOK_SECONDS = 0.05
PATIENCE = 60.0
"""Seconds for which a process may acknowledge nothing, or finish nothing."""


class Line:
    """Keeps one process busy, and knows how many events it has finished: held messages leave no other trace."""

    def __init__(self, slack: Slack, replica: Replica):
        self.replica = replica
        self.slowest = 0.0
        """Seconds until an event was acknowledged, at the most."""
        self._http = SignedHttp(slack.app, f"{replica.address}/slack/events")
        self._counts = httpx.AsyncClient(trust_env=False)
        self._sent = self._handled = 0
        self._moved = asyncio.Event()

    async def carry(self, waiting: Iterator[Delivery]) -> None:
        """Send what waits, never more than the process can hold, until all that was sent is handled."""
        self._sent = self._handled = await self._count()
        looking = asyncio.create_task(self._look())
        try:
            await asyncio.gather(*(self._send(waiting) for _ in range(CONNECTIONS)))
            while self._handled < self._sent:
                await self._movement()
        finally:
            looking.cancel()

    async def close(self) -> None:
        """Let the connections go."""
        await self._http.close()
        await self._counts.aclose()

    async def _send(self, waiting: Iterator[Delivery]) -> None:
        for delivery in waiting:
            self._sent += 1
            ack = await self._http.deliver(delivery, PATIENCE)
            if not ack.ok:
                raise RuntimeError(f"an event was not taken: {ack.status} {ack.body}")
            self.slowest = max(self.slowest, ack.seconds)
            while self._sent - self._handled >= UNDER_WAY:
                await self._movement()

    async def _movement(self) -> None:
        self._moved.clear()
        try:
            await asyncio.wait_for(self._moved.wait(), PATIENCE)
        except TimeoutError as error:
            raise RuntimeError(f"a process has handled nothing for {PATIENCE:.0f} s") from error

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            handled = await self._count()
            if handled > self._handled:
                self._handled = handled
                self._moved.set()

    async def _count(self) -> int:
        """Events that the process has done with, since its start."""
        return (await self._counted("counterpoint_stage_seconds_count", "stage"))["event"]

    async def holds(self) -> Counter[str]:
        """Messages held since its start, by the rule that decided."""
        return await self._counted("counterpoint_holds_total", "rule")

    async def _counted(self, name: str, label: str) -> Counter[str]:
        told = (await self._counts.get(f"{self.replica.address}/metrics")).text
        found: Counter[str] = Counter()
        for family in text_string_to_metric_families(told):
            for sample in family.samples:
                if sample.name == name:
                    found[sample.labels[label]] += int(sample.value)
        return found
