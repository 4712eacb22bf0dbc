"""Every setting, from the environment or a `.env` file, in one place."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.privacy import Retention

if TYPE_CHECKING:
    from bot.policy import Rules

BUNDLED_KNOWLEDGE = (Path(__file__).parent / "_knowledge", Path(__file__).parent.parent / "knowledge")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""The names by which a machine reaches itself alone."""
KEY_LENGTH = 32
"""Characters of COUNTERPOINT_KEY and CONSOLE_TOKEN at the least."""


class BadSettings(Exception):
    """A setting cannot be used; the message says which and what to type."""


def _own_knowledge() -> list[Path]:
    return [next((path for path in BUNDLED_KNOWLEDGE if path.is_dir()), BUNDLED_KNOWLEDGE[-1])]


class Settings(BaseSettings):
    """What an operator can set; each name in capitals is the environment variable."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    knowledge_path: Annotated[list[Path], NoDecode] = Field(default_factory=_own_knowledge)
    """Folders of tropes and stories, separated by the system's path separator; later ones add or override."""
    encoder_model: str = "embedded"
    """`embedded`, a folder that `counterpoint train` wrote, or the name or path of any sentence-transformers model."""
    cache_path: Path = Field(default_factory=lambda: user_cache_path("counterpoint"))
    """Where vectors and the fitted head are kept between starts; safe to delete."""
    data_path: Path = Field(default_factory=lambda: user_data_path("counterpoint"))
    """Where the embedded database and its key are kept."""
    database_url: SecretStr | None = None
    """`postgresql+asyncpg://…` or `sqlite+aiosqlite:///…`; without it, one file under DATA_PATH."""
    counterpoint_key: SecretStr | None = None
    """The key to the names that persons go by in the database; without it, one is made under DATA_PATH."""
    who_manages: Literal["managers", "admins", "anyone"] = "managers"
    """Who may turn a channel on and off: its managers and the workspace's admins, admins alone, or anyone."""

    trope_cooldown_days: float = Field(7, ge=0)
    """Days between passive replies to the same trope in a channel."""
    channel_cooldown_hours: float = Field(4, ge=0)
    """Hours between any passive replies in a channel."""
    person_cooldown_days: float = Field(3, ge=0)
    """Days between passive replies to the same person."""
    story_cooldown_days: float = Field(30, ge=0)
    """Days before a channel is told the same story again."""
    daily_cap: int = Field(12, ge=0)
    """Passive replies in a workspace in 24 hours."""
    max_age_minutes: float = Field(10, gt=0)
    """Older messages, such as those that arrive after an outage, get no passive reply."""
    asks_an_hour: int = Field(30, ge=1)
    """Mentions and lookups answered to one person in an hour."""
    quiet_hours: Annotated[tuple[dt.time, dt.time] | None, NoDecode] = None
    """Hours without passive replies, in TIMEZONE, such as `22:00-07:00`."""
    timezone: Annotated[ZoneInfo, NoDecode] = ZoneInfo("UTC")
    """Where the clock of QUIET_HOURS and PAUSED_PERIOD hangs, such as `Europe/London`."""
    paused_period: Annotated[tuple[dt.date, dt.date] | None, NoDecode] = None
    """First and last day of a period without passive replies, such as `2026-05-01/2026-06-05`."""

    keep_interventions_days: float = Field(180, gt=0)
    """Days that the record of a reply and the feedback on it stay."""
    keep_events_days: float = Field(2, ge=1)
    """Days that an event's id stays, by which a repeat is known."""
    keep_holds_days: float = Field(400, gt=0)
    """Days that the weekly counts of holds stay."""
    keep_suggestions_days: float = Field(90, gt=0)
    """Days that a suggested story stays once it was accepted or rejected; until then it waits."""
    slack_bot_token: SecretStr | None = None
    """For one workspace: `xoxb-…`, from the app's page "OAuth & Permissions"."""
    slack_app_token: SecretStr | None = None
    """For Socket Mode: `xapp-…`, from "Basic Information", App-Level Tokens, with the scope connections:write."""
    slack_signing_secret: SecretStr | None = None
    """For signed HTTP: from "Basic Information", App Credentials."""
    slack_client_id: str | None = None
    """For many workspaces: from "Basic Information", App Credentials."""
    slack_client_secret: SecretStr | None = None
    """The same."""
    slack_token_key: SecretStr | None = None
    """For many workspaces: the key that encrypts their tokens in the database, a Fernet key."""
    slack_api_url: str = "https://slack.com/api/"
    """Another base URL for Slack's Web API."""
    client_id: str | None = None
    """For Teams: the Azure bot's Microsoft App ID."""
    client_secret: SecretStr | None = None
    """The value of a client secret of that app."""
    tenant_id: str | None = None
    """The App Tenant ID of a single-tenant bot, as every new one is."""
    teams_allow_unauthenticated: bool = False
    """For local work alone: take requests without Microsoft's token, from this machine only."""
    log_level: str = "INFO"
    """How much of its own the program logs: DEBUG, INFO, WARNING or ERROR; no level has anybody's words."""
    log_format: Literal["text", "json"] = "text"
    """`json` for one object a line, which collectors of logs take apart."""
    metrics_token: SecretStr | None = None
    """Who asks for /metrics has to send it as a bearer token; without it, everybody may."""
    console_token: SecretStr | None = None
    """Who types this may open the console at /console, for every workspace."""
    console_url: str | None = None
    """The address at which people reach this server, such as `https://counterpoint.example.org`."""
    otel_exporter_otlp_endpoint: str | None = None
    """Where traces are sent, such as `http://collector:4318`, over HTTP; without it, nowhere."""
    shutdown_grace_seconds: float = Field(20, ge=1)
    """How long a process that is told to end may take to finish what it has begun."""

    @field_validator("knowledge_path", mode="before")
    @classmethod
    def _folders(cls, value: object) -> object:
        import os

        return [Path(part) for part in value.split(os.pathsep) if part] if isinstance(value, str) else value

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError("type DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @field_validator("otel_exporter_otlp_endpoint")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError(f"{value!r} is no address; type one such as http://collector:4318")
        return value

    @field_validator("console_url")
    @classmethod
    def _safe_to_sign_in_at(cls, value: str | None) -> str | None:
        local = value is not None and urlsplit(value).scheme == "http" and urlsplit(value).hostname in LOOPBACK
        if value is not None and not local and not value.startswith("https://"):
            raise ValueError(f"{value!r} must start with https://, or what people sign in with can be read on its way")
        return value

    @field_validator("counterpoint_key", "console_token")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < KEY_LENGTH:
            raise ValueError(f"type at least {KEY_LENGTH} random characters, such as `openssl rand -hex 32` prints")
        return value

    @field_validator("quiet_hours", mode="before")
    @classmethod
    def _hours(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            start, end = (dt.time.fromisoformat(part.strip()) for part in value.split("-"))
        except ValueError:
            raise ValueError(f"{value!r} are not hours; type them as 22:00-07:00") from None
        return (start, end)

    @field_validator("paused_period", mode="before")
    @classmethod
    def _period(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            first, last = (dt.date.fromisoformat(part.strip()) for part in value.split("/"))
        except ValueError:
            raise ValueError(f"{value!r} is not a period; type it as 2026-05-01/2026-06-05") from None
        if last < first:
            raise ValueError(f"{value!r} ends before it begins; type the first day first")
        return (first, last)

    @field_validator("timezone", mode="before")
    @classmethod
    def _zone(cls, value: object) -> object:
        try:
            return ZoneInfo(value) if isinstance(value, str) else value
        except (OSError, ValueError, KeyError):
            raise ValueError(f"{value!r} is no time zone; type one such as Europe/London") from None

    @model_validator(mode="after")
    def _remember_long_enough(self) -> Self:
        longest = max(self.trope_cooldown_days, self.person_cooldown_days, self.story_cooldown_days, 1)
        if self.keep_interventions_days < longest:
            raise ValueError(
                f"KEEP_INTERVENTIONS_DAYS is {self.keep_interventions_days:g}, but a cooldown lasts {longest:g} days; "
                f"type at least {longest:g}"
            )
        return self

    @model_validator(mode="after")
    def _slack_is_whole(self) -> Self:
        one = self.slack_bot_token is not None
        many = self.slack_client_id is not None or self.slack_client_secret is not None
        _begins("SLACK_BOT_TOKEN", self.slack_bot_token, "xoxb-", "OAuth & Permissions")
        _begins("SLACK_APP_TOKEN", self.slack_app_token, "xapp-", "Basic Information, App-Level Tokens")
        if one and many:
            raise ValueError("SLACK_BOT_TOKEN is for one workspace and SLACK_CLIENT_ID for many; set one of them")
        if one and not (self.slack_app_token or self.slack_signing_secret):
            raise ValueError(
                "SLACK_BOT_TOKEN is set alone; set SLACK_APP_TOKEN too (Socket Mode; Basic Information, App-Level "
                "Tokens) or SLACK_SIGNING_SECRET (HTTP; Basic Information, App Credentials)"
            )
        if self.slack_app_token and not one:
            raise ValueError("SLACK_APP_TOKEN needs SLACK_BOT_TOKEN beside it; find it under OAuth & Permissions")
        if many:
            needed = ("slack_client_id", "slack_client_secret", "slack_signing_secret", "slack_token_key")
            missing = [name.upper() for name in needed if getattr(self, name) is None]
            if missing:
                raise ValueError(
                    f"for many workspaces {', '.join(missing)} must be set too; Slack's values are under Basic "
                    "Information, App Credentials; SLACK_TOKEN_KEY is 32 random bytes in URL-safe base64, such as "
                    "`openssl rand -base64 32 | tr +/ -_` prints"
                )
            _check_token_key(self.slack_token_key)
        elif self.slack_signing_secret and not one:
            raise ValueError("SLACK_SIGNING_SECRET is set alone; set SLACK_BOT_TOKEN too, or SLACK_CLIENT_ID for many")
        return self

    @model_validator(mode="after")
    def _teams_is_whole(self) -> Self:
        if self.client_id and self.client_secret is None:
            raise ValueError("CLIENT_ID is set alone; set CLIENT_SECRET too (the bot's Configuration, Manage Password)")
        if (self.client_secret or self.tenant_id) and not self.client_id:
            raise ValueError("CLIENT_SECRET and TENANT_ID need CLIENT_ID, the Azure bot's Microsoft App ID")
        if self.teams_allow_unauthenticated and self.client_id:
            raise ValueError("TEAMS_ALLOW_UNAUTHENTICATED is for local work without CLIENT_ID; set one of them")
        return self

    @model_validator(mode="after")
    def _console_can_be_opened(self) -> Self:
        if self.console_url and not (self.console_token or self.slack_client_id):
            raise ValueError(
                "CONSOLE_URL is set, but nobody could sign in there; set CONSOLE_TOKEN too, such as "
                "`openssl rand -hex 32` prints, or Slack's settings for many workspaces"
            )
        return self

    @property
    def answering_seconds(self) -> int:
        """Of SHUTDOWN_GRACE_SECONDS, how long web requests that are being answered may take."""
        return max(1, round(self.shutdown_grace_seconds / 4))

    @property
    def finishing_seconds(self) -> float:
        """Of SHUTDOWN_GRACE_SECONDS, how long events that were acknowledged may take after that."""
        return self.shutdown_grace_seconds / 2

    @property
    def teams_configured(self) -> bool:
        """Whether there is a Teams to serve."""
        return self.client_id is not None or self.teams_allow_unauthenticated

    @property
    def console_configured(self) -> bool:
        """Whether anybody can sign in to the console."""
        return self.console_token is not None or self.console_by_slack

    @property
    def console_by_slack(self) -> bool:
        """Whether admins can sign in to the console with Slack: for many workspaces, at a known address."""
        return self.slack_client_id is not None and self.console_url is not None

    @property
    def slack_configured(self) -> bool:
        """Whether there is a Slack to serve."""
        return self.slack_bot_token is not None or self.slack_client_id is not None

    @property
    def key(self) -> bytes | None:
        """The key to pseudonyms, where one is set."""
        return self.counterpoint_key.get_secret_value().encode() if self.counterpoint_key else None

    def rules(self) -> "Rules":
        """The limits of the policy."""
        from bot.policy import Rules  # slow to import, for it stands on the matcher

        return Rules(
            trope_cooldown=dt.timedelta(days=self.trope_cooldown_days),
            channel_cooldown=dt.timedelta(hours=self.channel_cooldown_hours),
            person_cooldown=dt.timedelta(days=self.person_cooldown_days),
            story_cooldown=dt.timedelta(days=self.story_cooldown_days),
            daily_cap=self.daily_cap,
            max_age=dt.timedelta(minutes=self.max_age_minutes),
            quiet_hours=self.quiet_hours,
            timezone=self.timezone,
            paused=self.paused_period,
            asks_an_hour=self.asks_an_hour,
        )

    def retention(self) -> Retention:
        """How long records stay."""
        return Retention(
            interventions=dt.timedelta(days=self.keep_interventions_days),
            seen_events=dt.timedelta(days=self.keep_events_days),
            holds=dt.timedelta(days=self.keep_holds_days),
            suggestions=dt.timedelta(days=self.keep_suggestions_days),
        )


def _begins(name: str, secret: SecretStr | None, start: str, place: str) -> None:
    if secret is not None and not secret.get_secret_value().startswith(start):
        raise ValueError(f"{name} must begin with {start}; find it under {place}")


def _check_token_key(key: SecretStr | None) -> None:
    from cryptography.fernet import Fernet

    try:
        Fernet(key.get_secret_value().encode() if key else b"")
    except ValueError:
        raise ValueError(
            "SLACK_TOKEN_KEY is not 32 bytes in URL-safe base64; `openssl rand -base64 32 | tr +/ -_` prints one"
        ) from None


def read_settings() -> Settings:
    """The settings of this process; raises BadSettings naming each variable that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg'].removeprefix('Value error, ')}".removeprefix(": ")
            for e in error.errors()
        ]
        raise BadSettings("these settings cannot be used:\n  " + "\n  ".join(lines)) from None
