"""`counterpoint serve` with Slack and Teams at once: one process, one PostgreSQL, the real matcher."""

from pathlib import Path

import pytest

from bot.settings import Settings
from tests.emulators.slack import Slack
from tests.emulators.teams import Teams
from tests.slack.conftest import words
from tests.slack.serving import served
from tests.teams.conftest import FAX, rooms

pytestmark = pytest.mark.slow


async def test_each_platform_has_its_own_channels_and_cooldowns(
    teams: Teams, settings: Settings, new_postgres: str, tmp_path: Path
) -> None:
    local = {"TEAMS_ALLOW_UNAUTHENTICATED": "true", "WHO_MANAGES": "anyone", "DATABASE_URL": new_postgres}
    async with Slack() as slack, served(slack, tmp_path / "data", settings.cache_path, **local) as address:
        teams.deliver_over_http(address)
        ada, general = slack.user("Ada"), slack.channel("general")
        grace, (channel, _, _) = teams.somebody("Grace"), rooms()
        general.members.add(ada.id)

        ack = await slack.types(ada, general, "on")
        await slack.wait_for(lambda: slack.responses(ack), timeout=20)
        await teams.says(grace, channel, FAX)  # Slack's channel is on, this one is not
        await teams.says(grace, channel, "on", mention=True)
        await teams.wait_for(lambda: teams.shown(channel.id) or teams.shown(channel.id, grace.id))
        on = len(teams.posts)

        said = await slack.says(ada, general, FAX)
        (reply,) = await slack.wait_for(lambda: slack.posts(general), timeout=20)
        assert (reply.thread_ts, "fax" in words(reply).lower()) == (said.ts, True)
        assert len(teams.posts) == on

        root = await teams.says(grace, channel, FAX)
        await teams.wait_for(lambda: len(teams.posts) > on)
        assert teams.posts[-1].conversation == f"{channel.id};messageid={root}"
        assert "fax" in teams.posts[-1].words.lower()
        assert len(slack.posts(general)) == 1
        assert slack.complaints == teams.refused == []
