"""Microsoft Teams in the composition root: the SDK's app behind one route of ours."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cache
from typing import Any

from fastapi import FastAPI, Request, Response
from microsoft_teams.api.activities import ActivityTypeAdapter
from microsoft_teams.api.auth.cloud_environment import PUBLIC, CloudEnvironment
from microsoft_teams.api.auth.credentials import TokenProvider
from microsoft_teams.api.models import InvokeResponse
from microsoft_teams.apps import ActivityEvent, App
from microsoft_teams.common import ClientOptions
from opentelemetry import metrics
from pydantic import ValidationError

from bot.platforms import Condition
from bot.platforms.failures import raised_at
from bot.platforms.teams.adapter import TeamsAdapter
from bot.platforms.teams.endpoint import PATH, SERVICES, Endpoint
from bot.platforms.teams.people import People
from bot.platforms.teams.signing import SigningKeys
from bot.platforms.working import Working
from bot.service import Bot
from bot.settings import LOOPBACK, Settings

log = logging.getLogger(__name__)

TIMEOUT = 15.0
"""Seconds that a call of Teams may take."""
Process = Callable[[ActivityEvent], Awaitable[InvokeResponse[Any]]]


class TeamsPlatform:
    """Serves Teams; `cloud`, `token` and `services` are Microsoft's own unless a test brings others."""

    name = "Microsoft Teams"

    def __init__(
        self,
        settings: Settings,
        grace: float | None = None,
        cloud: CloudEnvironment = PUBLIC,
        token: TokenProvider | None = None,
        services: tuple[str, ...] = (),
    ):
        self._settings = settings
        self._grace = settings.finishing_seconds if grace is None else grace
        self._cloud = cloud
        self._token = token
        self._open = settings.teams_allow_unauthenticated
        known = LOOPBACK if self._open else services or SERVICES
        self._endpoint = Endpoint(None if self._open else cloud.token_issuer, known)
        self.working = Working(self.name)
        """What is in progress."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._keys: asyncio.Task[None] | None = None
        self._process: Process | None = None
        self._started = False

    @property
    def condition(self) -> Condition:
        """Connected once it listens; Teams keeps no connection open that could be lost."""
        return Condition(self._started)

    def mount(self, app: FastAPI) -> None:
        """The route that Teams calls."""
        app.post(PATH, include_in_schema=False)(self._handle)

    async def start(self, bot: Bot) -> None:
        """Listen, once the keys are here by which requests are checked, or cannot be had."""
        _hush()
        self.working.watch = bot.watch
        app = self._app()
        TeamsAdapter(bot, People(bot.store, self._settings.who_manages)).listen(app)
        await app.initialize()
        self._process = app.server.on_request
        app.server.on_request = self._received
        if not self._open:
            await self._prepare_keys(app)
        self._started = True

    async def stop(self) -> None:
        """Stop listening, then wait a while for what is in progress."""
        self._started = False
        await asyncio.sleep(0)
        if not await self.working.finished(self._grace):
            log.warning("Teams: ending with %d pieces of work unfinished", self.working.count)
        for task in [*self._tasks, *([self._keys] if self._keys else [])]:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _handle(self, request: Request) -> Response:
        if not self._started:
            return Response("Counterpoint is starting; try again.", status_code=503, headers={"Retry-After": "5"})
        return await self._endpoint.answer(request)

    def _app(self) -> App:
        secret = self._settings.client_secret
        return App(
            client_id=self._settings.client_id or "",
            client_secret=secret.get_secret_value() if secret and self._token is None else None,
            tenant_id=self._settings.tenant_id,
            token=self._token,
            client=ClientOptions(timeout=TIMEOUT),
            cloud=self._cloud,
            http_server_adapter=self._endpoint,
            messaging_endpoint=PATH,
            dangerously_allow_unauthenticated_requests=self._open,
            fetch_user_token=False,
            state=False,
        )

    async def _prepare_keys(self, app: App) -> None:
        """Put keys that are fetched beside the event loop where the SDK would fetch them on it."""
        checks = app.server._token_validator
        if checks is None:
            raise RuntimeError("the Teams SDK checks no tokens; CLIENT_ID is missing")
        service = checks._service_validator
        keys = SigningKeys(service.options.jwks_uri)
        service._jwks_client = keys
        await keys.fetch()
        self._keys = asyncio.create_task(keys.keep_fresh())

    async def _received(self, event: ActivityEvent) -> InvokeResponse[Any]:
        """A request whose token is good: what asks for an answer gets it, all else is acknowledged at once."""
        try:
            activity = ActivityTypeAdapter.validate_python(event.body.model_dump(by_alias=True, exclude_none=True))
        except (ValidationError, RecursionError):
            log.info("Teams: an activity of no known shape is ignored")
            return InvokeResponse[Any](status=400)
        work = self.working.track(self._work)
        if activity.type == "invoke":
            return await work(event) or InvokeResponse[Any](status=500)
        task = asyncio.create_task(_forget(work(event)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return InvokeResponse[Any](status=200)

    async def _work(self, event: ActivityEvent) -> InvokeResponse[Any] | None:
        """Work on an activity; what cannot be handled is named by its kind, never by what somebody wrote."""
        try:
            return await self._process(event) if self._process else None
        except Exception as error:
            kind = type(error).__name__
            log.error("a Teams %s could not be handled (%s) at %s", event.body.type, kind, raised_at(error))
            return None


async def _forget(work: Awaitable[InvokeResponse[Any] | None]) -> None:
    await work


@cache
def _hush() -> None:
    """Once a process: the SDK logs whole activities, people's words among them, and makes new meters for each.

    Until a process has a provider of meters, OpenTelemetry keeps each one for ever: some 0.6 KB for each of the
    several that an activity makes (by tracemalloc). Ours measures by bot/platforms/web/metrics.py alone, so it gets a
    provider that keeps none.
    """
    logging.getLogger("microsoft_teams").setLevel(logging.CRITICAL + 1)
    metrics.set_meter_provider(metrics.NoOpMeterProvider())
