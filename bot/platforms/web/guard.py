"""Who may call a page and how much they may send; what browsers may do with it."""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 300_000
"""Bytes of a request's body: 40,000 characters, each written as \\uXXXX escapes, and some room."""
OWN_HEADER = "x-counterpoint"
"""Sent by the demo page's own script; another site cannot send it without being allowed to, and none is."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
FORM_HEADERS = HEADERS | {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",  # without any, browsers name no origin when they send a form
}
"""The same for pages without scripts that send forms."""


class Guard:
    """ASGI middleware over some paths; `allowed` says of a request that changes something whether it may."""

    def __init__(
        self,
        app: ASGIApp,
        paths: Sequence[str] = ("/demo",),
        allowed: Callable[[Headers], bool] | None = None,
        headers: Mapping[str, str] = HEADERS,
    ):
        self._app = app
        self._paths = tuple(paths)
        self._allowed = allowed or same_origin
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what comes from elsewhere or is too large; add the headers to every answer."""
        if scope["type"] != "http" or not self._guarded(scope["path"]):
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        if scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send_guarded)
        elif not self._allowed(Headers(scope=scope)):
            refusal = JSONResponse({"detail": "Only this page itself may do that."}, 403)
            await refusal(scope, receive, send_guarded)
        elif (body := await _whole_body(receive)) is None:
            refusal = JSONResponse({"detail": "That is more than this page takes at once."}, 413)
            await refusal(scope, receive, send_guarded)
        else:
            await self._app(scope, _replayed(body, receive), send_guarded)

    def _guarded(self, path: str) -> bool:
        return any(path == own or path.startswith(f"{own}/") for own in self._paths)


def same_origin(headers: Headers) -> bool:
    """Whether a request comes from the page's own script."""
    return bool(headers.get(OWN_HEADER)) and from_this_site(headers)


def from_this_site(headers: Headers) -> bool:
    """Whether a request comes from one of this site's pages, as far as browsers say; other programs do not say."""
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def explain_bad_requests(app: FastAPI) -> None:
    """Answer a request that cannot be used with what is wrong, without repeating what was sent."""

    async def explain(_: Request, error: Exception) -> JSONResponse:
        faults = error.errors() if isinstance(error, RequestValidationError) else []
        where = ", ".join(".".join(str(part) for part in fault["loc"][1:]) or "the body" for fault in faults)
        detail = "; ".join(sorted({str(fault["msg"]) for fault in faults}))
        return JSONResponse({"detail": f"{detail} ({where})"}, 422)

    app.add_exception_handler(RequestValidationError, explain)


async def _whole_body(receive: Receive) -> bytes | None:
    """The body of a request, or None where it is too large."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_BODY:
            return None
    return body


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A body that was read already, once more."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
