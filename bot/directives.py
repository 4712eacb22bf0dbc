"""What people type after the bot's command or name: a setting to change, or a text to look up. Pure."""

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from bot.message import Mode
from bot.policy import EVERYTHING

MODES = ", ".join(f"`{mode}`" for mode in Mode)
MAX_PAUSE_DAYS = 366
_SPAN = re.compile(r"(?:for )?(\d{1,4}) ?(hours?|h|days?|d|weeks?|w)")
_HOURS = {"h": 1, "d": 24, "w": 24 * 7}


class Verb(StrEnum):
    """What a directive does."""

    MODE = "mode"
    MUTE = "mute"
    UNMUTE = "unmute"
    PAUSE = "pause"
    RESUME = "resume"
    WHY = "why"
    STATS = "stats"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Directive:
    """A setting to change or a thing to show."""

    verb: Verb
    mode: Mode | None = None
    trope: str = EVERYTHING
    here: bool = False
    """Whether a mute is the channel's and not the person's own."""
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """A directive with an argument that cannot be used, and what to type instead."""

    advice: str


def parse(text: str, tropes: Collection[str], now: dt.datetime) -> Directive | Misunderstood | None:
    """The directive that a text is, advice where its argument is wrong, or None where it is a text to look up."""
    words = text.strip().split()
    if not words:
        return Directive(Verb.HELP)
    first, rest = words[0].lower().strip(".!?"), [word.lower() for word in words[1:]]
    match first:
        case "on" | "off" | "help" | "stats" | "why" | "resume" if not rest:
            if first in ("on", "off"):
                return Directive(Verb.MODE, mode=Mode.REPLY if first == "on" else Mode.OFF)
            return Directive(Verb(first))
        case "mode":
            return _mode(rest)
        case "mute" | "unmute":
            return _mute(Verb(first), rest, tropes)
        case "pause":
            return _pause(" ".join(rest), now)
    return None


def _mode(rest: list[str]) -> Directive | Misunderstood:
    if len(rest) == 1 and rest[0] in list(Mode):
        return Directive(Verb.MODE, mode=Mode(rest[0]))
    return Misunderstood(f"Type `mode` and one of {MODES}, such as `mode private`.")


def _mute(verb: Verb, rest: list[str], tropes: Collection[str]) -> Directive | Misunderstood:
    here = "here" in rest
    named = [word for word in rest if word not in ("here", "me", "everything", "all")]
    if not named:
        return Directive(verb, here=here)
    wanted = "-".join(named)
    if wanted in tropes:
        return Directive(verb, trope=wanted, here=here)
    near = get_close_matches(wanted, tropes, n=3, cutoff=0.3) or sorted(tropes)[:3]
    names = ", ".join(f"`{name}`" for name in near)
    return Misunderstood(f"I know no anecdote of that name. Did you mean {names}? `{verb}` alone is for everything.")


def _pause(rest: str, now: dt.datetime) -> Directive | Misunderstood:
    if not rest:
        return Directive(Verb.PAUSE)
    until: dt.datetime | None = None
    if span := _SPAN.fullmatch(rest):
        until = now + dt.timedelta(hours=int(span[1]) * _HOURS[span[2][0]])
    else:
        try:
            day = dt.date.fromisoformat(rest.removeprefix("until "))
            until = dt.datetime.combine(day, dt.time(), dt.UTC)
        except ValueError:
            pass
    if until is None or not now < until <= now + dt.timedelta(days=MAX_PAUSE_DAYS):
        return Misunderstood("Type `pause`, `pause 3 days` or `pause until 2027-05-07`, at most a year ahead.")
    return Directive(Verb.PAUSE, until=until)
