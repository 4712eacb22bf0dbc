"""`counterpoint serve` as an operator starts it: its own process, the real matcher, Slack by Socket Mode."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.store import State, Store
from tests.emulators.slack import Message, Slack
from tests.slack.conftest import FAX, actions, words
from tests.slack.serving import served

pytestmark = pytest.mark.slow


@pytest.fixture
async def serving(slack: Slack, settings: Settings, tmp_path: Path) -> AsyncIterator[Slack]:
    """Slack, with the bot's process connected to it."""
    async with served(slack, tmp_path / "data", settings.cache_path):
        yield slack


async def test_from_turning_it_on_to_dismissing_its_reply(serving: Slack) -> None:
    slack = serving
    ada, boss = slack.user("Ada"), slack.user("Boss", admin=True)
    general = slack.channel("general", ada, boss)

    def posts() -> list[Message]:
        return slack.posts(general)

    await slack.says(ada, general, FAX)  # the channel is off
    ack = await slack.types(boss, general, "on")
    (on,) = await slack.wait_for(lambda: slack.responses(ack))
    assert "in a thread" in on["text"]

    said = await slack.says(ada, general, FAX)
    (passive,) = await slack.wait_for(posts, timeout=20)
    assert passive.thread_ts == said.ts
    assert "fax" in words(passive).lower()
    assert "<https://" in words(passive)

    await slack.says(boss, general, f"<@{slack.bot.id}> anything good on prescriptions?")
    await slack.wait_for(lambda: len(posts()) == 2, timeout=20)
    assert "prescription" in words(posts()[1]).lower()

    ack = await slack.types(ada, general, "passports")
    (looked_up,) = await slack.wait_for(lambda: slack.responses(ack), timeout=20)
    assert looked_up["response_type"] == "ephemeral"
    assert looked_up["blocks"]

    await slack.presses(ada, passive, "reply_why")
    (why,) = await slack.wait_for(lambda: [m for m in slack.whispers(general, ada) if "probability" in m.text])
    assert "nearest example" in why.text
    assert "reply_dismiss" in actions(passive)
    await slack.presses(ada, passive, "reply_dismiss")
    await slack.wait_for(lambda: passive not in posts())
    assert slack.complaints == []


async def test_told_to_end_it_finishes_what_it_has_begun(slack: Slack, settings: Settings, tmp_path: Path) -> None:
    ada = slack.user("Ada")
    general = slack.channel("general", ada)
    async with served(slack, tmp_path / "data", settings.cache_path):
        slack.faults.hang("chat.postMessage", 2)
        await slack.says(ada, general, f"<@{slack.bot.id}> fax machines")
        await slack.wait_for(lambda: slack.calls("chat.postMessage"), timeout=20)
    store = await Store.open(None, tmp_path / "data")
    (row,) = (await store.export_workspace(slack.team.id))["interventions"]
    await store.close()
    (reply,) = slack.posts(general)
    assert (row["state"], row["posted_id"]) == (State.POSTED, reply.ts)
