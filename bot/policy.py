"""May the bot speak here, now, to this person, about this? Pure: facts in, Decision out, never a look at a clock."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bot.matcher import Match
from bot.message import AuthorKind, Message, Mode
from bot.signals import Signal

EVERYTHING = "*"
"""In a set of muted tropes: all of them."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Speak or hold, the rule that decided, and its reason in words for the person who asks."""

    speak: bool
    rule: str
    reason: str

    def __str__(self) -> str:
        return "speak" if self.speak else "hold"


@dataclass(frozen=True, slots=True)
class Rules:
    """The limits that an operator sets; the defaults suit a team that did not ask for a bot."""

    trope_cooldown: dt.timedelta = dt.timedelta(days=7)
    channel_cooldown: dt.timedelta = dt.timedelta(hours=4)
    person_cooldown: dt.timedelta = dt.timedelta(days=3)
    story_cooldown: dt.timedelta = dt.timedelta(days=30)
    daily_cap: int = 12
    """Passive replies in a workspace in 24 hours."""
    max_age: dt.timedelta = dt.timedelta(minutes=10)
    quiet_hours: tuple[dt.time, dt.time] | None = None
    timezone: dt.tzinfo = dt.UTC
    paused: tuple[dt.date, dt.date] | None = None
    """First and last day of a period without passive replies, such as before an election."""
    asks_an_hour: int = 30
    """Mentions and lookups answered to one person in an hour."""
    least_feedback: int = 2
    """Feedback on a trope in a channel that must be there before it can go quiet."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about the place and the person when a message arrives; every time is in UTC."""

    now: dt.datetime
    mode: Mode = Mode.OFF
    workspace_paused: bool = False
    author_mutes: frozenset[str] = frozenset()
    channel_mutes: frozenset[str] = frozenset()
    answered: bool = False
    """Whether this very message has a reply, or one on its way."""
    thread_replies: int = 0
    last_of_trope: dt.datetime | None = None
    last_in_channel: dt.datetime | None = None
    last_to_person: dt.datetime | None = None
    replies_today: int = 0
    helpful: int = 0
    not_relevant: int = 0


@dataclass(frozen=True, slots=True)
class Situation:
    """A message, what it was taken for, what is known and the limits: all that a rule may look at."""

    message: Message
    match: Match
    facts: Facts
    rules: Rules = field(default_factory=Rules)


Rule = Callable[[Situation], str | None]
"""The reason to hold, or None where this rule has nothing against speaking."""


def switched_on(s: Situation) -> str | None:
    """Silent everywhere until a channel is turned on."""
    return "this channel has not turned passive replies on" if s.facts.mode is Mode.OFF else None


def workspace_not_paused(s: Situation) -> str | None:
    """An admin can pause the whole workspace."""
    return "an admin has paused passive replies in this workspace" if s.facts.workspace_paused else None


def not_in_paused_period(s: Situation) -> str | None:
    """A set period, such as before an election."""
    today = s.facts.now.astimezone(s.rules.timezone).date()
    paused = s.rules.paused and s.rules.paused[0] <= today <= s.rules.paused[1]
    return f"passive replies are paused until {s.rules.paused[1]}" if s.rules.paused and paused else None


def not_in_quiet_hours(s: Situation) -> str | None:
    """Quiet hours, which may run past midnight."""
    if s.rules.quiet_hours is None:
        return None
    start, end = s.rules.quiet_hours
    now = s.facts.now.astimezone(s.rules.timezone).time()
    quiet = start <= now < end if start <= end else now >= start or now < end
    return f"these are quiet hours, {start:%H:%M} to {end:%H:%M}" if quiet else None


def from_a_member(s: Situation) -> str | None:
    """Never to bots, nor to guests."""
    match s.message.author_kind:
        case AuthorKind.BOT:
            return "it was written by a bot"
        case AuthorKind.GUEST:
            return "it was written by a guest of the workspace"
        case AuthorKind.MEMBER:
            return None


def in_our_own_channel(s: Situation) -> str | None:
    """Never in a channel shared with other organisations."""
    return "this channel is shared with another organisation" if s.message.shared_channel else None


def first_version(s: Situation) -> str | None:
    """Edited messages are not answered."""
    return "it is an edited message" if s.message.edited else None


def not_to_the_bot(s: Situation) -> str | None:
    """Never answer back when somebody argues with the bot."""
    return "it answers one of the bot's own replies" if s.message.to_bot else None


def recent(s: Situation) -> str | None:
    """After an outage old messages arrive; they are history."""
    age = s.facts.now - s.message.sent_at
    return f"it is older than {_spoken(s.rules.max_age)}" if age > s.rules.max_age else None


def recognised(s: Situation) -> str | None:
    """Silence when unsure."""
    if s.facts.mode in s.match.unheard:
        return "at first glance it is ordinary chat"
    threshold = s.match.threshold_in(s.facts.mode)
    return None if s.match.sure_in(s.facts.mode) else f"the probability is under {threshold:.0%}"


def nobody_harmed(s: Situation) -> str | None:
    """Never where real people were hurt: the trope, the person who writes, or a case they bring."""
    if s.match.harm:
        return "real people were hurt in this affair, so I only speak about it when asked"
    if Signal.PERSONAL_HARM in s.match.signals:
        return "somebody may have been hurt or be in distress"
    if Signal.ESCALATE in s.match.signals:
        return "it brings real harm into the topic"
    return None


def author_has_not_muted(s: Situation) -> str | None:
    """A personal mute, for everything or a trope."""
    return "the author has muted this" if _muted(s.match.trope, s.facts.author_mutes) else None


def channel_has_not_muted(s: Situation) -> str | None:
    """A channel can mute a trope."""
    return "this channel has muted this anecdote" if _muted(s.match.trope, s.facts.channel_mutes) else None


def welcome(s: Situation) -> str | None:
    """A trope whose replies are marked not relevant more often than helpful goes quiet in that channel."""
    unwelcome = gone_quiet(s.facts.helpful, s.facts.not_relevant, s.rules)
    return "people here marked replies to this anecdote as not relevant" if unwelcome else None


def once_a_message(s: Situation) -> str | None:
    """At most one reply to a message."""
    return "this message has been answered" if s.facts.answered else None


def once_a_thread(s: Situation) -> str | None:
    """At most one passive reply in a thread."""
    return "this thread has had a reply" if s.facts.thread_replies else None


def trope_cooled_down(s: Situation) -> str | None:
    """The same trope in a channel."""
    return _cooling(s, s.facts.last_of_trope, s.rules.trope_cooldown, "to this anecdote in this channel")


def channel_cooled_down(s: Situation) -> str | None:
    """Any passive reply in a channel."""
    return _cooling(s, s.facts.last_in_channel, s.rules.channel_cooldown, "in this channel")


def person_cooled_down(s: Situation) -> str | None:
    """Passive replies to one person."""
    return _cooling(s, s.facts.last_to_person, s.rules.person_cooldown, "to this person")


def under_the_cap(s: Situation) -> str | None:
    """A daily cap in a workspace."""
    full = s.facts.replies_today >= s.rules.daily_cap
    return f"this workspace has had {s.rules.daily_cap} replies in a day" if full else None


PLACE_RULES: tuple[Rule, ...] = (
    switched_on,
    workspace_not_paused,
    not_in_paused_period,
    not_in_quiet_hours,
    from_a_member,
    in_our_own_channel,
    first_version,
    not_to_the_bot,
    recent,
)
"""What can be decided without reading the message."""

MESSAGE_RULES: tuple[Rule, ...] = (recognised, nobody_harmed)
"""What depends on the words, and on nothing that is remembered."""

MEMORY_RULES: tuple[Rule, ...] = (
    author_has_not_muted,
    channel_has_not_muted,
    welcome,
    once_a_message,
    once_a_thread,
    trope_cooled_down,
    channel_cooled_down,
    person_cooled_down,
    under_the_cap,
)
"""What depends on what happened before."""

ALL_RULES = (*PLACE_RULES, *MESSAGE_RULES, *MEMORY_RULES)


def decide(situation: Situation, rules: Iterable[Rule] = ALL_RULES) -> Decision:
    """Whether a passive reply is allowed; the first rule with a reason to hold decides."""
    for rule in rules:
        if reason := rule(situation):
            return Decision(False, rule.__name__, reason)
    return Decision(True, "recognised", "no rule has anything against it")


def decide_asked(asked_last_hour: int, rules: Rules) -> Decision:
    """Mentions and lookups are always answered, up to a limit a person."""
    if asked_last_hour >= rules.asks_an_hour:
        return Decision(False, "asks_an_hour", f"you have asked {rules.asks_an_hour} times in an hour; try again later")
    return Decision(True, "asked", "you asked")


def gone_quiet(helpful: int, not_relevant: int, rules: Rules) -> bool:
    """Whether feedback on a trope in a channel has turned it off there."""
    return not_relevant > helpful and helpful + not_relevant >= rules.least_feedback


def _muted(trope: str | None, mutes: frozenset[str]) -> bool:
    return EVERYTHING in mutes or trope in mutes


def _cooling(s: Situation, last: dt.datetime | None, cooldown: dt.timedelta, where: str) -> str | None:
    if not cooldown or last is None or s.facts.now - last >= cooldown:
        return None
    return f"there was a reply {where} less than {_spoken(cooldown)} ago"


def _spoken(span: dt.timedelta) -> str:
    for seconds, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if span.total_seconds() >= seconds:
            count = round(span.total_seconds() / seconds)
            return f"{count} {unit}{'s' * (count != 1)}"
    return f"{round(span.total_seconds())} seconds"
