"""The emulator as a server on loopback, and the deliveries to the app behind it."""

import asyncio
import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.emulators.slack import events
from tests.emulators.slack.answers import answered_command, answered_view
from tests.emulators.slack.calls import Ack, Call, Delivery, Json, NotAcknowledged
from tests.emulators.slack.models import App, Message, Team
from tests.emulators.slack.responses import Responses
from tests.emulators.slack.signed import PROPER, SignedHttp, Signing
from tests.emulators.slack.sockets import Sockets
from tests.emulators.slack.state import State
from tests.emulators.slack.webapi import WebApi
from tests.emulators.slack.world import World

ACK_SECONDS = 3.0
"""How long Slack waits for an acknowledgement."""
Result = TypeVar("Result")


class Server:
    """A Slack that listens; use it as an async context manager.

    Deliveries go over Socket Mode, or over signed HTTP once `deliver_to` has named the app's address.
    """

    def __init__(self, app: App | None = None, port: int = 0):
        self.app = app or App()
        self.world = World(self.app)
        self.state = State(self.app, self.world)
        self.faults = self.state.faults
        self.sockets = Sockets(self.state)
        self._port = port
        self._runner: web.AppRunner | None = None
        self._http: SignedHttp | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen on loopback."""
        api, responses = WebApi(self.state, self.sockets), Responses(self.state)
        server = web.Application(client_max_size=2**22)
        server.router.add_route("*", "/api/{method:.+}", api.handle)
        server.router.add_get("/socket", self.sockets.handle)
        server.router.add_post("/response/{id}", responses.handle)
        server.on_shutdown.append(self._hang_up)
        self._runner = web.AppRunner(server, shutdown_timeout=0.5, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self.state.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening."""
        if self._http:
            await self._http.close()
        if self._runner:
            await self._runner.cleanup()

    async def _hang_up(self, _: web.Application) -> None:
        await self.sockets.close()

    @property
    def base_url(self) -> str:
        """What slack_sdk's clients take as base_url."""
        return f"{self.state.base_url}/api/"

    @property
    def complaints(self) -> list[str]:
        """What real Slack would let pass in silence, and an app had better not do."""
        return self.state.complaints

    def deliver_to(self, url: str, asgi: Any = None) -> None:
        """Deliver over signed HTTP from now on: to an address, or straight into an ASGI app under that address."""
        self._http = SignedHttp(self.app, url, asgi)

    def calls(self, method: str | None = None) -> list[Call]:
        """What was called so far, in order; the response URLs' uses are called `response_url`."""
        return [call for call in self.state.calls if method in (None, call.method)]

    def responses(self, ack: Ack | None = None) -> list[Json]:
        """What was accepted at response URLs, or at the one of a delivery."""
        if ack is None:
            return [one for url in self.state.response_urls.values() for one in url.responses]
        return self.state.response_urls[ack.delivery.payload["response_url"].rsplit("/", 1)[-1]].responses

    async def wait_for(self, condition: Callable[[], Result], timeout: float = 5.0) -> Result:  # noqa: ASYNC109
        """What a condition gives once it gives something true; TimeoutError tells what was called instead."""
        deadline = asyncio.get_running_loop().time() + timeout
        while not (found := condition()):
            if asyncio.get_running_loop().time() > deadline:
                called = [f"{call.method}{f' ({call.error})' if call.error else ''}" for call in self.state.calls]
                raise TimeoutError(f"waited {timeout} s in vain; calls: {called}; complaints: {self.complaints}")
            self.state.changed.clear()
            try:
                await asyncio.wait_for(self.state.changed.wait(), 0.02)
            except TimeoutError:
                continue
        return found

    async def send_event(
        self,
        event: Json,
        team: Team | None = None,
        *,
        event_id: str | None = None,
        retries: int = 0,
        override: Mapping[str, Any] | None = None,
        seconds: float = ACK_SECONDS,
        signing: Signing = PROPER,
    ) -> Ack:
        """Deliver an event; `override` changes fields of its envelope, such as api_app_id.

        A message that the world does not know yet is written into it, so that it can be answered.
        """
        team = team or self.default_team
        installation = self.world.installation(team)
        channel = team.channels.get(str(event.get("channel")))
        self._remember(team, event)
        shared = channel is not None and channel.is_ext_shared
        payload = events.envelope(self.app, installation, event, event_id, shared) | dict(override or {})
        return await self._deliver(Delivery("events_api", payload, False), seconds, signing, retries)

    async def send_command(
        self,
        payload: Json,
        *,
        seconds: float = ACK_SECONDS,
        signing: Signing = PROPER,
    ) -> Ack:
        """Deliver a slash command."""
        ack = await self._deliver(Delivery("slash_commands", payload, True), seconds, signing)
        answered_command(self.state, ack)
        return ack

    async def send_action(
        self,
        payload: Json,
        *,
        seconds: float = ACK_SECONDS,
        signing: Signing = PROPER,
    ) -> Ack:
        """Deliver block_actions."""
        return await self._deliver(Delivery("interactive", payload, False), seconds, signing)

    send_shortcut = send_action
    """Deliver a message_action or a shortcut."""

    async def send_view_submission(
        self,
        payload: Json,
        *,
        seconds: float = ACK_SECONDS,
        signing: Signing = PROPER,
    ) -> Ack:
        """Deliver a modal that was sent; its answer closes, changes or keeps it."""
        ack = await self._deliver(Delivery("interactive", payload, True), seconds, signing)
        team = self.world.teams[payload["team"]["id"]]
        view = team.modals.get(payload["view"]["id"])
        if view is not None:
            answered_view(self.state, team, view, ack)
        return ack

    async def redeliver(
        self,
        delivery: Delivery,
        attempt: int = 1,
        reason: str = "timeout",
        seconds: float = ACK_SECONDS,
    ) -> Ack:
        """Send a delivery once more, as Slack does when it thinks that it was not heard."""
        again = dataclasses.replace(delivery, attempt=attempt, reason=reason)
        return await self._deliver(again, seconds, PROPER)

    async def send_raw(
        self,
        body: str,
        content_type: str = "application/json",
        *,
        seconds: float = ACK_SECONDS,
        signing: Signing = PROPER,
    ) -> Ack:
        """Post any body at all to the app, signed."""
        if self._http is None:
            raise RuntimeError("deliver_to has not named an address; over sockets, use sockets.send_raw")
        return await self._http.send(Delivery("raw", {}, False), body, content_type, seconds, signing)

    @property
    def default_team(self) -> Team:
        """The first team."""
        return next(iter(self.world.teams.values()))

    async def _deliver(self, delivery: Delivery, seconds: float, signing: Signing, retries: int = 0) -> Ack:
        self.state.deliveries.append(delivery)
        try:
            if self._http is not None:
                ack = await self._http.deliver(delivery, seconds, signing)
            else:
                ack = await self.sockets.deliver(delivery, seconds)
            if ack.ok or not retries or ack.headers.get("x-slack-no-retry") == "1":
                return ack
            reason = "http_error"
        except NotAcknowledged as error:
            if not retries:
                raise
            reason = "http_timeout" if self._http is not None else "timeout"
            if error.why == "the socket was lost":
                await self.sockets.connected(seconds, delivery)
        again = dataclasses.replace(delivery, attempt=delivery.attempt + 1, reason=reason)
        return await self._deliver(again, seconds, signing, retries - 1)

    def _remember(self, team: Team, event: Json) -> None:
        channel = team.channels.get(str(event.get("channel")))
        ts, thread = event.get("ts"), event.get("thread_ts")
        wrote = event.get("type") in ("message", "app_mention") and event.get("subtype") in (None, "thread_broadcast")
        if channel is not None and wrote and isinstance(ts, str) and ts not in channel.messages:
            text, user = str(event.get("text") or ""), event.get("user")
            channel.messages[ts] = Message(ts, channel.id, team.id, text, user, thread_ts=thread)
