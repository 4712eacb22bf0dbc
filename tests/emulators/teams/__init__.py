"""A strict Teams on loopback: the connector that a bot posts to, people and places, and tokens of its own keys."""

from tests.emulators.teams.activities import Place, Somebody
from tests.emulators.teams.server import Post, Teams
from tests.emulators.teams.tokens import Signer

__all__ = ["Place", "Post", "Signer", "Somebody", "Teams"]
