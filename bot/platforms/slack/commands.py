"""The slash command and the shortcut on a message: answered privately, then shareable."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.directives import Directive, Misunderstood, parse
from bot.management import carry_out
from bot.message import Message
from bot.platforms.slack import blocks as block
from bot.platforms.slack.listening import Listening
from bot.platforms.slack.trouble import UNREACHABLE, reason
from bot.reply import Reply, ReplyKind
from bot.service import Bot, Outcome
from bot.stages import Stage

if TYPE_CHECKING:
    from bot.platforms.slack.adapter import SlackAdapter

log = logging.getLogger(__name__)


class Commands:
    """Listeners for what people type after the command, and for the shortcut."""

    def __init__(self, adapter: "SlackAdapter"):
        self._adapter = adapter
        self._bot = adapter.bot

    def listen(self, to: Listening) -> None:
        """Register them."""
        to.command("/counterpoint", self.on_command)
        to.shortcut("find_counterpoint", self.on_find)

    async def on_command(
        self, ack: AsyncAck, command: Mapping[str, Any], client: AsyncWebClient, respond: AsyncRespond
    ) -> None:
        """`/counterpoint`: a directive, or a text to look up."""
        await ack()
        workspace, channel, user = command["team_id"], command["channel_id"], command["user_id"]
        text = str(command.get("text") or "")
        said = parse(text, self._bot.core.base.tropes, self._bot.clock())
        if isinstance(said, Misunderstood):
            await respond(said.advice, response_type="ephemeral")
            return
        if isinstance(said, Directive):
            place = await self._adapter.place(client, workspace, channel, user)
            await respond(await carry_out(self._bot, said, place), response_type="ephemeral")
            return
        asked = Message(workspace, channel, f"command-{command['trigger_id']}", user, text, self._bot.clock())
        await tell_privately(self._bot, respond, await self._bot.on_lookup(asked))

    async def on_find(self, ack: AsyncAck, shortcut: Mapping[str, Any], respond: AsyncRespond) -> None:
        """The shortcut on a message: its counterpoint."""
        await ack()
        message = shortcut.get("message") or {}
        asked = Message(
            shortcut["team"]["id"],
            shortcut["channel"]["id"],
            f"shortcut-{shortcut['trigger_id']}",
            shortcut["user"]["id"],
            str(message.get("text") or ""),
            self._bot.clock(),
            thread=str(message.get("thread_ts") or message.get("ts") or "") or None,
        )
        await tell_privately(self._bot, respond, await self._bot.on_shortcut(asked))


async def tell_privately(bot: Bot, respond: AsyncRespond, outcome: Outcome) -> None:
    """What somebody asked for, for their eyes alone, or why they get nothing; then it counts as told."""
    if outcome.reply is None:
        await respond(outcome.decision.reason.capitalize() + ".", response_type="ephemeral", replace_original=False)
        return
    with bot.watch(Stage.POST):
        shown = await _shown(respond, outcome.reply, outcome.intervention)
    if shown:
        await bot.posted(outcome, "")
    else:
        await bot.failed(outcome)


async def _shown(respond: AsyncRespond, reply: Reply, intervention: str | None) -> bool:
    controls = block.private_controls(intervention, reply) if intervention and reply.story else ()
    if reply.kind is ReplyKind.NOTHING:
        controls = [block.button("Suggest a success story", block.SUGGEST, "not_found")]
    try:
        taken = await respond(
            text=block.cut(block.escape(reply.plain), 3_900),
            blocks=block.reply_blocks(reply, controls=controls),
            response_type="ephemeral",
            replace_original=False,
            unfurl_links=False,
            unfurl_media=False,
        )
    except UNREACHABLE as error:
        log.warning("Slack could not be reached (%s)", reason(error))
        return False
    if taken.status_code != HTTPStatus.OK:
        log.warning("Slack refused a private reply (status %d)", taken.status_code)
    return taken.status_code == HTTPStatus.OK
