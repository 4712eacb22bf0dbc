"""What Slack may refuse: no crash, no double reply, a clear log line without a message's text."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.message import Mode
from bot.platforms.slack.platform import RETRIES
from bot.reply import SORRY
from tests.emulators.slack import events
from tests.slack.conftest import FAX, Workspace, actions, words


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
    await office.settled()
    await office.slack.uninstalls()
    for _ in range(100):
        left = await office.bot.store.export_workspace(office.slack.team.id)
        if not any(left.values()):
            break
        await asyncio.sleep(0.05)
    assert not any(left.values())


@pytest.mark.parametrize("kind", ["drop", "status"])
async def test_slack_lost_while_posting_frees_the_cooldowns(
    over_http: Workspace, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    slack = over_http.slack
    await over_http.turn_on()
    getattr(slack.faults, kind)("chat.postMessage", times=2)
    words = {"drop": "could not be reached (", "status": "refused a reply (an answer that cannot be read)"}[kind]
    await slack.says(over_http.ada, over_http.general, FAX)
    await slack.wait_for(lambda: caplog.text.count(words) == 1)
    await slack.says(over_http.bob, over_http.general, f"<@{slack.bot.id}> {FAX}")
    await slack.wait_for(lambda: caplog.text.count(words) == 2)
    assert len(slack.calls("chat.postMessage")) == 2  # what was lost on the way may have arrived: not sent again
    assert "fax" not in caplog.text
    await slack.says(over_http.bob, over_http.general, FAX)
    await over_http.reply()


async def test_slack_lost_while_asking_who_somebody_is_is_silence(over_http: Workspace) -> None:
    slack = over_http.slack
    await over_http.turn_on()
    slack.faults.drop("users.info")
    await slack.says(over_http.ada, over_http.general, FAX)
    await slack.wait_for(lambda: slack.calls("users.info"))
    await over_http.settled()
    assert slack.posts(over_http.general) == []


async def test_slack_lost_while_reading_a_thread_is_answered_all_the_same(over_http: Workspace) -> None:
    slack = over_http.slack
    root = await slack.says(over_http.bob, over_http.general, "Hello")
    slack.faults.drop("conversations.replies")
    await slack.says(over_http.ada, over_http.general, f"<@{slack.bot.id}>", root)
    assert (await over_http.reply()).thread_ts == root.ts


async def test_a_reply_to_a_message_deleted_meanwhile_does_not_stand_in_the_open(office: Workspace) -> None:
    slack = office.slack
    await office.turn_on()
    slack.faults.hang("users.info", 0.2)
    said = slack.world.write(office.general, office.ada, FAX)
    await slack.send_event(events.message(office.general, said, office.ada))
    del office.general.messages[said.ts]
    await slack.wait_for(lambda: slack.calls("chat.delete"))
    await office.settled()
    assert slack.posts(office.general) == []
    assert await office.bot.store.last_passive(slack.team.id, office.general.id) is None  # its cooldowns are free


async def test_a_token_revoked_meanwhile_is_said_and_does_not_end_the_process(
    over_http: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    slack = over_http.slack
    slack.installation.revoked = True
    await slack.says(over_http.ada, over_http.general, f"<@{slack.bot.id}> {FAX}")
    await slack.wait_for(lambda: "(token_revoked); install the app again" in caplog.text)
    slack.installation.revoked = False
    await slack.says(over_http.ada, over_http.general, f"<@{slack.bot.id}> {FAX}")
    await over_http.reply()


async def test_a_storm_of_refusals_to_wait_loses_nothing_that_was_asked(over_http: Workspace) -> None:
    slack = over_http.slack
    rooms = [slack.channel(f"room-{n}", over_http.ada) for n in range(8)]
    slack.faults.ratelimited("chat.postMessage", retry_after=1, times=len(rooms))
    await asyncio.gather(*(slack.says(over_http.ada, room, f"<@{slack.bot.id}> {FAX}") for room in rooms))
    await slack.wait_for(lambda: all(slack.posts(room) for room in rooms), timeout=10)
    assert [len(slack.posts(room)) for room in rooms] == [1] * len(rooms)


async def test_patience_ends_and_frees_the_cooldowns(over_http: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    slack = over_http.slack
    await over_http.turn_on()
    slack.faults.ratelimited("chat.postMessage", retry_after=0, times=RETRIES + 1)
    await slack.says(over_http.ada, over_http.general, FAX)
    await slack.wait_for(lambda: "(ratelimited)" in caplog.text)
    await slack.says(over_http.bob, over_http.general, FAX)
    await over_http.reply()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that another process keeps to itself is given up at once."""
    monkeypatch.setattr("bot.store.database.BUSY_MS", 20)


@pytest.mark.usefixtures("impatient")
async def test_while_the_database_is_away_who_asks_gets_an_apology_and_nobody_else_a_reply(
    over_http: Workspace, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    slack = over_http.slack
    await over_http.turn_on()
    with closing(sqlite3.connect(tmp_path / "data" / "counterpoint.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        await slack.says(over_http.bob, over_http.general, FAX)
        await slack.says(over_http.ada, over_http.general, f"<@{slack.bot.id}> {FAX}")
        assert SORRY in words(await over_http.reply())
        ack = await slack.types(over_http.ada, over_http.general, "mute")
        (said,) = await slack.wait_for(lambda: slack.responses(ack))
        assert said["text"] == SORRY
        await slack.opens_home(over_http.ada)
        await slack.wait_for(lambda: slack.home(over_http.ada))
        assert len(slack.posts(over_http.general)) == 1
        other.execute("ROLLBACK")
    await slack.says(over_http.boss, over_http.general, f"<@{slack.bot.id}> {FAX}")
    await slack.wait_for(lambda: len(slack.posts(over_http.general)) == 2)
    assert caplog.text.count("database unreachable") == 1
    assert caplog.text.count("database back") == 1


@pytest.mark.usefixtures("impatient")
async def test_what_slack_tells_once_is_done_when_the_database_is_back(
    over_http: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.outage.RETRY_SECONDS", 0.02)
    slack, store = over_http.slack, over_http.bot.store
    await over_http.turn_on()
    with closing(sqlite3.connect(tmp_path / "data" / "counterpoint.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        await slack.uninstalls()
        await slack.wait_for(lambda: store.outage.going_on)
        other.execute("ROLLBACK")
    await slack.wait_for(lambda: not store.outage.going_on)
    for _ in range(100):
        if not any((left := await store.export_workspace(slack.team.id)).values()):
            break
        await asyncio.sleep(0.02)
    assert not any(left.values())


async def test_buttons_apologise_while_the_database_is_away(
    over_http: Workspace, lose_database: Callable[[], Awaitable[None]]
) -> None:
    slack = over_http.slack
    await over_http.turn_on()
    await slack.says(over_http.ada, over_http.general, FAX)
    reply = await over_http.reply()
    await over_http.settled()
    await slack.types(over_http.bob, over_http.general, FAX)
    whisper = await over_http.whisper(over_http.bob)
    await lose_database()
    for where, action in (
        *((reply, action) for action in actions(reply)),
        (whisper, "reply_share"),
    ):
        ack = await slack.presses(over_http.bob, where, action)
        (said,) = await slack.wait_for(lambda ack=ack: slack.responses(ack))  # type: ignore[misc]
        assert SORRY in said["text"]
        assert not said.get("replace_original")
    assert slack.posts(over_http.general) == [reply]


async def test_a_mention_that_asks_for_help_twice_over_is_helped_once(over_http: Workspace) -> None:
    slack = over_http.slack
    said = slack.world.write(over_http.general, over_http.ada, f"<@{slack.bot.id}> help")
    ack = await slack.send_event(events.app_mention(over_http.general, said, over_http.ada))
    await over_http.whisper(over_http.ada)
    assert (await slack.redeliver(ack.delivery)).ok
    await over_http.settled()
    assert len(slack.whispers(over_http.general, over_http.ada)) == 1


async def test_a_repeated_message_is_known_by_its_claim_alone(over_http: Workspace) -> None:
    slack, store = over_http.slack, over_http.bot.store
    await over_http.turn_on()
    said = slack.world.write(over_http.general, over_http.ada, FAX)
    ack = await slack.send_event(events.message(over_http.general, said, over_http.ada))
    await over_http.reply()
    assert (await slack.redeliver(ack.delivery)).ok
    await over_http.settled()
    assert len(slack.posts(over_http.general)) == 1
    assert (await store.export_workspace(slack.team.id))["seen_events"] == []


async def test_a_repeat_of_another_event_goes_no_further(over_http: Workspace) -> None:
    slack = over_http.slack
    new = slack.channel("new", over_http.ada, bot=False)
    ack = await slack.invites_bot(over_http.ada, new)
    await slack.wait_for(lambda: slack.posts(new))
    assert (await slack.redeliver(ack.delivery)).ok
    await over_http.settled()
    assert len(slack.posts(new)) == 1
