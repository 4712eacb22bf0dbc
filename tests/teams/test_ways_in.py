"""Each way to reach the bot in Teams: what people do, and what they see."""

import pytest

from bot.message import Mode
from tests.emulators.teams import Place
from tests.emulators.teams.checks import buttons, links
from tests.teams.conftest import FAX, Office

PUBLIC = ["Helpful", "Not relevant", "More like this", "Why am I seeing this?", "Mute", "Dismiss"]


async def test_a_mention_in_a_channel_is_answered_in_its_chain(office: Office) -> None:
    root = await office.teams.says(office.ada, office.general, FAX, mention=True)
    post = await office.shown()
    assert post.conversation == f"{office.general.id};messageid={root}"
    assert "Some of what is said about fax machines is true. (June 2024)" in post.words
    assert links(post.card) == ["https://example.org/report?a=1&b=2"]
    assert buttons(post.card) == PUBLIC
    assert "Source: Example Audit Office" in post.activity["summary"]


async def test_a_mention_within_a_chain_is_answered_in_that_chain(office: Office) -> None:
    await office.teams.says(office.ada, office.general, FAX, mention=True, root="1600000000000")
    assert (await office.shown()).conversation.endswith(";messageid=1600000000000")


async def test_a_mention_in_a_group_chat_is_answered_there(office: Office) -> None:
    await office.teams.says(office.ada, office.chat, "electronic prescriptions", mention=True)
    post = await office.shown(office.chat)
    assert post.conversation == office.chat.id
    assert "electronic prescriptions" in post.words


async def test_in_a_personal_chat_no_mention_is_needed(office: Office) -> None:
    await office.teams.says(office.ada, office.own, FAX)
    assert "fax machines" in (await office.shown(office.own)).words


@pytest.mark.parametrize("text", ["help", "What can you do?", ""])
async def test_who_asks_for_help_gets_it_alone(office: Office, text: str) -> None:
    await office.teams.says(office.ada, office.general, text, mention=True)
    assert "never the text of a message" in (await office.shown(person=office.ada)).words
    assert not office.teams.shown(office.general.id)


async def test_a_mention_without_words_in_a_chain_says_that_it_cannot_read_back(office: Office) -> None:
    await office.teams.says(office.ada, office.general, "", mention=True, root="1600000000000")
    assert "I cannot read what was said before" in (await office.shown(person=office.ada)).words


async def test_help_goes_to_the_personal_chat_where_nothing_can_be_shown_to_one_person(office: Office) -> None:
    ada = office.teams.somebody("Ada", has_app=True)
    office.teams.refuse(404, holds="isTargetedActivity")
    await office.teams.says(ada, office.general, "help", mention=True)
    assert "never the text" in (await office.shown(office.own)).words


async def test_what_is_personal_is_never_told_in_the_open(office: Office) -> None:
    office.teams.refuse(404, holds="isTargetedActivity")
    await office.teams.says(office.ada, office.general, "why", mention=True)
    assert "only in private" in (await office.shown()).words


async def test_lookup_as_a_word_looks_up(office: Office) -> None:
    await office.teams.says(office.ada, office.chat, "lookup electronic prescriptions", mention=True)
    assert "electronic prescriptions" in (await office.shown(office.chat)).words
    await office.settled()
    statistics = await office.bot.store.statistics(office.chat.id, 1)
    assert [str(trigger) for trigger in statistics.triggers] == ["lookup"]


async def test_an_unmentioned_message_is_left_alone_where_nobody_turned_it_on(office: Office) -> None:
    await office.teams.says(office.ada, office.general, FAX)
    await office.settled()
    assert not office.teams.shown(office.general.id)


async def test_turned_on_it_answers_in_the_chain_and_only_once(office: Office) -> None:
    await office.turn_on()
    root = await office.teams.says(office.ada, office.general, FAX)
    assert (await office.shown()).conversation.endswith(f";messageid={root}")
    await office.teams.says(office.bob, office.general, FAX)
    await office.settled()
    assert len(office.teams.shown(office.general.id)) == 1


async def test_a_message_that_is_delivered_twice_is_answered_once(office: Office) -> None:
    made = office.teams.made("message", office.ada, office.own, text=FAX)
    for _ in range(3):
        await office.teams.send(made)
    await office.shown(office.own)
    await office.settled()
    assert len(office.teams.shown(office.own.id)) == 1


@pytest.mark.parametrize("mode", [Mode.PRIVATE, Mode.REACT])
async def test_in_private_only_the_author_sees_it(office: Office, mode: Mode) -> None:
    await office.turn_on(mode)
    await office.teams.says(office.ada, office.general, FAX)
    post = await office.shown(person=office.ada)
    assert buttons(post.card)[:2] == ["Share to channel", "Keep to myself"]
    assert not office.teams.shown(office.general.id)


async def test_a_private_reply_that_teams_refuses_goes_to_those_with_the_app(office: Office) -> None:
    await office.turn_on(Mode.PRIVATE)
    ada = office.teams.somebody("Ada", has_app=True)
    office.teams.refuse(403, holds="isTargetedActivity")
    await office.teams.says(ada, office.general, FAX)
    post = await office.shown(office.own)
    shared = await office.teams.presses(ada, office.own, post.card, "Share to channel")
    assert "Shared to the channel" in str(shared)
    assert "fax machines" in (await office.shown()).words


async def test_a_private_reply_that_nobody_takes_is_silence_and_frees_its_cooldowns(office: Office) -> None:
    await office.turn_on(Mode.PRIVATE)
    office.teams.refuse(403, holds="isTargetedActivity")
    await office.teams.says(office.ada, office.general, FAX)
    await office.settled()
    assert not office.teams.shown(office.general.id)
    assert not office.teams.shown(office.general.id, office.ada.id)
    await office.teams.says(office.ada, office.general, FAX)
    await office.shown(person=office.ada)


async def test_guests_and_people_that_teams_will_not_tell_of_are_left_alone(office: Office) -> None:
    await office.turn_on()
    await office.teams.says(office.teams.somebody("Guest", role="guest"), office.general, FAX)
    await office.teams.says(office.teams.somebody("Other", tenant="another"), office.general, FAX)
    unknown = office.teams.somebody("Unknown")
    del office.teams.people[unknown.id]
    await office.teams.says(unknown, office.general, FAX)
    await office.settled()
    assert not office.teams.shown(office.general.id)


async def test_in_a_shared_channel_it_is_silent(office: Office) -> None:
    shared = Place("19:shared@thread.tacv2", "channel", office.general.team, "shared")
    await office.turn_on(place=shared)
    await office.teams.says(office.ada, shared, FAX)
    await office.settled()
    assert not office.teams.shown(shared.id)


async def test_a_reply_that_quotes_the_bot_is_not_answered(office: Office) -> None:
    await office.turn_on(place=office.chat)
    quoted = {"type": "quotedReply", "quotedReply": {"messageId": "1", "senderId": "28:bot-app-id"}}
    await office.teams.says(office.ada, office.chat, FAX, entities=[quoted])
    await office.settled()
    assert not office.teams.shown(office.chat.id)


async def test_an_edited_message_is_not_answered(office: Office) -> None:
    await office.turn_on()
    data = {**office.general.data, "eventType": "editMessage"}
    await office.teams.send(office.teams.made("messageUpdate", office.ada, office.general, text=FAX, channelData=data))
    await office.settled()
    assert not office.teams.shown(office.general.id)


async def test_a_bot_is_not_answered(office: Office) -> None:
    made = office.teams.made("message", office.ada, office.own, text=FAX)
    await office.teams.send({**made, "from": {"id": "28:another-bot", "name": "Another"}})
    await office.settled()
    assert not office.teams.shown(office.own.id)


async def test_the_limit_an_hour_is_told(office: Office) -> None:
    for _ in range(31):
        await office.teams.says(office.ada, office.own, "electronic prescriptions")
    await office.teams.wait_for(lambda: [p for p in office.teams.shown(office.own.id) if "30 times" in p.words])
