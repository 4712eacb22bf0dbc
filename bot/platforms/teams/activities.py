"""Teams' activities as messages, and where they happened. Pure.

A team or a chat is the workspace, for the app is added to one at a time and everything of it goes when it is removed.
"""

import datetime as dt
import html
import re
from dataclasses import dataclass

from microsoft_teams.api.activities.message import MessageActivity
from microsoft_teams.api.models.activity import Activity as ActivityBase

from bot.message import AuthorKind, Message

MAX_TEXT = 40_000
CHANNEL_IDS = ("@thread.tacv2", "@thread.skype")
"""How the ids of channels end; chats have no chains of replies."""
BOT_IDS = "28:"
"""How the ids of programs begin."""
_AT = re.compile(r"<at\b[^<>]*>[^<>]*</at>", re.IGNORECASE)
_QUOTED = re.compile(r"<quoted\b[^<>]*>(?:\s*</quoted>)?", re.IGNORECASE)
_ROOT = re.compile(r";messageid=([^;]+)")


@dataclass(frozen=True, slots=True)
class Where:
    """Where something happened."""

    workspace: str
    """The team's id, or the chat's."""
    channel: str
    """The channel's id, or the chat's."""
    thread: str | None = None
    """The first message of the chain of replies, in channels."""
    personal: bool = False
    shared: bool = False
    """Whether the channel is shared with other teams."""
    tenant: str | None = None


def where(activity: ActivityBase) -> Where:
    """Where an activity happened."""
    conversation, data = activity.conversation, activity.channel_data
    root = _ROOT.search(conversation.id)
    said = data.channel.id if data and data.channel else None
    channel = said or conversation.id.split(";")[0]
    team = data.team if data else None
    tenant = (data.tenant.id if data and data.tenant else None) or conversation.tenant_id
    kind = data.channel.type if data and data.channel else None
    return Where(
        workspace=(team.id if team else None) or channel,
        channel=channel,
        thread=root[1] if root else None,
        personal=conversation.conversation_type == "personal",
        shared=kind == "shared",
        tenant=tenant,
    )


def message_from(activity: MessageActivity, now: dt.datetime) -> Message | None:
    """A message activity as a Message without the mentions in it, or None where it lacks an id or an author.

    `now` stands in for a time that is missing.
    """
    if not activity.id or not activity.from_.id:
        return None
    place, bot = where(activity), activity.recipient.id
    sent_at = activity.timestamp or now
    quoted = (entity.quoted_reply.sender_id for entity in activity.get_quoted_messages())
    return Message(
        workspace=place.workspace,
        channel=place.channel,
        id=activity.id,
        author=activity.from_.id,
        text=own_words(activity.text),
        sent_at=sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=dt.UTC),
        thread=place.thread if place.thread != activity.id else None,
        author_kind=AuthorKind.BOT if _is_bot(activity) else AuthorKind.MEMBER,
        shared_channel=place.shared,
        to_bot=any(sender == bot for sender in quoted),
    )


def own_words(text: str) -> str:
    """A text without its mentions and quotations, and with its escapes undone."""
    text = _QUOTED.sub(" ", _AT.sub(" ", text[:MAX_TEXT]))
    return html.unescape(text).replace("\xa0", " ").strip()


def chain(channel: str, root: str | None) -> str:
    """The address of a chain of replies in a channel; a chat's own, for chats have no chains."""
    return f"{channel};messageid={root}" if root and channel.endswith(CHANNEL_IDS) else channel


def _is_bot(activity: MessageActivity) -> bool:
    author = activity.from_
    return author.id.startswith(BOT_IDS) or author.id == activity.recipient.id or author.role in ("bot", "skill")
