"""How a method is declared, and what it is given."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.emulators.slack.arguments import declared
from tests.emulators.slack.calls import Json, Refusal
from tests.emulators.slack.models import App, Channel, Installation, Message, Team
from tests.emulators.slack.state import State


@dataclass(frozen=True)
class Asked:
    """A call whose token and arguments are in order."""

    state: State
    installation: Installation
    args: Json

    @property
    def team(self) -> Team:
        """The workspace that is asked."""
        return self.installation.team

    @property
    def me(self) -> str:
        """The bot's user id."""
        return self.installation.bot.id

    @property
    def app(self) -> App:
        """The app that asks."""
        return self.state.app

    def need(self, *any_of: str) -> None:
        """Refuse unless the token has one of some scopes."""
        if any_of and not self.installation.scopes.intersection(any_of):
            raise Refusal("missing_scope", needed=",".join(any_of), provided=",".join(sorted(self.installation.scopes)))

    def channel(self, key: str = "channel", member: bool = True) -> Channel:
        """The channel that an argument names; what the bot cannot see does not exist for it."""
        channel = self.team.channels.get(str(self.args[key]))
        if channel is None or (channel.kind != "public" and self.me not in channel.members):
            raise Refusal("channel_not_found")
        if member and self.me not in channel.members:
            raise Refusal("not_in_channel")
        return channel

    def message(self, channel: Channel, key: str = "ts") -> Message:
        """The message that an argument names."""
        message = channel.messages.get(str(self.args[key]))
        if message is None:
            raise Refusal("message_not_found")
        return message


Answer = Callable[[Asked], Json]


@dataclass(frozen=True)
class Method:
    """A method: which scopes let it be called (any of them), what it needs and takes, and its work."""

    scopes: tuple[str, ...]
    needs: dict[str, str]
    takes: dict[str, str]
    answer: Answer


METHODS: dict[str, Method] = {}


def method(name: str, *scopes: str, needs: str = "", takes: str = "") -> Callable[[Answer], Answer]:
    """Declare a method; arguments are written `name` or `name:kind`."""

    def declare(answer: Answer) -> Answer:
        METHODS[name] = Method(scopes, declared(needs), declared(takes), answer)
        return answer

    return declare
