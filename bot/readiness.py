"""Which parts of a process are ready, and in words that anybody may read what it waits for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FAILED = "It cannot start; its output says why"
AWAY = "The database cannot be reached"


@dataclass(frozen=True, slots=True)
class Readiness:
    """How a process is doing."""

    model: bool
    """Whether knowledge base and model are loaded."""
    database: bool
    """Whether the database answers."""
    platforms: Mapping[str, bool]
    """Whether each platform is connected, by its name."""
    begun: bool
    """Whether the start is over."""
    stage: str
    """What is being done."""

    @property
    def ready(self) -> bool:
        """Whether every event would be worked on."""
        return self.begun and all(self.parts().values())

    def parts(self) -> dict[str, bool]:
        """Each part by a short name."""
        return {"model": self.model, "database": self.database, **self.platforms}

    def as_json(self) -> dict[str, Any]:
        """For /readyz."""
        return {
            "ready": self.ready,
            "model": self.model,
            "database": self.database,
            "platforms": dict(self.platforms),
            "stage": self.stage,
        }


def stage_in_words(stage: str, failed: bool, model: bool, database: bool, platforms: Mapping[str, bool]) -> str:
    """What a process waits for; never an error's own words, which name hosts and accounts."""
    if failed:
        return FAILED
    if model and not database:
        return AWAY
    if model and (missing := [name for name, connected in platforms.items() if not connected]):
        return f"Waiting for {', '.join(missing)}"
    return stage
