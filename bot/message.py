"""What reaches the bot, whatever the platform: a message, and why the bot looks at it."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Trigger(StrEnum):
    """Why the bot looks at a message."""

    MENTION = "mention"
    LOOKUP = "lookup"
    PASSIVE = "passive"
    SHORTCUT = "shortcut"


class Mode(StrEnum):
    """What passive means in one channel."""

    OFF = "off"
    REPLY = "reply"
    PRIVATE = "private"
    REACT = "react"


class AuthorKind(StrEnum):
    """Who writes: a member, a guest of the workspace, or a program."""

    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Message:
    """One message; every id is the platform's own, and `sent_at` is in UTC."""

    workspace: str
    channel: str
    id: str
    author: str
    text: str
    sent_at: dt.datetime
    thread: str | None = None
    author_kind: AuthorKind = AuthorKind.MEMBER
    shared_channel: bool = False
    edited: bool = False
    to_bot: bool = False
    """Whether it answers one of the bot's own replies."""

    def __repr__(self) -> str:
        return f"Message({self.workspace}/{self.channel}/{self.id}, {len(self.text)} characters)"
