"""Each way in, through slack-bolt and the emulated Slack, in both ways to run."""

import pytest

from bot.message import Mode
from bot.platforms.slack.posting import EMOJI
from tests.emulators.slack import BARE, FORGED, STALE, Signing, events
from tests.slack.conftest import FAX, Workspace, actions, words


async def test_a_passive_reply_stands_in_the_thread(office: Workspace) -> None:
    await office.turn_on()
    said = await office.slack.says(office.ada, office.general, FAX)
    reply = await office.reply()
    assert reply.thread_ts == said.ts
    assert "Some of what is said about fax machines is true." in words(reply)
    assert "https://example.org/report" in words(reply)
    assert "reply_dismiss" in actions(reply)
    assert reply.arguments["unfurl_links"] in (False, "0", "false")
    assert office.slack.complaints == []


async def test_silent_where_nobody_turned_it_on(office: Workspace) -> None:
    await office.slack.says(office.ada, office.general, FAX)
    await office.settled()
    assert office.slack.posts(office.general) == []


async def test_a_repeated_event_is_answered_once(office: Workspace) -> None:
    said = office.slack.world.write(office.general, office.ada, f"<@{office.slack.bot.id}> fax machines")
    ack = await office.slack.send_event(events.app_mention(office.general, said, office.ada))
    await office.reply()
    again = await office.slack.redeliver(ack.delivery)
    assert again.ok
    await office.settled()
    assert len(office.slack.posts(office.general)) == 1


async def test_a_mention_is_answered_in_its_thread_once(office: Workspace) -> None:
    await office.turn_on()
    said = await office.slack.says(office.ada, office.general, f"<@{office.slack.bot.id}> {FAX}")
    assert (await office.reply()).thread_ts == said.ts
    await office.settled()
    assert len(office.slack.posts(office.general)) == 1


async def test_a_mention_without_text_looks_at_the_thread(over_http: Workspace) -> None:
    slack = over_http.slack
    root = await slack.says(over_http.bob, over_http.general, FAX)
    await slack.says(over_http.bob, over_http.general, "Lunch?", root)
    await slack.says(over_http.ada, over_http.general, f"<@{slack.bot.id}>", root)
    reply = await over_http.reply()
    assert reply.thread_ts == root.ts
    assert "Some of what is said about fax machines is true." in words(reply)


async def test_a_mention_that_asks_for_help_is_helped_privately(over_http: Workspace) -> None:
    await over_http.slack.says(over_http.ada, over_http.general, f"<@{over_http.slack.bot.id}> help")
    assert "sourced success stories" in (await over_http.whisper(over_http.ada)).text
    assert over_http.slack.posts(over_http.general) == []


async def test_a_lookup_is_private_until_it_is_shared(office: Workspace) -> None:
    await office.slack.types(office.ada, office.general, FAX)
    whisper = await office.whisper(office.ada)
    assert office.slack.posts(office.general) == []
    assert actions(whisper)[:2] == ["reply_share", "reply_keep"]
    await office.slack.presses(office.ada, whisper, "reply_share")
    reply = await office.reply()
    assert reply.thread_ts is None
    assert "fax machines" in words(reply)
    await office.slack.wait_for(lambda: whisper.text == "Shared to the channel.")
    assert office.slack.complaints == []


async def test_a_lookup_of_something_unknown_offers_the_form(over_http: Workspace) -> None:
    await over_http.slack.types(over_http.ada, over_http.general, "zzz qqq")
    whisper = await over_http.whisper(over_http.ada)
    assert actions(whisper) == ["suggest_story"]
    await over_http.slack.presses(over_http.ada, whisper, "suggest_story")
    await over_http.slack.wait_for(lambda: over_http.slack.modal(over_http.ada))


async def test_an_admin_turns_a_channel_on(office: Workspace) -> None:
    await office.slack.types(office.boss, office.general, "on")
    assert "in a thread" in (await office.whisper(office.boss)).text
    assert await office.bot.store.mode(office.slack.team.id, office.general.id) is Mode.REPLY


async def test_others_may_not_turn_a_channel_on(office: Workspace) -> None:
    await office.slack.types(office.ada, office.general, "on")
    assert "Only a channel manager" in (await office.whisper(office.ada)).text
    assert await office.bot.store.mode(office.slack.team.id, office.general.id) is Mode.OFF


async def test_who_made_a_channel_turns_it_on(over_http: Workspace) -> None:
    own = over_http.slack.channel("own", creator=over_http.ada)
    ack = await over_http.slack.types(over_http.ada, own, "mode react")
    await over_http.slack.wait_for(lambda: over_http.slack.responses(ack))
    assert await over_http.bot.store.mode(over_http.slack.team.id, own.id) is Mode.REACT


async def test_a_wrong_argument_is_explained(over_http: Workspace) -> None:
    await over_http.slack.types(over_http.ada, over_http.general, "mode loud")
    assert "mode private" in (await over_http.whisper(over_http.ada)).text


async def test_private_mode_tells_the_author_alone(office: Workspace) -> None:
    await office.turn_on(Mode.PRIVATE)
    said = await office.slack.says(office.ada, office.general, FAX)
    whisper = await office.whisper(office.ada)
    assert "Some of what is said about fax machines is true." in words(whisper)
    assert office.slack.posts(office.general) == []
    await office.settled()
    await office.slack.presses(office.ada, whisper, "reply_share")
    assert (await office.reply()).thread_ts == said.ts


async def test_what_is_kept_is_not_shared(over_http: Workspace) -> None:
    await over_http.turn_on(Mode.PRIVATE)
    await over_http.slack.says(over_http.ada, over_http.general, FAX)
    whisper = await over_http.whisper(over_http.ada)
    await over_http.slack.presses(over_http.ada, whisper, "reply_keep")
    await over_http.slack.wait_for(lambda: whisper.text.startswith("Kept to yourself"))
    assert not actions(whisper)
    assert over_http.slack.posts(over_http.general) == []


async def test_react_mode_waits_for_the_same_emoji(office: Workspace) -> None:
    await office.turn_on(Mode.REACT)
    slack = office.slack
    said = await slack.says(office.ada, office.general, FAX)
    await slack.wait_for(lambda: said.reactions.get(EMOJI))
    await office.settled()
    assert slack.posts(office.general) == []
    await slack.reacts(office.bob, said, "thumbsup")
    await slack.reacts(office.bob, said, EMOJI)
    assert (await office.reply()).thread_ts == said.ts
    await slack.reacts(office.boss, said, EMOJI)
    await office.settled()
    assert len(slack.posts(office.general)) == 1


async def test_a_direct_message_is_answered(office: Workspace) -> None:
    direct = office.slack.world.direct(office.slack.team, office.ada)
    await office.slack.says(office.ada, direct, FAX)
    (reply,) = await office.slack.wait_for(lambda: office.slack.posts(direct))
    assert "fax machines" in words(reply)
    assert office.slack.complaints == []


async def test_the_shortcut_answers_whoever_picks_it(office: Workspace) -> None:
    said = await office.slack.says(office.bob, office.general, FAX)
    await office.slack.picks(office.ada, "find_counterpoint", said)
    whisper = await office.whisper(office.ada)
    assert office.slack.posts(office.general) == []
    await office.slack.presses(office.ada, whisper, "reply_share")
    assert (await office.reply()).thread_ts == said.ts


async def test_added_to_a_channel_it_introduces_itself_and_stays_off(over_http: Workspace) -> None:
    new = over_http.slack.channel("new", over_http.ada, bot=False)
    await over_http.slack.invites_bot(over_http.ada, new)
    (hello,) = await over_http.slack.wait_for(lambda: over_http.slack.posts(new))
    assert "I am silent here" in hello.text
    assert await over_http.bot.store.mode(over_http.slack.team.id, new.id) is Mode.OFF


async def test_removed_from_a_channel_it_is_off_there(over_http: Workspace) -> None:
    await over_http.turn_on()
    await over_http.slack.removes_bot(over_http.boss, over_http.general)
    for _ in range(50):
        if await over_http.bot.store.mode(over_http.slack.team.id, over_http.general.id) is Mode.OFF:
            break
        await over_http.settled()
    assert await over_http.bot.store.mode(over_http.slack.team.id, over_http.general.id) is Mode.OFF


async def test_bots_guests_and_shared_channels_get_no_passive_reply(over_http: Workspace) -> None:
    slack = over_http.slack
    guest, robot = slack.user("Guest", guest=True), slack.user("Robot", is_bot=True)
    over_http.general.members |= {guest.id, robot.id}
    shared = slack.channel("shared", over_http.ada, shared=True)
    await over_http.turn_on()
    await over_http.turn_on(channel=shared)
    await slack.says(guest, over_http.general, FAX)
    await slack.says(robot, over_http.general, FAX)
    await slack.says(over_http.ada, shared, FAX)
    await slack.edits(slack.world.write(over_http.general, over_http.ada, "Hello"), FAX)
    await over_http.settled()
    await over_http.settled()
    assert slack.posts(over_http.general) == slack.posts(shared) == []


async def test_another_bot_is_never_answered(over_http: Workspace) -> None:
    slack = over_http.slack
    robot = slack.user("Robot", is_bot=True)
    said = slack.world.write(over_http.general, robot, f"<@{slack.bot.id}> {FAX}")
    event = {**events.app_mention(over_http.general, said, robot), "bot_id": robot.bot_id}
    await slack.send_event(event)
    await over_http.settled()
    assert slack.posts(over_http.general) == []


@pytest.mark.parametrize("signing", [FORGED, STALE, BARE])
async def test_a_request_signed_wrongly_is_refused(over_http: Workspace, signing: Signing) -> None:
    said = over_http.slack.world.write(over_http.general, over_http.ada, f"<@{over_http.slack.bot.id}> {FAX}")
    event = events.app_mention(over_http.general, said, over_http.ada)
    assert (await over_http.slack.send_event(event, signing=signing)).status == 401
    await over_http.settled()
    assert over_http.slack.posts(over_http.general) == []


async def test_an_event_nobody_uses_is_acknowledged(office: Workspace) -> None:
    assert (await office.slack.send_event({"type": "team_rename", "name": "New"})).ok


async def test_a_malformed_body_does_no_harm(over_http: Workspace) -> None:
    for body in ("{", "[]", '{"type": "event_callback"}', '{"event": 7}'):
        await over_http.slack.send_raw(body)
    assert (await over_http.slack.send_event({"type": "message", "channel": 7, "ts": "x", "user": None})).status == 400
    assert (await over_http.slack.send_event({"type": "message", "channel": "C1", "ts": "x", "user": "U1"})).ok
    await over_http.settled()
