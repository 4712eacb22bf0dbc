"""Events as Slack writes them. Pure: the world is read, never changed."""

import hashlib
import time
import uuid

from tests.emulators.slack.calls import Json
from tests.emulators.slack.models import App, Channel, Installation, Message, User


def envelope(
    app: App, installation: Installation, event: Json, event_id: str | None = None, shared: bool = False
) -> Json:
    """The outer part of an event."""
    team = installation.team.id
    return {
        "token": "verification-token",
        "team_id": team,
        "context_team_id": team,
        "context_enterprise_id": installation.team.organisation,
        "api_app_id": app.id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id or f"Ev{uuid.uuid4().hex[:10].upper()}",
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": installation.team.organisation,
                "team_id": team,
                "user_id": installation.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": shared,
        "event_context": "4-loopback",
    }


def _rich(text: str) -> list[Json]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return [{"type": "rich_text", "block_id": "rich", "elements": [section]}]


def _words(message: Message, author: User | None) -> Json:
    said: Json = {
        "user": message.user,
        "type": "message",
        "ts": message.ts,
        "client_msg_id": hashlib.md5(message.ts.encode(), usedforsecurity=False).hexdigest(),
        "text": message.text,
        "team": author.team if author else message.team,
        "blocks": message.blocks or _rich(message.text),
    }
    if message.thread_ts:
        said["thread_ts"] = message.thread_ts
    if author and author.team != message.team:
        said |= {"user_team": author.team, "source_team": author.team, "user_profile": {"team": author.team}}
    return said


def message(channel: Channel, said: Message, author: User | None = None) -> Json:
    """Somebody wrote; a bot's message carries its bot_id."""
    event = {**_words(said, author), "channel": channel.id, "event_ts": said.ts, "channel_type": channel.event_type}
    if said.thread_ts and said.thread_ts in channel.messages:
        event["parent_user_id"] = channel.messages[said.thread_ts].user
    if said.subtype:
        event["subtype"] = said.subtype
    if said.bot_id:
        event |= {"bot_id": said.bot_id, "app_id": said.app_id, "bot_profile": {"id": said.bot_id, "deleted": False}}
        del event["client_msg_id"]
    if said.subtype == "bot_message":
        del event["user"]
    return event


def app_mention(channel: Channel, said: Message, author: User | None = None) -> Json:
    """Somebody mentioned the bot: the same message, told a second time."""
    return {**_words(said, author), "type": "app_mention", "channel": channel.id, "event_ts": said.ts}


def message_changed(channel: Channel, before: Json, after: Message, event_ts: str) -> Json:
    """A message was edited, or grew a preview."""
    return {
        "type": "message",
        "subtype": "message_changed",
        "message": {**_words(after, None), "edited": {"user": after.user, "ts": event_ts}},
        "previous_message": before,
        "channel": channel.id,
        "hidden": True,
        "ts": event_ts,
        "event_ts": event_ts,
        "channel_type": channel.event_type,
    }


def message_deleted(channel: Channel, gone: Message, event_ts: str) -> Json:
    """A message was deleted."""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": _words(gone, None),
        "channel": channel.id,
        "hidden": True,
        "deleted_ts": gone.ts,
        "ts": event_ts,
        "event_ts": event_ts,
        "channel_type": channel.event_type,
    }


def member_joined_channel(channel: Channel, user: str, inviter: str, event_ts: str) -> Json:
    """Somebody, or the bot, is in a channel now."""
    return {
        "type": "member_joined_channel",
        "user": user,
        "channel": channel.id,
        "channel_type": "C" if channel.kind == "public" else "G",
        "team": channel.team,
        "inviter": inviter,
        "event_ts": event_ts,
    }


def channel_left(channel: Channel, actor: str, event_ts: str) -> Json:
    """The bot is not in a channel any more."""
    kind = "channel_left" if channel.kind == "public" else "group_left"
    return {"type": kind, "channel": channel.id, "actor_id": actor, "event_ts": event_ts}


def app_home_opened(channel: Channel, user: User, tab: str, event_ts: str, view: Json | None = None) -> Json:
    """Somebody opened the app's home or its messages."""
    event: Json = {"type": "app_home_opened", "user": user.id, "channel": channel.id, "tab": tab, "event_ts": event_ts}
    return {**event, "view": view} if tab == "home" and view else event


def reaction_added(channel: Channel, user: User, on: Message, name: str, event_ts: str) -> Json:
    """Somebody put an emoji on a message."""
    return {
        "type": "reaction_added",
        "user": user.id,
        "reaction": name,
        "item": {"type": "message", "channel": channel.id, "ts": on.ts},
        "item_user": on.user,
        "event_ts": event_ts,
    }


def app_uninstalled() -> Json:
    """The app was removed from the workspace."""
    return {"type": "app_uninstalled"}


def tokens_revoked(bot_users: list[str], users: list[str] | None = None) -> Json:
    """Tokens were taken back."""
    return {"type": "tokens_revoked", "tokens": {"oauth": users or [], "bot": bot_users}}
