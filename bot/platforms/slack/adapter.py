"""Slack's events become the bot's use cases; everything is acknowledged at once and worked on after."""

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from traceback import extract_tb
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.directives import Directive, Misunderstood, parse
from bot.management import HELP, Place, carry_out
from bot.message import AuthorKind, Message, Mode
from bot.platforms.slack import blocks as block
from bot.platforms.slack.buttons import Buttons
from bot.platforms.slack.events import mentions, message_from, without_mention
from bot.platforms.slack.home import Home
from bot.platforms.slack.people import People, Who
from bot.platforms.slack.posting import EMOJI, Poster
from bot.platforms.slack.suggestions import Suggestions
from bot.service import Bot
from bot.store import StoreUnavailable

log = logging.getLogger(__name__)

HELLO = (
    "I am Counterpoint: I answer well-worn failure anecdotes about public-sector technology with sourced success "
    "stories. I am silent here until a channel manager types `/counterpoint on`; mention me whenever you like. "
    "I keep settings and ids, never messages: `/counterpoint help` says more."
)
ASKS_FOR_HELP = re.compile(r"\W*(?:help|what can you do|who are you|what are you)\W*", re.IGNORECASE)
THREAD_DEPTH = 6
"""How many of a thread's latest messages the bot looks at when it is mentioned without text."""


class SlackAdapter:
    """The listeners, and what they share."""

    def __init__(self, bot: Bot, poster: Poster, people: People, who: Who):
        self.bot = bot
        self.poster = poster
        self.people = people
        self.who = who

    def listen(self, app: AsyncApp) -> None:
        """Register every listener; the last takes the events that nobody uses, or Slack would send them again."""
        app.middleware(self.once)
        app.error(self.failed)
        app.event("message")(self.on_message)
        app.event("app_mention")(self.on_mention)
        app.event("reaction_added")(self.on_reaction)
        app.event("member_joined_channel")(self.on_joined)
        app.event("channel_left")(self.on_left)
        app.event("group_left")(self.on_left)
        app.event("app_uninstalled")(self.on_uninstalled)
        app.event("tokens_revoked")(self.on_tokens_revoked)
        app.command("/counterpoint")(self.on_command)
        app.shortcut("find_counterpoint")(self.on_find)
        Buttons(self).listen(app)
        Home(self).listen(app)
        Suggestions(self).listen(app)
        app.event(re.compile(".*"))(_unused)

    async def once(self, body: Mapping[str, Any], next: Any) -> BoltResponse | None:
        """First of all middleware: an event that Slack delivers again is acknowledged and goes no further."""
        event, team = body.get("event_id"), _team(body)
        if isinstance(event, str) and team:
            try:
                if not await self.bot.store.first_sight(team, event, self.bot.clock()):
                    return BoltResponse(status=200, body="")
            except StoreUnavailable:
                pass  # what needs the database will see for itself; what does not may go on
        await next()
        return None

    async def failed(self, error: Exception, body: Mapping[str, Any]) -> None:
        """Whatever a listener could not handle: named by its kind, never by what somebody wrote."""
        kind = (body.get("event") or {}).get("type") if isinstance(body.get("event"), dict) else body.get("type")
        code = error.response.get("error") if isinstance(error, SlackApiError) else type(error).__name__
        log.error("a Slack %s could not be handled (%s)%s", kind or "request", code, _place(error))

    async def on_message(
        self, event: Mapping[str, Any], body: Mapping[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        """A message in a channel, a direct message, or the end of one."""
        team, user = _team(body), context.bot_user_id
        if event.get("subtype") == "message_deleted":
            await self._deleted(event, team, client)
            return
        message = message_from({**event, **_shared(body)}, team, user)
        if message is None or mentions(message.text, user):
            return
        if event.get("channel_type") == "im":
            if message.edited or message.author_kind is AuthorKind.BOT:
                return
            await self._answer(client, message, message.thread)
            return
        await self._overhear(client, message)

    async def _overhear(self, client: AsyncWebClient, message: Message) -> None:
        try:
            if await self.bot.store.mode(message.workspace, message.channel) is Mode.OFF:
                return
        except StoreUnavailable:
            return
        person = await self.people.person(client, message.workspace, message.author)
        known = replace(message, author_kind=person.kind)
        await self.poster.passive(client, known, await self.bot.on_message(known))

    async def on_mention(
        self, event: Mapping[str, Any], body: Mapping[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        """Mentioned with text: answered. Without, in a thread: the thread is looked at. Asked for help: help."""
        message = message_from(event, _team(body), context.bot_user_id)
        if message is None or message.edited or message.author_kind is AuthorKind.BOT:
            return
        text = without_mention(message.text, context.bot_user_id)
        thread = message.thread or message.id
        if ASKS_FOR_HELP.fullmatch(text) or (not text and not message.thread):
            await client.chat_postEphemeral(
                channel=message.channel, user=message.author, text=HELP, blocks=[block.section(HELP)]
            )
            return
        if not text:
            text = await self._anecdote_in_thread(client, message, context.bot_user_id)
        await self._answer(client, replace(message, text=text), thread)

    async def _anecdote_in_thread(self, client: AsyncWebClient, message: Message, bot_user: str | None) -> str:
        """The message of a thread that most probably asserts a trope; its first where Slack lets nothing be read."""
        try:
            said = await client.conversations_replies(channel=message.channel, ts=message.thread or "", limit=200)
        except SlackApiError as error:
            log.info("a thread could not be read (%s)", error.response.get("error"))
            return ""
        rows: list[dict[str, Any]] = said.get("messages") or []
        rows = [row for row in [*rows[:1], *rows[1:][-THREAD_DEPTH:]] if row.get("user") != bot_user]
        texts = [text for row in rows if not mentions(text := str(row.get("text") or ""), bot_user)]
        return await self.bot.most_telling(texts)

    async def _answer(self, client: AsyncWebClient, message: Message, thread: str | None) -> None:
        outcome = await self.bot.on_mention(message)
        if outcome.reply is None and outcome.decision.rule == "asks_an_hour":
            await client.chat_postEphemeral(
                channel=message.channel, user=message.author, text=outcome.decision.reason.capitalize() + "."
            )
            return
        await self.poster.asked(client, message, outcome, thread)

    async def on_command(
        self, ack: AsyncAck, command: Mapping[str, Any], client: AsyncWebClient, respond: AsyncRespond
    ) -> None:
        """`/counterpoint`: a directive, or a text to look up; answered privately."""
        await ack()
        workspace, channel, user = command["team_id"], command["channel_id"], command["user_id"]
        text = str(command.get("text") or "")
        said = parse(text, self.bot.core.base.tropes, self.bot.clock())
        if isinstance(said, Misunderstood):
            await respond(said.advice, response_type="ephemeral")
            return
        if isinstance(said, Directive):
            place = await self.place(client, workspace, channel, user)
            await respond(await carry_out(self.bot, said, place), response_type="ephemeral")
            return
        asked = Message(workspace, channel, f"command-{command['trigger_id']}", user, text, self.bot.clock())
        outcome = await self.bot.on_lookup(asked)
        if outcome.reply is None:
            await respond(outcome.decision.reason.capitalize() + ".", response_type="ephemeral")
            return
        await self.show_privately(respond, outcome.reply, outcome.intervention)
        await self.bot.posted(outcome, "")

    async def on_find(self, ack: AsyncAck, shortcut: Mapping[str, Any], respond: AsyncRespond) -> None:
        """The shortcut on a message: its counterpoint, shown privately, then shareable."""
        await ack()
        message = shortcut.get("message") or {}
        outcome = await self.bot.on_shortcut(
            Message(
                shortcut["team"]["id"],
                shortcut["channel"]["id"],
                f"shortcut-{shortcut['trigger_id']}",
                shortcut["user"]["id"],
                str(message.get("text") or ""),
                self.bot.clock(),
                thread=str(message.get("thread_ts") or message.get("ts") or "") or None,
            )
        )
        if outcome.reply is None:
            await respond(outcome.decision.reason.capitalize() + ".", response_type="ephemeral")
            return
        await self.show_privately(respond, outcome.reply, outcome.intervention)
        await self.bot.posted(outcome, "")

    async def show_privately(self, respond: AsyncRespond, reply: Any, intervention: str | None) -> None:
        """A reply for one person's eyes, with Share to channel."""
        controls = block.private_controls(intervention) if intervention and reply.story else ()
        if reply.kind == "nothing":
            controls = [block.button("Suggest a success story", block.SUGGEST, "not_found")]
        await respond(
            text=block.cut(block.escape(reply.plain), 3_900),
            blocks=block.reply_blocks(reply, controls=controls),
            response_type="ephemeral",
            replace_original=False,
            unfurl_links=False,
            unfurl_media=False,
        )

    async def place(self, client: AsyncWebClient, workspace: str, channel: str, user: str) -> Place:
        """Where a directive is given and what its giver may do there."""
        person = await self.people.person(client, workspace, user)
        manager = await self.people.may_manage(client, workspace, channel, user, self.who)
        return Place(workspace, channel, user, manager=manager, admin=person.admin)

    async def on_reaction(
        self, event: Mapping[str, Any], body: Mapping[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        """Somebody adds the bot's emoji to a message that has it: they ask for the story."""
        item = event.get("item") or {}
        if event.get("reaction") != EMOJI or event.get("user") == context.bot_user_id or item.get("type") != "message":
            return
        known = await self.bot.waiting_for_emoji(_team(body), str(item.get("channel")), str(item.get("ts")))
        reply = await self.bot.reply_again(known.id) if known else None
        if known and reply:
            await self.poster.share(client, known, reply, known.thread or known.message)

    async def on_joined(self, event: Mapping[str, Any], context: AsyncBoltContext, client: AsyncWebClient) -> None:
        """Added to a channel: the bot introduces itself once, in three sentences, and stays off."""
        if event.get("user") == context.bot_user_id:
            await client.chat_postMessage(channel=str(event["channel"]), text=HELLO, unfurl_links=False)

    async def on_left(self, event: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        """Removed from a channel: off there, so that it stays silent should somebody add it again."""
        await self.bot.store.set_mode(_team(body), str(event["channel"]), Mode.OFF, self.bot.clock())

    async def on_uninstalled(self, body: Mapping[str, Any]) -> None:
        """Uninstalled: everything of the workspace goes."""
        await self.bot.store.forget_workspace(_team(body))
        log.info("a workspace was uninstalled; everything of it is deleted")

    async def on_tokens_revoked(self, event: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        """The bot's token revoked: the same."""
        if (event.get("tokens") or {}).get("bot"):
            await self.on_uninstalled(body)

    async def _deleted(self, event: Mapping[str, Any], team: str, client: AsyncWebClient) -> None:
        known = await self.bot.on_deleted(team, str(event.get("channel")), str(event.get("deleted_ts")))
        if known:
            await self.poster.take_down(client, known)


async def _unused(body: Mapping[str, Any]) -> None:
    """An event that nobody uses."""


def _team(body: Mapping[str, Any]) -> str:
    team = body.get("team_id") or (body.get("team") or {}).get("id") or ""
    return str(team)


def _shared(body: Mapping[str, Any]) -> dict[str, bool]:
    return {"is_ext_shared_channel": bool(body.get("is_ext_shared_channel"))}


def _place(error: Exception) -> str:
    """Where an error was raised; its own words are left out, for they can hold somebody's."""
    frames = extract_tb(error.__traceback__)
    return f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
