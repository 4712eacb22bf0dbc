"""The right to reply, on SQLite and on PostgreSQL."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from bot.matcher import NOTHING, Match
from bot.message import Mode, Trigger
from bot.policy import Rules
from bot.store import Asked, Claimed, State, Store
from tests.store.conftest import Open
from tests.store.samples import CHANNEL, DAY, FAX, HOUR, MINUTE, NOW, PAGERS, WORKSPACE, first_story, message

RULES = Rules()
FREE = Rules(channel_cooldown=dt.timedelta(0), person_cooldown=dt.timedelta(0), trope_cooldown=dt.timedelta(0))


async def claim(
    store: Store, id: str, now: dt.datetime = NOW, match: Match = FAX, rules: Rules = RULES, **changes: Any
) -> Claimed:
    return await store.claim(message(id, now, **changes), match, rules, now, first_story)


async def reply(store: Store, id: str, now: dt.datetime = NOW, **changes: Any) -> Claimed:
    """Claim and post."""
    claimed = await claim(store, id, now, **changes)
    assert claimed.intervention is not None, claimed.decision.reason
    await store.posted(claimed.intervention, f"reply-{id}", now)
    return claimed


async def test_a_channel_is_silent_until_it_is_turned_on(open_store: Open) -> None:
    """Off is the default."""
    claimed = await claim(await open_store(), "1")
    assert (claimed.decision.rule, claimed.mode, claimed.intervention) == ("switched_on", Mode.OFF, None)


async def test_a_claim_says_what_to_post(store: Store) -> None:
    """The story chosen, the channel's mode, and an id to confirm."""
    claimed = await claim(store, "1")
    assert (claimed.decision.speak, claimed.story, claimed.mode) == (True, "axe-the-fax", Mode.REPLY)
    assert claimed.intervention


async def test_a_message_is_answered_once(store: Store) -> None:
    """Even where no cooldown holds."""
    await reply(store, "1", rules=FREE)
    assert (await claim(store, "1", rules=FREE)).decision.rule == "once_a_message"


async def test_a_thread_is_answered_once(store: Store) -> None:
    """The reply to a message opens its thread."""
    await reply(store, "1", rules=FREE)
    assert (await claim(store, "2", rules=FREE, thread="1")).decision.rule == "once_a_thread"


async def test_each_cooldown_holds_until_its_end(store: Store) -> None:
    """Trope, channel and person, each in its own place."""
    await store.set_mode(WORKSPACE, "C2", Mode.REPLY, NOW)
    await reply(store, "1")
    soon, late = NOW + 4 * HOUR - MINUTE, NOW + 4 * HOUR
    assert (await claim(store, "2", soon, PAGERS, author="U2")).decision.rule == "channel_cooled_down"
    assert (await claim(store, "2", late, FAX, author="U2")).decision.rule == "trope_cooled_down"
    assert (await claim(store, "2", late, PAGERS)).decision.rule == "person_cooled_down"
    assert (await claim(store, "2", late, PAGERS, channel="C2")).decision.rule == "person_cooled_down"
    assert (await claim(store, "2", late, PAGERS, author="U2")).decision.speak
    assert (await claim(store, "3", NOW + 8 * DAY)).decision.speak


async def test_other_workspaces_are_other_worlds(store: Store) -> None:
    """The same ids elsewhere mean nothing here."""
    await store.set_mode("T2", CHANNEL, Mode.REPLY, NOW)
    await reply(store, "1")
    assert (await claim(store, "1", workspace="T2")).decision.speak


async def test_the_daily_cap_counts_twenty_four_hours(store: Store) -> None:
    """Then there is room again."""
    rules = Rules(channel_cooldown=MINUTE, person_cooldown=MINUTE, trope_cooldown=MINUTE, daily_cap=2)
    for number in range(2):
        await reply(store, str(number), NOW + number * HOUR, rules=rules)
    assert (await claim(store, "x", NOW + 2 * HOUR, rules=rules)).decision.rule == "under_the_cap"
    assert (await claim(store, "y", NOW + DAY, rules=rules)).decision.speak


async def test_a_story_is_not_told_twice_within_its_cooldown(store: Store) -> None:
    """When all have been told, the bot holds."""
    rules = Rules(channel_cooldown=MINUTE, person_cooldown=MINUTE, trope_cooldown=MINUTE)
    told = [(await reply(store, str(n), NOW + n * HOUR, rules=rules)).story for n in range(3)]
    assert told == ["axe-the-fax", "nhs-spine", "nhs-app"]
    assert (await claim(store, "4", NOW + 4 * HOUR, rules=rules)).decision.rule == "story_cooldown"
    assert await store.told(WORKSPACE, CHANNEL, NOW + 4 * HOUR, RULES) == frozenset(told)
    assert (await claim(store, "5", NOW + 30 * DAY, rules=rules)).story == "axe-the-fax"


async def test_a_story_told_to_a_mention_is_not_told_again(store: Store) -> None:
    """The channel heard it, whoever asked."""
    asked = await store.claim_asked(message("1"), Trigger.MENTION, FAX, RULES, NOW, FAX.trope, "axe-the-fax")
    await store.posted(asked.intervention or "", "r", NOW)
    assert (await claim(store, "2", match=PAGERS)).story == "nhs-spine"
    assert (await claim(store, "3")).decision.rule == "trope_cooled_down"


async def test_a_failed_post_frees_the_cooldowns_and_not_the_message(store: Store) -> None:
    """The next message is not blocked, and this one is never answered twice."""
    failed = await claim(store, "1")
    assert (await claim(store, "2", author="U2")).decision.rule == "trope_cooled_down"
    await store.release(failed.intervention or "")
    assert (await claim(store, "1")).decision.rule == "once_a_message"
    assert (await claim(store, "2")).decision.speak


async def test_a_crash_between_claim_and_post_blocks_for_two_minutes(store: Store) -> None:
    """After that cooldowns are free, but the message is never answered."""
    await claim(store, "1")
    assert not (await claim(store, "2", NOW + MINUTE)).decision.speak
    assert (await claim(store, "1", NOW + 3 * MINUTE)).decision.rule == "once_a_message"
    assert (await claim(store, "2", NOW + 3 * MINUTE)).decision.speak


async def test_a_repeated_outcome_changes_nothing(store: Store) -> None:
    """A release after the post does not free the cooldown."""
    claimed = await reply(store, "1")
    await store.release(claimed.intervention or "")
    known = await store.intervention(claimed.intervention or "")
    assert known and (known.state, known.posted_id) == (State.POSTED, "reply-1")


async def test_a_withdrawn_reply_keeps_its_cooldowns(store: Store) -> None:
    """It was said; and a post that is confirmed late does not bring it back."""
    claimed = await claim(store, "1")
    await store.withdrawn(claimed.intervention or "")
    await store.posted(claimed.intervention or "", "99", NOW)
    known = await store.by_posted(WORKSPACE, CHANNEL, "99")
    assert known and known.state is State.WITHDRAWN
    assert (await claim(store, "2", author="U2")).decision.rule == "trope_cooled_down"


async def test_mutes_hold(store: Store) -> None:
    """Personal and of the channel, and each has a way back."""
    await store.mute(WORKSPACE, "U1", "nhs-fax-machines")
    assert (await claim(store, "1")).decision.rule == "author_has_not_muted"
    await store.unmute(WORKSPACE, "U1", "nhs-fax-machines")
    await store.channel_mute(WORKSPACE, CHANNEL, "nhs-fax-machines")
    assert (await claim(store, "1")).decision.rule == "channel_has_not_muted"
    await store.channel_unmute(WORKSPACE, CHANNEL, "nhs-fax-machines")
    await store.mute(WORKSPACE, "U1", "*")
    assert (await claim(store, "1")).decision.rule == "author_has_not_muted"
    assert (await claim(store, "1", author="U2")).decision.speak


async def test_a_pause_holds_until_its_end(store: Store) -> None:
    """The whole workspace, in one command."""
    await store.pause(WORKSPACE, NOW + HOUR)
    assert (await claim(store, "1")).decision.rule == "workspace_not_paused"
    assert (await claim(store, "1", NOW + HOUR)).decision.speak


async def test_an_unwelcome_trope_goes_quiet_in_its_channel(store: Store) -> None:
    """More marked not relevant than helpful, and at least two opinions."""
    first = await reply(store, "1")
    for person in ("U8", "U9"):
        await store.feedback(first.intervention or "", person, False, NOW)
    later = NOW + 8 * DAY
    assert (await claim(store, "2", later)).decision.rule == "welcome"
    assert (await claim(store, "2", later, PAGERS)).decision.speak
    assert await store.channel_feedback(WORKSPACE, CHANNEL) == {"nhs-fax-machines": (0, 2)}


async def test_a_person_is_answered_up_to_a_limit_an_hour(store: Store) -> None:
    """Whatever the mode of the channel, and each person alone."""
    rules = Rules(asks_an_hour=2)

    async def ask(person: str, now: dt.datetime) -> Claimed:
        return await store.claim_asked(Asked("T1", "D1", person), Trigger.LOOKUP, NOTHING, rules, now)

    assert [(await ask("U1", NOW)).decision.speak for _ in range(3)] == [True, True, False]
    assert (await ask("U2", NOW)).decision.speak
    assert (await ask("U1", NOW + HOUR)).decision.speak


async def test_a_mention_is_answered_once(store: Store) -> None:
    """And not passively besides, nor the other way round."""
    for number in range(2):
        asked = await store.claim_asked(message("1"), Trigger.MENTION, FAX, RULES, NOW, FAX.trope, "nhs-app")
        assert asked.decision.speak is (number == 0)
    assert (await claim(store, "1", rules=FREE)).decision.rule == "once_a_message"
    await reply(store, "2", rules=FREE)
    assert not (await store.claim_asked(message("2"), Trigger.MENTION, FAX, RULES, NOW)).decision.speak


async def test_a_shortcut_may_ask_again_about_an_answered_message(store: Store) -> None:
    """A second person looks at the same message."""
    await reply(store, "1")
    for person in ("U5", "U6"):
        asked = await store.claim_asked(
            message("1", author=person), Trigger.SHORTCUT, FAX, RULES, NOW, FAX.trope, "nhs-app"
        )
        assert asked.decision.speak


async def test_one_message_claimed_by_many_is_given_to_one(open_store: Open, store: Store) -> None:
    """Two stores, ten claims each, all at once."""
    stores = [store, await open_store()]
    claims = await asyncio.gather(*(claim(stores[n % 2], "1", rules=FREE) for n in range(20)))
    assert sum(claimed.decision.speak for claimed in claims) == 1


async def test_one_channel_claimed_by_many_messages_is_given_to_one(open_store: Open, store: Store) -> None:
    """The cooldown is decided and taken in one transaction."""
    stores = [store, await open_store()]
    claims = await asyncio.gather(*(claim(stores[n % 2], str(n), author=f"U{n}") for n in range(20)))
    assert sum(claimed.decision.speak for claimed in claims) == 1


async def test_an_error_while_choosing_claims_nothing(store: Store) -> None:
    """The transaction is undone."""

    def broken(told: frozenset[str]) -> str | None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.claim(message("1"), FAX, RULES, NOW, broken)
    assert (await claim(store, "1")).decision.speak


async def test_a_burst_in_one_workspace_is_not_an_outage(
    open_store: Open, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """Far more events than connections: each waits its turn, and others find a connection meanwhile."""
    other = await open_store()
    claims = [claim(stores, str(n), author=f"U{n}") for n in range(300) for stores in (store, other)]
    reads = [store.mode("T2", "C") for _ in range(100)]
    done = await asyncio.gather(asyncio.gather(*claims), asyncio.gather(*reads))
    assert sum(claimed.decision.speak for claimed in done[0]) == 1
    assert "unreachable" not in caplog.text
