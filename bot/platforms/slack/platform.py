"""Slack in the composition root: Socket Mode for one workspace, signed HTTP with OAuth for many."""

import asyncio
import logging
from typing import Any

from aiohttp import ClientConnectorError
from fastapi import FastAPI, Request, Response
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms import Condition
from bot.platforms.slack.adapter import SlackAdapter
from bot.platforms.slack.authorization import introduce
from bot.platforms.slack.connection import Connection
from bot.platforms.slack.installations import EncryptedInstallationStore
from bot.platforms.slack.listening import Listening
from bot.platforms.slack.oauth import app_for_many, installations
from bot.platforms.slack.outbox import Outbox
from bot.platforms.slack.people import People
from bot.platforms.slack.posting import Poster
from bot.platforms.working import Working
from bot.service import Bot
from bot.settings import Settings
from bot.stages import event_arrives

log = logging.getLogger(__name__)

RETRIES = 2
"""How often a call that Slack asks to wait with is made again."""


class SlackPlatform:
    """Serves Slack in whichever way the settings describe."""

    name = "Slack"

    def __init__(self, settings: Settings, grace: float | None = None):
        self._settings = settings
        self._grace = settings.finishing_seconds if grace is None else grace
        self._working = Working(self.name)
        self._started = False
        self._handler: AsyncSlackRequestHandler | None = None
        self._connection: Connection | None = None
        self._installed: EncryptedInstallationStore | None = None
        self._people = People()
        self.outbox = Outbox()

    @property
    def condition(self) -> Condition:
        """By Socket Mode connected while the socket is open; by HTTP once Slack has taken the token."""
        if self._connection is None:
            return Condition(self._started, self.outbox.waiting)
        return Condition(self._started and self._connection.up, self.outbox.waiting, self._connection.reconnects)

    def mount(self, app: FastAPI) -> None:
        """The routes that Slack calls, and those by which a workspace installs the app."""
        if self._settings.slack_signing_secret is None:
            return
        app.post("/slack/events", include_in_schema=False)(self._handle)
        if self._settings.slack_client_id:
            app.get("/slack/install", include_in_schema=False)(self._handle)
            app.get("/slack/oauth_redirect", include_in_schema=False)(self._handle)

    async def start(self, bot: Bot) -> None:
        """Listen; waits while Slack cannot be reached. Raises TokenRefused."""
        self._working.watch = bot.watch
        client = AsyncWebClient(base_url=self._settings.slack_api_url, retry_handlers=_retries())
        token = self._settings.slack_bot_token
        if token:
            app = await self._for_one(client, token.get_secret_value())
        else:
            self._installed = installations(self._settings, bot.store.engine)
            app = app_for_many(self._settings, client, bot.store.engine, self._installed)
        app.middleware(self._arrives)
        adapter = SlackAdapter(bot, Poster(bot, self.outbox), self._people, self._settings.who_manages)
        adapter.listen(app, Listening(app, self._working))
        if self._settings.slack_signing_secret:
            self._handler = AsyncSlackRequestHandler(app)
        if self._settings.slack_app_token:
            self._connection = Connection(app, self._settings.slack_app_token.get_secret_value())
            await self._connection.open()
        self._started = True

    async def stop(self) -> None:
        """Stop listening, then wait a while for what is in progress."""
        self._started, self._handler = False, None
        if self._connection:
            await self._connection.close()
        await asyncio.sleep(0)  # what was acknowledged last begins
        if not await self._working.finished(self._grace):
            log.warning("Slack: ending with %d pieces of work unfinished", self._working.count)

    async def is_admin(self, workspace: str, user: str) -> bool:
        """Whether a user is an admin of a workspace that installed the app, for those who come from elsewhere."""
        installed = self._installed and await self._installed.bot_of(workspace)
        if not installed:
            return False
        client = AsyncWebClient(installed.bot_token, base_url=self._settings.slack_api_url, retry_handlers=_retries())
        return (await self._people.person(client, workspace, user)).admin

    async def _arrives(self, next: Any) -> None:
        """The first middleware of all, so that an error too is of the event that it happened in."""
        event_arrives(self.name)
        await next()

    async def _for_one(self, client: AsyncWebClient, token: str) -> AsyncApp:
        own = await introduce(client, token)
        return AsyncApp(
            client=client,
            signing_secret=self._secret,
            before_authorize=own.only_ours,
            authorize=own.authorize,
        )

    @property
    def _secret(self) -> str | None:
        secret = self._settings.slack_signing_secret
        return secret.get_secret_value() if secret else None

    async def _handle(self, request: Request) -> Response:
        if self._handler is None:
            return Response("Counterpoint is starting; try again.", status_code=503, headers={"Retry-After": "5"})
        try:
            return await self._handler.handle(request)
        except (ValueError, TypeError, AttributeError, KeyError) as error:  # Bolt reads before it checks signatures
            log.warning("Slack: a request could not be read (%s)", type(error).__name__)
            return Response(status_code=400)


def _retries() -> list[AsyncRetryHandler]:
    """When a call is made again: Slack asks to wait, or could not be reached at all.

    A connection lost after that may have done its work, and to try again would be to reply twice.
    """
    return [
        AsyncRateLimitErrorRetryHandler(max_retry_count=RETRIES),
        AsyncConnectionErrorRetryHandler(error_types=[ClientConnectorError]),
    ]
