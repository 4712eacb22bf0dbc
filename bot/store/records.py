"""What the store gives back."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from bot.message import Message, Mode, Trigger
from bot.policy import Decision


class State(StrEnum):
    """How far an intervention has come."""

    CLAIMED = "claimed"
    """About to be posted, or its process died."""
    POSTED = "posted"
    RELEASED = "released"
    """Posting failed: its cooldowns are free, and its message is not answered again."""
    WITHDRAWN = "withdrawn"
    """Dismissed, or its message deleted; it was said all the same, so cooldowns stand."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, and where; `message` is None where nothing was written in a channel."""

    workspace: str
    channel: str
    person: str
    message: str | None = None
    thread: str | None = None

    @classmethod
    def by(cls, message: Message) -> Self:
        """The author of a message, asking with it."""
        return cls(message.workspace, message.channel, message.author, message.id, message.thread or message.id)


@dataclass(frozen=True, slots=True)
class Claimed:
    """The right to post one reply, where `decision` says speak; then call `posted` or `release`."""

    decision: Decision
    intervention: str | None
    story: str | None
    mode: Mode


@dataclass(frozen=True, slots=True)
class Intervention:
    """The record of one reply: ids and outcome, never message text."""

    id: str
    workspace: str
    channel: str
    message: str | None
    thread: str | None
    trigger: Trigger
    rule: str
    mode: Mode
    trope: str | None
    story: str | None
    probability: float
    phrasing: int | None
    """The nearest example, as its place among the phrasings of `trope`."""
    state: State
    claimed_at: dt.datetime
    posted_at: dt.datetime | None
    posted_id: str | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """From a row of the table."""
        values = {name: row[name] for name in cls.__slots__}
        values |= {
            "trigger": Trigger(row["trigger"]),
            "mode": Mode(row["mode"]),
            "state": State(row["state"]),
        }
        return cls(**values)


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What a channel manager has set in one channel."""

    channel: str
    mode: Mode
    changed_at: dt.datetime | None = None
    mutes: frozenset[str] = frozenset()


class Verdict(StrEnum):
    """What a curator made of a suggestion."""

    ACCEPTED = "accepted"
    """It is being made into a story."""
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A story that somebody suggested in a form; without a verdict it waits for a curator."""

    id: str
    workspace: str
    fields: dict[str, Any]
    made_at: dt.datetime
    verdict: Verdict | None = None
    decided_at: dt.datetime | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """From a row of the table."""
        values = {name: row[name] for name in cls.__slots__}
        return cls(**values | {"verdict": Verdict(row["verdict"]) if row["verdict"] else None})


@dataclass(slots=True)
class Tally:
    """How many replies, and what was thought of them."""

    replies: int = 0
    helpful: int = 0
    not_relevant: int = 0

    def __str__(self) -> str:
        replies = "1 reply" if self.replies == 1 else f"{self.replies} replies"
        return f"{replies}, {self.helpful} helpful, {self.not_relevant} not relevant"

    def add(self, other: "Tally") -> None:
        """Count another tally in."""
        self.replies += other.replies
        self.helpful += other.helpful
        self.not_relevant += other.not_relevant


@dataclass(frozen=True, slots=True)
class Statistics:
    """Sums since a day; nothing in them is about a person."""

    since: dt.date
    total: Tally = field(default_factory=Tally)
    tropes: dict[str, Tally] = field(default_factory=dict)
    stories: dict[str, Tally] = field(default_factory=dict)
    weeks: dict[dt.date, Tally] = field(default_factory=dict)
    """By the Monday of each week."""
    triggers: dict[Trigger, int] = field(default_factory=dict)
    holds: dict[str, int] = field(default_factory=dict)
    """By the rule that held."""
    triggers_by_week: dict[dt.date, dict[Trigger, int]] = field(default_factory=dict)
    holds_by_week: dict[dt.date, dict[str, int]] = field(default_factory=dict)

    def text(self) -> str:
        """A summary in lines for a chat."""
        lines = [f"Since {self.since.day} {self.since:%B %Y}: {self.total}."]
        lines += [f"• `{trope}`: {tally}" for trope, tally in ranked(self.tropes)]
        if self.holds:
            held = ", ".join(f"{rule.replace('_', ' ')} {count}" for rule, count in most(self.holds))
            lines.append(f"Held back: {held}.")
        return "\n".join(lines)


def ranked(tallies: Mapping[str, Tally]) -> list[tuple[str, Tally]]:
    """The most frequent first."""
    return sorted(tallies.items(), key=lambda pair: (-pair[1].replies, pair[0]))


def most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """The highest first."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def monday(now: dt.datetime) -> dt.date:
    """The first day of a moment's week, in UTC."""
    day = now.astimezone(dt.UTC).date()
    return day - dt.timedelta(days=day.weekday())
