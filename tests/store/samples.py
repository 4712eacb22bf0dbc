"""Messages and matches for tests of the store and the policy."""

import datetime as dt
from typing import Any

from bot.matcher import Candidate, Match
from bot.message import Message

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
WORKSPACE, CHANNEL = "T1", "C1"
FAX = Match((Candidate("nhs-fax-machines", 0.9),), threshold=0.8)
PAGERS = Match((Candidate("nhs-pagers", 0.9),), threshold=0.8)


def message(id: str = "1", at: dt.datetime = NOW, **changes: Any) -> Message:
    """A message that nothing speaks against."""
    values: dict[str, Any] = {"workspace": WORKSPACE, "channel": CHANNEL, "author": "U1", "text": "fax machines"}
    return Message(id=id, sent_at=at, **values | changes)


def first_story(told: frozenset[str]) -> str | None:
    """Choose the first of three stories that was not told."""
    return next((story for story in ("axe-the-fax", "nhs-spine", "nhs-app") if story not in told), None)
