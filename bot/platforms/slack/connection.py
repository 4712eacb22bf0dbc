"""The socket of Socket Mode: opened, watched, closed."""

import asyncio
import logging
from contextlib import suppress
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.platforms.slack.authorization import REFUSALS
from bot.platforms.slack.trouble import TROUBLE, TokenRefused, reason

log = logging.getLogger(__name__)

WATCH_SECONDS = 15.0
"""How often the watchdog looks at the socket."""
CONNECT_SECONDS = 30.0
"""How long one attempt may take; an address that Slack gives is good for one attempt only."""


class Connection:
    """Keeps one socket open; what goes wrong with it is said once, not at each attempt."""

    def __init__(self, app: AsyncApp, token: str):
        quiet = logging.getLogger("slack_sdk.socket_mode")
        quiet.setLevel(logging.CRITICAL)  # the SDK prints a traceback at each attempt
        self._handler = AsyncSocketModeHandler(app, token, logger=quiet)
        self._watchdog: asyncio.Task[None] | None = None
        self._told: set[str] = set()
        self._opened = 0
        self._handler.client.message_listeners.append(self._heard)

    @property
    def up(self) -> bool:
        """Whether the socket is open, by what is known without asking anybody."""
        client = self._handler.client
        socket = client.current_session
        return not (client.closed or client.stale or socket is None or socket.closed)

    @property
    def reconnects(self) -> int:
        """How often it was opened anew; Slack itself asks for that every few hours."""
        return max(self._opened - 1, 0)

    async def open(self) -> None:
        """Connect; waits while Slack cannot be reached. Raises TokenRefused."""
        while not await self._connected():
            await self._attempt()
            if not await self._connected():
                await asyncio.sleep(min(WATCH_SECONDS, 5.0))
        self._watchdog = asyncio.create_task(self._watch())
        log.info("Slack: connected by Socket Mode")

    async def close(self) -> None:
        """Hang up; nothing arrives any more."""
        if self._watchdog:
            self._watchdog.cancel()
            with suppress(asyncio.CancelledError):
                await self._watchdog
        with suppress(*TROUBLE):
            await self._handler.close_async()  # type: ignore[no-untyped-call]

    async def _heard(self, _: object, message: dict[Any, Any], __: str | None) -> None:
        """Slack greets each socket that is opened, whoever opened it."""
        if message.get("type") == "hello":
            self._opened += 1

    async def _connected(self) -> bool:
        return await self._handler.client.is_connected()

    async def _watch(self) -> None:
        """Connect anew where the SDK's own reconnection has given up."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if await self._connected():
                if self._told:
                    log.info("Slack: the socket is back")
                self._told.clear()
                continue
            self._tell("the socket is gone; connecting again")
            try:
                await self._attempt()
            except TokenRefused as error:
                self._tell(str(error))

    async def _attempt(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._handler.client.connect_to_new_endpoint(force=True)
        except TROUBLE as error:
            if reason(error) in REFUSALS:
                raise TokenRefused(
                    f"Slack refuses SLACK_APP_TOKEN ({reason(error)}); generate one with the scope connections:write "
                    "on the app's page Basic Information, App-Level Tokens"
                ) from None
            self._tell(f"cannot be reached ({reason(error)}); trying again until it can")

    def _tell(self, what: str) -> None:
        """Say something once in each outage."""
        if what not in self._told:
            log.warning("Slack: %s", what)
        self._told.add(what)
