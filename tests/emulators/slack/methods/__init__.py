"""The Web API's methods, by name."""

from tests.emulators.slack.methods import assistant, auth, chat, conversations, reactions, users, views
from tests.emulators.slack.methods.base import METHODS

__all__ = ["METHODS", "assistant", "auth", "chat", "conversations", "reactions", "users", "views"]
