"""What Slack may refuse: no crash, no double reply, a clear log line without a message's text."""

import asyncio

import pytest

from bot.message import Mode
from tests.slack.conftest import FAX, Workspace


@pytest.mark.parametrize("code", ["missing_scope", "not_in_channel", "channel_not_found"])
async def test_a_refused_reply_is_logged_by_its_code(
    over_http: Workspace, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    slack = over_http.slack
    await over_http.turn_on()
    slack.faults.error("chat.postMessage", code)
    await slack.says(over_http.ada, over_http.general, FAX)
    await slack.wait_for(lambda: f"({code})" in caplog.text)
    assert "fax" not in caplog.text
    await slack.says(over_http.bob, over_http.general, FAX)
    await over_http.reply()  # its cooldowns are free again


async def test_patience_is_kept_when_slack_asks_for_it(over_http: Workspace) -> None:
    await over_http.turn_on()
    over_http.slack.faults.ratelimited("chat.postMessage", retry_after=1)
    await over_http.slack.says(over_http.ada, over_http.general, FAX)
    await over_http.reply()
    assert [call.error for call in over_http.slack.calls("chat.postMessage")] == ["ratelimited", None]


async def test_trouble_with_other_calls_does_no_harm(over_http: Workspace) -> None:
    slack = over_http.slack
    await over_http.turn_on(Mode.REACT)
    slack.faults.error("users.info", "missing_scope")
    await slack.says(over_http.ada, over_http.general, FAX)  # nobody knows who it is: silence
    await over_http.settled()
    assert slack.calls("reactions.add") == []
    slack.faults.error("reactions.add", "missing_scope")
    await slack.says(over_http.bob, over_http.general, FAX)
    await slack.wait_for(lambda: slack.calls("reactions.add"))
    root = await slack.says(over_http.bob, over_http.general, "Hello")
    slack.faults.error("conversations.replies", "missing_scope")
    await slack.says(over_http.ada, over_http.general, f"<@{slack.bot.id}>", root)
    assert (await over_http.reply()).thread_ts == root.ts


async def test_a_huge_message_is_answered(over_http: Workspace) -> None:
    await over_http.slack.says(over_http.ada, over_http.general, f"<@{over_http.slack.bot.id}> {FAX} " + "x" * 39_000)
    await over_http.reply()


async def test_an_uninstalled_workspace_is_forgotten(office: Workspace) -> None:
    await office.turn_on()
    await office.slack.says(office.ada, office.general, FAX)
    await office.reply()
    await office.slack.uninstalls()
    for _ in range(100):
        left = await office.bot.store.export_workspace(office.slack.team.id)
        if not any(rows for name, rows in left.items() if name != "seen_events"):
            break
        await asyncio.sleep(0.05)
    assert not any(rows for name, rows in left.items() if name != "seen_events")
