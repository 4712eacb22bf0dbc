"""reactions.*: emoji on messages."""

import re

from tests.emulators.slack.calls import Json, Refusal
from tests.emulators.slack.methods.base import Asked, method

_NAME = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")


@method("reactions.add", "reactions:write", needs="channel timestamp:ts name")
def add(asked: Asked) -> Json:
    """Put an emoji on a message, once."""
    name = _name(asked)
    users = asked.message(asked.channel(), "timestamp").reactions.setdefault(name, [])
    if asked.me in users:
        raise Refusal("already_reacted")
    users.append(asked.me)
    return {}


@method("reactions.remove", "reactions:write", needs="channel timestamp:ts name")
def remove(asked: Asked) -> Json:
    """Take one's own emoji off."""
    name = _name(asked)
    message = asked.message(asked.channel(), "timestamp")
    users = message.reactions.get(name, [])
    if asked.me not in users:
        raise Refusal("no_reaction")
    users.remove(asked.me)
    if not users:
        del message.reactions[name]
    return {}


@method("reactions.get", "reactions:read", needs="channel timestamp:ts", takes="full:flag")
def get(asked: Asked) -> Json:
    """Who put which emoji on a message."""
    channel = asked.channel()
    message = asked.message(channel, "timestamp")
    return {"type": "message", "channel": channel.id, "message": message.json()}


def _name(asked: Asked) -> str:
    name = str(asked.args["name"])
    if not _NAME.fullmatch(name):
        raise Refusal("invalid_name")
    return name
