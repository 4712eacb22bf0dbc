"""A clock that can be set ahead for one visitor, so that cooldowns can be tried without waiting."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from bot.service import utc_now

_ahead: ContextVar[dt.timedelta] = ContextVar("ahead", default=dt.timedelta(0))


def travelled_now() -> dt.datetime:
    """The time where the visitor is whose request is being answered; elsewhere the real time."""
    return utc_now() + _ahead.get()


@contextmanager
def travelled(ahead: dt.timedelta) -> Iterator[None]:
    """Within this block, and what it awaits, the clock is set ahead."""
    token = _ahead.set(ahead)
    try:
        yield
    finally:
        _ahead.reset(token)
