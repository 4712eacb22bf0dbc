"""What an operator's tools ask: is the process alive, is it ready, what has it counted?"""

import secrets
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

if TYPE_CHECKING:
    from bot.app import Parts

TOKEN_WANTED = "Send METRICS_TOKEN as a bearer token: Authorization: Bearer …"  # noqa: S105  (no secret, but a sentence)


def router(parts: "Parts", token: str | None = None) -> APIRouter:
    """/healthz, /readyz and /metrics; the last only for who sends the token, where there is one."""
    routes = APIRouter()

    @routes.get("/healthz")
    async def healthz() -> dict[str, bool]:
        """Whether the process is alive."""
        return {"alive": True}

    @routes.get("/readyz")
    async def readyz() -> JSONResponse:
        """Whether the model is loaded, the database answers and every platform is connected; 503 until all are so."""
        found = await parts.readiness()
        return JSONResponse(found.as_json(), 200 if found.ready else 503)

    @routes.get("/metrics")
    async def metrics(authorization: Annotated[str, Header()] = "") -> Response:
        """Counters, without any text."""
        if token is not None and not _is_bearer(authorization, token):
            return JSONResponse({"error": TOKEN_WANTED}, 401, {"WWW-Authenticate": "Bearer"})
        await parts.look()
        return Response(parts.metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return routes


def _is_bearer(authorization: str, token: str) -> bool:
    scheme, _, given = authorization.partition(" ")
    return scheme.lower() == "bearer" and secrets.compare_digest(given.strip().encode(), token.encode())
