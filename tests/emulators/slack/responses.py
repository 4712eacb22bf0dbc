"""/response/<id>: what an app answers to a command, a shortcut or a button."""

import asyncio
import time

from aiohttp import web

from tests.emulators.slack.arguments import checked, declared, read
from tests.emulators.slack.blockkit import RESPONSE_TYPE
from tests.emulators.slack.calls import Call, Json, Refusal
from tests.emulators.slack.content import check_content, with_ids
from tests.emulators.slack.faults import Dropped, Ratelimited
from tests.emulators.slack.models import Message
from tests.emulators.slack.state import RESPONSE_URL_SECONDS, RESPONSE_URL_USES, ResponseUrl, State
from tests.emulators.slack.webapi import cut

_TAKES = declared(
    "text blocks:list attachments:list response_type replace_original:flag delete_original:flag "
    "unfurl_links:flag unfurl_media:flag thread_ts:ts metadata:object mrkdwn:flag"
)


class Responses:
    """Takes what is posted to response URLs."""

    def __init__(self, state: State):
        self._state = state

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One response."""
        call = Call("response_url", {}, None, asyncio.get_running_loop().time())
        try:
            try:
                call.arguments = await read(request)
            finally:
                self._state.record(call)
            await self._state.faults.meet("response_url")
            url = self._state.response_urls.get(request.match_info["id"])
            if url is None:
                raise Refusal("invalid_url", status=404)
            if time.monotonic() - url.made > RESPONSE_URL_SECONDS:
                raise Refusal("expired_url", status=404)
            if len(url.responses) >= RESPONSE_URL_USES:
                raise Refusal("used_url", status=404)
            take(self._state, url, call.arguments)
        except Dropped:
            call.error = "dropped"
            return cut(request)
        except Refusal as refusal:
            call.error, call.answer = refusal.error or str(refusal.status), refusal.answer
            headers = {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, Ratelimited) else {}
            status = 400 if refusal.status == 200 else refusal.status
            return web.Response(status=status, text=refusal.error, headers=headers)
        finally:
            self._state.changed.set()
        return web.Response(text="ok")


def take(state: State, url: ResponseUrl, given: Json) -> None:
    """Check a response and let it happen; raises Refusal."""
    args = checked(given, {}, _TAKES)
    faults: list[str] = []
    RESPONSE_TYPE(args.get("response_type", "ephemeral"), "/response_type", faults)
    if faults:
        raise Refusal("invalid_arguments", *faults)
    if not args.get("delete_original"):
        check_content(state, "response_url", args)
    url.responses.append(args)
    original = url.original
    if (args.get("delete_original") or args.get("replace_original")) and original is None:
        state.complain("response_url: there is no original message to replace or delete")
    if args.get("delete_original"):
        if original is not None:
            _remove(state, original)
    elif args.get("replace_original") and original is not None:
        original.text = args["text"]
        original.blocks = with_ids(state, args.get("blocks"))
        original.edited = state.world.new_ts()
    else:
        _add(state, url, args)


def _add(state: State, url: ResponseUrl, args: Json) -> None:
    channel = url.team.channels[url.channel]
    bot = state.world.installation(url.team).bot
    message = Message(
        state.world.new_ts(),
        channel.id,
        url.team.id,
        args["text"],
        bot.id,
        blocks=with_ids(state, args.get("blocks")),
        bot_id=bot.bot_id,
        app_id=state.app.id,
        thread_ts=args.get("thread_ts"),
        arguments=args,
    )
    if args.get("response_type") == "in_channel":
        channel.messages[message.ts] = message
    else:
        message.ephemeral_to = url.user
        channel.ephemerals.append(message)


def _remove(state: State, original: Message) -> None:
    channel = state.world.channel_of(original)
    channel.messages.pop(original.ts, None)
    channel.ephemerals = [m for m in channel.ephemerals if m is not original]
