"""The buttons under a reply, as Teams sends their presses: for whoever presses, and checked on the server."""

from typing import Any

import pytest

from bot.message import Mode
from bot.store import Intervention
from tests.emulators.teams import Place, Post
from tests.emulators.teams.checks import buttons, card_words
from tests.teams.conftest import FAX, Office


@pytest.fixture
async def reply(office: Office) -> Post:
    """A reply to Ada in the channel."""
    await office.turn_on()
    await office.teams.says(office.ada, office.general, FAX)
    post = await office.shown()
    await office.settled()
    return post


async def record(office: Office, post: Post) -> Intervention:
    """What is kept of a reply."""
    known = await office.bot.store.by_posted(office.general.workspace, office.general.id, post.id)
    assert known
    return known


@pytest.mark.parametrize(("title", "helpful"), [("Helpful", 1), ("Not relevant", 0)])
async def test_an_opinion_is_counted_and_thanked_for(office: Office, reply: Post, title: str, helpful: int) -> None:
    card = await office.teams.presses(office.bob, office.general, reply.card, title)
    assert "Thank you" in card_words(card)
    assert "fax machines" in card_words(card)
    assert "Dismiss" in buttons(card)
    total = (await office.bot.store.statistics(office.general.workspace, 1)).total
    assert (total.helpful, total.not_relevant) == (helpful, 1 - helpful)


async def test_why_tells_the_rule(office: Office, reply: Post) -> None:
    card = await office.teams.presses(office.bob, office.general, reply.card, "Why am I seeing this?")
    assert "The rule that decided" in card_words(card)


async def test_more_shows_another_story_to_who_asks_alone(office: Office, reply: Post) -> None:
    card = await office.teams.presses(office.bob, office.general, reply.card, "More like this")
    assert card_words(card).splitlines()[1] != reply.words.splitlines()[1]
    assert buttons(card)[0] == "Share to channel"
    assert len(office.teams.shown(office.general.id)) == 1


async def test_another_story_can_be_shared_once(office: Office, reply: Post) -> None:
    card = await office.teams.presses(office.bob, office.general, reply.card, "More like this")
    for _ in range(2):
        assert "Shared" in card_words(await office.teams.presses(office.bob, office.general, card, "Share to channel"))
    posts = office.teams.shown(office.general.id)
    assert len(posts) == 2
    assert posts[1].conversation == reply.conversation


async def test_keeping_it_shares_nothing(office: Office, reply: Post) -> None:
    card = await office.teams.presses(office.bob, office.general, reply.card, "More like this")
    assert "Kept" in card_words(await office.teams.presses(office.bob, office.general, card, "Keep to myself"))
    assert len(office.teams.shown(office.general.id)) == 1


async def test_mute_is_for_the_one_who_presses(office: Office, reply: Post) -> None:
    card = await office.teams.presses(office.bob, office.general, reply.card, "Mute")
    assert "I no longer answer you by myself about `nhs-fax-machines`" in card_words(card)
    assert await office.bot.store.mutes(office.general.workspace, office.bob.id) == {"nhs-fax-machines"}
    assert not await office.bot.store.mutes(office.general.workspace, office.ada.id)


@pytest.mark.parametrize("who", ["ada", "boss"])
async def test_the_author_and_managers_dismiss(office: Office, reply: Post, who: str) -> None:
    card = await office.teams.presses(getattr(office, who), office.general, reply.card, "Dismiss")
    assert card_words(card) == "Taken down."
    assert reply.deleted


async def test_others_cannot_dismiss(office: Office, reply: Post) -> None:
    card = await office.teams.presses(office.bob, office.general, reply.card, "Dismiss")
    assert "Only the author" in card_words(card)
    assert not reply.deleted


async def test_a_reply_that_cannot_be_deleted_is_emptied(office: Office, reply: Post) -> None:
    office.teams.refuse(501, "DELETE")
    await office.teams.presses(office.ada, office.general, reply.card, "Dismiss")
    assert reply.words == "This reply was taken down."


async def test_a_reply_of_another_team_is_not_known(office: Office, reply: Post) -> None:
    elsewhere = Place("19:other@thread.tacv2", "channel", team="19:other@thread.tacv2")
    card = await office.teams.presses(office.ada, elsewhere, reply.card, "Dismiss")
    assert "no longer in my records" in card_words(card)
    assert not reply.deleted


async def test_somebody_elses_private_reply_is_not_known_in_a_personal_chat(office: Office, reply: Post) -> None:
    own = Place("a:29:bob", "personal")
    card = await office.teams.presses(office.bob, own, reply.card, "Why am I seeing this?")
    assert "no longer in my records" in card_words(card)


async def test_sharing_where_the_bot_is_not_any_more_says_so(office: Office) -> None:
    await office.turn_on(Mode.PRIVATE)
    await office.teams.says(office.ada, office.general, FAX)
    private = await office.shown(person=office.ada)
    await office.settled()
    office.teams.unavailable.add(office.general.id)
    card = await office.teams.presses(office.ada, office.general, private.card, "Share to channel")
    assert "I could not post that" in card_words(card)
    office.teams.unavailable.clear()
    card = await office.teams.presses(office.ada, office.general, private.card, "Share to channel")
    assert "Shared" in card_words(card)


@pytest.mark.parametrize("data", [{}, {"intervention": 7}, {"intervention": "none", "action": ["dismiss"]}])
async def test_a_press_that_the_bot_never_offered_does_nothing(office: Office, reply: Post, data: Any) -> None:
    action = {"type": "Action.Execute", "verb": "x", "data": data}
    answer = await office.teams.invokes("adaptiveCard/action", office.ada, office.general, {"action": action})
    assert "no longer in my records" in card_words(answer["value"])
    assert not reply.deleted


async def test_a_made_up_action_on_a_known_reply_does_nothing(office: Office, reply: Post) -> None:
    data = {"intervention": (await record(office, reply)).id, "action": "format_disk"}
    action = {"type": "Action.Execute", "verb": "x", "data": data}
    await office.teams.invokes("adaptiveCard/action", office.ada, office.general, {"action": action})
    assert not reply.deleted
