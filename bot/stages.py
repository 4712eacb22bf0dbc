"""One event of a platform, and the stages of the work on it: for whoever counts, times or traces them."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

HERE = "Web"
"""The platform of what happens on pages of our own, and outside of any event."""


class Stage(StrEnum):
    """A stretch of the work on an event."""

    EVENT = "event"
    """All of it."""
    MATCH = "match"
    """Cleaning, encoding and judging, with the wait for the batch."""
    DECIDE = "decide"
    COMPOSE = "compose"
    """The words of the reply."""
    STORE = "store"
    """A transaction, with the wait for its turn; the claim decides and chooses the story inside it."""
    POST = "post"
    """A call of the platform."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event that is worked on; its id is ours, random, and tells nothing of anybody."""

    id: str
    platform: str


Watch = Callable[[Stage], AbstractContextManager[object]]
"""What is entered while a stage lasts."""

_NONE = Event("", HERE)
_event: ContextVar[Event] = ContextVar("event", default=_NONE)


def unwatched(_: Stage) -> AbstractContextManager[object]:
    """Nobody watches."""
    return nullcontext()


def watched_by(*watches: Watch) -> Watch:
    """Several watches as one."""

    @contextmanager
    def together(stage: Stage) -> Iterator[None]:
        with ExitStack() as entered:
            for watch in watches:
                entered.enter_context(watch(stage))
            yield

    return together


def current_event() -> Event:
    """What is worked on here; without an id outside of any event."""
    return _event.get()


def event_arrives(platform: str) -> Event:
    """An event begins here; whatever this task does and sets off from now on belongs to it."""
    event = Event(secrets.token_hex(6), platform)
    _event.set(event)
    return event


@contextmanager
def event_of(platform: str) -> Iterator[Event]:
    """Work on an event begins, and ends: on the one that arrived, or else on a new one."""
    token = _event.set(_event.get() if _event.get().id else Event(secrets.token_hex(6), platform))
    try:
        yield _event.get()
    finally:
        _event.reset(token)
