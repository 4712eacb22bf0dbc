"""Settings, history, statistics, expiry, export and forgetting, on SQLite and on PostgreSQL."""

import asyncio
import datetime as dt
import json

import pytest

from bot.message import Mode, Trigger
from bot.policy import Rules
from bot.privacy import Retention
from bot.store import ChannelSettings, Store, StoreUnavailable, Tally, Verdict
from tests.store.conftest import Open
from tests.store.samples import CHANNEL, DAY, FAX, HOUR, NOW, WORKSPACE, first_story, message


async def reply(store: Store, id: str = "1", now: dt.datetime = NOW) -> str:
    claimed = await store.claim(message(id, now), FAX, Rules(), now, first_story)
    assert claimed.intervention
    await store.posted(claimed.intervention, f"reply-{id}", now)
    return claimed.intervention


async def test_a_mode_is_remembered_and_changed(store: Store) -> None:
    """The last one counts."""
    await store.set_mode(WORKSPACE, CHANNEL, Mode.PRIVATE, NOW)
    assert await store.mode(WORKSPACE, CHANNEL) is Mode.PRIVATE
    assert await store.mode(WORKSPACE, "elsewhere") is Mode.OFF


async def test_channels_are_listed_with_their_mutes(store: Store) -> None:
    """Those that are on, and those that only muted something."""
    await store.channel_mute(WORKSPACE, CHANNEL, "a")
    await store.channel_mute(WORKSPACE, "C2", "b")
    assert await store.channels(WORKSPACE) == [
        ChannelSettings(CHANNEL, Mode.REPLY, NOW, frozenset({"a"})),
        ChannelSettings("C2", Mode.OFF, None, frozenset({"b"})),
    ]


async def test_a_pause_ends_by_itself_or_by_command(store: Store) -> None:
    """With an end and without."""
    await store.pause(WORKSPACE, NOW + HOUR)
    assert [await store.paused(WORKSPACE, NOW + n * HOUR) for n in range(2)] == [True, False]
    await store.pause(WORKSPACE)
    assert await store.paused(WORKSPACE, NOW + 9999 * DAY)
    await store.resume(WORKSPACE)
    assert not await store.paused(WORKSPACE, NOW)


async def test_unmuting_everything_clears_every_mute(store: Store) -> None:
    """A way back that always works; muting twice is muting once."""
    for trope in ("a", "a", "*"):
        await store.mute(WORKSPACE, "U1", trope)
    assert await store.mutes(WORKSPACE, "U1") == {"a", "*"}
    await store.unmute(WORKSPACE, "U1", "*")
    assert await store.mutes(WORKSPACE, "U1") == frozenset()


async def test_an_event_is_new_once(open_store: Open, store: Store) -> None:
    """In whatever process it arrives, even at the same moment."""
    stores = [store, await open_store()]
    seen = await asyncio.gather(*(stores[n % 2].first_sight(WORKSPACE, "E1", NOW) for n in range(20)))
    assert sum(seen) == 1
    assert await store.first_sight("T2", "E1", NOW)


async def test_an_intervention_is_found_by_each_of_its_ids(store: Store) -> None:
    """Its own, the message's and the reply's."""
    intervention = await reply(store)
    known = await store.intervention(intervention)
    assert known is not None
    assert known.trigger is Trigger.PASSIVE
    assert (known.trope, known.story, known.probability) == ("nhs-fax-machines", "axe-the-fax", 0.9)
    assert (known.claimed_at, known.posted_at) == (NOW, NOW)
    assert await store.intervention_for(WORKSPACE, CHANNEL, "1") == known
    assert await store.by_posted(WORKSPACE, CHANNEL, "reply-1") == known
    assert await store.intervention("unknown") is None


async def test_a_later_opinion_replaces_the_first(store: Store) -> None:
    """One for each person and reply."""
    intervention = await reply(store)
    await store.feedback(intervention, "U1", True, NOW)
    await store.feedback(intervention, "U1", False, NOW)
    await store.feedback("unknown", "U1", True, NOW)
    assert (await store.statistics(WORKSPACE, 1, NOW)).total == Tally(1, 0, 1)


async def test_statistics_are_sums(store: Store) -> None:
    """By trope, story, week and rule; only replies that were posted count."""
    intervention = await reply(store, "1", NOW - 14 * DAY)
    await store.feedback(intervention, "U1", True, NOW)
    await store.feedback(intervention, "U2", False, NOW)
    await reply(store, "2", NOW)
    await store.claim_asked(message("3"), Trigger.MENTION, FAX, Rules(), NOW)  # never posted
    for _ in range(3):
        await store.held(WORKSPACE, "nobody_harmed", NOW)
    await store.held("T2", "recent", NOW)
    found = await store.statistics(WORKSPACE, 3, NOW)
    assert found.total == Tally(2, 1, 1)
    assert found.tropes == {"nhs-fax-machines": Tally(2, 1, 1)}
    assert found.stories == {"axe-the-fax": Tally(1, 1, 1), "nhs-spine": Tally(1)}
    assert found.weeks == {dt.date(2026, 11, 9): Tally(1, 1, 1), dt.date(2026, 11, 23): Tally(1)}
    assert (found.triggers, found.holds) == ({Trigger.PASSIVE: 2}, {"nobody_harmed": 3})
    assert (await store.statistics(None, 1, NOW)).total == Tally(1)
    assert (await store.statistics(None, 1, NOW)).holds == {"nobody_harmed": 3, "recent": 1}
    assert "2 replies, 1 helpful, 1 not relevant" in found.text()


async def test_records_expire(store: Store) -> None:
    """Each kind after its own time; cooldowns in force are not forgotten."""
    old = await reply(store, "1", NOW - 181 * DAY)
    await store.feedback(old, "U1", False, NOW - 181 * DAY)
    new = await reply(store, "2", NOW - 10 * DAY)
    for days in (3, 1):
        await store.first_sight(WORKSPACE, f"E{days}", NOW - days * DAY)
    await store.held(WORKSPACE, "recent", NOW - 500 * DAY)
    await store.expire(NOW, Retention())
    kept = await store.export_workspace(WORKSPACE)
    assert [row["id"] for row in kept["interventions"]] == [new]
    assert (kept["feedback"], kept["holds"]) == ([], [])
    assert [row["event"] for row in kept["seen_events"]] == ["E1"]


async def test_a_suggestion_expires_once_it_is_decided_and_no_sooner(store: Store) -> None:
    waiting, put_back, just_decided, decided = [
        await store.suggest(WORKSPACE, {"title": title}, NOW - 400 * DAY) for title in ("a", "b", "c", "d")
    ]
    for suggestion, days in ((put_back, 300), (just_decided, 89), (decided, 91)):
        await store.decide(suggestion, Verdict.REJECTED, NOW - days * DAY)
    await store.decide(put_back, None, NOW)
    await store.expire(NOW, Retention())
    assert {one.id for one in await store.suggestions()} == {waiting, put_back, just_decided}


async def test_housekeeping_goes_on_after_an_outage(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A background task; the next round removes what the last one could not."""
    await store.first_sight(WORKSPACE, "E1", NOW - 4000 * DAY)
    expire, rounds, done = store.expire, iter([False, True]), asyncio.Event()

    async def unreliable(now: dt.datetime, retention: Retention | None = None) -> None:
        if not next(rounds):
            raise StoreUnavailable
        await expire(now, retention)
        done.set()

    monkeypatch.setattr(store, "expire", unreliable)
    task = asyncio.create_task(store.housekeeping(dt.timedelta(0)))
    await done.wait()
    task.cancel()
    assert (await store.export_workspace(WORKSPACE))["seen_events"] == []


async def test_forgetting_removes_everything_of_one_workspace(store: Store) -> None:
    """And nothing of another."""
    for workspace in (WORKSPACE, "T2"):
        await store.set_mode(workspace, CHANNEL, Mode.REPLY, NOW)
        await store.pause(workspace)
        await store.mute(workspace, "U1", "a")
        await store.channel_mute(workspace, CHANNEL, "a")
        await store.first_sight(workspace, "E1", NOW)
        await store.held(workspace, "recent", NOW)
        await store.suggest(workspace, {"title": "A story"}, NOW)
        await store.installed_by(workspace, "U1", NOW)
        asked = await store.claim_asked(message(workspace=workspace), Trigger.MENTION, FAX, Rules(), NOW)
        await store.feedback(asked.intervention or "", "U1", True, NOW)
    await store.forget_workspace(WORKSPACE)
    assert not any((await store.export_workspace(WORKSPACE)).values())
    other = await store.export_workspace("T2")
    assert all(other[table] for table in other if not table.startswith("slack_"))


async def test_an_export_is_json_without_person_ids(store: Store) -> None:
    """A person goes by a pseudonym, which differs between workspaces."""
    await store.mute(WORKSPACE, "U-alice", "a")
    await store.mute("T2", "U-alice", "a")
    text = json.dumps(await store.export_workspace(WORKSPACE))
    assert "U-alice" not in text
    assert (await store.export_workspace("T2"))["mutes"][0]["person"] not in text


async def test_suggestions_are_kept_in_order(store: Store) -> None:
    """Of one workspace, or all."""
    await store.suggest(WORKSPACE, {"title": "First"}, NOW)
    await store.suggest("T2", {"title": "Second", "url": "https://example.org"}, NOW + HOUR)
    assert [one.fields["title"] for one in await store.suggestions()] == ["First", "Second"]
    assert [one.workspace for one in await store.suggestions("T2")] == ["T2"]
