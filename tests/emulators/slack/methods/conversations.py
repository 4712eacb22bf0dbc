"""conversations.*: what channels there are, and what was said in them."""

from tests.emulators.slack.calls import Json, Refusal
from tests.emulators.slack.methods.base import Asked, method
from tests.emulators.slack.models import Channel, Message

_PAGE = "cursor inclusive:flag include_all_metadata:flag latest limit:number oldest"
_MAX_LIMIT = 1_000


@method("conversations.info", needs="channel", takes="include_locale:flag include_num_members:flag")
def info(asked: Asked) -> Json:
    """One channel."""
    channel = _seen(asked, "read", member=False)
    said = channel.json(asked.me)
    return {"channel": {**said, "num_members": len(channel.members)} if asked.args.get("include_num_members") else said}


@method("conversations.history", needs="channel", takes=_PAGE)
def history(asked: Asked) -> Json:
    """A channel's messages, the newest first, without replies."""
    channel = _seen(asked, "history")
    messages = [m for m in channel.messages.values() if m.thread_ts in (None, m.ts)]
    return _page(asked, channel, sorted(messages, key=lambda m: m.ts, reverse=True))


@method("conversations.replies", needs="channel ts:ts", takes=_PAGE)
def replies(asked: Asked) -> Json:
    """A thread, the oldest first."""
    channel = _seen(asked, "history")
    if asked.args["ts"] not in channel.messages:
        raise Refusal("thread_not_found")
    return _page(asked, channel, sorted(channel.replies(asked.args["ts"]), key=lambda m: m.ts))


@method("conversations.join", "channels:join", needs="channel")
def join(asked: Asked) -> Json:
    """Enter a public channel."""
    channel = asked.channel(member=False)
    if channel.kind != "public":
        raise Refusal("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refusal("is_archived")
    channel.members.add(asked.me)
    return {"channel": channel.json(asked.me)}


@method("conversations.leave", needs="channel")
def leave(asked: Asked) -> Json:
    """Leave a channel."""
    channel = asked.channel(member=False)
    if channel.kind == "im":
        raise Refusal("method_not_supported_for_channel_type")
    asked.need(*(("channels:manage", "channels:write") if channel.kind == "public" else ("groups:write",)))
    if asked.me not in channel.members:
        return {"ok": False, "not_in_channel": True}
    if channel.members == {asked.me}:
        raise Refusal("last_member")
    channel.members.discard(asked.me)
    return {}


def _seen(asked: Asked, what: str, member: bool = True) -> Channel:
    """A channel that the scopes of its kind open; without any of these scopes nothing is told at all."""
    asked.need(*(f"{family}:{what}" for family in ("channels", "groups", "im", "mpim")))
    channel = asked.channel(member=False)
    asked.need(f"{channel.family}:{what}")
    return asked.channel(member=member)


def _page(asked: Asked, channel: Channel, messages: list[Message]) -> Json:
    args = asked.args
    limit = args.get("limit", 100)
    if not 1 <= limit <= _MAX_LIMIT:
        raise Refusal("invalid_limit")
    oldest, latest = args.get("oldest", "0"), args.get("latest", "9999999999.999999")
    if args.get("inclusive"):
        messages = [m for m in messages if oldest <= m.ts <= latest]
    else:
        messages = [m for m in messages if oldest < m.ts < latest or m.ts == args.get("ts")]
    start = int(args.get("cursor", "0"))
    rest = len(messages) > start + limit
    shown = [_told(channel, message) for message in messages[start : start + limit]]
    more = {"response_metadata": {"next_cursor": str(start + limit)}} if rest else {}
    return {"messages": shown, "has_more": rest, **more}


def _told(channel: Channel, message: Message) -> Json:
    said = message.json()
    below = [m for m in channel.replies(message.ts) if m is not message]
    if below:
        said |= {"thread_ts": message.ts, "reply_count": len(below), "latest_reply": below[-1].ts}
    elif message.thread_ts and message.thread_ts in channel.messages:
        said["parent_user_id"] = channel.messages[message.thread_ts].user
    return said
