"""What the page may ask for, with limits."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.directives import Verb
from bot.message import Mode
from bot.platforms.web.adapter import CHANNELS_BY_ID, PEOPLE_BY_ID
from bot.platforms.web.buttons import Button
from bot.policy import EVERYTHING

MAX_TEXT = 40_000
"""Characters of a message, as on Slack."""


def _without_surrogates(value: object) -> object:
    """Half a character, which JSON can hold and text cannot, becomes a question mark."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _known_person(value: str) -> str:
    if value not in PEOPLE_BY_ID:
        raise ValueError("nobody of that name is here")
    return value


def _known_channel(value: str) -> str:
    if value not in CHANNELS_BY_ID:
        raise ValueError("there is no such channel")
    return value


Name = Annotated[str, BeforeValidator(_without_surrogates), Field(max_length=100)]
PersonId = Annotated[Name, AfterValidator(_known_person)]
ChannelId = Annotated[Name, AfterValidator(_known_channel)]
Text = Annotated[str, BeforeValidator(_without_surrogates), Field(min_length=1, max_length=MAX_TEXT)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    speaker: PersonId


class Say(_Request):
    """Somebody sends what they typed."""

    channel: ChannelId
    text: Text
    thread: Name | None = None


class Press(_Request):
    """Somebody presses a button under a post."""

    post: Name
    button: Button


class Delete(_Request):
    """Somebody deletes a message of their own."""

    post: Name


class Change(_Request):
    """Somebody changes a setting in the panel."""

    channel: ChannelId
    verb: Literal[Verb.MODE, Verb.MUTE, Verb.UNMUTE, Verb.PAUSE, Verb.RESUME]
    mode: Mode | None = None
    trope: Name = EVERYTHING
    here: bool = False


class Skip(_Request):
    """Somebody sets the clock ahead."""

    hours: int = Field(ge=1, le=24 * 400)

    @property
    def span(self) -> dt.timedelta:
        """How far."""
        return dt.timedelta(hours=self.hours)


class Forget(_Request):
    """Somebody begins anew."""
