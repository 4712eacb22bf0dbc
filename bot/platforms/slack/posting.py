"""Posts a reply in the way that the channel's mode asks for, and takes it down again."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.message import Message, Mode
from bot.platforms.slack.blocks import Block, private_controls, reply_blocks
from bot.platforms.slack.outbox import Dropped, Outbox
from bot.platforms.slack.trouble import UNREACHABLE, ParentGone, reason
from bot.reply import Reply
from bot.service import EMOJI_ONLY, Bot, Outcome
from bot.stages import Stage
from bot.store import Intervention

log = logging.getLogger(__name__)

EMOJI = "left_speech_bubble"
"""What the bot puts on a message in react mode; whoever adds the same asks for the story."""
MAX_FALLBACK = 3_900
"""Slack advises at most 4,000 characters of text."""
Send = Callable[[], Awaitable[Any]]


class Poster:
    """Puts replies into channels through the outbox; a refusal is logged by its code, and frees the claim."""

    def __init__(self, bot: Bot, outbox: Outbox):
        self._bot = bot
        self._outbox = outbox

    async def passive(self, client: AsyncWebClient, message: Message, outcome: Outcome) -> None:
        """Deliver a passive reply by the channel's mode."""
        reply, intervention = outcome.reply, outcome.intervention
        if reply is None or intervention is None:
            return
        thread = message.thread or message.id
        match outcome.mode:
            case Mode.REACT:
                send: Send = lambda: client.reactions_add(channel=message.channel, timestamp=message.id, name=EMOJI)  # noqa: E731
            case Mode.PRIVATE:
                blocks = reply_blocks(reply, controls=private_controls(intervention, reply))
                send = lambda: client.chat_postEphemeral(  # noqa: E731
                    channel=message.channel,
                    user=message.author,
                    blocks=blocks,
                    text=fallback(reply),
                    thread_ts=message.thread,
                )
            case _:
                blocks = reply_blocks(reply, intervention)
                send = lambda: post(client, message.channel, reply, blocks, thread)  # noqa: E731
        try:
            posted = await self._outbox.post(message.channel, lambda: self._call(send), passive=True)
        except Dropped:
            log.warning("a passive reply was dropped: too many are waiting")
            await self._bot.dropped(outcome, message.workspace)
            return
        if posted is None:
            await self._bot.failed(outcome)
        else:
            await self._bot.posted(outcome, _stands_as(posted, outcome.mode))

    async def asked(self, client: AsyncWebClient, message: Message, outcome: Outcome, thread: str | None) -> None:
        """Answer somebody who asked, where they asked."""
        reply = outcome.reply
        if reply is None:
            return
        blocks = reply_blocks(reply, outcome.intervention)
        posted = await self._send(message.channel, lambda: post(client, message.channel, reply, blocks, thread))
        if posted is None:
            await self._bot.failed(outcome)
        else:
            await self._bot.posted(outcome, _id_of(posted))

    async def share(self, client: AsyncWebClient, known: Intervention, reply: Reply, thread: str | None) -> bool:
        """Post openly what somebody saw in private or asked for with an emoji; False where Slack did not take it."""
        if not await self._bot.begin_share(known):
            return True  # pressed twice; the first press posts it
        blocks = reply_blocks(reply, known.id)
        posted = await self._send(known.channel, lambda: post(client, known.channel, reply, blocks, thread))
        if posted is None:
            await self._bot.not_shared(known)
            return False
        await self._bot.shared(known.id, _id_of(posted))
        return True

    async def take_down(self, client: AsyncWebClient, known: Intervention) -> bool:
        """Remove a reply that stands in a channel, or the emoji; whether there was something to remove."""
        if not known.posted_id:
            return False
        if known.posted_id == EMOJI_ONLY:
            if known.message is None:
                return False
            remove: Send = lambda: client.reactions_remove(channel=known.channel, timestamp=known.message, name=EMOJI)  # noqa: E731
        else:
            remove = lambda: client.chat_delete(channel=known.channel, ts=known.posted_id or "")  # noqa: E731
        return await self._call(remove) is not None

    async def _send(self, channel: str, send: Send) -> Any:
        """Post what somebody asked for, in its turn; None where Slack did not take it."""
        return await self._outbox.post(channel, lambda: self._call(send), passive=False)

    async def _call(self, send: Send) -> Any:
        try:
            with self._bot.watch(Stage.POST):
                return await send()
        except ParentGone:
            log.info("a message was deleted while it was answered; the reply is gone too")
        except UNREACHABLE as error:
            log.warning("Slack could not be reached (%s)", reason(error))
        except SlackApiError as error:
            log.warning("Slack refused a reply (%s)%s", reason(error), ADVICE.get(reason(error), ""))
        return None


ADVICE = {
    "not_in_channel": "; invite the bot to the channel",
    "channel_not_found": "; the bot is not in that channel, or it is gone",
    "missing_scope": "; reinstall the app with the scopes of its manifest",
    "invalid_auth": "; check SLACK_BOT_TOKEN",
    "token_revoked": "; install the app again",
    "account_inactive": "; install the app again",
    "ratelimited": "; Slack asks for patience, even after waiting",
    "is_archived": "; the channel is archived",
    "restricted_action": "; this workspace does not let the bot post there",
}


def fallback(reply: Reply) -> str:
    """The plain text of a reply for notifications and screen readers; it cannot mention anyone."""
    text = reply.plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text[:MAX_FALLBACK]


async def post(client: AsyncWebClient, channel: str, reply: Reply, blocks: Sequence[Block], thread: str | None) -> Any:
    """Post a reply: no unfurls, no broadcast. Raises ParentGone where its thread's first message is deleted.

    Slack says nothing of that, and posts in the open: what it answers shows no thread.
    """
    posted = await client.chat_postMessage(
        channel=channel,
        text=fallback(reply),
        blocks=blocks,
        unfurl_links=False,
        unfurl_media=False,
        parse="none",
        thread_ts=thread,
    )
    if thread and not (posted.get("message") or {}).get("thread_ts"):
        await client.chat_delete(channel=channel, ts=_id_of(posted))
        raise ParentGone
    return posted


def _id_of(posted: Any) -> str:
    return str(posted.get("ts") or "")


def _stands_as(posted: Any, mode: Mode) -> str:
    """The id by which a passive reply can be taken down; one that a single person sees has none."""
    if mode is Mode.REACT:
        return EMOJI_ONLY
    return "" if mode is Mode.PRIVATE else _id_of(posted)
