"""The connector: takes what a bot posts, strictly, gives ids, and refuses when told to."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import httpx
from aiohttp import web

from tests.emulators.teams.activities import BOT, Place, Somebody, activity, said
from tests.emulators.teams.checks import CARD, Refused, card_words, check_message
from tests.emulators.teams.tokens import Signer

Found = TypeVar("Found")
WAIT = 10.0


@dataclass(slots=True)
class Post:
    """Something that the bot posted."""

    id: str
    conversation: str
    person: str | None
    """Who alone sees it; None for everybody."""
    activity: dict[str, Any]
    deleted: bool = False
    changed: int = 0

    @property
    def card(self) -> dict[str, Any]:
        """Its card."""
        cards = [a["content"] for a in self.activity.get("attachments") or [] if a["contentType"] == CARD]
        return dict(cards[0]) if cards else {}

    @property
    def words(self) -> str:
        """What somebody reads."""
        return card_words(self.card) or str(self.activity.get("text") or "")


@dataclass(slots=True)
class Fault:
    """How the next call of a kind is refused."""

    method: str
    holds: str
    """What its path holds."""
    status: int
    headers: dict[str, str]
    times: int


class Teams:
    """Teams itself; use it as an async context manager."""

    def __init__(self, token: str | None = None, port: int = 0):
        self._port = port
        self.token = token
        """What the bot has to send as its own token; None where it sends none."""
        self.signer = Signer("bot-app-id")
        self.posts: list[Post] = []
        self.people: dict[str, Somebody] = {}
        self.refused: list[str] = []
        """Why messages were not taken."""
        self.unavailable: set[str] = set()
        """Conversations that the bot is not in."""
        self._faults: list[Fault] = []
        self._ids: Iterator[int] = itertools.count(int(time.time() * 1000))
        self._deliver: httpx.AsyncClient | None = None
        self.address = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v3/conversations", self._create)
        app.router.add_post("/v3/conversations/{conversation}/activities", self._post)
        app.router.add_put("/v3/conversations/{conversation}/activities/{activity}", self._put)
        app.router.add_delete("/v3/conversations/{conversation}/activities/{activity}", self._delete)
        app.router.add_get("/v3/conversations/{conversation}/members/{member}", self._member)
        app.router.add_get("/v1/.well-known/keys", self._keys)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        port = self._runner.addresses[0][1]
        self.address = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._deliver:
            await self._deliver.aclose()
        await self._runner.cleanup()

    @property
    def metadata(self) -> str:
        """Where a bot learns of the keys by which its requests are signed."""
        return f"{self.address}/v1/.well-known/openidconfiguration"

    def deliver_to(self, app: Any, client: str = "127.0.0.1") -> None:
        """Send what happens to an ASGI app, from an address."""
        transport = httpx.ASGITransport(app, client=(client, 50000))
        self._deliver = httpx.AsyncClient(transport=transport, base_url="http://app")

    def deliver_over_http(self, address: str) -> None:
        """Send what happens to a process that listens at an address."""
        self._deliver = httpx.AsyncClient(base_url=address, trust_env=False)

    def somebody(self, name: str, **more: Any) -> Somebody:
        """A new person."""
        person = Somebody(f"29:{name.lower()}", name, **more)
        self.people[person.id] = person
        return person

    def id(self) -> str:
        """A new id: Teams counts milliseconds."""
        return str(next(self._ids))

    def refuse(self, status: int, method: str = "POST", holds: str = "", times: int = 1, **headers: str) -> None:
        """Refuse the next calls of a kind."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._faults.append(Fault(method, holds, status, named, times))

    async def send(self, made: dict[str, Any], token: str | None = None) -> httpx.Response:
        """Send an activity to the bot, with a token or without."""
        assert self._deliver, "deliver_to comes first"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self._deliver.post("/api/messages", json=made, headers=headers)

    async def send_raw(self, content: bytes) -> httpx.Response:
        """Send bytes to the bot."""
        assert self._deliver, "deliver_to comes first"
        return await self._deliver.post("/api/messages", content=content)

    def made(self, kind: str, by: Somebody, place: Place, **more: Any) -> dict[str, Any]:
        """An activity of a kind; `root` is the first message of its chain."""
        id_ = more.pop("id", None) or self.id()
        return {**activity(self.address, kind, id_, by, place, more.pop("root", None) or id_), **more}

    async def says(
        self, by: Somebody, place: Place, text: str, mention: bool = False, root: str | None = None, **more: Any
    ) -> str:
        """Somebody writes a message; its id."""
        made = said(self.made("message", by, place, root=root), text, mention)
        answer = await self.send({**made, **more})
        assert answer.status_code == httpx.codes.OK, answer.text
        return str(made["id"])

    async def invokes(self, name: str, by: Somebody, place: Place, value: dict[str, Any], **more: Any) -> Any:
        """Somebody does something that the bot answers at once; its answer."""
        answer = await self.send(self.made("invoke", by, place, name=name, value=value, **more))
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    async def presses(self, by: Somebody, place: Place, card: dict[str, Any], title: str) -> dict[str, Any]:
        """Somebody presses a button of a card; the card that takes its place."""
        button = next(button for button in card["actions"] if button["title"] == title)
        action = {"type": button["type"], "title": title, "verb": button["verb"], "data": button["data"]}
        answer = await self.invokes("adaptiveCard/action", by, place, {"action": action, "trigger": "manual"})
        assert answer["type"] == CARD, answer
        return dict(answer["value"])

    def shown(self, conversation: str | None = None, person: str | None = None) -> list[Post]:
        """What stands in a conversation for everybody, or for one person."""
        return [
            post
            for post in self.posts
            if not post.deleted
            and post.person == person
            and (conversation is None or post.conversation.split(";")[0] == conversation)
        ]

    async def wait_for(self, look: Callable[[], Found]) -> Found:
        """What a look finds, once it finds something."""
        until = time.monotonic() + WAIT
        while not (found := look()):
            assert time.monotonic() < until, f"nothing came; refused: {self.refused}"
            await asyncio.sleep(0.01)
        return found

    async def _create(self, request: web.Request) -> web.Response:
        if fault := await self._wrong(request):
            return fault
        members = (await request.json()).get("members") or []
        person = self.people.get(members[0]["id"]) if len(members) == 1 else None
        if person is None or not person.has_app:
            return web.json_response({"error": {"code": "Forbidden"}}, status=403)
        return web.json_response({"id": f"a:{person.id}"}, status=201)

    async def _post(self, request: web.Request) -> web.Response:
        if fault := await self._wrong(request):
            return fault
        made, conversation = await request.json(), request.match_info["conversation"]
        targeted = request.query.get("isTargetedActivity") == "true"
        try:
            check_message(made, targeted)
            if targeted and conversation.startswith("a:"):
                raise Refused("a message to one person in a chat of one person")
            if (made.get("from") or {}).get("id") not in (BOT["id"], None):
                raise Refused("it is not from the bot")
        except Refused as error:
            self.refused.append(str(error))
            return web.json_response({"error": {"code": "BadSyntax", "message": str(error)}}, status=400)
        post = Post(self.id(), conversation, made["recipient"]["id"] if targeted else None, made)
        self.posts.append(post)
        return web.json_response({"id": post.id}, status=201)

    async def _put(self, request: web.Request) -> web.Response:
        post = self._find(request)
        if fault := await self._wrong(request):
            return fault
        if post is None:
            return web.json_response({"error": {"code": "NotFound"}}, status=404)
        post.activity = await request.json()
        check_message(post.activity, targeted=False)
        post.changed += 1
        return web.json_response({"id": post.id})

    async def _delete(self, request: web.Request) -> web.Response:
        post = self._find(request)
        if fault := await self._wrong(request):
            return fault
        if post is None or post.deleted:
            return web.json_response({"error": {"code": "NotFound"}}, status=404)
        post.deleted = True
        return web.Response()

    async def _member(self, request: web.Request) -> web.Response:
        if fault := await self._wrong(request):
            return fault
        person = self.people.get(request.match_info["member"])
        if person is None:
            return web.json_response({"error": {"code": "MemberNotFoundInConversation"}}, status=404)
        return web.json_response(person.member)

    async def _keys(self, _: web.Request) -> web.Response:
        return web.json_response(self.signer.jwks)

    def _find(self, request: web.Request) -> Post | None:
        named = request.match_info["activity"]
        return next((post for post in self.posts if post.id == named), None)

    async def _wrong(self, request: web.Request) -> web.Response | None:
        """Why a call is refused, whatever it wants."""
        for fault in self._faults:
            if fault.times and fault.method == request.method and fault.holds in request.path_qs:
                fault.times -= 1
                return web.json_response({"error": {"code": "Refused"}}, status=fault.status, headers=fault.headers)
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"error": {"code": "Unauthorized"}}, status=401)
        conversation = request.match_info.get("conversation", "").split(";")[0]
        if conversation in self.unavailable:
            return web.json_response({"error": {"code": "BotNotInConversationRoster"}}, status=403)
        return None
