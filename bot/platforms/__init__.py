"""What every platform's adapter offers the composition root."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from fastapi import FastAPI

    from bot.service import Bot


@dataclass(frozen=True, slots=True)
class Condition:
    """How an adapter is doing."""

    connected: bool
    """Whether events can arrive now."""
    waiting: int = 0
    """Posts that wait for their turn."""
    reconnects: int = 0
    """How often the connection was opened anew since the start."""


class Platform(Protocol):
    """Turns a platform's events into calls of the bot, and renders what comes back."""

    name: str
    """As a person reads it: "Slack"."""

    @property
    def condition(self) -> Condition:
        """How it is doing at this moment; asks nobody."""

    def mount(self, app: "FastAPI") -> None:
        """Add routes; they may be called before `start`."""

    async def start(self, bot: "Bot") -> None:
        """The bot is ready."""

    async def stop(self) -> None:
        """The process ends; `start` may not have been called."""
