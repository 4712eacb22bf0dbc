"""Tropes and stories to browse: by words, and by meaning where words find little. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from bot import freshness
from bot.knowledge import KnowledgeBase, Story, Trope
from bot.library import Lookup

SOON = 60
"""Days before its review day from which a story is shown as due soon."""


@dataclass(frozen=True, slots=True)
class Age:
    """How a story stands to its review day: `kind` is fresh, soon or stale."""

    kind: str
    says: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, the nearest first; `meant` are those without its words that mean something near it."""

    tropes: tuple[Trope, ...]
    stories: tuple[Story, ...]
    meant: tuple[Trope | Story, ...] = ()


def search(base: KnowledgeBase, query: str, meant: Lookup | None = None) -> Found:
    """Entries in which every word of a query stands, and then what `meant`, a lookup of it, adds; all for no query."""
    words = query.casefold().split()
    tropes = tuple(t for t in base.tropes.values() if _holds(words, t.id, t.claim, t.region, *t.tags))
    stories = tuple(
        s for s in base.stories.values() if _holds(words, s.id, s.title, s.organisation, s.country, s.summary, *s.tags)
    )
    nearer: list[Trope | Story] = []
    if meant and words:
        nearer += [meant.trope] if meant.trope and meant.trope not in tropes else []
        nearer += [ranked.story for ranked in meant.stories if ranked.story not in stories]
    return Found(tropes, stories, tuple(nearer))


def age(story: Story, today: dt.date) -> Age:
    """Whether a story's figures have to be looked at again."""
    left = (freshness.review_day(story) - today).days
    day = f"{freshness.review_day(story).day} {freshness.review_day(story):%B %Y}"
    if freshness.is_too_old(story, today):
        return Age("stale", f"was due for review on {day}; no longer told unasked")
    if left < 0:
        return Age("stale", f"was due for review on {day}")
    return Age("soon" if left <= SOON else "fresh", f"review by {day}")


def _holds(words: Sequence[str], *texts: str) -> bool:
    within = " ".join(texts).casefold()
    return all(word in within for word in words)
