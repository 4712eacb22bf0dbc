"""The message extension: search for a story while writing, find a counterpoint to a message, suggest a story."""

import logging
from typing import TYPE_CHECKING, Any

from microsoft_teams.api.activities.invoke.message_extension import (
    MessageExtensionFetchTaskInvokeActivity,
    MessageExtensionQueryInvokeActivity,
    MessageExtensionSubmitActionInvokeActivity,
)
from microsoft_teams.apps import ActivityContext, App

from bot.message import Message
from bot.platforms.teams import cards
from bot.platforms.teams.activities import own_words
from bot.platforms.teams.buttons import Buttons
from bot.platforms.teams.cards import Card
from bot.platforms.teams.connector import reach
from bot.platforms.teams.manifest import FIND, SUGGEST
from bot.reply import ReplyKind
from bot.suggestions import FIELDS, THANKS

if TYPE_CHECKING:
    from bot.platforms.teams.adapter import TeamsAdapter

log = logging.getLogger(__name__)

TITLES = {FIND: "A counterpoint", SUGGEST: "Suggest a success story"}
LEAST_LETTERS = 3
"""Of a search; with fewer, whoever types is only beginning."""


class Extension:
    """Listeners for what people do with the message extension; only they see its answers."""

    def __init__(self, adapter: "TeamsAdapter"):
        self._bot = adapter.bot
        self._buttons = Buttons(adapter)

    def listen(self, app: App) -> None:
        """Register them."""
        app.on_message_ext_query(self.on_query)
        app.on_message_ext_open(self.on_open)
        app.on_message_ext_submit(self.on_submit)

    async def on_query(self, ctx: ActivityContext[MessageExtensionQueryInvokeActivity]) -> Any:
        """What has been typed so far into the search: stories to insert.

        Nothing is recorded: Teams asks again with every few letters, and a story that is taken is its taker's message.
        """
        typed = next((str(p.value or "") for p in ctx.activity.value.parameters or [] if p.name == "text"), "").strip()
        if len(typed) < LEAST_LETTERS:
            return _said("Type what you look for, such as fax machines or prescriptions.")
        replies = await self._bot.search(typed)
        if replies[0].kind is ReplyKind.NOTHING:
            return _said(replies[0].plain)
        found = [{**cards.attachment(cards.reply_card(reply)), "preview": cards.preview(reply)} for reply in replies]
        return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": found}}

    async def on_open(self, ctx: ActivityContext[MessageExtensionFetchTaskInvokeActivity]) -> Any:
        """A dialog is opened: the form, or the counterpoint to a message."""
        command = ctx.activity.value.command_id
        if command == SUGGEST:
            return _dialog(SUGGEST, cards.form())
        if command == FIND:
            return await self._find(ctx)
        return _message("I do not know that command. Ask whoever runs me to upload the newest app package.")

    async def on_submit(self, ctx: ActivityContext[MessageExtensionSubmitActionInvokeActivity]) -> Any:
        """A dialog is sent: a suggestion to keep, or a reply to share."""
        data = ctx.activity.value.data if isinstance(ctx.activity.value.data, dict) else {}
        if ctx.activity.value.command_id == SUGGEST:
            return await self._suggest(ctx, data)
        connector, user = reach(ctx), ctx.activity.from_.id
        known = await self._buttons.known(connector, str(data.get("intervention") or ""), user)
        if known is None:
            return _message(self._bot.missing())
        return _message(await self._buttons.share(connector, known))

    async def _find(self, ctx: ActivityContext[MessageExtensionFetchTaskInvokeActivity]) -> Any:
        place, payload = reach(ctx).place, ctx.activity.value.message_payload
        content = payload.body.content if payload and payload.body else None
        root = (payload.reply_to_id or payload.id) if payload else None
        asked = Message(
            place.workspace,
            place.channel,
            f"shortcut-{ctx.activity.id}",
            ctx.activity.from_.id,
            own_words(content or ""),
            self._bot.clock(),
            thread=place.thread or root,
        )
        outcome = await self._bot.on_shortcut(asked)
        if outcome.reply is None:
            return _message(outcome.decision.reason.capitalize() + ".")
        await self._bot.posted(outcome, "")
        return _dialog(FIND, cards.shareable(outcome.reply, outcome.intervention))

    async def _suggest(self, ctx: ActivityContext[MessageExtensionSubmitActionInvokeActivity], data: Card) -> Any:
        """Check the fields and keep the suggestion; faults are shown at their fields, with what was typed."""
        fields = {name: str(data.get(name) or "").strip() for name in FIELDS}
        faults = await self._bot.on_suggestion(reach(ctx).place.workspace, fields)
        return _dialog(SUGGEST, cards.form(fields, faults)) if faults else _message(THANKS)


def _said(text: str) -> dict[str, Any]:
    return {"composeExtension": {"type": "message", "text": text}}


def _dialog(command: str, content: Card) -> dict[str, Any]:
    value = {"title": TITLES[command], "width": "medium", "height": "medium", "card": cards.attachment(content)}
    return {"task": {"type": "continue", "value": value}}


def _message(text: str) -> dict[str, Any]:
    return {"task": {"type": "message", "value": text}}
