"""Registers listeners with Bolt so that each is counted while it works."""

from collections.abc import Awaitable, Callable
from re import Pattern
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.platforms.working import Working

Listener = Callable[..., Awaitable[Any]]


class Listening:
    """An app to register listeners with; `working` knows which are busy."""

    def __init__(self, app: AsyncApp, working: Working):
        self._app = app
        self._working = working

    def event(self, kind: str | Pattern[str], listener: Listener) -> None:
        """Something happened."""
        self._app.event(kind)(self._working.track(listener))

    def action(self, action_id: str, listener: Listener) -> None:
        """Somebody used an element."""
        self._app.action(action_id)(self._working.track(listener))

    def command(self, command: str, listener: Listener) -> None:
        """Somebody typed a slash command."""
        self._app.command(command)(self._working.track(listener))

    def shortcut(self, callback_id: str, listener: Listener) -> None:
        """Somebody picked a shortcut."""
        self._app.shortcut(callback_id)(self._working.track(listener))

    def view(self, callback_id: str, listener: Listener) -> None:
        """Somebody sent a form."""
        self._app.view(callback_id)(self._working.track(listener))
