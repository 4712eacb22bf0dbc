"""Slack's payloads as messages; what is not a person's own words to the bot's ears becomes None. Pure."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from bot.message import AuthorKind, Message

SPOKEN_SUBTYPES = frozenset({"thread_broadcast", "file_share"})
"""Those of messages that a person wrote; most have none."""
MAX_TEXT = 40_000
"""Slack cuts messages here; so do we, whatever arrives."""
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")


def message_from(event: Mapping[str, Any], team: str, bot_user: str | None) -> Message | None:
    """A message event as a Message, or None where nobody wrote it; `bot_user` is the bot's own user id."""
    user, channel, ts, subtype = (event.get(key) for key in ("user", "channel", "ts", "subtype"))
    if not (subtype is None or (isinstance(subtype, str) and subtype in SPOKEN_SUBTYPES)):
        return None
    if not (isinstance(user, str) and isinstance(channel, str) and isinstance(ts, str)):
        return None
    sent_at = moment(ts)
    if sent_at is None:
        return None
    thread = event.get("thread_ts")
    kind = AuthorKind.MEMBER
    if event.get("bot_id") or event.get("app_id") or user == bot_user:
        kind = AuthorKind.BOT
    return Message(
        workspace=team,
        channel=channel,
        id=ts,
        author=user,
        text=str(event.get("text") or "")[:MAX_TEXT],
        sent_at=sent_at,
        thread=thread if isinstance(thread, str) and thread != ts else None,
        author_kind=kind,
        shared_channel=is_shared(event, team),
        edited="edited" in event,
        to_bot=event.get("parent_user_id") == bot_user is not None,
    )


def team_of(body: Mapping[str, Any]) -> str:
    """The workspace in which the app is installed; a shared channel's message may come from another."""
    granted = body.get("authorizations")
    first = granted[0] if isinstance(granted, list) and granted else None
    return str(_inside(first, "team_id") or body.get("team_id") or _inside(body.get("team"), "id") or "")


def is_shared(event: Mapping[str, Any], team: str) -> bool:
    """Whether an event comes from a channel that other organisations share."""
    elsewhere = any(event.get(key) not in (None, team) for key in ("user_team", "source_team"))
    return elsewhere or bool(event.get("is_ext_shared_channel") or event.get("is_ext_shared"))


def moment(ts: str) -> dt.datetime | None:
    """Slack's message id as the time it was sent, or None where it is not one."""
    try:
        return dt.datetime.fromtimestamp(float(ts), dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None


def mentions(text: str, user: str | None) -> bool:
    """Whether a text mentions a user."""
    return user is not None and user in _MENTION.findall(text)


def without_mention(text: str, user: str | None) -> str:
    """The text without the mentions of a user."""
    return _MENTION.sub(lambda found: "" if found[1] == user else found[0], text).strip()


def _inside(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, Mapping) else None
