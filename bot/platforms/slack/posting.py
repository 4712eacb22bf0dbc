"""Posts a reply in the way that the channel's mode asks for, and takes it down again."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.message import Message, Mode
from bot.platforms.slack.blocks import Block, private_controls, reply_blocks
from bot.platforms.slack.outbox import Dropped, Outbox
from bot.reply import Reply
from bot.service import EMOJI_ONLY, Bot, Outcome
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
        self._sharing: set[str] = set()

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
                blocks = reply_blocks(reply, controls=private_controls(intervention))
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
        posted = await self._send(message.channel, send, passive=True)
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
        posted = await self._send(
            message.channel, lambda: post(client, message.channel, reply, blocks, thread), passive=False
        )
        if posted is None:
            await self._bot.failed(outcome)
        else:
            await self._bot.posted(outcome, _id_of(posted))

    async def share(self, client: AsyncWebClient, known: Intervention, reply: Reply, thread: str | None) -> bool:
        """Post openly what somebody saw in private or asked for with an emoji; whether Slack took it."""
        if known.id in self._sharing:
            return True  # pressed twice; the first press posts it
        self._sharing.add(known.id)
        try:
            blocks = reply_blocks(reply, known.id)
            posted = await self._send(known.channel, lambda: post(client, known.channel, reply, blocks, thread), False)
            if posted is not None:
                await self._bot.shared(known.id, _id_of(posted))
            return posted is not None
        finally:
            self._sharing.discard(known.id)

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

    async def _send(self, channel: str, send: Send, passive: bool) -> Any:
        try:
            return await self._outbox.post(channel, lambda: self._call(send), passive)
        except Dropped:
            log.warning("a passive reply was dropped: too many are waiting")
            return None

    async def _call(self, send: Send) -> Any:
        try:
            return await send()
        except SlackApiError as error:
            code = error.response.get("error") if error.response is not None else "unknown"
            log.warning("Slack refused a reply (%s)%s", code, ADVICE.get(str(code), ""))
        except (OSError, TimeoutError, ClientError) as error:
            log.warning("Slack could not be reached (%s)", type(error).__name__)
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
    """Post a reply: no unfurls, no broadcast."""
    return await client.chat_postMessage(
        channel=channel,
        text=fallback(reply),
        blocks=blocks,
        unfurl_links=False,
        unfurl_media=False,
        parse="none",
        thread_ts=thread,
    )


def _id_of(posted: Any) -> str:
    return str(posted.get("ts") or "")


def _stands_as(posted: Any, mode: Mode) -> str:
    """The id by which a passive reply can be taken down; one that a single person sees has none."""
    if mode is Mode.REACT:
        return EMOJI_ONLY
    return "" if mode is Mode.PRIVATE else _id_of(posted)
