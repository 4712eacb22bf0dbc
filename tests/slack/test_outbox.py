"""What waits to be posted: in turn, bounded, and passive replies give way first."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.message import Message
from bot.platforms.slack.outbox import Dropped, Outbox
from bot.platforms.slack.posting import Poster
from bot.platforms.web.metrics import CountedBot, Metrics
from bot.service import QUEUE_FULL, utc_now
from bot.store import State, Store
from tests.emulators.slack import Slack
from tests.slack.conftest import FAX, furnished
from tests.web.stand_in import small_core


def sending(sent: list[str], name: str) -> Callable[[], Awaitable[str]]:
    """Sends a name."""

    async def send() -> str:
        sent.append(name)
        return name

    return send


async def test_a_channel_gets_one_post_in_an_interval_and_channels_do_not_wait_for_each_other() -> None:
    outbox, times, loop = Outbox(interval=0.1), dict[str, list[float]](a=[], b=[]), asyncio.get_running_loop()

    async def send(channel: str) -> None:
        times[channel].append(loop.time())

    begun = loop.time()
    await asyncio.gather(*(outbox.post(c, lambda c=c: send(c), False) for c in "aabba"))  # type: ignore[misc]
    assert [len(sent) for sent in times.values()] == [3, 2]
    assert all(later - sooner > 0.09 for sent in times.values() for sooner, later in pairwise(sent))
    assert times["b"][0] - begun < 0.09
    assert (outbox.waiting, outbox.most) == (0, 3)


async def test_a_passive_post_finds_the_queue_full_and_is_dropped() -> None:
    outbox, sent = Outbox(limit=1, interval=0.05), list[str]()
    first = asyncio.create_task(outbox.post("a", sending(sent, "first"), True))
    waits = asyncio.create_task(outbox.post("a", sending(sent, "waits"), True))
    while outbox.waiting < 1 or not sent:  # noqa: ASYNC110  the first is sent at once, the second waits
        await asyncio.sleep(0)
    with pytest.raises(Dropped):
        await outbox.post("a", sending(sent, "third"), True)
    await asyncio.gather(first, waits)
    assert sent == ["first", "waits"]


async def test_what_is_asked_takes_the_place_of_the_oldest_passive_post() -> None:
    outbox, sent = Outbox(limit=2, interval=0.05), list[str]()
    await outbox.post("a", sending(sent, "first"), True)
    passive = [asyncio.create_task(outbox.post("a", sending(sent, f"passive {n}"), True)) for n in (1, 2)]
    while outbox.waiting < 2:  # noqa: ASYNC110  both wait
        await asyncio.sleep(0)
    await outbox.post("b", sending(sent, "asked"), False)
    ended = await asyncio.gather(*passive, return_exceptions=True)
    assert isinstance(ended[0], Dropped)
    assert sent == ["first", "asked", "passive 2"]


async def test_a_dropped_reply_is_counted_and_frees_its_cooldowns(slack: Slack, tmp_path: Path) -> None:
    metrics, store = Metrics(), await Store.open(None, tmp_path / "data")
    bot = CountedBot(metrics, small_core(tmp_path), store)
    office = furnished(slack, bot)
    await office.turn_on()
    message = Message(slack.team.id, office.general.id, slack.world.new_ts(), office.ada.id, FAX, utc_now())
    client = AsyncWebClient(slack.bot_token, base_url=slack.base_url)
    await Poster(bot, Outbox(limit=0)).passive(client, message, await bot.on_message(message))
    assert slack.posts(office.general) == []
    assert b"counterpoint_dropped_total 1.0" in metrics.text()
    assert (await store.statistics(slack.team.id, 1)).holds == {QUEUE_FULL: 1}
    (row,) = (await store.export_workspace(slack.team.id))["interventions"]
    assert row["state"] == State.RELEASED
    bot.close()
    await store.close()
