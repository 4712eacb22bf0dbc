"""What an operator's tools ask: is the process alive, is it ready, what has it counted?"""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

if TYPE_CHECKING:
    from bot.app import Parts


def router(parts: "Parts") -> APIRouter:
    """/healthz, /readyz and /metrics."""
    routes = APIRouter()

    @routes.get("/healthz")
    async def healthz() -> dict[str, bool]:
        """Whether the process is alive."""
        return {"alive": True}

    @routes.get("/readyz")
    async def readyz() -> JSONResponse:
        """Whether the model is loaded and the database answers; 503 until both are so."""
        loaded = parts.bot is not None
        database = await parts.database_answers()
        ready = loaded and database
        stage = parts.stage if database or not loaded else "The database cannot be reached"
        found = {"ready": ready, "model": loaded, "database": database, "stage": stage}
        return JSONResponse(found, 200 if ready else 503)

    @routes.get("/metrics")
    async def metrics() -> Response:
        """Counters, without any text."""
        return Response(parts.metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return routes
