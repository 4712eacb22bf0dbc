"""Carries out directives for whoever may give them; what comes back is for that person's eyes alone."""

from dataclasses import dataclass

from bot.directives import Directive, Verb
from bot.entries import About
from bot.message import Mode
from bot.policy import EVERYTHING, gone_quiet
from bot.reply import SORRY
from bot.service import Bot
from bot.store import Intervention, StoreUnavailable

HELP = """\
I answer well-worn failure anecdotes with sourced success stories.
• Mention me with a question, or use the command with what you look for: I look it up.
• `on`, `off`, `mode reply|private|react|off`: whether I may speak by myself in this channel (managers).
• `mute`, `mute NAME`, `unmute`: I leave you alone, about everything or one anecdote.
• `mute NAME here`, `unmute NAME here`: the same for this channel (managers).
• `pause`, `pause 3 days`, `resume`: the whole workspace (admins).
• `why`: how this channel is set. `stats`: numbers, never about persons. `help`: this.
I keep settings and ids, never the text of a message."""
GREETING = (
    "{introduction} I am silent here until {manager} types `{address} on`; mention me whenever you like. "
    "I keep settings and ids, never messages: `{address} help` says more."
)
MODE_SAID = {
    Mode.OFF: "I stay silent in this channel unless somebody asks me.",
    Mode.REPLY: "I answer well-worn anecdotes in this channel in a thread.",
    Mode.PRIVATE: "I answer well-worn anecdotes in this channel so that only their author sees it.",
    Mode.REACT: "I put an emoji on well-worn anecdotes in this channel, and tell the story when somebody asks for it.",
}
NOT_ALLOWED = "Only {who} can do that. Ask one of them, or mute me for yourself with `mute`."


def introduction(about: About) -> str:
    """What the bot does, in a sentence."""
    subject = f" about {about.subject}" if about.subject else ""
    return f"I am Counterpoint: I answer well-worn failure anecdotes{subject} with sourced success stories."


def greeting(about: About, manager: str, address: str) -> str:
    """What the bot says where it was added; `manager` may turn it on, and `address` is how it is spoken to."""
    return GREETING.format(introduction=introduction(about), manager=manager, address=address)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a directive is given, by whom, and what that person may do there."""

    workspace: str
    channel: str
    person: str
    manager: bool
    admin: bool


async def carry_out(bot: Bot, directive: Directive, place: Place) -> str:
    """Carry out a directive; returns what to tell the person who gave it."""
    channel_matter = directive.verb is Verb.MODE or (directive.here and directive.verb in (Verb.MUTE, Verb.UNMUTE))
    if channel_matter and not (place.manager or place.admin):
        return NOT_ALLOWED.format(who="a channel manager or an admin")
    if directive.verb in (Verb.PAUSE, Verb.RESUME) and not place.admin:
        return NOT_ALLOWED.format(who="an admin of this workspace")
    try:
        return await _carry_out(bot, directive, place)
    except StoreUnavailable:
        return SORRY


async def mute_this(bot: Bot, known: Intervention, person: str) -> str:
    """Somebody mutes the anecdote of a reply for themselves; returns what to tell them."""
    if known.trope is None:
        return bot.missing()
    place = Place(known.workspace, known.channel, person, manager=False, admin=False)
    return await carry_out(bot, Directive(Verb.MUTE, trope=known.trope), place)


async def _carry_out(bot: Bot, directive: Directive, place: Place) -> str:
    store, now = bot.store, bot.clock()
    match directive.verb:
        case Verb.MODE:
            mode = directive.mode or Mode.OFF
            await store.set_mode(place.workspace, place.channel, mode, now)
            return MODE_SAID[mode]
        case Verb.MUTE | Verb.UNMUTE:
            return await _mute(bot, directive, place)
        case Verb.PAUSE:
            await store.pause(place.workspace, directive.until)
            until = f" until {directive.until:%d %B %Y %H:%M} UTC" if directive.until else ""
            return f"I stay silent in the whole workspace{until}, unless somebody asks me. `resume` ends it."
        case Verb.RESUME:
            await store.resume(place.workspace)
            return "The pause is over; each channel is as it was set."
        case Verb.WHY:
            return await describe(bot, place)
        case Verb.STATS:
            return (await store.statistics(place.workspace, 4)).text()
        case Verb.HELP:
            return HELP


async def _mute(bot: Bot, directive: Directive, place: Place) -> str:
    store, muting = bot.store, directive.verb is Verb.MUTE
    what = "everything" if directive.trope == EVERYTHING else f"`{directive.trope}`"
    if directive.here:
        change = store.channel_mute if muting else store.channel_unmute
        await change(place.workspace, place.channel, directive.trope)
        return f"This channel has {'muted' if muting else 'unmuted'} {what}."
    mute = store.mute if muting else store.unmute
    await mute(place.workspace, place.person, directive.trope)
    if muting:
        return f"I no longer answer you by myself about {what}. `unmute` undoes it; you can still ask me."
    return f"I may answer you about {what} again."


async def describe(bot: Bot, place: Place) -> str:
    """How a channel is set and why the bot speaks there or does not, in sentences."""
    store, now = bot.store, bot.clock()
    mode = await store.mode(place.workspace, place.channel)
    lines = [
        MODE_SAID[mode],
        f"Unasked I speak where the probability that a message is a known anecdote reaches "
        f"{bot.core.matcher.threshold_in(mode):.0%}.",
    ]
    if await store.paused(place.workspace, now):
        lines.append("An admin has paused me in the whole workspace.")
    muted = sorted(await store.channel_mutes(place.workspace, place.channel))
    if muted:
        lines.append(f"Muted in this channel: {_names(muted)}.")
    own = sorted(await store.mutes(place.workspace, place.person))
    if own:
        lines.append(f"Muted by you: {_names(own)}.")
    quiet = [
        trope
        for trope, (helpful, not_relevant) in (await store.channel_feedback(place.workspace, place.channel)).items()
        if gone_quiet(helpful, not_relevant, bot.rules)
    ]
    if quiet:
        lines.append(f"Gone quiet here, for replies were marked not relevant: {_names(sorted(quiet))}.")
    if last := await bot.why_last(place.workspace, place.channel):
        lines += ["My latest reply here:", *(f"• {line}" for line in last)]
    return "\n".join(lines)


def _names(tropes: list[str]) -> str:
    return ", ".join("everything" if trope == EVERYTHING else f"`{trope}`" for trope in tropes)
