"""How long an entry may be told before somebody looks at its sources again. Pure: the day is always given."""

import datetime as dt
from dataclasses import dataclass

from bot.knowledge import ContextFact, KnowledgeBase, Story

UNASKED_LIMIT = dt.timedelta(days=180)
"""This long after its `review_by` an entry is only told to somebody who asks."""


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """An entry to look at again, and the days left until then, negative where they have passed."""

    days: int
    id: str
    review_by: str


def review_day(entry: Story | ContextFact) -> dt.date:
    """The last day on which nobody need look at an entry."""
    return dt.date.fromisoformat(entry.review_by)


def is_stale(entry: Story | ContextFact, today: dt.date) -> bool:
    """Whether an entry's review day has passed: it still may be told, and says how old its figures are."""
    return review_day(entry) < today


def is_too_old(entry: Story | ContextFact, today: dt.date) -> bool:
    """Whether an entry's review day passed so long ago that nobody is told it unasked."""
    return today - review_day(entry) > UNASKED_LIMIT


def due(base: KnowledgeBase, today: dt.date, within: int = 0) -> list[Due]:
    """The entries whose review day has passed or comes within that many days, the most overdue first.

    `within` is not negative; a review day that is today has come, and has not passed.
    """
    found = [Due((review_day(entry) - today).days, entry.id, entry.review_by) for entry in base.tellable]
    return sorted(one for one in found if one.days <= within)
