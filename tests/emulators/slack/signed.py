"""Signed HTTP: how Slack calls an app that has a public address.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.emulators.slack.calls import Ack, Delivery, Json, NotAcknowledged
from tests.emulators.slack.models import App

SIGNATURE, TIMESTAMP = "X-Slack-Signature", "X-Slack-Request-Timestamp"


@dataclass(frozen=True)
class Signing:
    """How a request is signed; by default, as it should be."""

    secret: str | None = None
    """Another secret than the app's."""
    age: float = 0.0
    """How many seconds ago it claims to have been signed."""
    signature: str | None = None
    """A signature in place of the true one."""
    omit: Collection[str] = ()
    """Names of headers to leave out."""

    def headers(self, app: App, body: str) -> dict[str, str]:
        """The headers of a request with a body."""
        stamp = str(int(time.time() - self.age))
        key = (self.secret or app.signing_secret).encode()
        digest = hmac.new(key, f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {TIMESTAMP: stamp, SIGNATURE: self.signature or f"v0={digest}"}
        return {name: value for name, value in headers.items() if name not in self.omit}


PROPER = Signing()
FORGED = Signing(secret="somebody-else's")
STALE = Signing(age=360.0)
BARE = Signing(omit=(SIGNATURE, TIMESTAMP))


class SignedHttp:
    """Posts to the app's request URL, over the network or straight into an ASGI app."""

    def __init__(self, app: App, url: str, asgi: Any = None):
        self._app = app
        self._url = url
        transport = httpx.ASGITransport(app=asgi, raise_app_exceptions=False) if asgi is not None else None
        self._client = httpx.AsyncClient(transport=transport, trust_env=False, timeout=None)  # noqa: S113  it is below

    async def deliver(self, delivery: Delivery, seconds: float, signing: Signing = PROPER) -> Ack:
        """Post a delivery in the form of its kind; any status is an answer."""
        body, content_type = encoded(delivery)
        headers = {}
        if delivery.attempt:
            headers = {
                "X-Slack-Retry-Num": str(delivery.attempt),
                "X-Slack-Retry-Reason": delivery.reason or "http_error",
            }
        return await self.send(delivery, body, content_type, seconds, signing, headers)

    async def send(
        self,
        delivery: Delivery,
        body: str,
        content_type: str,
        seconds: float,
        signing: Signing = PROPER,
        more: dict[str, str] | None = None,
    ) -> Ack:
        """Post any body at all."""
        headers = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0", **(more or {})}
        headers |= signing.headers(self._app, body)
        began = asyncio.get_running_loop().time()
        try:
            posting = self._client.post(self._url, content=body.encode(), headers=headers)
            answer = await asyncio.wait_for(posting, seconds)
        except TimeoutError as error:
            raise NotAcknowledged(delivery, f"nothing came in {seconds} s") from error
        except httpx.TransportError as error:
            raise NotAcknowledged(delivery, type(error).__name__) from error
        took = asyncio.get_running_loop().time() - began
        return Ack(delivery, took, _payload(answer), answer.status_code, answer.text, dict(answer.headers))

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()


def encoded(delivery: Delivery) -> tuple[str, str]:
    """A delivery's body and content type."""
    if delivery.kind == "events_api":
        return json.dumps(delivery.payload), "application/json"
    if delivery.kind == "slash_commands":
        return urlencode(delivery.payload), "application/x-www-form-urlencoded"
    return urlencode({"payload": json.dumps(delivery.payload)}), "application/x-www-form-urlencoded"


def _payload(answer: httpx.Response) -> Json | None:
    if not answer.content or not answer.is_success:
        return None
    try:
        said = answer.json()
    except ValueError:
        return {"text": answer.text}
    return said if isinstance(said, dict) else None
