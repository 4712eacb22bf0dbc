"""Socket Mode: tickets, envelopes and their acknowledgements."""

import asyncio
import itertools
import json
import uuid
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType, web

from tests.emulators.slack.calls import Ack, Delivery, Json, NotAcknowledged
from tests.emulators.slack.state import State

MAX_CONNECTIONS = 10


@dataclass
class _Pending:
    delivery: Delivery
    socket: web.WebSocketResponse
    answer: "asyncio.Future[Json]"


class Sockets:
    """The sockets that the app holds open."""

    def __init__(self, state: State):
        self._state = state
        self._tickets: set[str] = set()
        self._open: dict[web.WebSocketResponse, web.Request] = {}
        self._pending: dict[str, _Pending] = {}
        self._turns = itertools.count()
        self.in_turn = False
        """Whether each delivery takes another socket, as with several processes; else the newest has them all."""
        self.hellos = 0
        """How many connections there have been."""

    @property
    def open(self) -> int:
        """How many sockets are open."""
        return len(self._open)

    def ticket(self) -> str:
        """An address for one connection."""
        ticket = uuid.uuid4().hex
        self._tickets.add(ticket)
        return f"{self._state.base_url.replace('http', 'ws', 1)}/socket?ticket={ticket}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One connection, until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=None)
        await socket.prepare(request)
        if self.open >= MAX_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        self._open[socket] = request
        self.hellos += 1
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": self.open,
                "debug_info": {"host": "loopback", "approximate_connection_time": 18_060},
                "connection_info": {"app_id": self._state.app.id},
            }
        )
        self._state.changed.set()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._heard(message.data)
        finally:
            self._open.pop(socket, None)
            self._lost(socket)
            self._state.changed.set()
        return socket

    async def deliver(self, delivery: Delivery, seconds: float) -> Ack:
        """Send an envelope over the newest socket and wait for its acknowledgement."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        await self.connected(seconds, delivery)
        sockets = list(self._open)
        socket = sockets[next(self._turns) % len(sockets) if self.in_turn else -1]
        envelope: Json = {
            "envelope_id": str(uuid.uuid4()),
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.accepts_response,
        }
        if delivery.kind == "events_api":
            envelope |= {"retry_attempt": delivery.attempt, "retry_reason": delivery.reason or ""}
        pending = _Pending(delivery, socket, loop.create_future())
        self._pending[envelope["envelope_id"]] = pending
        try:
            await socket.send_json(envelope)
            said = await asyncio.wait_for(pending.answer, seconds)
        except TimeoutError as error:
            raise NotAcknowledged(delivery, f"nothing came in {seconds} s") from error
        except ConnectionError as error:
            raise NotAcknowledged(delivery, "the socket was lost") from error
        finally:
            del self._pending[envelope["envelope_id"]]
        return Ack(delivery, loop.time() - began, said.get("payload"))

    async def connected(self, seconds: float = 5.0, delivery: Delivery | None = None) -> None:
        """Wait until a socket is open."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not self._open:
            if asyncio.get_running_loop().time() > deadline:
                raise NotAcknowledged(delivery or Delivery("hello", {}, False), "no socket is open")
            await asyncio.sleep(0.01)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to come back anew: `warning`, `refresh_requested` or `link_disabled`."""
        for socket in list(self._open):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "loopback"}})

    async def close(self) -> None:
        """Close every socket politely."""
        for socket in list(self._open):
            await socket.close()

    def drop(self) -> None:
        """Cut every connection off."""
        for request in list(self._open.values()):
            if request.transport is not None:
                request.transport.abort()

    async def send_raw(self, text: str) -> None:
        """Send any text at all to every socket."""
        for socket in list(self._open):
            await socket.send_str(text)

    def _heard(self, text: str) -> None:
        try:
            said: Any = json.loads(text)
        except ValueError:
            said = None
        if not isinstance(said, dict) or not isinstance(said.get("envelope_id"), str):
            self._state.complain("the app sent something over the socket that is no acknowledgement")
            return
        pending = self._pending.get(said["envelope_id"])
        if pending is None or pending.answer.done():
            self._state.complain("the app acknowledged an envelope late, twice, or one that was never sent")
            return
        if said.get("payload") and not pending.delivery.accepts_response:
            self._state.complain(f"the app answered {pending.delivery.kind} with a payload, which is not read")
        pending.answer.set_result(said)

    def _lost(self, socket: web.WebSocketResponse) -> None:
        for pending in self._pending.values():
            if pending.socket is socket and not pending.answer.done():
                pending.answer.set_exception(ConnectionError())
