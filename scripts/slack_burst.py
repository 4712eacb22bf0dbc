"""A burst of events from an emulated Slack: how fast they are acknowledged, and what is answered, twice or never.

`python -m scripts.slack_burst --events 200` from the project's folder. The platform's adapter, the bot, the policy and
the database are real; the matcher is a stand-in that knows words, unless `--real` starts `counterpoint serve` as a
process of its own. A fifth of the messages are anecdotes in channels that are on, two fifths mention the bot, two
fifths are chat; every tenth is delivered twice. The emulated Slack refuses a second post to a channel in one second.
"""

import argparse
import asyncio
import datetime as dt
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.platforms.slack.platform import SlackPlatform
from bot.policy import Rules
from bot.service import Bot
from bot.settings import Settings
from bot.store import Store
from scripts.replicas import UNLIMITED
from tests.emulators.slack import Ack, Channel, Message, NotAcknowledged, Slack, User
from tests.slack.serving import served
from tests.web.stand_in import small_core

ANECDOTE = "The NHS is still the world's biggest buyer of fax machines!"
CHAT = "Lunch at noon?"
PER_CHANNEL = 5
EVERY = 10
"""One event in so many is delivered twice."""
PATIENCE = 120.0
NEVER = dt.timedelta(0)
NO_LIMIT = 1_000_000


@dataclass
class Burst:
    """What was sent, and what came of it."""

    slack: Slack
    channels: list[Channel]
    due: dict[str, float] = field(default_factory=dict)
    """When each message that deserves a reply was sent, by its id, in seconds."""
    silent: set[str] = field(default_factory=set)
    posted: Counter[str] = field(default_factory=Counter)
    waited: list[float] = field(default_factory=list)
    most_waiting: int = 0
    acks: list[float] = field(default_factory=list)
    unacknowledged: int = 0

    def count_post(self, message: Message) -> None:
        """A reply arrived; which message it answers stands in its thread."""
        answered = message.thread_ts or ""
        self.posted[answered] += 1
        if answered in self.due and self.posted[answered] == 1:
            self.waited.append(time.monotonic() - self.due[answered])

    async def run(self, users: list[User], events: int) -> None:
        """Send everything at once; wait until every reply is there, or nothing more comes."""
        self.slack.state.on_post = self.count_post
        everything = [self._say(n, users) for n in range(events)]
        watching = asyncio.create_task(self._watch())
        await asyncio.gather(*everything)
        deadline = time.monotonic() + PATIENCE
        while self.due.keys() - self.posted.keys() and time.monotonic() < deadline:  # noqa: ASYNC110  replies come in
            await asyncio.sleep(0.1)
        await asyncio.sleep(2)  # what should not come would come now
        watching.cancel()

    async def _say(self, n: int, users: list[User]) -> None:
        channel, user = self.channels[n // PER_CHANNEL % len(self.channels)], users[n % len(users)]
        kind = n % PER_CHANNEL
        mention = f"<@{self.slack.bot.id}> "
        text = (ANECDOTE, mention + ANECDOTE, CHAT, mention + "fax machines", CHAT)[kind]
        said = self.slack.world.write(channel, user, text)
        if text == CHAT:
            self.silent.add(said.ts)
        else:
            self.due[said.ts] = time.monotonic()
        for event in self.slack.heard(user, channel, said):
            await self._deliver(self.slack.send_event(event), again=n % EVERY == 0)

    async def _deliver(self, sending: Awaitable[Ack], again: bool) -> None:
        try:
            ack = await sending
            self.acks.append(ack.seconds)
            if again:
                self.acks.append((await self.slack.redeliver(ack.delivery)).seconds)
        except NotAcknowledged:
            self.unacknowledged += 1

    async def _watch(self) -> None:
        while True:
            self.most_waiting = max(self.most_waiting, len(self.due.keys() - self.posted.keys()))
            await asyncio.sleep(0.01)

    def report(self) -> bool:
        """Print the numbers; whether nothing was lost, doubled or late."""
        lost = self.due.keys() - self.posted.keys()
        twice = [ts for ts, count in self.posted.items() if count > 1]
        wrong = self.posted.keys() - self.due.keys()
        limited = sum(call.error == "ratelimited" for call in self.slack.calls("chat.postMessage"))
        rows: list[tuple[str, str, bool]] = [
            ("deliveries, repeats included", f"{len(self.acks) + self.unacknowledged}", True),
            ("  acknowledged too late for Slack (3 s)", f"{self.unacknowledged}", not self.unacknowledged),
            ("  acknowledged within, median", f"{1_000 * _share(self.acks, 0.5):.0f} ms", True),
            ("  acknowledged within, 95 %", f"{1_000 * _share(self.acks, 0.95):.0f} ms", True),
            ("  acknowledged within, all", f"{1_000 * max(self.acks):.0f} ms", True),
            ("messages that deserve a reply", f"{len(self.due)}", True),
            ("  answered", f"{len(self.due) - len(lost)}", True),
            ("  lost", f"{len(lost)}", not lost),
            ("  answered more than once", f"{len(twice)}", not twice),
            ("  most waiting at a time", f"{self.most_waiting}", True),
            ("  answered within, median", f"{_share(self.waited, 0.5):.1f} s", True),
            ("  answered within, all", f"{max(self.waited, default=0):.1f} s", True),
            ("replies that nobody deserved", f"{len(wrong)}", not wrong),
            ("posts that Slack refused for their pace", f"{limited}", True),
        ]
        for words, number, good in rows:
            print(f"{words:<44}{number:>10}{'' if good else '  WRONG'}")
        return all(good for _, _, good in rows)


def _share(numbers: list[float], share: float) -> float:
    """The number that a share of them does not exceed."""
    ordered = sorted(numbers) or [0.0]
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@asynccontextmanager
async def stand_in(slack: Slack, folder: Path) -> AsyncIterator[None]:
    """The bot in this process, with a matcher that knows words."""
    store = await Store.open(None, folder / "data")
    rules = Rules(NEVER, NEVER, NEVER, NEVER, daily_cap=NO_LIMIT, asks_an_hour=NO_LIMIT)
    bot = Bot(small_core(folder), store, rules)
    values = {"slack_bot_token": slack.bot_token, "slack_app_token": slack.app.app_token}
    platform = SlackPlatform(Settings.model_validate({**values, "slack_api_url": slack.base_url}))
    await platform.start(bot)
    yield
    await platform.stop()
    bot.close()
    await store.close()


@asynccontextmanager
async def real(slack: Slack, folder: Path) -> AsyncIterator[None]:
    """`counterpoint serve`, a process of its own."""
    async with served(slack, folder / "data", Settings().cache_path, **UNLIMITED):
        yield


async def burst(events: int, with_real: bool) -> bool:
    """All of it; whether it went well."""
    with tempfile.TemporaryDirectory(prefix="counterpoint-burst-") as name:
        async with Slack() as slack, (real if with_real else stand_in)(slack, Path(name)):
            admin = slack.user("Admin", admin=True)
            users = [slack.user(f"User {n}") for n in range(20)]
            rooms = [slack.channel(f"room-{n}", admin, *users) for n in range(-(-events // PER_CHANNEL))]
            for room in rooms:
                ack = await slack.types(admin, room, "on")
                await slack.wait_for(lambda ack=ack: slack.responses(ack), timeout=30)  # type: ignore[misc]
            slack.faults.one_post_a_second = True
            made = Burst(slack, rooms)
            await made.run(users, events)
            matcher = "the real matcher, a process of its own" if with_real else "a stand-in matcher, one process"
            print(f"{events} messages at once in {len(rooms)} channels; {matcher}")
            return made.report()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--events", type=int, default=200, help="how many messages are written at once")
    parser.add_argument("--real", action="store_true", help="start `counterpoint serve`, with the real matcher")
    given = parser.parse_args()
    sys.exit(0 if asyncio.run(burst(given.events, given.real)) else 1)


if __name__ == "__main__":
    main()
