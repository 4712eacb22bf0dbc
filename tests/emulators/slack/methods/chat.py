"""chat.*: posting, changing and taking back."""

from tests.emulators.slack.calls import Json, Refusal
from tests.emulators.slack.content import check_content, with_ids
from tests.emulators.slack.methods.base import Asked, method
from tests.emulators.slack.models import Channel, Message

_CONTENT = "text blocks:list attachments:list parse link_names:flag metadata:object as_user:flag"
_LOOKS = "icon_emoji icon_url username mrkdwn:flag unfurl_links:flag unfurl_media:flag"


@method(
    "chat.postMessage", "chat:write", needs="channel", takes=f"{_CONTENT} {_LOOKS} thread_ts:ts reply_broadcast:flag"
)
def post_message(asked: Asked) -> Json:
    """Post to a channel, in a thread, or to a person."""
    channel = _to_person(asked) or asked.channel()
    _writable(channel)
    check_content(asked.state, "chat.postMessage", asked.args)
    asked.state.faults.pace(channel.id)
    message = _made(asked, channel, _thread(asked, channel))
    channel.messages[message.ts] = message
    if asked.state.on_post:
        asked.state.on_post(message)
    return {"channel": channel.id, "ts": message.ts, "message": message.json()}


@method(
    "chat.postEphemeral",
    "chat:write",
    needs="channel user",
    takes=f"{_CONTENT} icon_emoji icon_url username thread_ts:ts",
)
def post_ephemeral(asked: Asked) -> Json:
    """Post what one member of a channel sees."""
    channel = asked.channel()
    _writable(channel)
    if asked.args["user"] not in channel.members:
        raise Refusal("user_not_in_channel")
    check_content(asked.state, "chat.postEphemeral", asked.args)
    message = _made(asked, channel, _thread(asked, channel))
    message.ephemeral_to = asked.args["user"]
    channel.ephemerals.append(message)
    return {"message_ts": message.ts}


@method(
    "chat.update",
    "chat:write",
    needs="channel ts:ts",
    takes=f"{_CONTENT} reply_broadcast:flag file_ids",
)
def update(asked: Asked) -> Json:
    """Change a message of one's own."""
    channel = asked.channel()
    message = asked.message(channel)
    if message.user != asked.me:
        raise Refusal("cant_update_message")
    check_content(asked.state, "chat.update", asked.args)
    message.text = asked.args["text"]
    message.blocks = with_ids(asked.state, asked.args.get("blocks"))
    message.edited = asked.state.world.new_ts()
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": message.json()}


@method("chat.delete", "chat:write", needs="channel ts:ts", takes="as_user:flag")
def delete(asked: Asked) -> Json:
    """Take back a message of one's own."""
    channel = asked.channel()
    message = asked.message(channel)
    if message.user != asked.me:
        raise Refusal("cant_delete_message")
    del channel.messages[message.ts]
    return {"channel": channel.id, "ts": message.ts}


def _to_person(asked: Asked) -> Channel | None:
    user = asked.team.users.get(str(asked.args["channel"]))
    return asked.state.world.direct(asked.team, user) if user else None


def _writable(channel: Channel) -> None:
    if channel.is_archived:
        raise Refusal("is_archived")


def _thread(asked: Asked, channel: Channel) -> str | None:
    """The thread that is meant. Slack posts openly, and says nothing, where its first message is gone."""
    thread = asked.args.get("thread_ts")
    if thread is None:
        return None
    parent = channel.messages.get(thread)
    if parent is not None and parent.thread_ts in (None, thread):
        return str(thread)
    asked.state.complain(f"thread {thread} of {channel.id} is not there: Slack posts such a reply in the channel")
    return None


def _made(asked: Asked, channel: Channel, thread: str | None) -> Message:
    ts = asked.state.world.new_ts()
    return Message(
        ts,
        channel.id,
        asked.team.id,
        asked.args["text"],
        asked.me,
        blocks=with_ids(asked.state, asked.args.get("blocks")),
        bot_id=asked.installation.bot.bot_id,
        app_id=asked.app.id,
        thread_ts=thread,
        arguments=asked.args,
    )
