"""/api/<method>: who asks, may they, is it well formed; then the method, and everything is recorded."""

import asyncio
import base64
import binascii

from aiohttp import web

from tests.emulators.slack.arguments import checked, read
from tests.emulators.slack.calls import Call, Json, Refusal
from tests.emulators.slack.faults import Dropped, Ratelimited
from tests.emulators.slack.methods import METHODS
from tests.emulators.slack.methods.base import Asked
from tests.emulators.slack.models import Installation
from tests.emulators.slack.oauth import exchange
from tests.emulators.slack.openid import identify
from tests.emulators.slack.sockets import Sockets
from tests.emulators.slack.state import State


class WebApi:
    """Answers the Web API."""

    def __init__(self, state: State, sockets: Sockets):
        self._state = state
        self._sockets = sockets

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        name = request.match_info["method"]
        call = Call(name, {}, None, asyncio.get_running_loop().time())
        scopes = ""
        try:
            try:
                call.arguments = await read(request)
            finally:
                call.token = _token(request, call.arguments)
                self._state.record(call)
            await self._state.faults.meet(name)
            said, scopes = self._answer(name, call, request)
            call.answer = {"ok": True, **said}
        except Dropped:
            call.error = "dropped"
            return cut(request)
        except Refusal as refusal:
            call.error, call.answer = refusal.error or str(refusal.status), refusal.answer
            if not refusal.error:
                return web.Response(status=refusal.status, text="<html>Server error</html>", content_type="text/html")
            headers = {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, Ratelimited) else {}
            return web.json_response(refusal.answer, status=refusal.status, headers=headers)
        finally:
            self._state.changed.set()
        return web.json_response(call.answer, headers={"x-oauth-scopes": scopes} if scopes else {})

    def _answer(self, name: str, call: Call, request: web.Request) -> tuple[Json, str]:
        if name == "oauth.v2.access":
            return exchange(self._state, call.arguments, _basic(request)), ""
        if name == "openid.connect.token":
            return identify(self._state, call.arguments, _basic(request)), ""
        if name == "apps.connections.open":
            if call.token != self._state.app.app_token:
                raise Refusal(
                    "not_allowed_token_type" if call.token in self._state.world.installations else "invalid_auth"
                )
            checked(call.arguments, {}, {})
            return {"url": self._sockets.ticket()}, "connections:write"
        if name not in METHODS:
            raise Refusal("unknown_method", req_method=name)
        method = METHODS[name]
        installation = self._installation(call.token)
        asked = Asked(self._state, installation, {})
        asked.need(*method.scopes)
        args = checked(call.arguments, method.needs, method.takes)
        scopes = ",".join(sorted(installation.scopes))
        return method.answer(Asked(self._state, installation, args)), scopes

    def _installation(self, token: str | None) -> Installation:
        if not token:
            raise Refusal("not_authed")
        if token == self._state.app.app_token:
            raise Refusal("not_allowed_token_type")
        installation = self._state.world.installations.get(token)
        if installation is None:
            raise Refusal("invalid_auth")
        if installation.revoked:
            raise Refusal("token_revoked")
        if installation.uninstalled:
            raise Refusal("account_inactive")
        return installation


def cut(request: web.Request) -> web.Response:
    """Break the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _token(request: web.Request, arguments: Json) -> str | None:
    given = arguments.pop("token", None)
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind == "Bearer" else given


def _basic(request: web.Request) -> tuple[str, str] | None:
    kind, _, word = request.headers.get("Authorization", "").partition(" ")
    if kind != "Basic":
        return None
    try:
        user, _, secret = base64.b64decode(word).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, secret
