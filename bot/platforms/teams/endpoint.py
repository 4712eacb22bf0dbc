"""What Teams calls: requests that cannot be its are refused before anything looks at them."""

import ipaddress
import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import jwt
from fastapi import Request, Response
from fastapi.responses import JSONResponse
from microsoft_teams.apps.http import HttpRequest, HttpRouteHandler
from microsoft_teams.apps.http.adapter import HttpMethod

log = logging.getLogger(__name__)

PATH = "/api/messages"
MAX_BYTES = 512_000
"""Teams sends at most 28 KB of text, and a message extension the message it was called on."""
SERVICES = (
    "smba.trafficmanager.net",
    "botframework.com",
    "botframework.us",
    "botframework.azure.us",
    "botframework.azure.cn",
    "teams.microsoft.com",
    "teams.microsoft.us",
    "infra.gcc.teams.microsoft.com",
    "infra.gov.teams.microsoft.us",
    "infra.dod.teams.microsoft.us",
)
"""Hosts, and parents of hosts, that the bot's own token is sent to."""


class Endpoint:
    """The one route, as the SDK's server adapter; `issuer` signs the tokens, None where none are asked for."""

    def __init__(self, issuer: str | None, services: tuple[str, ...] = SERVICES):
        self._issuer = issuer
        self._services = services
        self._handler: HttpRouteHandler | None = None

    def register_route(self, method: HttpMethod, path: str, handler: HttpRouteHandler) -> None:
        """The SDK names its handler."""
        self._handler = handler

    def serve_static(self, path: str, directory: str) -> None:
        """Nothing is served but the route."""

    async def start(self, port: int) -> None:
        """The composition root listens."""

    async def stop(self) -> None:
        """The composition root stops listening."""

    async def answer(self, request: Request) -> Response:
        """Answer a request of Teams."""
        handler = self._handler
        if handler is None:
            return _refused(HTTPStatus.SERVICE_UNAVAILABLE, "Counterpoint is starting; try again.")
        if self._issuer is None and not _on_loopback(request.client.host if request.client else None):
            return _refused(HTTPStatus.FORBIDDEN, "Without tokens, only this machine may call.")
        body = await _read(request)
        if isinstance(body, Response):
            return body
        if not is_service(str(body["serviceUrl"]), self._services):
            log.warning("Teams: a request names a service that is not Microsoft's; it is refused")
            return _refused(HTTPStatus.FORBIDDEN, "The service URL is not allowed.")
        if self._issuer is not None and not _is_by(request, self._issuer):
            return _refused(HTTPStatus.UNAUTHORIZED, "The token is missing, or not one of Teams.")
        answer = await handler(HttpRequest(body=body, headers=dict(request.headers)))
        if answer["status"] == HTTPStatus.UNAUTHORIZED:
            log.warning("Teams: a request was refused, for its token is not valid for CLIENT_ID")
        return JSONResponse(answer.get("body") or {}, answer["status"])


def is_service(url: str, services: tuple[str, ...]) -> bool:
    """Whether an address is one that the bot may send its token to: of a known host, over HTTPS or on loopback."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        port_is_usual = parts.port in (None, 443)
    except ValueError:
        return False
    if _on_loopback(host):
        return host in services
    known = any(host == service or host.endswith("." + service) for service in services)
    return known and parts.scheme == "https" and port_is_usual and not (parts.username or parts.password)


async def _read(request: Request) -> dict[str, Any] | Response:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BYTES:
            return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is too long.")
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return _refused(HTTPStatus.BAD_REQUEST, "The request is not JSON.")
    return body if _is_activity(body) else _refused(HTTPStatus.BAD_REQUEST, "The request is not an activity.")


def _is_activity(body: object) -> bool:
    if not isinstance(body, Mapping):
        return False
    return all(isinstance(body.get(name), str) for name in ("type", "serviceUrl")) and isinstance(
        body.get("id", ""), str
    )


def _is_by(request: Request, issuer: str) -> bool:
    """Whether a request's token says that it is this issuer's, and that it ends: the SDK asks neither of every token.

    Of tokens of other issuers it would fetch the keys, wherever they say those are.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        said = jwt.decode(token, options={"verify_signature": False}) if scheme == "Bearer" else {}
    except jwt.PyJWTError:
        return False
    return said.get("iss") == issuer and "exp" in said


def _on_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _refused(status: HTTPStatus, why: str) -> Response:
    headers = {"Retry-After": "5"} if status is HTTPStatus.SERVICE_UNAVAILABLE else None
    return JSONResponse({"error": why}, status, headers)
