"""Somebody addresses the bot in a message: mentioned in a channel, or written to directly."""

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from slack_bolt.async_app import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.management import HELP
from bot.message import AuthorKind, Message
from bot.platforms.slack import blocks as block
from bot.platforms.slack.events import mentions, message_from, team_of, without_mention
from bot.platforms.slack.listening import Listening
from bot.platforms.slack.trouble import TROUBLE, reason

if TYPE_CHECKING:
    from bot.platforms.slack.adapter import SlackAdapter

log = logging.getLogger(__name__)

ASKS_FOR_HELP = re.compile(r"\W*(?:help|what can you do|who are you|what are you)\W*", re.IGNORECASE)
THREAD_DEPTH = 6
"""How many of a thread's latest messages the bot looks at when it is mentioned without text."""


class Mentions:
    """Answers where somebody asked."""

    def __init__(self, adapter: "SlackAdapter"):
        self._adapter = adapter
        self._bot = adapter.bot

    def listen(self, to: Listening) -> None:
        """Register the listener."""
        to.event("app_mention", self.on_mention)

    async def on_mention(
        self, event: Mapping[str, Any], body: Mapping[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        """Mentioned with text: answered. Without, in a thread: the thread is looked at. Asked for help: help."""
        message = message_from(event, team_of(body), context.bot_user_id)
        if message is None or message.edited or message.author_kind is AuthorKind.BOT:
            return
        text = without_mention(message.text, context.bot_user_id)
        thread = message.thread or message.id
        if ASKS_FOR_HELP.fullmatch(text) or (not text and not message.thread):
            await self._whisper(client, message, HELP)
            return
        if not text:
            text = await self._anecdote_in_thread(client, message, context.bot_user_id)
        await self.answer(client, replace(message, text=text), thread)

    async def answer(self, client: AsyncWebClient, message: Message, thread: str | None) -> None:
        """Answer a message, up to the limit a person."""
        outcome = await self._bot.on_mention(message)
        if outcome.reply is None and outcome.decision.rule == "asks_an_hour":
            await self._whisper(client, message, outcome.decision.reason.capitalize() + ".")
            return
        await self._adapter.poster.asked(client, message, outcome, thread)

    async def _whisper(self, client: AsyncWebClient, message: Message, text: str) -> None:
        """Tell the author alone, once; such words need no claim in the store, which would refuse a repeat."""
        if await self._bot.first(message.workspace, f"told-{message.channel}-{message.id}"):
            await client.chat_postEphemeral(
                channel=message.channel, user=message.author, text=text, blocks=[block.section(text)]
            )

    async def _anecdote_in_thread(self, client: AsyncWebClient, message: Message, bot_user: str | None) -> str:
        """The message of a thread that most probably asserts a trope; its first where Slack lets nothing be read."""
        try:
            said = await client.conversations_replies(channel=message.channel, ts=message.thread or "", limit=200)
        except TROUBLE as error:
            log.info("a thread could not be read (%s)", reason(error))
            return ""
        rows: list[dict[str, Any]] = said.get("messages") or []
        rows = [row for row in [*rows[:1], *rows[1:][-THREAD_DEPTH:]] if row.get("user") != bot_user]
        texts = [text for row in rows if not mentions(text := str(row.get("text") or ""), bot_user)]
        return await self._bot.most_telling(texts)
