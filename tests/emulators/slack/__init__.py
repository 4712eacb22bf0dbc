"""A strict Slack on loopback: Web API, Socket Mode, signed HTTP, and a workspace with people in it."""

from tests.emulators.slack import events, interactions
from tests.emulators.slack.calls import Ack, Call, Delivery, NotAcknowledged
from tests.emulators.slack.models import App, Channel, Message, Team, User, View
from tests.emulators.slack.people import Slack
from tests.emulators.slack.server import Server
from tests.emulators.slack.signed import BARE, FORGED, PROPER, STALE, Signing
from tests.emulators.slack.world import SCOPES, World

__all__ = [
    "BARE",
    "FORGED",
    "PROPER",
    "SCOPES",
    "STALE",
    "Ack",
    "App",
    "Call",
    "Channel",
    "Delivery",
    "Message",
    "NotAcknowledged",
    "Server",
    "Signing",
    "Slack",
    "Team",
    "User",
    "View",
    "World",
    "events",
    "interactions",
]
