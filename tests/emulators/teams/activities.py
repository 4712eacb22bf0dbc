"""What Teams sends, in the shapes it sends it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

BOT = {"id": "28:bot-app-id", "name": "Counterpoint"}
TENANT = "11111111-2222-3333-4444-555555555555"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person."""

    id: str
    name: str
    role: str = "user"
    tenant: str = TENANT
    has_app: bool = False
    """Whether they have added the bot for themselves."""

    @property
    def account(self) -> dict[str, Any]:
        """As the author of an activity."""
        return {"id": self.id, "name": self.name, "aadObjectId": f"aad-{self.id}"}

    @property
    def member(self) -> dict[str, Any]:
        """As the members API tells."""
        return {**self.account, "userRole": self.role, "tenantId": self.tenant, "email": "somebody@example.org"}


@dataclass(frozen=True, slots=True)
class Place:
    """A channel of a team, a group chat, or a chat of one person with the bot."""

    id: str
    kind: str
    """`channel`, `groupChat` or `personal`."""
    team: str | None = None
    channel_type: str = "standard"

    @property
    def workspace(self) -> str:
        """The team's id, or the chat's."""
        return self.team or self.id

    def conversation(self, root: str | None = None) -> dict[str, Any]:
        """As an activity names it; in channels with the first message of the chain."""
        id_ = f"{self.id};messageid={root}" if root and self.kind == "channel" else self.id
        made = {"id": id_, "conversationType": self.kind, "tenantId": TENANT}
        return made if self.kind == "personal" else {**made, "isGroup": True}

    @property
    def data(self) -> dict[str, Any]:
        """The channel data of an activity."""
        made: dict[str, Any] = {"tenant": {"id": TENANT}}
        if self.team:
            made["team"] = {"id": self.team}
            made["teamsTeamId"] = self.team
            made["channel"] = {"id": self.id, "type": self.channel_type}
            made["teamsChannelId"] = self.id
        return made


def activity(service: str, kind: str, id_: str, by: Somebody, place: Place, root: str | None = None) -> dict[str, Any]:
    """What every activity has."""
    return {
        "type": kind,
        "id": id_,
        "timestamp": dt.datetime.now(dt.UTC).isoformat().replace("+00:00", "Z"),
        "serviceUrl": service,
        "channelId": "msteams",
        "from": by.account,
        "conversation": place.conversation(root),
        "recipient": BOT,
        "channelData": place.data,
        "locale": "en-GB",
        "entities": [{"type": "clientInfo", "locale": "en-GB", "country": "GB", "platform": "Web"}],
    }


def said(made: dict[str, Any], text: str, mention: bool) -> dict[str, Any]:
    """A message with a text, mentioning the bot or not."""
    tag = f"<at>{BOT['name']}</at>"
    entities = [*made["entities"], {"type": "mention", "mentioned": BOT, "text": tag}] if mention else made["entities"]
    return {**made, "text": f"{tag}&nbsp;{text}" if mention else text, "textFormat": "plain", "entities": entities}
