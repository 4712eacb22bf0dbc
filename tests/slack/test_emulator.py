"""The emulated Slack is as strict as the real one, seen through the clients that the bot uses."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import ClientConnectionError
from fastapi import FastAPI, Request, Response
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.emulators.slack import (
    BARE,
    FORGED,
    STALE,
    Channel,
    NotAcknowledged,
    Signing,
    Slack,
    User,
    events,
    interactions,
)
from tests.emulators.slack.blockkit import check_blocks, check_view

ROOT = Path(__file__).parents[2]
BUTTON = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "go", "value": "7"}
ROW = [{"type": "actions", "elements": [BUTTON]}]


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with Slack() as running:
        yield running


@pytest.fixture
def ada(slack: Slack) -> User:
    return slack.user("Ada")


@pytest.fixture
def general(slack: Slack, ada: User) -> Channel:
    return slack.channel("general", ada)


@pytest.fixture
def client(slack: Slack) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.base_url)


def bolt(slack: Slack) -> AsyncApp:
    """An app that answers each way in."""
    client = AsyncWebClient(slack.bot_token, base_url=slack.base_url)
    app = AsyncApp(client=client, signing_secret=slack.app.signing_secret)

    @app.event("app_mention")
    async def mentioned(event: dict[str, Any], say: Any) -> None:
        await say(text="Hello", blocks=ROW, thread_ts=event["ts"])

    @app.event("message")
    async def message() -> None: ...

    @app.command("/counterpoint")
    async def command(ack: Any, respond: Any) -> None:
        await ack()
        await respond("Privately", response_type="ephemeral")

    @app.action("go")
    async def go(ack: Any, respond: Any) -> None:
        await ack()
        await respond(delete_original=True)

    @app.shortcut("form")
    async def form(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal())

    @app.view("sent")
    async def sent(ack: Any, view: dict[str, Any]) -> None:
        if view["state"]["values"]["title"]["value"]["value"] == "bad":
            await ack(response_action="errors", errors={"title": "Not that."})
        else:
            await ack()

    return app


def modal() -> dict[str, Any]:
    title = {
        "type": "input",
        "block_id": "title",
        "label": {"type": "plain_text", "text": "Title"},
        "element": {"type": "plain_text_input", "action_id": "value", "max_length": 10},
    }
    return {
        "type": "modal",
        "callback_id": "sent",
        "title": {"type": "plain_text", "text": "A form"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": [title],
    }


@pytest.fixture
async def over_socket(slack: Slack) -> AsyncIterator[Slack]:
    handler = AsyncSocketModeHandler(bolt(slack), slack.app.app_token, ping_interval=0.2)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.sockets.connected()
    yield slack
    await handler.close_async()  # type: ignore[no-untyped-call]


@pytest.fixture
async def over_http(slack: Slack) -> Slack:
    handler, api = AsyncSlackRequestHandler(bolt(slack)), FastAPI()

    @api.post("/slack/events")
    async def receive(request: Request) -> Response:
        return await handler.handle(request)

    slack.deliver_to("http://app/slack/events", asgi=api)
    return slack


@pytest.fixture(params=["over_socket", "over_http"])
def running(request: pytest.FixtureRequest) -> Slack:
    slack: Slack = request.getfixturevalue(request.param)
    return slack


async def refused(call: Any) -> dict[str, Any]:
    """What Slack refuses a call with."""
    with pytest.raises(SlackApiError) as error:
        await call
    said: dict[str, Any] = error.value.response.data
    return said


# Both ways to run


async def test_a_mention_arrives_twice_and_is_answered_in_its_thread(
    running: Slack, ada: User, general: Channel
) -> None:
    said = await running.says(ada, general, f"<@{running.bot.id}> hello")
    (reply,) = await running.wait_for(lambda: running.posts(general))
    assert (reply.text, reply.thread_ts) == ("Hello", said.ts)
    sent = [delivery.payload["event"]["type"] for delivery in running.state.deliveries]
    assert sorted(sent) == ["app_mention", "message"]
    assert running.complaints == []


async def test_a_command_is_answered_at_its_response_url(running: Slack, ada: User, general: Channel) -> None:
    ack = await running.types(ada, general, "fax")
    (response,) = await running.wait_for(lambda: running.responses(ack))
    assert response["text"] == "Privately"
    assert [whisper.text for whisper in running.whispers(general, ada)] == ["Privately"]


async def test_a_button_that_is_there_can_be_pressed(running: Slack, ada: User, general: Channel) -> None:
    await running.says(ada, general, f"<@{running.bot.id}>")
    (reply,) = await running.wait_for(lambda: running.posts(general))
    with pytest.raises(LookupError, match="there is \\['go'\\]"):
        await running.presses(ada, reply, "stop")
    assert (await running.presses(ada, reply, "go")).ok
    await running.wait_for(lambda: not running.posts(general))


async def test_a_modal_stays_open_with_errors_and_closes_without(running: Slack, ada: User) -> None:
    await running.picks(ada, "form")
    view = await running.wait_for(lambda: running.modal(ada))
    assert view
    with pytest.raises(ValueError, match="at most 10"):
        await running.submits(view, {"title": "much too long a title"})
    ack = await running.submits(view, {"title": "bad"})
    assert ack.payload == {"response_action": "errors", "errors": {"title": "Not that."}}
    assert running.modal(ada)
    await running.submits(view, {"title": "good"})
    assert running.modal(ada) is None
    assert running.complaints == []


# Socket Mode


async def test_an_event_that_nobody_takes_is_not_acknowledged(over_socket: Slack, general: Channel) -> None:
    event = events.member_joined_channel(general, "U1", "U2", over_socket.world.new_ts())
    with pytest.raises(NotAcknowledged) as error:
        await over_socket.send_event(event, seconds=0.2)
    assert error.value.delivery.payload["event"] == event


async def test_a_redelivery_has_the_same_event_id(over_socket: Slack, ada: User, general: Channel) -> None:
    said = over_socket.world.write(general, ada, "hello")
    ack = await over_socket.send_event(events.message(general, said, ada), event_id="Ev1")
    again = await over_socket.redeliver(ack.delivery)
    assert (again.delivery.payload["event_id"], again.delivery.attempt) == ("Ev1", 1)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_socket_asked_to_refresh_comes_back(
    over_socket: Slack, ada: User, general: Channel, reason: str
) -> None:
    await over_socket.sockets.disconnect(reason)
    await over_socket.wait_for(lambda: over_socket.sockets.hellos == 2)
    await over_socket.says(ada, general, f"<@{over_socket.bot.id}>")
    await over_socket.wait_for(lambda: over_socket.posts(general))


async def test_a_dropped_socket_comes_back(over_socket: Slack) -> None:
    over_socket.sockets.drop()
    await over_socket.wait_for(lambda: over_socket.sockets.hellos == 2)


async def test_the_app_level_token_alone_opens_sockets(slack: Slack, client: AsyncWebClient) -> None:
    said = await refused(client.apps_connections_open(app_token=slack.bot_token))
    assert said["error"] == "not_allowed_token_type"
    assert (await refused(client.apps_connections_open(app_token="xapp-wrong")))["error"] == "invalid_auth"


# Signed HTTP


@pytest.mark.parametrize("signing", [FORGED, STALE, BARE, Signing(signature="v0=00")])
async def test_a_request_signed_wrongly_is_refused(
    over_http: Slack, signing: Signing, ada: User, general: Channel
) -> None:
    said = over_http.world.write(general, ada, f"<@{over_http.bot.id}>")
    ack = await over_http.send_event(events.app_mention(general, said), signing=signing)
    assert ack.status == 401
    assert over_http.posts(general) == []


async def test_an_event_refused_is_sent_again_and_says_so(slack: Slack, general: Channel) -> None:
    seen: list[tuple[str | None, str | None]] = []
    api = FastAPI()

    @api.post("/")
    async def receive(request: Request) -> Response:
        seen.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        return Response(status_code=500)

    slack.deliver_to("http://app/", asgi=api)
    ack = await slack.send_event({"type": "any"}, retries=2)
    assert ack.status == 500
    assert seen == [(None, None), ("1", "http_error"), ("2", "http_error")]


async def test_a_body_may_be_anything(over_http: Slack) -> None:
    assert (await over_http.send_raw("payload=none", "application/x-www-form-urlencoded", signing=FORGED)).status >= 400
    assert (await over_http.send_raw("{", signing=FORGED)).status >= 400


# What the app may do


async def test_who_the_token_is(slack: Slack, client: AsyncWebClient) -> None:
    said = await client.auth_test()
    assert (said["team_id"], said["user_id"]) == (slack.team.id, slack.bot.id)
    assert "chat:write" in said.headers["x-oauth-scopes"]


async def test_tokens_are_checked(slack: Slack, client: AsyncWebClient) -> None:
    assert (await refused(client.auth_test(token="xoxb-wrong")))["error"] == "invalid_auth"
    await client.auth_revoke()
    assert (await refused(client.auth_test()))["error"] == "token_revoked"


async def test_a_missing_scope_is_named() -> None:
    async with Slack(scopes={"users:read"}) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.base_url)
        said = await refused(client.chat_postMessage(channel=slack.channel("general").id, text="hello"))
    assert (said["error"], said["needed"], said["provided"]) == ("missing_scope", "chat:write", "users:read")


async def test_a_method_that_is_not_there_is_unknown(client: AsyncWebClient) -> None:
    assert (await refused(client.api_call("chat.shout")))["error"] == "unknown_method"


async def test_arguments_come_as_query_form_and_json(slack: Slack, client: AsyncWebClient, general: Channel) -> None:
    arguments = {"channel": general.id, "text": "hello"}
    await client.api_call("chat.postMessage", params=arguments)
    await client.api_call("chat.postMessage", data={**arguments, "blocks": json.dumps(ROW)})
    await client.api_call("chat.postMessage", json={**arguments, "blocks": ROW})
    assert [bool(post.blocks) for post in slack.posts(general)] == [False, True, True]
    assert slack.calls("chat.postMessage")[0].token == slack.bot_token


async def test_arguments_missing_or_unknown_are_refused(client: AsyncWebClient, general: Channel) -> None:
    said = await refused(client.api_call("chat.postMessage", json={"text": "hello", "colour": "red"}))
    assert said["error"] == "invalid_arguments"
    assert said["errors"] == ["no such argument: colour", "missing required field: channel"]


async def test_where_the_bot_may_post(slack: Slack, client: AsyncWebClient, ada: User) -> None:
    outside = slack.channel("outside", ada, bot=False)
    secret = slack.channel("secret", ada, bot=False, kind="private")
    codes = [
        (await refused(client.chat_postMessage(channel=c, text="x")))["error"] for c in (outside.id, secret.id, "C1")
    ]
    assert codes == ["not_in_channel", "channel_not_found", "channel_not_found"]


async def test_what_a_message_must_say(slack: Slack, client: AsyncWebClient, general: Channel) -> None:
    said = await refused(client.api_call("chat.postMessage", json={"channel": general.id, "blocks": ROW}))
    assert said["error"] == "no_text"
    assert (await refused(client.chat_postMessage(channel=general.id, text="x" * 40_001)))["error"] == "msg_too_long"
    await client.chat_postMessage(channel=general.id, text="x" * 4_001)
    assert "4001 characters" in slack.complaints[0]
    said = await refused(client.chat_postMessage(channel=general.id, text="x", blocks=[{"type": "section"}]))
    assert said["response_metadata"]["messages"] == [
        "[ERROR] must define either `text` or `fields` [json-pointer:/blocks/0]"
    ]


async def test_a_reply_to_what_is_gone_lands_in_the_channel(
    slack: Slack, client: AsyncWebClient, ada: User, general: Channel
) -> None:
    said = slack.world.write(general, ada, "hello")
    await client.chat_postMessage(channel=general.id, text="there", thread_ts=said.ts)
    assert slack.posts(general)[0].thread_ts == said.ts
    await client.chat_postMessage(channel=general.id, text="gone", thread_ts="1700000000.000000")
    assert slack.posts(general)[1].thread_ts is None
    assert "is not there" in slack.complaints[0]


async def test_a_message_is_changed_and_deleted_by_its_author_only(
    slack: Slack, client: AsyncWebClient, ada: User, general: Channel
) -> None:
    hers = slack.world.write(general, ada, "hers")
    own = await client.chat_postMessage(channel=general.id, text="own")
    await client.chat_update(channel=general.id, ts=own["ts"], text="changed")
    assert general.messages[own["ts"]].text == "changed"
    await client.chat_delete(channel=general.id, ts=own["ts"])
    assert (await refused(client.chat_delete(channel=general.id, ts=own["ts"])))["error"] == "message_not_found"
    assert (await refused(client.chat_delete(channel=general.id, ts=hers.ts)))["error"] == "cant_delete_message"
    assert (await refused(client.chat_update(channel=general.id, ts=hers.ts, text="x")))[
        "error"
    ] == "cant_update_message"


async def test_an_ephemeral_message_needs_somebody_in_the_channel(
    slack: Slack, client: AsyncWebClient, ada: User, general: Channel
) -> None:
    await client.chat_postEphemeral(channel=general.id, user=ada.id, text="psst")
    assert [whisper.text for whisper in slack.whispers(general, ada)] == ["psst"]
    said = await refused(client.chat_postEphemeral(channel=general.id, user=slack.user("Bob").id, text="psst"))
    assert said["error"] == "user_not_in_channel"


async def test_a_thread_is_read_in_order(slack: Slack, client: AsyncWebClient, ada: User, general: Channel) -> None:
    root = slack.world.write(general, ada, "root")
    slack.world.write(general, ada, "aside")
    slack.world.write(general, ada, "reply", root.ts)
    thread = await client.conversations_replies(channel=general.id, ts=root.ts, limit=200)
    assert [message["text"] for message in thread["messages"]] == ["root", "reply"]
    history = await client.conversations_history(channel=general.id, limit=1)
    assert [message["text"] for message in history["messages"]] == ["aside"]
    assert history["has_more"]


async def test_reactions_are_added_once_and_taken_off_once(
    slack: Slack, client: AsyncWebClient, ada: User, general: Channel
) -> None:
    here = {
        "channel": general.id,
        "timestamp": slack.world.write(general, ada, "hello").ts,
        "name": "left_speech_bubble",
    }
    await client.reactions_add(**here)
    assert (await refused(client.reactions_add(**here)))["error"] == "already_reacted"
    got = await client.reactions_get(channel=here["channel"], timestamp=here["timestamp"])
    assert got["message"]["reactions"][0]["users"] == [slack.bot.id]
    await client.reactions_remove(**here)
    assert (await refused(client.reactions_remove(**here)))["error"] == "no_reaction"


async def test_what_slack_says_of_people_and_channels(slack: Slack, client: AsyncWebClient) -> None:
    guest, boss = slack.user("Guest", guest=True), slack.user("Boss", admin=True)
    shared = slack.channel("shared", guest, creator=boss, shared=True)
    assert (await client.users_info(user=guest.id))["user"]["is_restricted"]
    assert (await client.users_info(user=boss.id))["user"]["is_admin"]
    assert (await client.bots_info(bot=slack.bot.bot_id))["bot"]["app_id"] == slack.app.id
    assert (await refused(client.bots_info(bot="B0NOBODY")))["error"] == "bot_not_found"
    said = (await client.conversations_info(channel=shared.id))["channel"]
    assert (said["is_ext_shared"], said["creator"], said["is_member"]) == (True, boss.id, True)
    await client.conversations_leave(channel=shared.id)
    assert not (await client.conversations_info(channel=shared.id))["channel"]["is_member"]
    await client.conversations_join(channel=shared.id)
    assert slack.bot.id in shared.members


async def test_a_trigger_opens_one_modal(slack: Slack, client: AsyncWebClient, ada: User) -> None:
    trigger = slack.state.trigger(slack.team, ada)
    opened = await client.views_open(trigger_id=trigger, view=modal())
    assert (await refused(client.views_open(trigger_id=trigger, view=modal())))["error"] == "exchanged_trigger_id"
    await client.views_update(view_id=opened["view"]["id"], view=modal())
    stale = client.views_update(view_id=opened["view"]["id"], hash=opened["view"]["hash"], view=modal())
    assert (await refused(stale))["error"] == "hash_conflict"


async def test_a_home_tab_is_drawn_for_one_person(slack: Slack, client: AsyncWebClient, ada: User) -> None:
    await client.views_publish(user_id=ada.id, view={"type": "home", "blocks": ROW})
    home = slack.home(ada)
    assert home
    payload = interactions.block_actions(slack.state, slack.team, ada, home, "go")
    assert (payload["container"]["type"], payload["actions"][0]["value"]) == ("view", "7")
    said = await refused(client.views_publish(user_id=ada.id, view=modal()))
    assert said["error"] == "invalid_arguments"


async def test_prompts_of_an_agent_are_not_for_a_thread(slack: Slack, client: AsyncWebClient, ada: User) -> None:
    direct = slack.world.direct(slack.team, ada)
    prompts = [{"title": "Fax", "message": "What replaced fax machines?"}]
    await client.assistant_threads_setSuggestedPrompts(channel_id=direct.id, prompts=prompts)
    await client.assistant_threads_setSuggestedPrompts(
        channel_id=direct.id, prompts=prompts, thread_ts="1700000000.000000"
    )
    assert len(direct.prompts) == 1
    assert "shows nothing" in slack.complaints[0]


async def test_a_code_is_exchanged_for_a_token_once(slack: Slack) -> None:
    other = slack.world.add_team("Another Council")
    code = slack.state.code(other, slack.user("Owner", team=other, admin=True), scopes={"chat:write"})
    client = AsyncWebClient(base_url=slack.base_url)
    key = {"client_id": slack.app.client_id, "client_secret": slack.app.client_secret, "code": code}
    said = await client.oauth_v2_access(**key)
    assert (said["team"]["id"], said["scope"]) == (other.id, "chat:write")
    assert (await client.auth_test(token=said["access_token"]))["team_id"] == other.id
    assert (await refused(client.oauth_v2_access(**key)))["error"] == "code_already_used"
    wrong = client.oauth_v2_access(**{**key, "client_secret": "wrong"})
    assert (await refused(wrong))["error"] == "bad_client_secret"


# Response URLs


async def test_a_response_url_takes_five_responses(slack: Slack, ada: User, general: Channel) -> None:
    hook = AsyncWebhookClient(slack.state.response_url(slack.team, general.id, ada.id))
    assert (await hook.send(text="x", response_type="loudly")).status_code == 400
    answers = [(await hook.send(text="hello", response_type="in_channel")).status_code for _ in range(6)]
    assert answers == [200] * 5 + [404]
    assert len(slack.posts(general)) == 5


# Trouble on demand


async def test_troubles_are_met_once_and_in_order(slack: Slack, client: AsyncWebClient) -> None:
    client.retry_handlers = []
    slack.faults.error("auth.test", "internal_error")
    slack.faults.status("auth.test", 500)
    slack.faults.drop("auth.test")
    assert (await refused(client.auth_test()))["error"] == "internal_error"
    with pytest.raises(SlackApiError):
        await client.auth_test()
    with pytest.raises(ClientConnectionError):
        await client.auth_test()
    assert (await client.auth_test())["ok"]
    assert [call.error for call in slack.calls("auth.test")] == ["internal_error", "500", "dropped", None]


async def test_a_call_that_hangs_is_given_up(slack: Slack) -> None:
    slack.faults.hang("auth.test", 1.3)
    with pytest.raises(TimeoutError):
        await AsyncWebClient(slack.bot_token, base_url=slack.base_url, timeout=1).auth_test()


async def test_a_ratelimit_is_honoured_by_the_retry_handler(
    slack: Slack, client: AsyncWebClient, general: Channel
) -> None:
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    slack.faults.ratelimited("chat.postMessage", retry_after=0)
    await client.chat_postMessage(channel=general.id, text="hello")
    assert [call.error for call in slack.calls("chat.postMessage")] == ["ratelimited", None]


async def test_one_post_a_second_a_channel_where_that_is_enforced(
    slack: Slack, client: AsyncWebClient, general: Channel
) -> None:
    slack.faults.one_post_a_second = True
    await client.chat_postMessage(channel=general.id, text="one")
    assert (await refused(client.chat_postMessage(channel=general.id, text="two")))["error"] == "ratelimited"
    await client.chat_postMessage(channel=slack.channel("other").id, text="two")


# What the app hears


async def test_the_app_hears_only_what_it_may(slack: Slack, ada: User) -> None:
    outside = slack.channel("outside", ada, bot=False)
    await slack.says(ada, outside, f"<@{slack.bot.id}> hello")
    assert slack.state.deliveries == []


async def test_a_visitor_from_elsewhere_is_marked(slack: Slack) -> None:
    other = slack.world.add_team("Another Council")
    eve = slack.user("Eve", team=other)
    shared = slack.channel("shared", eve, shared=True)
    (event,) = slack.heard(eve, shared, slack.world.write(shared, eve, "hello"))
    assert event["source_team"] == other.id


async def test_the_bot_hears_itself_where_echoes_are_on(
    over_socket: Slack, client: AsyncWebClient, general: Channel
) -> None:
    over_socket.echo = True
    await client.chat_postMessage(channel=general.id, text="hello")
    (delivery,) = await over_socket.wait_for(lambda: over_socket.state.deliveries)
    assert delivery.payload["event"]["bot_id"] == over_socket.bot.bot_id


async def test_an_edit_and_a_deletion_are_told(over_socket: Slack, ada: User, general: Channel) -> None:
    said = await over_socket.says(ada, general, "hello")
    changed, gone = await over_socket.edits(said, "good day"), await over_socket.deletes(said)
    assert changed
    assert changed.delivery.payload["event"]["message"]["edited"]["user"] == ada.id
    assert gone
    assert gone.delivery.payload["event"]["deleted_ts"] == said.ts


async def test_every_verb_is_told_as_slack_tells_it(slack: Slack, ada: User, general: Channel) -> None:
    heard: list[tuple[str, dict[str, Any]]] = []
    api = FastAPI()

    @api.post("/")
    async def receive(request: Request) -> Response:
        if request.headers["content-type"] == "application/json":
            said = await request.json()
            heard.append((said["event"]["type"], said["event"]))
        else:
            said = json.loads(parse_qs((await request.body()).decode())["payload"][0])
            heard.append((said["type"], said))
        return Response()

    slack.deliver_to("http://app/", asgi=api)
    said = slack.world.write(general, ada, "hello")
    await slack.reacts(ada, said, "fax")
    await slack.picks(ada, "find", said)
    await slack.opens_home(ada, "messages")
    await slack.removes_bot(ada, general)
    await slack.invites_bot(ada, general)
    await slack.uninstalls()
    assert [kind for kind, _ in heard] == [
        "reaction_added",
        "message_action",
        "app_home_opened",
        "channel_left",
        "member_joined_channel",
        "tokens_revoked",
        "app_uninstalled",
    ]
    shortcut = heard[1][1]
    assert (shortcut["message"]["text"], shortcut["channel"]["id"]) == ("hello", general.id)
    assert shortcut["response_url"].startswith(slack.state.base_url)
    client = AsyncWebClient(slack.bot_token, base_url=slack.base_url)
    assert (await refused(client.auth_test()))["error"] == "account_inactive"


async def test_a_modal_answered_with_another_is_that_other(slack: Slack, client: AsyncWebClient, ada: User) -> None:
    api, answers = FastAPI(), [{"response_action": "update", "view": {**modal(), "callback_id": "thanks"}}]
    answers += [{"response_action": "errors", "errors": {"no such block": "x"}}]

    @api.post("/")
    async def receive() -> dict[str, Any]:
        return answers.pop(0)

    slack.deliver_to("http://app/", asgi=api)
    await client.views_open(trigger_id=slack.state.trigger(slack.team, ada), view=modal())
    for _ in range(2):
        view = slack.modal(ada)
        assert view
        await slack.submits(view, {"title": "x"})
    view = slack.modal(ada)
    assert view
    assert view.json["callback_id"] == "thanks"
    assert slack.complaints == ["view_submission: errors for ['no such block'], which are no input blocks"]


# Block Kit


def text(words: str = "x", kind: str = "plain_text") -> dict[str, Any]:
    return {"type": kind, "text": words}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": text(), **more}


FEEDBACK = {
    "type": "feedback_buttons",
    "positive_button": {"text": text(), "value": "up"},
    "negative_button": {"text": text(), "value": "down"},
}


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "section", "text": text("x" * 3_000, "mrkdwn"), "accessory": button()}] * 50,
        [{"type": "section", "fields": [text()] * 10}],
        [{"type": "context", "elements": [{**text("x", "mrkdwn"), "verbatim": True}] * 10}],
        [
            {"type": "actions", "elements": [button(style="danger", url="https://example.org")] * 25},
            {"type": "divider"},
        ],
        [{"type": "header", "text": {**text(), "emoji": True}}],
        [{"type": "image", "image_url": "https://example.org/a.png", "alt_text": "a"}],
        [{"type": "context_actions", "elements": [FEEDBACK, {"type": "icon_button", "icon": "trash", "text": text()}]}],
        [
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
            }
        ],
    ],
)
def test_blocks_that_slack_takes(blocks: list[dict[str, Any]]) -> None:
    assert check_blocks(blocks) == []


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        ({"type": "poem"}, "unsupported type: poem [json-pointer:/blocks/0/type]"),
        (
            {"type": "section", "text": text("x" * 3_001)},
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ),
        ({"type": "section", "text": text("")}, "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ({"type": "section", "text": {**text("x", "mrkdwn"), "emoji": True}}, "no such field: emoji"),
        ({"type": "section", "text": text(), "colour": "red"}, "no such field: colour [json-pointer:/blocks/0/colour]"),
        ({"type": "header", "text": text("x", "mrkdwn")}, "unsupported type: mrkdwn"),
        ({"type": "header", "text": text("x" * 151)}, "less than 151"),
        ({"type": "context", "elements": [text()] * 11}, "no more than 10 items"),
        ({"type": "context", "elements": [button()]}, "unsupported type: button"),
        ({"type": "context", "elements": []}, "no fewer than 1 items"),
        ({"type": "actions", "elements": [button()] * 26}, "no more than 25 items"),
        ({"type": "actions", "elements": [FEEDBACK]}, "unsupported type: feedback_buttons"),
        ({"type": "actions", "elements": [{"type": "plain_text_input"}]}, "unsupported type: plain_text_input"),
        ({"type": "actions", "elements": [button(text=text("x" * 76))]}, "less than 76"),
        ({"type": "actions", "elements": [button(value="x" * 2_001)]}, "less than 2001"),
        ({"type": "actions", "elements": [button(action_id="x" * 256)]}, "less than 256"),
        ({"type": "actions", "elements": [button(url="https://" + "x" * 3_000)]}, "less than 3001"),
        ({"type": "actions", "elements": [button(url="javascript:x")]}, "invalid_url"),
        ({"type": "actions", "elements": [button(style="loud")]}, "must be one of primary, danger"),
        (
            {"type": "actions", "elements": [button(action_id="a"), button(action_id="a")]},
            "`action_id` a already exists",
        ),
        ({"type": "actions", "elements": [{"type": "static_select", "options": []}]}, "no fewer than 1 items"),
        (
            {"type": "context_actions", "elements": [{"type": "icon_button", "icon": "star", "text": text()}]},
            "one of trash",
        ),
        ({"type": "image", "image_url": "https://example.org/a.png"}, "missing required field: alt_text"),
        ("words", "must be an object"),
    ],
)
def test_blocks_that_slack_refuses(block: Any, fault: str) -> None:
    faults = check_blocks([block])
    assert faults
    assert fault in faults[0]


def test_a_message_has_fifty_blocks_and_no_id_twice() -> None:
    assert "no more than 50" in check_blocks([{"type": "divider"}] * 51)[0]
    rows = [{"type": "actions", "elements": [button(action_id="a")]}] * 2
    assert "[json-pointer:/blocks/1/elements/0/action_id]" in check_blocks(rows)[0]
    assert check_blocks(rows, "home") == []
    assert "`block_id` b already exists" in check_blocks([{"type": "divider", "block_id": "b"}] * 2)[0]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"title": text("x" * 25)}, "less than 25 characters [json-pointer:/view/title/text]"),
        ({"close": text("x" * 25)}, "less than 25"),
        ({"private_metadata": "x" * 3_001}, "less than 3001"),
        ({"blocks": [{"type": "divider"}] * 101}, "no more than 100"),
        ({"blocks": [{"type": "context_actions", "elements": [FEEDBACK]}]}, "unsupported type: context_actions"),
        ({"shape": "round"}, "no such field: shape"),
        ({"type": "home"}, "unsupported type: home"),
    ],
)
def test_modals_that_slack_refuses(change: dict[str, Any], fault: str) -> None:
    assert check_view(modal(), "modal") == []
    assert fault in check_view({**modal(), **change}, "modal")[0]


def test_a_form_needs_a_button_to_send_it() -> None:
    view = {key: value for key, value in modal().items() if key != "submit"}
    assert "`submit` is required" in check_view(view, "modal")[0]


# On its own


async def test_it_runs_by_itself_and_says_where() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.emulators.slack", "--port", "0", stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    try:
        assert process.stdout
        said = json.loads(await process.stdout.readline())
        client = AsyncWebClient(said["bot_token"], base_url=said["base_url"])
        assert (await client.auth_test())["user_id"] == said["bot_user"]
    finally:
        process.terminate()
        await process.wait()
