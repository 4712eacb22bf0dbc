"""The pages: each gathers what it shows and hands it to a template. They show ids and counts, never a message."""

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Path, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse
from fastapi.templating import Jinja2Templates

from bot import reply
from bot.message import Mode
from bot.platforms.console import charts, entries
from bot.platforms.console.access import Visitor
from bot.platforms.console.requests import MAX_TEXT, Asker, Sender, Weeks, Words, WorkspaceId
from bot.service import Bot
from bot.store import Suggestion, Verdict
from bot.store.records import ranked
from bot.suggestions import FIELDS, skeleton, skeleton_id

WEEKS = 12
PERIODS = (4, 12, 26, 52)
UNKNOWN_ENTRY = "There is no such entry; it may have been renamed or switched off."
UNKNOWN_SUGGESTION = "There is no such suggestion, or it is another workspace's."
UNKNOWN_CHANNEL = "Nobody has set that channel yet; mention the bot there and type: on"
NOT_YOURS = "That workspace is not yours to look at."
Id = Annotated[str, Path(max_length=100)]
FormId = Annotated[str, Form(max_length=200)]


def pages(templates: Jinja2Templates, ready: Callable[[], Bot]) -> APIRouter:
    """Every page behind the sign-in; `ready` gives the bot, or raises NotReady."""
    routes = APIRouter()

    def show(request: Request, who: Visitor, name: str, **values: Any) -> Response:
        return templates.TemplateResponse(request, f"{name}.html", {"page": name, "who": who, **values})

    @routes.get("/")
    async def overview(request: Request, who: Asker, workspace: WorkspaceId = "", weeks: Weeks = WEEKS) -> Response:
        bot = ready()
        chosen, known = await _workspaces(bot, who, workspace)
        found = await bot.store.statistics(chosen, weeks, bot.clock())
        return show(
            request,
            who,
            "overview",
            workspace=chosen,
            workspaces=known,
            weeks=weeks,
            periods=PERIODS,
            found=found,
            charts=[draw(found, weeks) for draw in (charts.replies, charts.opinions, charts.holds)],
            tropes=ranked(found.tropes),
            stories=ranked(found.stories),
            base=bot.core.base,
        )

    @routes.get("/channels")
    async def channels(request: Request, who: Asker, workspace: WorkspaceId = "") -> Response:
        bot = ready()
        chosen, known = await _workspaces(bot, who, workspace)
        chosen = chosen or (known[0] if known else None)
        spoken = await bot.store.last_spoken(chosen) if chosen else {}
        settings = {one.channel: one for one in (await bot.store.channels(chosen) if chosen else ())}
        return show(
            request,
            who,
            "channels",
            workspace=chosen,
            workspaces=known,
            settings=settings,
            spoken=spoken,
            channels=sorted({*settings, *spoken}),
            paused=await bot.store.paused(chosen, bot.clock()) if chosen else False,
            modes=list(Mode),
        )

    @routes.post("/channels")
    async def set_mode(who: Sender, workspace: FormId, channel: FormId, mode: Annotated[Mode, Form()]) -> Response:
        bot = ready()
        _must_be_theirs(who, workspace)
        if channel not in {one.channel for one in await bot.store.channels(workspace)}:
            raise HTTPException(404, UNKNOWN_CHANNEL)
        await bot.store.set_mode(workspace, channel, mode, bot.clock())
        return _back_to_channels(workspace)

    @routes.post("/pause")
    async def pause(who: Sender, workspace: FormId, paused: Annotated[bool, Form()]) -> Response:
        bot = ready()
        _must_be_theirs(who, workspace)
        if paused:
            await bot.store.pause(workspace)
        else:
            await bot.store.resume(workspace)
        return _back_to_channels(workspace)

    @routes.get("/suggestions")
    async def suggestions(request: Request, who: Asker) -> Response:
        found = await ready().store.suggestions(who.workspace)
        waiting = [one for one in found if one.verdict is None]
        decided = sorted((one for one in found if one.verdict), key=lambda one: one.decided_at or one.made_at)[::-1]
        return show(
            request, who, "suggestions", waiting=waiting, decided=decided, fields=FIELDS, verdicts=list(Verdict)
        )

    @routes.post("/suggestions/{suggestion}")
    async def decide(who: Sender, suggestion: Id, verdict: Annotated[Verdict | None, Form()] = None) -> Response:
        bot = ready()
        one = await _suggestion(bot, who, suggestion)
        await bot.store.decide(one.id, verdict, bot.clock())
        return RedirectResponse("/console/suggestions", 303)

    @routes.get("/suggestions/{suggestion}.yaml")
    async def download(who: Asker, suggestion: Id) -> Response:
        one = await _suggestion(ready(), who, suggestion)
        name = f"{skeleton_id(one.fields, one.id)}.yaml"
        return PlainTextResponse(
            skeleton(one.fields, one.id, one.made_at),
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
            media_type="application/yaml",
        )

    @routes.get("/entries")
    async def browse(request: Request, who: Asker, q: Words = "") -> Response:
        bot = ready()
        replies = await bot.lookup(q) if q.strip() else None
        found = entries.search(bot.core.base, q, replies)
        ages = {story.id: entries.age(story, bot.core.today()) for story in bot.core.base.stories.values()}
        answers = {trope: len(bot.core.base.stories_for(trope)) for trope in bot.core.base.tropes}
        return show(request, who, "entries", q=q, found=found, ages=ages, answers=answers)

    @routes.get("/tropes/{trope}")
    async def one_trope(request: Request, who: Asker, trope: Id) -> Response:
        base = ready().core.base
        if trope not in base.tropes:
            raise HTTPException(404, UNKNOWN_ENTRY)
        one = base.tropes[trope]
        stories = [] if one.harm else base.stories_for(trope)
        return show(request, who, "trope", trope=one, stories=stories, facts=base.context_for(trope))

    @routes.get("/stories/{story}")
    async def one_story(request: Request, who: Asker, story: Id) -> Response:
        core = ready().core
        if story not in core.base.stories:
            raise HTTPException(404, UNKNOWN_ENTRY)
        one = core.base.stories[story]
        return show(request, who, "story", story=one, age=entries.age(one, core.today()), tropes=core.base.tropes)

    @routes.get("/playground")
    async def playground(request: Request, who: Asker) -> Response:
        return show(request, who, "playground", text="", judged=None, reasons=[], told=None)

    @routes.post("/playground")
    async def judge(request: Request, who: Sender, text: Annotated[str, Form(max_length=MAX_TEXT)] = "") -> Response:
        bot = ready()
        judged = await bot.judge(text) if text.strip() else None
        told = None
        if judged and judged.match.trope and judged.story and judged.decision.speak:
            told = bot.core.reply_to(judged.match.trope, judged.story)
        reasons = reply.explain(judged.match, "") if judged else []
        return show(request, who, "playground", text=text, judged=judged, reasons=reasons, told=told)

    return routes


async def _workspaces(bot: Bot, who: Visitor, wanted: str) -> tuple[str | None, list[str]]:
    """The workspace to show, None for all of them, and those that may be chosen."""
    if who.workspace is not None:
        if wanted and wanted != who.workspace:
            raise HTTPException(403, NOT_YOURS)
        return who.workspace, [who.workspace]
    return wanted or None, await bot.store.workspaces()


def _must_be_theirs(who: Visitor, workspace: str) -> None:
    if not who.may_see(workspace):
        raise HTTPException(403, NOT_YOURS)


def _back_to_channels(workspace: str) -> Response:
    return RedirectResponse(f"/console/channels?{urlencode({'workspace': workspace})}", 303)


async def _suggestion(bot: Bot, who: Visitor, suggestion: str) -> Suggestion:
    one = await bot.store.suggestion(suggestion)
    if one is None or not who.may_see(one.workspace):
        raise HTTPException(404, UNKNOWN_SUGGESTION)
    return one
