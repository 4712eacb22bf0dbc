"""The composition root: settings → parts → ASGI app."""

import asyncio
import datetime as dt
import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar, cast

from fastapi import FastAPI

from bot.core import Core
from bot.encoder import Progress
from bot.platforms import Platform
from bot.platforms.console.platform import Console
from bot.platforms.slack.platform import SlackPlatform
from bot.platforms.web import health
from bot.platforms.web.guard import explain_bad_requests
from bot.platforms.web.metrics import CountedBot, Metrics
from bot.platforms.web.tracing import Tracing
from bot.readiness import Readiness, stage_in_words
from bot.service import Bot, Clock, utc_now
from bot.settings import Settings
from bot.stages import watched_by
from bot.store import Store, StoreUnavailable

log = logging.getLogger(__name__)

HOUSEKEEPING_INTERVAL = dt.timedelta(hours=6)
RETRY_SECONDS = 5.0
ANSWER_SECONDS = 2.0
"""How long the database may take to answer whoever asks whether the bot is ready."""
Made = TypeVar("Made")
LoadCore = Callable[[Settings, Progress], Core]


class Parts:
    """The bot and its store, made in the background so that health is answered meanwhile."""

    def __init__(
        self,
        settings: Settings,
        data_path: Path | None = None,
        clock: Clock = utc_now,
        load: LoadCore = Core.load,
        tracing: Tracing | None = None,
    ):
        self.metrics = Metrics()
        self.tracing = tracing
        self.bot: Bot | None = None
        self.stage = "Starting"
        """What is being done at the moment, for people who wait."""
        self.failure: Exception | None = None
        """Why the parts cannot be made; waiting does not help."""
        self.settled = asyncio.Event()
        """Set once there is a bot, or a failure."""
        self._settings = settings
        self._data_path = data_path or settings.data_path
        self._clock = clock
        self._load = load
        self._loaded = False
        self._platforms: Sequence[Platform] = ()
        self._store: Store | None = None
        self._housekeeping: asyncio.Task[None] | None = None

    async def make(self, platforms: Sequence[Platform] = ()) -> None:
        """Load the core, open the store, make the bot and start the platforms; never raises."""
        self._platforms = platforms
        try:
            self.stage = "Loading the knowledge base and the language model"
            core = await _in_a_daemon_thread(lambda: self._load(self._settings, self._progress))
            self._loaded = True
            self.metrics.describe(core)
            self.stage = "Opening the database"
            self._store = await self._open_store()
            watch = watched_by(self.metrics.watch, self.tracing.watch) if self.tracing else None
            bot = CountedBot(self.metrics, core, self._store, self._settings.rules(), self._clock, watch)
            self.stage = f"Starting {', '.join(platform.name for platform in platforms)}"
            await asyncio.gather(*(platform.start(bot) for platform in platforms))  # one that is away delays no other
            self.bot = bot
        except Exception as error:
            log.debug("start-up failed", exc_info=True)
            self.failure = error
            self.stage = str(error) or type(error).__name__
        else:
            self.stage = "Ready"
            self._housekeeping = asyncio.create_task(
                self._store.housekeeping(HOUSEKEEPING_INTERVAL, self._settings.retention())
            )
        finally:
            self.settled.set()

    async def close(self) -> None:
        """Let go of everything."""
        if self._housekeeping:
            self._housekeeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._housekeeping
        if self.bot:
            self.bot.close()
        if self._store:
            await self._store.close()
        if self.tracing:
            await asyncio.to_thread(self.tracing.close)

    @property
    def metrics_token(self) -> str | None:
        """What who asks for the metrics has to send, where that is set."""
        token = self._settings.metrics_token
        return token.get_secret_value() if token else None

    async def database_answers(self) -> bool:
        """Whether the database can be reached now."""
        try:
            if self._store is None:
                return False
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._store.ping()
        except (StoreUnavailable, TimeoutError):
            return False
        return True

    async def readiness(self) -> Readiness:
        """What is ready now; takes ANSWER_SECONDS at the most."""
        database = await self.database_answers()
        platforms = {platform.name: platform.condition.connected for platform in self._platforms}
        stage = stage_in_words(self.stage, self.failure is not None, self._loaded, database, platforms)
        return Readiness(self._loaded, database, platforms, self.bot is not None, stage)

    async def look(self) -> None:
        """Bring up to date what is measured only when it is asked for."""
        found = await self.readiness()
        conditions = {platform.name: platform.condition for platform in self._platforms}
        self.metrics.look(found.parts(), conditions, self.bot)

    async def _open_store(self) -> Store:
        """The store; a database that is away is waited for, however long it takes."""
        url = self._settings.database_url
        while True:
            try:
                return await Store.open(url.get_secret_value() if url else None, self._data_path, self._settings.key)
            except StoreUnavailable as error:
                if self.stage != str(error):
                    log.error("%s", error)
                self.stage = str(error)
            await asyncio.sleep(RETRY_SECONDS)

    def _progress(self, done: int, total: int) -> None:
        self.stage = f"Encoding the knowledge base, once: {done} of {total}"
        if done == total:
            self.stage = "Fitting the matcher, once; this takes a few minutes"


async def _in_a_daemon_thread(work: Callable[[], Made]) -> Made:
    """As asyncio.to_thread, but the process need not wait for it to end: loading can take minutes."""
    loop = asyncio.get_running_loop()
    made: asyncio.Future[Made] = loop.create_future()

    def tell(result: Made | None, error: Exception | None) -> None:
        if made.done():
            return
        if error is not None:
            made.set_exception(error)
        else:
            made.set_result(cast(Made, result))

    def run() -> None:
        result, failure = None, None
        try:
            result = work()
        except Exception as error:
            failure = error
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell, result, failure)

    threading.Thread(target=run, name="loading", daemon=True).start()
    return await made


def create_app(parts: Parts, platforms: Sequence[Platform] = ()) -> FastAPI:
    """The ASGI app: health at once, the platforms as soon as the bot is ready."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        making = asyncio.create_task(parts.make(platforms))
        try:
            yield
        finally:
            making.cancel()
            with suppress(asyncio.CancelledError):
                await making
            await asyncio.gather(*(platform.stop() for platform in platforms))
            await parts.close()

    app = FastAPI(title="Counterpoint", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    explain_bad_requests(app)
    if parts.tracing:
        parts.tracing.instrument(app)
    app.include_router(health.router(parts, parts.metrics_token))
    for platform in platforms:
        platform.mount(app)
    return app


def configured_platforms(settings: Settings) -> list[Platform]:
    """The platforms that have their settings; each adapter is registered here."""
    slack = SlackPlatform(settings) if settings.slack_configured else None
    platforms: list[Platform] = [slack] if slack else []
    if settings.teams_configured:
        from bot.platforms.teams.platform import TeamsPlatform  # slow to import

        platforms.append(TeamsPlatform(settings))
    if settings.console_configured:
        platforms.append(Console(settings, slack.is_admin if slack else None))
    return platforms
