"""Slack in the composition root: Socket Mode for one workspace, signed HTTP with OAuth for many."""

import asyncio
import logging
from contextlib import suppress

from fastapi import FastAPI, Request, Response
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack.adapter import SlackAdapter
from bot.platforms.slack.installations import EncryptedInstallationStore
from bot.platforms.slack.manifest import OPTIONAL_SCOPES, SCOPES
from bot.platforms.slack.outbox import Outbox
from bot.platforms.slack.people import People
from bot.platforms.slack.posting import Poster
from bot.service import Bot
from bot.settings import Settings

log = logging.getLogger(__name__)

RETRIES = 2
"""How often a call that Slack asks to wait with is made again."""
STATE_SECONDS = 600
WATCH_SECONDS = 15.0
"""How often the watchdog looks at the socket."""


class SlackPlatform:
    """Serves Slack in whichever way the settings describe."""

    name = "Slack"

    def __init__(self, settings: Settings):
        self._settings = settings
        self._handler: AsyncSlackRequestHandler | None = None
        self._socket: AsyncSocketModeHandler | None = None
        self._watchdog: asyncio.Task[None] | None = None

    def mount(self, app: FastAPI) -> None:
        """The routes that Slack calls, and those by which a workspace installs the app."""
        if self._settings.slack_signing_secret is None:
            return
        app.post("/slack/events", include_in_schema=False)(self._handle)
        if self._settings.slack_client_id:
            app.get("/slack/install", include_in_schema=False)(self._handle)
            app.get("/slack/oauth_redirect", include_in_schema=False)(self._handle)

    async def start(self, bot: Bot) -> None:
        """Listen."""
        app = self._bolt(bot)
        adapter = SlackAdapter(bot, Poster(bot, Outbox()), People(), self._settings.who_manages)
        adapter.listen(app)
        if self._settings.slack_signing_secret:
            self._handler = AsyncSlackRequestHandler(app)
        if self._settings.slack_app_token:
            self._socket = AsyncSocketModeHandler(app, self._settings.slack_app_token.get_secret_value())
            await self._socket.connect_async()  # type: ignore[no-untyped-call]
            self._watchdog = asyncio.create_task(self._watch(self._socket))
            log.info("Slack: connected by Socket Mode")

    async def stop(self) -> None:
        """Stop listening."""
        if self._watchdog:
            self._watchdog.cancel()
            with suppress(asyncio.CancelledError):
                await self._watchdog
        if self._socket:
            await self._socket.close_async()  # type: ignore[no-untyped-call]

    def _bolt(self, bot: Bot) -> AsyncApp:
        settings = self._settings
        client = AsyncWebClient(base_url=settings.slack_api_url)
        client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=RETRIES))
        secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else None
        if settings.slack_bot_token:
            client.token = settings.slack_bot_token.get_secret_value()
            return AsyncApp(client=client, signing_secret=secret)
        return self._for_many(bot, client, secret)

    def _for_many(self, bot: Bot, client: AsyncWebClient, secret: str | None) -> AsyncApp:
        settings = self._settings
        assert settings.slack_client_id  # noqa: S101  the settings refuse to be without it
        assert settings.slack_client_secret  # noqa: S101
        assert settings.slack_token_key  # noqa: S101
        engine = bot.store.engine
        installations = EncryptedInstallationStore(
            settings.slack_client_id, engine, settings.slack_token_key.get_secret_value().encode()
        )
        return AsyncApp(
            client=client,
            signing_secret=secret,
            oauth_settings=AsyncOAuthSettings(
                client_id=settings.slack_client_id,
                client_secret=settings.slack_client_secret.get_secret_value(),
                scopes=[*SCOPES, *OPTIONAL_SCOPES],
                install_path="/slack/install",
                redirect_uri_path="/slack/oauth_redirect",
                installation_store=installations,
                installation_store_bot_only=True,
                state_store=AsyncSQLAlchemyOAuthStateStore(STATE_SECONDS, engine),
            ),
        )

    async def _handle(self, request: Request) -> Response:
        if self._handler is None:
            return Response("Counterpoint is starting; try again.", status_code=503, headers={"Retry-After": "5"})
        try:
            return await self._handler.handle(request)
        except (ValueError, TypeError, AttributeError, KeyError) as error:  # Bolt reads before it checks signatures
            log.warning("Slack: a request could not be read (%s)", type(error).__name__)
            return Response(status_code=400)

    async def _watch(self, socket: AsyncSocketModeHandler) -> None:
        """Connect anew where the SDK's own reconnection has given up; say once when the socket goes and comes."""
        down = False
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            connected = await socket.client.is_connected()
            if connected and down:
                log.info("Slack: the socket is back")
            if not connected:
                if not down:
                    log.warning("Slack: the socket is gone; connecting again")
                with suppress(Exception):
                    await socket.client.connect_to_new_endpoint(force=True)
            down = not connected
