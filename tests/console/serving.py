"""The console over a small core and a made-up quarter, served in a thread."""

import asyncio
import datetime as dt
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import uvicorn

from bot.app import Parts, create_app
from bot.message import Message, Mode, Trigger
from bot.platforms.console.platform import Console
from bot.policy import Rules
from bot.settings import Settings
from bot.store import Store
from tests.web.stand_in import small_core

TOKEN = "a token that is long enough for the console"
WORKSPACE = "T0SURREY"
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
SUGGESTION = {
    "title": "A council answers planning queries in two days",
    "organisation": "Example Borough Council",
    "figure": "2 days in place of 19, 2025",
    "url": "https://example.org/planning",
    "different": "They asked the six people who answer the telephone first.",
}
HELD = ("channel_cooled_down", "person_cooled_down", "nobody_harmed", "recent")
PAGES = (
    "/",
    "/channels",
    "/channels?workspace=T0SURREY",
    "/suggestions",
    "/entries",
    "/entries?q=fax",
    "/tropes/nhs-fax-machines",
    "/tropes/post-office-horizon",
    "/stories/secure-email",
    "/playground",
    "/nowhere",
)
"""Every page that somebody who is signed in can open."""


@dataclass(frozen=True)
class Served:
    """Where a console answers, and the store behind it."""

    address: str
    parts: Parts


def settings(folder: Path) -> Settings:
    """Of a console that the operator opens with TOKEN."""
    return Settings.model_validate({"console_token": TOKEN, "cache_path": folder, "data_path": folder})


async def quarter(store: Store) -> None:
    """A quarter of replies, holds, opinions and suggestions in one workspace, always the same."""
    random, rules = Random(7), Rules(daily_cap=1000)
    await store.set_mode(WORKSPACE, "C0DIGITAL", Mode.REPLY, NOW)
    await store.set_mode(WORKSPACE, "C0HEALTH", Mode.PRIVATE, NOW)
    await store.channel_mute(WORKSPACE, "C0HEALTH", "gov-it-fails")
    core_match = small_core(Path("/nonexistent")).matcher.match
    texts = ("The biggest buyer of fax machines", "the nhs app is useless", "they always fail")
    for day in range(84):
        at = NOW - dt.timedelta(days=day)
        for number in range(random.choice((0, 0, 1, 1, 2))):
            match = core_match(random.choice(texts))
            message = Message(WORKSPACE, "C0DIGITAL", f"{day}-{number}", f"U{random.randrange(9)}", "", at)
            trigger = random.choice((Trigger.MENTION, Trigger.MENTION, Trigger.LOOKUP, Trigger.SHORTCUT))
            story = random.choice(("secure-email", "shared-records", "booking"))
            claimed = await store.claim_asked(message, trigger, match, rules, at, match.trope, story)
            if claimed.intervention:
                await store.posted(claimed.intervention, f"reply-{day}-{number}", at)
                if random.random() < 0.4:
                    await store.feedback(claimed.intervention, f"U{random.randrange(9)}", random.random() < 0.8, at)
        for rule in random.choices(HELD, k=random.randrange(4)):
            await store.held(WORKSPACE, rule, at)
    kept = await store.suggest(WORKSPACE, SUGGESTION, NOW)
    await store.suggest(WORKSPACE, SUGGESTION | {"title": '<b>Bold</b> & "quoted" {{ 7 * 7 }}'}, NOW)
    done = await store.suggest("T0OTHER", SUGGESTION | {"title": "An app for lost luggage"}, NOW)
    assert kept != done


@contextmanager
def served(folder: Path, seeded: bool = True) -> Iterator[Served]:
    """A console on a free port."""
    own = settings(folder)
    parts = Parts(own, folder, load=lambda *_: small_core(folder))
    app = create_app(parts, [Console(own)])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="on"))

    async def serve() -> None:
        running = asyncio.create_task(server.serve())
        await parts.settled.wait()
        if seeded and parts.bot:
            await quarter(parts.bot.store)
        ready.set()
        await running

    ready = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(60)
    while not server.started:
        time.sleep(0.02)
    yield Served(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/console", parts)
    server.should_exit = True
    thread.join(10)
