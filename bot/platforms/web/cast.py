"""The demo's people, channels and the discussion it opens with; all invented."""

import datetime as dt
from dataclasses import dataclass

from bot.message import AuthorKind, Mode


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a visitor can speak as."""

    id: str
    name: str
    role: str
    kind: AuthorKind = AuthorKind.MEMBER
    manager: bool = False
    """Whether this person manages the channels and the workspace."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A place to talk, and the mode it opens with."""

    id: str
    topic: str
    mode: Mode = Mode.OFF
    direct: bool = False
    """Whether it is a person's conversation with the bot alone."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the opening discussion; `under` is the place of the line whose thread it belongs to."""

    minute: int
    channel: str
    person: str
    text: str
    under: int | None = None


BOT = Person("counterpoint", "Counterpoint", "bot", AuthorKind.BOT)
PEOPLE = (
    Person("amara", "Amara Osei", "channel manager", manager=True),
    Person("tomos", "Tomos Rees", "developer"),
    Person("priya", "Priya Raman", "service designer"),
    Person("colin", "Colin Marsh", "operations"),
    Person("jonas", "Jonas Lind", "guest", AuthorKind.GUEST),
    Person("buildbot", "Build Robot", "bot", AuthorKind.BOT),
)
DIRECT = "counterpoint"
CHANNELS = (
    Channel("digital-health", "Records, referrals and the joy of interoperability", Mode.REPLY),
    Channel("delivery", "Plans, risks, retros", Mode.PRIVATE),
    Channel("random-ideas", "Anything goes"),
    Channel(DIRECT, "Only you and the bot. Ask it anything it may have a sourced story about", direct=True),
)
OPENING_TIME = dt.time(9, 40)
"""When, yesterday, the opening discussion was held: long enough ago that the channel's cooldown is over."""
OPENING = (
    Line(
        0,
        "digital-health",
        "priya",
        "Ward 7 has sent its first 40 discharge summaries straight to GP systems. Two bounced.",
    ),
    Line(3, "digital-health", "tomos", "Nice. Did validation catch the two, or did a practice have to ring us?"),
    Line(5, "digital-health", "priya", "Validation, before anyone noticed. Wrong practice codes both times.", under=1),
    Line(9, "digital-health", "colin", "Meanwhile the NHS is still the world's biggest buyer of fax machines."),
    Line(12, "digital-health", "amara", "Ha. I had that number in a slide last year. Time to retire it.", under=3),
    Line(
        21,
        "digital-health",
        "tomos",
        "On that note: we switched off our last fax machine in outpatients on Friday, please update the contact sheet.",
    ),
    Line(2, "delivery", "amara", "Retro notes are on the wiki. Thank you for a calm release."),
    Line(6, "delivery", "tomos", "Government IT projects always fail. Billions in, nothing out, every single time."),
    Line(4, "random-ideas", "priya", "What if the canteen had a status page?"),
    Line(7, "random-ideas", "colin", "Remember the National Programme for IT? Ten billion down the drain. So, no."),
    Line(11, "random-ideas", "priya", "@Counterpoint anything good on prescriptions?"),
)
SUGGESTIONS = (
    ("An anecdote", "Honestly the NHS App is useless, all it does is tell you to phone the surgery."),
    ("A near-miss", "Does anyone have the fax number of the pathology lab?"),
    ("Ask it", "@Counterpoint what went well with vaccination booking?"),
    ("Look up", "/counterpoint shared care records"),
    ("Settings", "/counterpoint why"),
)
