"""What one emulated Slack remembers while it runs."""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from tests.emulators.slack.calls import Call, Delivery, Json, Refusal
from tests.emulators.slack.faults import Faults
from tests.emulators.slack.models import App, Message, Team, User
from tests.emulators.slack.world import SCOPES, World

TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 1_800.0
RESPONSE_URL_USES = 5


@dataclass
class Trigger:
    """The right to open one modal, for three seconds."""

    team: Team
    user: User
    made: float
    used: bool = False


@dataclass
class ResponseUrl:
    """An address that takes up to five responses in half an hour."""

    id: str
    team: Team
    channel: str
    user: str
    original: Message | None
    made: float
    responses: list[Json] = field(default_factory=list)


@dataclass
class Code:
    """What OAuth's first half ends with."""

    team: Team
    user: User
    scopes: frozenset[str]
    redirect_uri: str | None
    used: bool = False


@dataclass
class SignInCode:
    """What the first half of Sign in with Slack ends with."""

    team: Team
    user: User
    nonce: str
    redirect_uri: str
    changes: dict[str, object]
    """What the ID token says otherwise than it should."""
    used: bool = False


@dataclass
class State:
    """The world, what happened to it, and what is pending."""

    app: App
    world: World
    base_url: str = ""
    faults: Faults = field(default_factory=Faults)
    calls: list[Call] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """What real Slack would let pass in silence, and an app had better not do."""
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    sign_ins: dict[str, SignInCode] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever something is recorded."""
    on_post: Callable[[Message], None] | None = None
    """Told of each chat.postMessage that went through."""

    def record(self, call: Call) -> None:
        """Keep a call."""
        self.calls.append(call)
        self.changed.set()

    def complain(self, what: str) -> None:
        """Keep a complaint."""
        self.complaints.append(what)
        self.changed.set()

    def trigger(self, team: Team, user: User) -> str:
        """A new trigger_id."""
        made = f"{len(self.triggers) + 1}.{team.id}.{self.world.new_ts()}"
        self.triggers[made] = Trigger(team, user, time.monotonic())
        return made

    def use_trigger(self, trigger_id: str, team: Team) -> Trigger:
        """Spend a trigger_id; raises Refusal as Slack does."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None or trigger.team is not team:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if time.monotonic() - trigger.made > TRIGGER_SECONDS:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger

    def response_url(self, team: Team, channel: str, user: str, original: Message | None = None) -> str:
        """A new response_url."""
        made = ResponseUrl(self.world.new_id("R"), team, channel, user, original, time.monotonic())
        self.response_urls[made.id] = made
        return f"{self.base_url}/response/{made.id}"

    def code(self, team: Team, user: User, scopes: Collection[str] = SCOPES, redirect_uri: str | None = None) -> str:
        """A code that oauth.v2.access takes once."""
        made = f"code-{len(self.codes) + 1}"
        self.codes[made] = Code(team, user, frozenset(scopes), redirect_uri)
        return made

    def sign_in_code(
        self, team: Team, user: User, nonce: str, redirect_uri: str, changes: Mapping[str, object] | None = None
    ) -> str:
        """A code that openid.connect.token takes once."""
        made = f"openid-{len(self.sign_ins) + 1}"
        self.sign_ins[made] = SignInCode(team, user, nonce, redirect_uri, dict(changes or {}))
        return made
