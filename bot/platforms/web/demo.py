"""The demo page: its routes, and the platform that holds them together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Cookie, FastAPI, HTTPException, Query, Response
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles

from bot.directives import Directive
from bot.platforms import Condition
from bot.platforms.web import requests
from bot.platforms.web.adapter import PEOPLE_BY_ID, Adapter
from bot.platforms.web.buttons import press
from bot.platforms.web.cast import PEOPLE, Person
from bot.platforms.web.clock import travelled
from bot.platforms.web.conversation import Conversation, Kind, Post
from bot.platforms.web.guard import Guard
from bot.platforms.web.sessions import MAX_AHEAD, Session, Sessions, forget
from bot.platforms.web.view import Json, cast_json, state_json
from bot.service import Bot
from bot.store import StoreUnavailable

ASSETS = Path(__file__).parent / "assets"
COOKIE = "counterpoint_demo"
AWAY = "The database cannot be reached. The page goes on by itself when it is back."
GONE = "That message is no longer here."
NOT_YOURS = "Only your own messages can be deleted."
CookieValue = Annotated[str | None, Cookie(alias=COOKIE)]
Stage = Callable[[], tuple[str, bool]]
"""What is being done while there is no bot yet, and whether waiting is of no use."""


class NotReady(Exception):
    """The page cannot be served now; `state` is loading, failed or database."""

    def __init__(self, state: str, detail: str):
        super().__init__(detail)
        self.state = state


class DemoPage:
    """A chat platform of its own: a page, and a workspace for each browser that opens it."""

    name = "Demo page"

    def __init__(self, stage: Stage):
        self._stage = stage
        self._sessions = Sessions()
        self._adapter: Adapter | None = None

    @property
    def condition(self) -> Condition:
        """Connected once there is a bot."""
        return Condition(self._adapter is not None)

    def mount(self, app: FastAPI) -> None:
        """Add the page at /demo, and lead / to it."""
        app.add_middleware(Guard)
        app.add_exception_handler(NotReady, _not_ready)
        app.include_router(_pages())
        app.include_router(self._api(), prefix="/demo/api")
        app.mount("/demo/assets", StaticFiles(directory=ASSETS))

    async def start(self, bot: Bot) -> None:
        """The bot is ready."""
        self._adapter = Adapter(bot)

    async def stop(self) -> None:
        """Leave nothing of the visitors in the database."""
        if self._adapter:
            await self._sessions.end(self._adapter.bot.store)

    def _ready(self) -> Adapter:
        if self._adapter is None:
            stage, hopeless = self._stage()
            raise NotReady("failed" if hopeless else "loading", stage)
        return self._adapter

    @asynccontextmanager
    async def _visit(self, cookie: str | None) -> AsyncIterator[tuple[Adapter, Session]]:
        """A visitor's session, by itself and on its own clock."""
        adapter = self._ready()
        session = self._sessions.find(cookie)
        if session is None:
            raise HTTPException(409, "This page was asleep for too long; it begins anew.")
        async with session.lock:
            with travelled(session.ahead):
                yield adapter, session

    async def _open(self, adapter: Adapter, session: Session) -> None:
        try:
            await adapter.open(session)
        except StoreUnavailable:
            session.opened, session.conversation = False, Conversation()
            raise NotReady("database", AWAY) from None

    def _api(self) -> APIRouter:
        api = APIRouter()

        @api.get("/cast")
        async def cast() -> Json:
            """Who and what is there."""
            return cast_json(self._ready().bot)

        @api.get("/state")
        async def state(
            response: Response,
            speaker: Annotated[str, Query(max_length=100)] = PEOPLE[0].id,
            known: int | None = None,
            cookie: CookieValue = None,
        ) -> Response:
            """What the speaker sees; 204 where that is version `known` still."""
            adapter = self._ready()
            if self._sessions.find(cookie) is None:
                cookie, _ = await self._sessions.begin(adapter.bot.store)
            async with self._visit(cookie) as (_, session):
                await self._open(adapter, session)
                if known == session.conversation.version and await _answers(adapter.bot):
                    return Response(status_code=204)
                viewer = PEOPLE_BY_ID.get(speaker, PEOPLE[0])
                answer = JSONResponse(await state_json(adapter.bot, session, viewer))
            answer.set_cookie(COOKIE, cookie or "", path="/demo", httponly=True, samesite="strict")
            return answer

        @api.post("/messages")
        async def say(request: requests.Say, cookie: CookieValue = None) -> Json:
            """Send what was typed."""
            async with self._visit(cookie) as (adapter, session):
                person = PEOPLE_BY_ID[request.speaker]
                if request.thread is not None:
                    root = _seen(session, request.thread, person)
                    if root.thread or root.channel != request.channel:
                        raise HTTPException(404, GONE)
                if request.text.strip():
                    await adapter.say(session, person, request.channel, request.text, request.thread)
                return await state_json(adapter.bot, session, person)

        @api.post("/buttons")
        async def button(request: requests.Press, cookie: CookieValue = None) -> Json:
            """Press a button under a post."""
            async with self._visit(cookie) as (adapter, session):
                person = PEOPLE_BY_ID[request.speaker]
                await press(adapter, session, person, _seen(session, request.post, person), request.button)
                return await state_json(adapter.bot, session, person)

        @api.post("/deletions")
        async def delete(request: requests.Delete, cookie: CookieValue = None) -> Json:
            """Delete a message of one's own."""
            async with self._visit(cookie) as (adapter, session):
                person = PEOPLE_BY_ID[request.speaker]
                post = _seen(session, request.post, person)
                if post.kind is not Kind.MESSAGE or post.author != person.id:
                    raise HTTPException(403, NOT_YOURS)
                await adapter.delete(session, post)
                return await state_json(adapter.bot, session, person)

        @api.post("/settings")
        async def settings(request: requests.Change, cookie: CookieValue = None) -> Json:
            """Change a setting; what the bot says to it stands under `said`."""
            async with self._visit(cookie) as (adapter, session):
                person = PEOPLE_BY_ID[request.speaker]
                directive = Directive(request.verb, request.mode, request.trope, request.here)
                said = await adapter.direct(session, person, request.channel, directive)
                return {**await state_json(adapter.bot, session, person), "said": said}

        @api.post("/time")
        async def skip(request: requests.Skip, cookie: CookieValue = None) -> Json:
            """Set the visitor's clock ahead."""
            return await self._skip(request, cookie)

        @api.post("/forget")
        async def begin_anew(request: requests.Forget, cookie: CookieValue = None) -> Json:
            """Forget everything of this visitor, and hold the opening discussion again."""
            async with self._visit(cookie) as (adapter, session):
                await forget(adapter.bot.store, session)
                fresh = Conversation(session.conversation)
                session.conversation, session.opened, session.ahead = fresh, False, Session().ahead
            async with self._visit(cookie) as (adapter, session):
                await self._open(adapter, session)
                return await state_json(adapter.bot, session, PEOPLE_BY_ID[request.speaker])

        return api

    async def _skip(self, request: requests.Skip, cookie: str | None) -> Json:
        async with self._visit(cookie) as (_, session):
            session.ahead = min(session.ahead + request.span, MAX_AHEAD)
            session.conversation.changed()
        async with self._visit(cookie) as (adapter, session):
            return await state_json(adapter.bot, session, PEOPLE_BY_ID[request.speaker])


def _pages() -> APIRouter:
    pages = APIRouter()

    @pages.get("/", include_in_schema=False)
    async def lead() -> Response:
        return RedirectResponse("/demo")

    @pages.get("/demo", include_in_schema=False)
    async def page() -> Response:
        return FileResponse(ASSETS / "index.html", headers={"Cache-Control": "no-cache"})

    return pages


def _seen(session: Session, post_id: str, person: Person) -> Post:
    """A post that this person sees."""
    post = session.conversation.get(post_id)
    if post is None or post.visible_to not in (None, person.id):
        raise HTTPException(404, GONE)
    return post


async def _answers(bot: Bot) -> bool:
    try:
        await bot.store.ping()
    except StoreUnavailable:
        return False
    return True


async def _not_ready(_: object, error: Exception) -> Response:
    state = error.state if isinstance(error, NotReady) else "failed"
    return JSONResponse({"state": state, "detail": str(error)}, 503, headers={"Retry-After": "1"})
