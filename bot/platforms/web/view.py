"""A session as the page shows it to the person who is speaking."""

import datetime as dt
from typing import Any

from bot.matcher import Neighbour
from bot.platforms.web.buttons import buttons_for
from bot.platforms.web.cast import BOT, CHANNELS, PEOPLE, SUGGESTIONS, Person
from bot.platforms.web.conversation import Post
from bot.platforms.web.sessions import Session
from bot.policy import EVERYTHING, gone_quiet
from bot.reply import Reply
from bot.service import Bot, Outcome
from bot.store import StoreUnavailable

Json = dict[str, Any]
STATISTICS_WEEKS = 4
COOLDOWNS = {
    "channel_cooled_down": "channel_cooldown",
    "person_cooled_down": "person_cooldown",
    "trope_cooled_down": "trope_cooldown",
    "story_cooldown": "story_cooldown",
}


def cast_json(bot: Bot) -> Json:
    """What does not change while the process runs."""
    return {
        "bot": {"id": BOT.id, "name": BOT.name, "role": BOT.role, "kind": BOT.kind},
        "people": [{"id": p.id, "name": p.name, "role": p.role, "kind": p.kind, "manager": p.manager} for p in PEOPLE],
        "suggestions": [{"label": label, "text": text} for label, text in SUGGESTIONS],
        "tropes": [{"id": trope.id, "claim": trope.claim} for _, trope in sorted(bot.core.base.tropes.items())],
        "known": {"tropes": len(bot.core.base.tropes), "stories": len(bot.core.base.stories)},
    }


async def state_json(bot: Bot, session: Session, viewer: Person) -> Json:
    """Everything that one person sees at this moment."""
    try:
        settings: Json | None = await _settings(bot, session, viewer)
    except StoreUnavailable:
        settings = None
    posts = [post for post in session.conversation if post.visible_to in (None, viewer.id)]
    return {
        "version": session.conversation.version,
        "viewer": viewer.id,
        "now": bot.clock().isoformat(),
        "ahead_hours": round(session.ahead / dt.timedelta(hours=1)),
        "channels": [{"id": c.id, "topic": c.topic, "direct": c.direct, **_channel(settings, c.id)} for c in CHANNELS],
        "settings": settings,
        "posts": [_post(bot, post, viewer) for post in posts],
    }


async def _settings(bot: Bot, session: Session, viewer: Person) -> Json:
    store, workspace = bot.store, session.workspace
    own = [channel.id for channel in CHANNELS if not channel.direct]
    known = {setting.channel: setting for setting in await store.channels(workspace)}
    statistics = await store.statistics(workspace, STATISTICS_WEEKS)
    quiet = {channel: await store.channel_feedback(workspace, channel) for channel in own}
    return {
        "channels": {
            channel: {
                "mode": known[channel].mode if channel in known else "off",
                "mutes": sorted(known[channel].mutes) if channel in known else [],
                "quiet": sorted(t for t, (yes, no) in quiet[channel].items() if gone_quiet(yes, no, bot.rules)),
            }
            for channel in own
        },
        "paused": await store.paused(workspace, bot.clock()),
        "mutes": sorted(await store.mutes(workspace, viewer.id)),
        "everything": EVERYTHING,
        "statistics": {
            "replies": statistics.total.replies,
            "helpful": statistics.total.helpful,
            "not_relevant": statistics.total.not_relevant,
            "tropes": {trope: tally.replies for trope, tally in statistics.tropes.items()},
            "holds": {rule.replace("_", " "): count for rule, count in statistics.holds.items()},
        },
    }


def _channel(settings: Json | None, channel: str) -> Json:
    return {"mode": settings["channels"].get(channel, {}).get("mode") if settings else None}


def _post(bot: Bot, post: Post, viewer: Person) -> Json:
    return {
        "id": post.id,
        "kind": post.kind,
        "channel": post.channel,
        "author": post.author,
        "sent_at": post.sent_at.isoformat(),
        "text": post.text,
        "thread": post.thread,
        "private": post.visible_to is not None,
        "deleted": post.deleted,
        "reacted": post.reacted is not None,
        "why": _why(bot, post.outcome) if post.outcome else None,
        "reply": _reply(post.reply) if post.reply else None,
        "buttons": buttons_for(post),
        "opinion": post.opinions.get(viewer.id),
        "muted": viewer.id in post.muted_by,
        "reasons": post.reasons,
        "note": post.note,
        "kept": post.kept,
        "shared_by": post.shared_by,
        "passive": post.passive,
    }


def _why(bot: Bot, outcome: Outcome) -> Json:
    match, decision = outcome.match, outcome.decision
    trope = bot.core.base.tropes.get(match.trope or "")
    cooldown = COOLDOWNS.get(decision.rule)
    return {
        "spoke": decision.speak,
        "rule": decision.rule,
        "reason": decision.reason,
        "read": bool(match.candidates),
        "trope": trope.claim if trope else None,
        "trope_id": match.trope,
        "harm": match.harm,
        "probability": match.probability,
        "threshold": match.threshold,
        "phrasing": _neighbour(match.phrasing),
        "contrast": _neighbour(match.contrast),
        "wait_hours": getattr(bot.rules, cooldown) / dt.timedelta(hours=1) if cooldown else None,
        "mode": outcome.mode,
    }


def _neighbour(neighbour: Neighbour | None) -> Json | None:
    return {"text": neighbour.text, "similarity": neighbour.similarity} if neighbour else None


def _reply(reply: Reply) -> Json:
    return {
        "kind": reply.kind,
        "title": reply.title,
        "conceded": reply.conceded,
        "told": reply.told,
        "caveat": reply.caveat,
        "because": reply.because,
        "trope": reply.trope,
        "sources": [{"label": source.label, "url": source.url} for source in reply.sources],
    }
