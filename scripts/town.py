"""Many Slack workspaces that have the bot installed, each with people and with channels that are turned on."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Bot as Installed

from bot.message import Mode
from bot.platforms.slack.installations import EncryptedInstallationStore
from bot.store import Store
from scripts.replicas import KEY
from tests.emulators.slack import Channel, Slack, Team, User

PEOPLE = 5
"""In each workspace."""
TOKEN_KEY = Fernet.generate_key()


@dataclass
class Town:
    """The workspaces of one emulated Slack, and one database."""

    slack: Slack
    people: dict[str, list[User]]
    """By workspace."""
    apart: list[Channel]
    """Channels of all workspaces, in turn."""
    together: list[Channel]
    """As many channels of one workspace."""

    @classmethod
    async def built(cls, slack: Slack, database: str, folder: Path, workspaces: int, channels: int) -> "Town":
        """Install the bot everywhere and turn it on; the database is opened, and migrated, for that alone."""
        teams = [slack.world.add_team(f"Council {n}") for n in range(workspaces)]
        for team in teams:
            slack.world.install(team)
        people = {team.id: [slack.user(f"User {n}", team) for n in range(PEOPLE)] for team in teams}
        apart = [_channel(slack, teams[n % workspaces], people, n) for n in range(channels)]
        together = [channel for channel in apart if channel.team == teams[0].id]
        together += [_channel(slack, teams[0], people, n) for n in range(channels, 2 * channels - len(together))]
        store = await Store.open(database, folder, KEY.encode())
        installed = EncryptedInstallationStore(slack.app.client_id, store.engine, TOKEN_KEY)
        for team in teams:
            await installed.async_save_bot(_installed(slack, team))
        for channel in {channel.id: channel for channel in (*apart, *together)}.values():
            await store.set_mode(channel.team, channel.id, Mode.REPLY, dt.datetime.now(dt.UTC))
        await store.close()
        return cls(slack, people, apart, together)

    @property
    def settings(self) -> dict[str, str]:
        """How a replica serves all of them, over signed HTTP."""
        return {
            "SLACK_CLIENT_ID": self.slack.app.client_id,
            "SLACK_CLIENT_SECRET": self.slack.app.client_secret,
            "SLACK_SIGNING_SECRET": self.slack.app.signing_secret,
            "SLACK_TOKEN_KEY": TOKEN_KEY.decode(),
            "SLACK_API_URL": self.slack.base_url,
            "COUNTERPOINT_KEY": KEY,
        }


def _channel(slack: Slack, team: Team, people: dict[str, list[User]], number: int) -> Channel:
    return slack.world.add_channel(team, f"room-{number}", people[team.id])


def _installed(slack: Slack, team: Team) -> Installed:
    made = slack.world.installation(team)
    return Installed(
        app_id=slack.app.id,
        team_id=team.id,
        team_name=team.name,
        bot_token=made.token,
        bot_id=made.bot.bot_id or "",
        bot_user_id=made.bot.id,
        bot_scopes=sorted(made.scopes),
        installed_at=dt.datetime.now(dt.UTC).timestamp(),
    )
