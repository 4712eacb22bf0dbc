"""Slack's events become the bot's use cases; everything is acknowledged at once and worked on after."""

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.management import Place, greeting
from bot.message import AuthorKind, Message, Mode
from bot.platforms.failures import raised_at
from bot.platforms.slack.buttons import Buttons
from bot.platforms.slack.commands import Commands
from bot.platforms.slack.events import mentions, message_from, team_of
from bot.platforms.slack.home import Home
from bot.platforms.slack.listening import Listening
from bot.platforms.slack.mentions import Mentions
from bot.platforms.slack.people import People, Who
from bot.platforms.slack.posting import EMOJI, Poster
from bot.platforms.slack.suggestions import Suggestions
from bot.platforms.slack.trouble import reason
from bot.service import Bot
from bot.store import StoreUnavailable, until_done

log = logging.getLogger(__name__)

KNOWN_OTHERWISE = frozenset({"message", "app_mention", "app_uninstalled", "tokens_revoked"})
"""Events of which a repeat does no harm: a message is claimed in the store, and forgetting twice is forgetting."""


class SlackAdapter:
    """The listeners, and what they share."""

    def __init__(self, bot: Bot, poster: Poster, people: People, who: Who):
        self.bot = bot
        self.poster = poster
        self.people = people
        self.who = who
        self.mentions = Mentions(self)

    def listen(self, app: AsyncApp, to: Listening) -> None:
        """Register every listener; the last takes the events that nobody uses, or Slack would send them again."""
        app.middleware(self.once)
        app.error(self.failed)
        to.event("message", self.on_message)
        to.event("reaction_added", self.on_reaction)
        to.event("member_joined_channel", self.on_joined)
        to.event("channel_left", self.on_left)
        to.event("group_left", self.on_left)
        to.event("app_uninstalled", self.on_uninstalled)
        to.event("tokens_revoked", self.on_tokens_revoked)
        self.mentions.listen(to)
        Commands(self).listen(to)
        Buttons(self).listen(to)
        Home(self).listen(to)
        Suggestions(self).listen(to)
        to.event(re.compile(".*"), _unused)

    async def once(self, body: Mapping[str, Any], next: Any) -> BoltResponse | None:
        """First of all middleware: an event that Slack delivers again is acknowledged and goes no further."""
        event, kind = body.get("event_id"), _kind(body)
        if isinstance(event, str) and kind not in KNOWN_OTHERWISE and not await self.bot.first(team_of(body), event):
            return BoltResponse(status=200, body="")
        await next()
        return None

    async def failed(self, error: Exception, body: Mapping[str, Any]) -> None:
        """Whatever a listener could not handle: named by its kind, never by what somebody wrote."""
        kind = _kind(body) or "request"
        log.error("a Slack %s could not be handled (%s) at %s", kind, reason(error), raised_at(error))

    async def on_message(
        self, event: Mapping[str, Any], body: Mapping[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        """A message in a channel, a direct message, or the end of one."""
        team, user = team_of(body), context.bot_user_id
        if event.get("subtype") == "message_deleted":
            await self._deleted(event, team, client)
            return
        message = message_from({**event, **_shared(body)}, team, user)
        if message is None or mentions(message.text, user):
            return
        if event.get("channel_type") == "im":
            if message.edited or message.author_kind is AuthorKind.BOT:
                return
            await self.mentions.answer(client, message, message.thread)
            return
        await self._overhear(client, message)

    async def _overhear(self, client: AsyncWebClient, message: Message) -> None:
        try:
            if await self.bot.store.mode(message.workspace, message.channel) is Mode.OFF:
                return
        except StoreUnavailable:
            return
        if message.author_kind is not AuthorKind.BOT:
            person = await self.people.person(client, message.workspace, message.author)
            message = replace(message, author_kind=person.kind)
        await self.poster.passive(client, message, await self.bot.on_message(message))

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
        known = await self.bot.waiting_for_emoji(team_of(body), str(item.get("channel")), str(item.get("ts")))
        reply = await self.bot.reply_again(known.id) if known else None
        if known and reply:
            await self.poster.share(client, known, reply, known.thread or known.message)

    async def on_joined(self, event: Mapping[str, Any], context: AsyncBoltContext, client: AsyncWebClient) -> None:
        """Added to a channel: the bot introduces itself once, in three sentences, and stays off."""
        if event.get("user") == context.bot_user_id:
            hello = greeting(self.bot.core.base.about, "a channel manager", "/counterpoint")
            await client.chat_postMessage(channel=str(event["channel"]), text=hello, unfurl_links=False)

    async def on_left(self, event: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        """Removed from a channel: off there, so that it stays silent should somebody add it again."""
        team, channel = team_of(body), str(event["channel"])
        await until_done(lambda: self.bot.store.set_mode(team, channel, Mode.OFF, self.bot.clock()))

    async def on_uninstalled(self, body: Mapping[str, Any]) -> None:
        """Uninstalled: everything of the workspace goes."""
        await until_done(lambda: self.bot.store.forget_workspace(team_of(body)))
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


def _kind(body: Mapping[str, Any]) -> str | None:
    kind = body["event"].get("type") if isinstance(body.get("event"), dict) else body.get("type")
    return str(kind) if kind else None


def _shared(body: Mapping[str, Any]) -> dict[str, bool]:
    return {"is_ext_shared_channel": bool(body.get("is_ext_shared_channel"))}
