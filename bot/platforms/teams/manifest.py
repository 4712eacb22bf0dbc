"""The app package that an admin uploads to Teams: manifest and icons in a zip, with passive replies or without."""

import io
import json
import zipfile
from importlib.resources import files
from typing import Any

from bot.platforms.teams.organisation import Organisation

SCHEMA_VERSION = "1.19"
"""The oldest schema that has all we use, so that every Teams takes it."""
SCHEMA = f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA_VERSION}/MicrosoftTeams.schema.json"
PERMISSIONS = {
    "ChannelMessage.Read.Group": "to notice anecdotes in the channels of the team that installed it",
    "ChatMessage.Read.Chat": "to notice anecdotes in the chat that installed it",
}
"""Resource-specific permissions of the variant with passive replies; a team's or a chat's owner consents."""
LOOKUP, FIND, SUGGEST = "lookup", "findCounterpoint", "suggestStory"
"""Ids of the message extension's commands, by which the adapter tells them apart."""
ICONS = ("color.png", "outline.png")
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The oldest time that a zip can hold: what is packed twice is the same, byte for byte."""

EVERYWHERE = [
    ("help", "What I do, and what I keep"),
    ("prescriptions", "Look for a sourced success story; type any topic"),
    ("why", "How this channel or chat is set, and why"),
    ("stats", "Numbers, never about persons"),
    ("mute", "I no longer answer you by myself"),
    ("unmute", "I may answer you again"),
]
IN_TEAMS = [
    ("on", "I may speak by myself in this channel or chat"),
    ("off", "I stay silent here unless somebody asks"),
    ("mode private", "Only the author of an anecdote sees my answer"),
    ("pause 3 days", "I stay silent everywhere for a while"),
]
FULL = """\
Counterpoint answers well-worn failure anecdotes about digital technology in the public sector with success stories \
whose every figure is dated and linked. Mention it with a topic, search for a story while you write a message, or use \
"Find a counterpoint" on somebody's message. {passive} It keeps settings and ids, never the text of a message, and \
sends nothing anywhere but its reply."""
WITH_PASSIVE = """\
Where somebody entitled to it has typed "on", it also answers an anecdote by itself; for that it receives the messages \
of the team or chat, judges each in memory and forgets it."""
WITHOUT_PASSIVE = "It receives only messages in which it is mentioned, and those of its one-to-one chats."


def manifest(of: Organisation, passive: bool) -> dict[str, Any]:
    """The manifest; `passive` asks each team and chat for permission to receive all its messages."""
    made: dict[str, Any] = {
        "$schema": SCHEMA,
        "manifestVersion": SCHEMA_VERSION,
        "version": of.version,
        "id": of.app_id,
        "developer": {
            "name": of.developer,
            "websiteUrl": of.website,
            "privacyUrl": of.privacy,
            "termsOfUseUrl": of.terms,
        },
        "name": {"short": "Counterpoint", "full": "Counterpoint: success stories of digital public services"},
        "description": {
            "short": "Answers recycled public-sector IT anecdotes with sourced success stories",
            "full": FULL.format(passive=WITH_PASSIVE if passive else WITHOUT_PASSIVE),
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": "#12455c",
        "defaultInstallScope": "team",
        "defaultGroupCapability": {"team": "bot", "groupchat": "bot"},
        "bots": [
            {
                "botId": of.bot_id,
                "scopes": ["personal", "team", "groupChat"],
                "isNotificationOnly": False,
                "supportsFiles": False,
                "commandLists": [
                    {"scopes": ["team", "groupChat"], "commands": _commands(*EVERYWHERE, *IN_TEAMS)},
                    {"scopes": ["personal"], "commands": _commands(*EVERYWHERE)},
                ],
            }
        ],
        "composeExtensions": [{"botId": of.bot_id, "commands": EXTENSION}],
        "validDomains": list(of.domains),
    }
    if passive:
        made["webApplicationInfo"] = {"id": of.bot_id, "resource": f"api://{of.bot_id}"}
        asked = [{"name": name, "type": "Application"} for name in PERMISSIONS]
        made["authorization"] = {"permissions": {"resourceSpecific": asked}}
    return made


def package(of: Organisation, passive: bool) -> bytes:
    """The zip to upload; the same organisation gets the same bytes."""
    icons = files("bot.platforms.teams") / "icons"
    contents = {"manifest.json": json.dumps(manifest(of, passive), indent=2, ensure_ascii=False).encode() + b"\n"}
    contents |= {name: (icons / name).read_bytes() for name in ICONS}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in contents.items():
            made.writestr(_entry(name), content)
    return packed.getvalue()


EXTENSION: list[dict[str, Any]] = [
    {
        "id": LOOKUP,
        "type": "query",
        "context": ["compose", "commandBox"],
        "title": "Look up a story",
        "description": "Search for a sourced success story and put it into your message",
        "initialRun": False,
        "parameters": [
            {
                "name": "text",
                "title": "Topic",
                "description": "What you look for, such as fax machines or prescriptions",
                "inputType": "text",
            }
        ],
    },
    {
        "id": FIND,
        "type": "action",
        "context": ["message"],
        "title": "Find a counterpoint",
        "description": "Look for a sourced success story that answers this message; only you see it",
        "fetchTask": True,
    },
    {
        "id": SUGGEST,
        "type": "action",
        "context": ["compose", "commandBox"],
        "title": "Suggest a success story",
        "description": "Tell the curators of a success they should look at",
        "fetchTask": True,
    },
]


def _commands(*commands: tuple[str, str]) -> list[dict[str, str]]:
    return [{"title": title, "description": description} for title, description in commands]


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, LONG_AGO)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # Unix, wherever it is made
    entry.external_attr = 0o644 << 16
    return entry
