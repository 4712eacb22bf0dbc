"""The use cases, over the real core and a real store."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from bot.core import Core
from bot.management import Place, describe
from bot.message import AuthorKind, Message, Mode, Trigger
from bot.reply import ReplyKind
from bot.service import Bot
from bot.store import Store, StoreUnavailable

NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)
FAX = "fun fact, the NHS is the world's biggest buyer of fax machines"
HARM = "Post Office Horizon: the computer said they stole it and hundreds were convicted"
NEAR_MISS = "We decommissioned our last fax on Friday, please update the contact sheet"


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def bot(core: Core, tmp_path: Path, clock: Clock) -> AsyncIterator[Bot]:
    store = await Store.open(None, tmp_path)
    made = Bot(core, store, clock=clock)
    await store.set_mode("W", "C", Mode.REPLY, NOW)
    yield made
    made.close()
    await store.close()


def said(text: str, clock: Clock, **changes: object) -> Message:
    fields: dict[str, object] = {
        "workspace": "W",
        "channel": "C",
        "id": str(clock.now.timestamp()),
        "author": "U1",
        "text": text,
        "sent_at": clock.now,
    }
    return Message(**{**fields, **changes})  # type: ignore[arg-type]


async def test_a_trope_in_a_channel_that_is_on_is_answered_with_its_story(bot: Bot, clock: Clock) -> None:
    outcome = await bot.on_message(said(FAX, clock))
    assert outcome.decision.speak
    assert outcome.reply is not None
    assert (outcome.reply.trope, outcome.reply.story) == ("nhs-fax-machines", "axe-the-fax")
    assert outcome.mode is Mode.REPLY


async def test_a_channel_that_nobody_turned_on_stays_silent(bot: Bot, clock: Clock) -> None:
    outcome = await bot.on_message(said(FAX, clock, channel="elsewhere"))
    assert (outcome.decision.speak, outcome.decision.rule) == (False, "switched_on")


@pytest.mark.parametrize(
    ("text", "changes", "rule"),
    [
        (NEAR_MISS, {}, "recognised"),
        (HARM, {}, "nobody_harmed"),
        (FAX + ", and my mum's biopsy results were lost because of it", {}, None),
        (FAX, {"author_kind": AuthorKind.GUEST}, "from_a_member"),
        (FAX, {"shared_channel": True}, "in_our_own_channel"),
        (FAX, {"edited": True}, "first_version"),
        (FAX, {"sent_at": NOW - dt.timedelta(hours=1)}, "recent"),
    ],
)
async def test_silence_has_its_reason(
    bot: Bot, clock: Clock, text: str, changes: dict[str, object], rule: str | None
) -> None:
    outcome = await bot.on_message(said(text, clock, **changes))
    assert not outcome.decision.speak
    assert outcome.reply is None
    assert rule is None or outcome.decision.rule == rule


async def test_what_is_said_of_the_threshold_is_that_of_the_channels_mode(bot: Bot, clock: Clock) -> None:
    matcher = bot.core.matcher
    assert matcher.threshold_in(Mode.PRIVATE) < matcher.threshold
    place = Place("W", "C", "U1", manager=True, admin=True)
    for mode in (Mode.REPLY, Mode.PRIVATE):
        await bot.store.set_mode("W", "C", mode, clock.now)
        heard = await bot.on_message(said(NEAR_MISS, clock))
        assert heard.match.threshold == matcher.threshold_in(mode)
        assert f"reaches {matcher.threshold_in(mode):.0%}" in await describe(bot, place)


async def test_what_the_gate_takes_for_chat_is_not_looked_at_unless_somebody_asks(
    bot: Bot, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.core.matcher, "_passes", lambda texts: np.zeros((len(texts), 3), np.bool_))
    outcome = await bot.on_message(said(FAX, clock))
    assert not outcome.decision.speak
    assert outcome.decision.reason == "at first glance it is ordinary chat"
    assert outcome.match.trope is None
    assert outcome.match.threshold == bot.core.matcher.threshold
    assert (await bot.on_mention(said(FAX, clock))).match.trope == "nhs-fax-machines"
    assert await bot.most_telling([NEAR_MISS, FAX]) == FAX


async def test_the_same_trope_is_not_answered_again_within_its_cooldown(bot: Bot, clock: Clock) -> None:
    first = await bot.on_message(said(FAX, clock))
    await bot.posted(first, "1")
    clock.now += dt.timedelta(days=4)
    assert (await bot.on_message(said(FAX, clock, author="U2"))).decision.rule == "trope_cooled_down"
    clock.now += dt.timedelta(days=4)
    again = await bot.on_message(said(FAX, clock, author="U2"))
    assert again.decision.speak
    assert again.reply is not None
    assert first.reply is not None
    assert again.reply.story != first.reply.story


async def test_a_reply_that_could_not_be_posted_frees_its_cooldowns(bot: Bot, clock: Clock) -> None:
    await bot.failed(await bot.on_message(said(FAX, clock)))
    clock.now += dt.timedelta(seconds=5)
    assert (await bot.on_message(said(FAX, clock))).decision.speak


async def test_a_mention_is_answered_even_where_the_channel_is_off(bot: Bot, clock: Clock) -> None:
    outcome = await bot.on_mention(said("anything good on prescriptions?", clock, channel="off"))
    assert outcome.reply is not None
    assert outcome.reply.story == "electronic-prescription-service"


async def test_a_mention_about_harm_is_acknowledged_without_a_story(bot: Bot, clock: Clock) -> None:
    outcome = await bot.on_mention(said(HARM, clock))
    assert outcome.reply is not None
    assert outcome.reply.kind is ReplyKind.HARM
    assert outcome.reply.story is None


async def test_somebody_who_asks_too_often_is_asked_to_wait(bot: Bot, clock: Clock) -> None:
    for number in range(bot.rules.asks_an_hour):
        assert (await bot.on_lookup(said("fax machines", clock, id=f"c{number}"))).reply is not None
    refused = await bot.on_lookup(said("fax machines", clock, id="one more"))
    assert refused.reply is None
    assert "try again later" in refused.decision.reason


async def test_a_reply_explains_itself_from_ids_alone(bot: Bot, clock: Clock) -> None:
    outcome = await bot.on_message(said(FAX, clock))
    lines = " ".join(await bot.why(outcome.intervention or ""))
    assert "fax" in lines
    assert "probability" in lines
    assert "turned passive replies on" in lines


async def test_more_like_this_tells_another_story(bot: Bot, clock: Clock) -> None:
    outcome = await bot.on_message(said(FAX, clock))
    more = (await bot.on_more(outcome.intervention or "", "U9")).reply
    assert outcome.reply is not None
    assert more is not None
    assert more.story not in (None, outcome.reply.story)


async def test_a_deleted_message_takes_its_reply_with_it(bot: Bot, clock: Clock) -> None:
    message = said(FAX, clock)
    outcome = await bot.on_message(message)
    await bot.posted(outcome, "posted-1")
    known = await bot.on_deleted("W", "C", message.id)
    assert known is not None
    assert known.posted_id == "posted-1"


async def test_feedback_turns_a_trope_off_in_its_channel(bot: Bot, clock: Clock) -> None:
    outcome = await bot.on_message(said(FAX, clock))
    await bot.posted(outcome, "1")
    for person in ("U2", "U3"):
        assert "Thank you" in await bot.on_feedback(outcome.intervention or "", person, helpful=False)
    clock.now += dt.timedelta(days=8)
    assert (await bot.on_message(said(FAX, clock))).decision.rule == "welcome"


async def test_without_its_database_the_bot_is_silent_and_says_sorry_when_asked(
    bot: Bot, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("away")

    for method in ("mode", "told"):
        monkeypatch.setattr(bot.store, method, away)
    assert (await bot.on_message(said(FAX, clock))).reply is None
    asked = await bot.on_mention(said("fax machines", clock), Trigger.MENTION)
    assert asked.reply is not None
    assert "cannot reach my records" in asked.reply.text


async def test_messages_that_arrive_together_are_judged_together(bot: Bot, clock: Clock) -> None:
    import asyncio

    messages = [said(FAX if n == 7 else f"stand-up note number {n}, all fine", clock, id=str(n)) for n in range(40)]
    outcomes = await asyncio.gather(*(bot.on_message(message) for message in messages))
    assert [n for n, outcome in enumerate(outcomes) if outcome.decision.speak] == [7]
