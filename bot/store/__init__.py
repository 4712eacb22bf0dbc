"""The database: all state that outlives a process, and no message text."""

from bot.store.outage import Outage, StoreUnavailable, until_done
from bot.store.records import (
    Asked,
    ChannelSettings,
    Claimed,
    Intervention,
    State,
    Statistics,
    Suggestion,
    Tally,
    Verdict,
)
from bot.store.store import Store

__all__ = [
    "Asked",
    "ChannelSettings",
    "Claimed",
    "Intervention",
    "Outage",
    "State",
    "Statistics",
    "Store",
    "StoreUnavailable",
    "Suggestion",
    "Tally",
    "Verdict",
    "until_done",
]
