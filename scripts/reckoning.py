"""What came of each message that deserved an answer, and why some got none."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.store import State

HELD_SECONDS = 10.0
"""A process may have held what was sent so shortly before it was killed, or before the database went."""


class Reason(StrEnum):
    """Why a message that deserved an answer got none."""

    REFUSED = "refused for good by the platform"
    AWAY = "asked while the database was away"
    KILLED = "held by a process that was killed"
    UNEXPLAINED = "unexplained"


@dataclass
class Mishaps:
    """When replicas were killed and the database was away, in seconds of one clock."""

    kills: list[float] = field(default_factory=list)
    outages: list[tuple[float, float]] = field(default_factory=list)
    """Each from its beginning to its end."""

    def explain(self, sent: float, state: str | None) -> Reason:
        """Why a message sent then got no answer; `state` is that of its intervention, where there is one."""
        if state == State.RELEASED:
            return Reason.REFUSED
        if any(start - HELD_SECONDS <= sent <= end for start, end in self.outages):
            return Reason.AWAY
        patience = float("inf") if state == State.CLAIMED else HELD_SECONDS
        return Reason.KILLED if any(0 <= kill - sent <= patience for kill in self.kills) else Reason.UNEXPLAINED


@dataclass
class Count:
    """What happened on one platform."""

    sent: int = 0
    due: dict[str, float] = field(default_factory=dict)
    """When each message that deserves an answer was sent, by its id."""
    answered: Counter[str] = field(default_factory=Counter)
    apologies: Counter[str] = field(default_factory=Counter)
    """Told that there is no answer now, for the database was away."""
    refused: int = 0
    """Forged or malformed requests that were not taken."""

    def count(self, posts: Sequence[tuple[str, bool]]) -> None:
        """What was posted: the message that it answers, and whether it is an apology."""
        self.answered = Counter(id_ for id_, sorry in posts if id_ in self.due and not sorry)
        self.apologies = Counter(id_ for id_, sorry in posts if id_ in self.due and sorry)

    @property
    def twice(self) -> list[str]:
        """What was answered more than once."""
        return [id_ for id_, times in self.answered.items() if times > 1]

    def lost(self, mishaps: Mishaps, states: Mapping[str, str]) -> dict[str, Reason]:
        """Why each message that was never answered was not; `states` are those of interventions by message."""
        never = (id_ for id_ in self.due if not self.answered[id_])
        return {id_: mishaps.explain(self.due[id_], states.get(id_)) for id_ in never}
