"""What Slack knows: people, channels, messages, views, and the app's installations."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["public", "private", "im"]


@dataclass
class User:
    """Somebody in a workspace, or a bot."""

    id: str
    name: str
    team: str
    is_admin: bool = False
    is_owner: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    is_bot: bool = False
    bot_id: str | None = None
    deleted: bool = False

    def json(self) -> Json:
        """As users.info tells it."""
        said: Json = {
            "id": self.id,
            "team_id": self.team,
            "name": self.name.lower().replace(" ", "."),
            "real_name": self.name,
            "deleted": self.deleted,
            "tz": "Europe/London",
            "profile": {"real_name": self.name, "display_name": self.name, "team": self.team},
            "is_admin": self.is_admin,
            "is_owner": self.is_owner,
            "is_primary_owner": False,
            "is_restricted": self.is_restricted or self.is_ultra_restricted,
            "is_ultra_restricted": self.is_ultra_restricted,
            "is_bot": self.is_bot,
            "is_app_user": False,
        }
        return {**said, "is_stranger": True} if self.is_stranger else said


@dataclass
class Message:
    """A message in a channel, or one that a single person sees."""

    ts: str
    channel: str
    team: str
    text: str
    user: str | None
    blocks: list[Json] = field(default_factory=list)
    bot_id: str | None = None
    app_id: str | None = None
    thread_ts: str | None = None
    subtype: str | None = None
    edited: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    ephemeral_to: str | None = None
    arguments: Json = field(default_factory=dict)
    """The arguments it was posted with, such as unfurl_links."""

    def json(self) -> Json:
        """As the history tells it."""
        said: Json = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts, "team": self.team}
        said |= {key: value for key in ("bot_id", "app_id", "thread_ts", "subtype") if (value := getattr(self, key))}
        if self.blocks:
            said["blocks"] = self.blocks
        if self.edited:
            said["edited"] = {"user": self.user, "ts": self.edited}
        if self.reactions:
            said["reactions"] = self.reactions_json()
        return said

    def reactions_json(self) -> list[Json]:
        """Who added which emoji."""
        return [{"name": name, "users": users, "count": len(users)} for name, users in self.reactions.items()]


@dataclass
class Channel:
    """A channel, or a direct conversation with the bot."""

    id: str
    name: str
    team: str
    kind: Kind = "public"
    creator: str = ""
    members: set[str] = field(default_factory=set)
    is_ext_shared: bool = False
    is_archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict)
    ephemerals: list[Message] = field(default_factory=list)
    statuses: list[Json] = field(default_factory=list)
    prompts: list[Json] = field(default_factory=list)

    @property
    def event_type(self) -> str:
        """What a message event calls this kind of channel."""
        return {"public": "channel", "private": "group", "im": "im"}[self.kind]

    @property
    def family(self) -> str:
        """The first half of the names of its scopes."""
        return {"public": "channels", "private": "groups", "im": "im"}[self.kind]

    def json(self, me: str) -> Json:
        """As conversations.info tells it."""
        said: Json = {
            "id": self.id,
            "created": 1_700_000_000,
            "is_archived": self.is_archived,
            "is_im": self.kind == "im",
            "is_private": self.kind != "public",
            "is_ext_shared": self.is_ext_shared,
            "is_shared": self.is_ext_shared,
            "context_team_id": self.team,
        }
        if self.kind == "im":
            return {**said, "user": next((user for user in sorted(self.members) if user != me), "")}
        return {
            **said,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.kind == "public",
            "is_group": self.kind == "private",
            "is_member": me in self.members,
            "is_general": False,
            "is_org_shared": False,
            "creator": self.creator,
        }

    def replies(self, ts: str) -> list[Message]:
        """A message and what stands in its thread, oldest first."""
        return [m for m in self.messages.values() if m.ts == ts or m.thread_ts == ts]


@dataclass
class View:
    """A modal that is open, or a home tab."""

    id: str
    user: str
    hash: str
    json: Json


@dataclass
class Team:
    """A workspace, by itself or of an organisation (Enterprise Grid)."""

    id: str
    name: str
    organisation: str | None = None
    """The organisation's id, which Slack calls `enterprise_id`."""
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    modals: dict[str, View] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)

    def channel(self, name: str) -> Channel:
        """A channel by its name or id."""
        return next(c for c in self.channels.values() if name in (c.id, c.name))


@dataclass
class Installation:
    """The app in a workspace, with the token it holds."""

    team: Team
    token: str
    scopes: frozenset[str]
    bot: User
    revoked: bool = False
    uninstalled: bool = False


@dataclass(frozen=True)
class App:
    """The app as Slack knows it."""

    id: str = "A0COUNTERPT"
    client_id: str = "1000.2000"
    client_secret: str = "client-secret"
    signing_secret: str = "signing-secret"
    app_token: str = "xapp-1-A0COUNTERPT-1-secret"
    commands: tuple[str, ...] = ("/counterpoint",)
    agent: bool = True
    """Whether its manifest has `agent_view`, as new apps' do."""
