"""Slack with people in it: what they do changes the world, and the app hears of it as Slack would tell it."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from tests.emulators.slack import events, interactions
from tests.emulators.slack.calls import Ack, Json
from tests.emulators.slack.models import App, Channel, Message, Team, User, View
from tests.emulators.slack.server import Server
from tests.emulators.slack.world import SCOPES


class Slack(Server):
    """A workspace where the app is installed, and verbs for what people do there.

    The app hears only of what its scopes and channels let it hear; each verb gives the acknowledgements.
    """

    def __init__(self, scopes: Collection[str] = SCOPES, *, app: App | None = None, port: int = 0, echo: bool = False):
        super().__init__(app, port)
        self.team = self.world.add_team("Example Council")
        self.installation = self.world.install(self.team, scopes)
        self.echo = echo
        """Whether the app also hears of its own posts, as it does from real Slack."""
        self._echoes: set[asyncio.Task[Any]] = set()
        self.state.on_post = self._posted

    @property
    def bot_token(self) -> str:
        """The token of the first workspace's installation."""
        return self.installation.token

    @property
    def bot(self) -> User:
        """The app's own user."""
        return self.installation.bot

    def user(self, name: str, team: Team | None = None, **kind: bool) -> User:
        """Somebody in a workspace: a member, or an `admin`, `guest`, `single_channel_guest`, `stranger` or `is_bot`."""
        return self.world.add_user(team or self.team, name, **kind)

    def channel(self, name: str, *members: User, **more: Any) -> Channel:
        """A channel with its members and the bot; see World.add_channel."""
        return self.world.add_channel(more.pop("team", self.team), name, members, **more)

    async def says(self, user: User, channel: Channel, text: str, thread: Message | None = None) -> Message:
        """Somebody writes; the app hears of it once it has to, twice where it is mentioned. Gives the message."""
        root = (thread.thread_ts or thread.ts) if thread else None
        said = self.world.write(channel, user, text, root)
        await asyncio.gather(
            *(self.send_event(event, self._team(channel)) for event in self.heard(user, channel, said))
        )
        return said

    def heard(self, user: User, channel: Channel, said: Message) -> list[Json]:
        """The events by which the app hears of a message: none, one, or for a mention two."""
        passive = self._hears(channel, f"{channel.family}:history")
        told = [events.message(channel, said, user)] if passive else []
        bot = self.world.installation(self._team(channel)).bot
        if f"<@{bot.id}>" in said.text and channel.kind != "im" and self._hears(channel, "app_mentions:read"):
            told.insert(0, events.app_mention(channel, said, user))
        return told

    async def edits(self, message: Message, text: str) -> Ack | None:
        """The author changes a message."""
        channel = self.world.channel_of(message)
        before, message.text, message.edited = message.json(), text, self.world.new_ts()
        return await self._tell(channel, events.message_changed(channel, before, message, message.edited))

    async def deletes(self, message: Message) -> Ack | None:
        """The author takes a message back."""
        channel = self.world.channel_of(message)
        channel.messages.pop(message.ts, None)
        return await self._tell(channel, events.message_deleted(channel, message, self.world.new_ts()))

    async def reacts(self, user: User, message: Message, name: str) -> Ack | None:
        """Somebody puts an emoji on a message."""
        channel = self.world.channel_of(message)
        message.reactions.setdefault(name, []).append(user.id)
        event = events.reaction_added(channel, user, message, name, self.world.new_ts())
        return await self._tell(channel, event, "reactions:read")

    async def invites_bot(self, user: User, channel: Channel) -> Ack:
        """Somebody adds the app to a channel."""
        bot = self.world.installation(self._team(channel)).bot
        channel.members.add(bot.id)
        event = events.member_joined_channel(channel, bot.id, user.id, self.world.new_ts())
        return await self.send_event(event, self._team(channel))

    async def removes_bot(self, user: User, channel: Channel) -> Ack:
        """Somebody removes the app from a channel."""
        channel.members.discard(self.world.installation(self._team(channel)).bot.id)
        return await self.send_event(events.channel_left(channel, user.id, self.world.new_ts()), self._team(channel))

    async def opens_home(self, user: User, tab: str = "home") -> Ack:
        """Somebody opens the app: its `home` or its `messages`."""
        team = self.world.teams[user.team]
        home = team.homes.get(user.id)
        direct = self.world.direct(team, user)
        event = events.app_home_opened(direct, user, tab, self.world.new_ts(), home.json if home else None)
        return await self.send_event(event, team)

    async def types(self, user: User, channel: Channel, text: str, command: str = "/counterpoint") -> Ack:
        """Somebody types a slash command."""
        if command not in self.app.commands:
            raise LookupError(f"the app has no command {command}")
        team = self._team(channel)
        return await self.send_command(interactions.slash_command(self.state, team, user, channel, command, text))

    async def presses(self, user: User, where: Message | View, action_id: str, value: str | None = None) -> Ack:
        """Somebody presses a button, or fills in an element that acts at once."""
        team = self.world.teams[where.team if isinstance(where, Message) else where.json["team_id"]]
        return await self.send_action(interactions.block_actions(self.state, team, user, where, action_id, value))

    async def picks(self, user: User, callback_id: str, message: Message | None = None) -> Ack:
        """Somebody picks a shortcut, from a message's menu or from everywhere."""
        if message is None:
            team = self.world.teams[user.team]
            return await self.send_shortcut(interactions.global_shortcut(self.state, team, user, callback_id))
        team = self.world.teams[message.team]
        return await self.send_shortcut(interactions.message_action(self.state, team, user, message, callback_id))

    async def submits(self, view: View, values: Mapping[str, Any]) -> Ack:
        """Somebody sends the modal that they have open, with values by block_id."""
        team = self.world.teams[view.json["team_id"]]
        return await self.send_view_submission(interactions.view_submission(self.state, team, view, values))

    async def uninstalls(self, team: Team | None = None) -> list[Ack]:
        """An admin removes the app: its tokens are dead, and it hears so twice, in no certain order."""
        team = team or self.team
        for installation in self.world.installations.values():
            installation.uninstalled = installation.uninstalled or installation.team is team
        revoked = events.tokens_revoked([self.world.installation(team).bot.id])
        return [await self.send_event(revoked, team), await self.send_event(events.app_uninstalled(), team)]

    def modal(self, user: User) -> View | None:
        """The modal that somebody has open, the latest on top."""
        open_ = [view for view in self.world.teams[user.team].modals.values() if view.user == user.id]
        return open_[-1] if open_ else None

    def home(self, user: User) -> View | None:
        """Somebody's home tab."""
        return self.world.teams[user.team].homes.get(user.id)

    def posts(self, channel: Channel) -> list[Message]:
        """What the app has posted in a channel, and still stands there."""
        bot = self.world.installation(self._team(channel)).bot.id
        return [message for message in channel.messages.values() if message.user == bot]

    def whispers(self, channel: Channel, user: User | None = None) -> list[Message]:
        """What the app has told single people in a channel."""
        return [message for message in channel.ephemerals if user is None or message.ephemeral_to == user.id]

    def _team(self, channel: Channel) -> Team:
        return self.world.teams[channel.team]

    def _hears(self, channel: Channel, scope: str) -> bool:
        installation = self.world.installation(self._team(channel))
        return installation.bot.id in channel.members and scope in installation.scopes

    async def _tell(self, channel: Channel, event: Json, scope: str | None = None) -> Ack | None:
        if not self._hears(channel, scope or f"{channel.family}:history"):
            return None
        return await self.send_event(event, self._team(channel))

    def _posted(self, message: Message) -> None:
        channel = self.world.channel_of(message)
        if self.echo and self._hears(channel, f"{channel.family}:history"):
            event = events.message(channel, message, self.world.installation(self._team(channel)).bot)
            task = asyncio.get_running_loop().create_task(self.send_event(event, self._team(channel)))
            self._echoes.add(task)
            task.add_done_callback(self._echoes.discard)
