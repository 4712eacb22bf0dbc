"""The workspaces behind the emulator, and the ways to furnish them."""

import itertools
import time
from collections.abc import Collection

from tests.emulators.slack.models import App, Channel, Installation, Kind, Message, Team, User

SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:join",
        "channels:manage",
        "channels:read",
        "chat:write",
        "commands",
        "groups:history",
        "groups:read",
        "groups:write",
        "im:history",
        "im:read",
        "im:write",
        "reactions:read",
        "reactions:write",
        "users:read",
    }
)
"""Every scope that a method here asks for; give an installation fewer to see it refused."""


class World:
    """Teams, and who installed the app; ids and timestamps are never given twice."""

    def __init__(self, app: App):
        self.app = app
        self.teams: dict[str, Team] = {}
        self.installations: dict[str, Installation] = {}
        """By token."""
        self._ids = itertools.count(1)
        self._last_ts = 0

    def new_id(self, kind: str) -> str:
        """An id as Slack makes them: a letter for its kind, then letters and digits."""
        return f"{kind}0{next(self._ids):09X}"

    def new_ts(self) -> str:
        """The time, later than every one before."""
        self._last_ts = max(self._last_ts + 1, time.time_ns() // 1_000)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add_team(self, name: str, organisation: str | None = None) -> Team:
        """A workspace without the app; `organisation` is the id of the Enterprise Grid that it belongs to."""
        team = Team(self.new_id("T"), name, organisation)
        self.teams[team.id] = team
        return team

    def install(self, team: Team, scopes: Collection[str] = SCOPES) -> Installation:
        """The app in a workspace; again, with a new token, where it was there before."""
        bot = next((u for u in team.users.values() if u.is_bot and u.name == "Counterpoint"), None)
        if bot is None:
            bot = self.add_user(team, "Counterpoint", is_bot=True)
        installation = Installation(team, f"xoxb-{next(self._ids)}-secret", frozenset(scopes), bot)
        self.installations[installation.token] = installation
        return installation

    def installation(self, team: Team) -> Installation:
        """The workspace's newest installation."""
        return [i for i in self.installations.values() if i.team is team][-1]

    def add_user(
        self,
        team: Team,
        name: str,
        *,
        admin: bool = False,
        guest: bool = False,
        single_channel_guest: bool = False,
        stranger: bool = False,
        is_bot: bool = False,
    ) -> User:
        """A member, unless one of the flags says otherwise."""
        user = User(
            self.new_id("U"),
            name,
            team.id,
            is_admin=admin,
            is_restricted=guest,
            is_ultra_restricted=single_channel_guest,
            is_stranger=stranger,
            is_bot=is_bot,
            bot_id=self.new_id("B") if is_bot else None,
        )
        team.users[user.id] = user
        return user

    def add_channel(
        self,
        team: Team,
        name: str,
        members: Collection[User] = (),
        *,
        kind: Kind = "public",
        creator: User | None = None,
        shared: bool = False,
        bot: bool = True,
    ) -> Channel:
        """A channel with its members, and the bot unless it is left out."""
        channel = Channel(self.new_id("D" if kind == "im" else "C"), name, team.id, kind, is_ext_shared=shared)
        channel.members = {user.id for user in members}
        if creator is not None:
            channel.creator = creator.id
            channel.members.add(creator.id)
        if bot:
            channel.members.add(self.installation(team).bot.id)
        team.channels[channel.id] = channel
        return channel

    def direct(self, team: Team, user: User) -> Channel:
        """The conversation between somebody and the bot."""
        for channel in team.channels.values():
            if channel.kind == "im" and user.id in channel.members:
                return channel
        return self.add_channel(team, "", [user], kind="im")

    def write(self, channel: Channel, user: User, text: str, thread_ts: str | None = None) -> Message:
        """Somebody's message, as it stands in the channel before anyone is told of it."""
        message = Message(self.new_ts(), channel.id, channel.team, text, user.id, thread_ts=thread_ts)
        if user.is_bot:
            message.bot_id, message.subtype = user.bot_id, "bot_message"
        channel.messages[message.ts] = message
        return message

    def channel_of(self, message: Message) -> Channel:
        """Where a message stands."""
        return self.teams[message.team].channels[message.channel]
