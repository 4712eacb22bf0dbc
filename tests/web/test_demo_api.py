"""The demo page treats what is typed as the platforms do."""

import httpx
import pytest
from fastapi import FastAPI

from bot.platforms.web import sessions
from bot.platforms.web.conversation import MAX_POSTS
from tests.web.conftest import HEADERS, Visitor, browser

FAX = "The NHS is the world's biggest buyer of fax machines, you know."
APP = "Honestly the NHS App is useless."
SHARED = {"share", "keep"}


async def test_it_opens_with_a_discussion_that_the_bot_took_part_in(visitor: Visitor) -> None:
    trope = next(p for p in visitor.posts() if p["author"] == "colin")
    assert trope["why"]["spoke"]
    assert visitor.under(trope)[0]["reply"]["sources"][0]["url"].startswith("https://")
    near_miss = visitor.last()
    assert not near_miss["why"]["spoke"]
    assert near_miss["why"]["contrast"]


async def test_a_trope_is_answered_in_a_thread_with_sources_and_buttons(visitor: Visitor) -> None:
    said = await visitor.say(APP)
    (reply,) = visitor.under(said)
    assert reply["reply"]["sources"][0]["label"] == (
        "Example Audit Office, What became of it, June 2024 (checked 11/2026)"
    )
    assert reply["buttons"] == ["helpful", "not relevant", "more", "why", "mute", "dismiss"]
    assert not reply["private"]


async def test_a_near_miss_is_met_with_silence_and_its_reason(visitor: Visitor) -> None:
    said = await visitor.say("Who has the fax number of the lab?")
    assert visitor.under(said) == []
    assert said["why"]["rule"] == "recognised"
    assert said["why"]["probability"] < said["why"]["threshold"]
    assert said["why"]["phrasing"]["text"] == "fax machines phrasing 0"


async def test_a_second_anecdote_waits_for_the_cooldown(visitor: Visitor) -> None:
    await visitor.say(APP)
    visitor.speaker = "priya"
    held = await visitor.say("Government IT projects always fail.")
    assert (held["why"]["rule"], held["why"]["wait_hours"]) == ("channel_cooled_down", 4)
    await visitor.post("/time", hours=4)
    assert (await visitor.say("Government IT projects always fail."))["why"]["spoke"]


@pytest.mark.parametrize(
    ("speaker", "rule"), [("jonas", "from_a_member"), ("buildbot", "from_a_member"), ("amara", "recognised")]
)
async def test_guests_and_bots_are_not_answered(visitor: Visitor, speaker: str, rule: str) -> None:
    visitor.speaker = speaker
    assert (await visitor.say(APP))["why"]["rule"] == rule


async def test_a_channel_that_is_off_is_not_even_read(visitor: Visitor) -> None:
    said = await visitor.say(FAX, "random-ideas")
    assert said["why"]["rule"] == "switched_on"
    assert not said["why"]["read"]


async def test_private_mode_shows_the_reply_to_its_author_alone_until_shared(visitor: Visitor) -> None:
    said = await visitor.say(FAX, "delivery")
    (reply,) = visitor.under(said)
    assert reply["private"]
    assert set(reply["buttons"]) > SHARED
    visitor.speaker = "tomos"
    await visitor.look()
    assert visitor.under(said) == []
    visitor.speaker = "amara"
    await visitor.press(reply, "share")
    visitor.speaker = "tomos"
    await visitor.look()
    (shared,) = visitor.under(said)
    assert shared["shared_by"] == "amara"
    assert not SHARED & set(shared["buttons"])


async def test_a_private_reply_can_be_kept(visitor: Visitor) -> None:
    said = await visitor.say(FAX, "delivery")
    await visitor.press(visitor.under(said)[0], "keep")
    assert visitor.under(said) == []
    assert visitor.last("counterpoint")["kept"]


async def test_react_mode_marks_first_and_tells_on_request(visitor: Visitor) -> None:
    await visitor.post("/settings", channel="random-ideas", verb="mode", mode="react")
    said = await visitor.say(FAX, "random-ideas")
    assert said["reacted"]
    assert visitor.under(said) == []
    visitor.speaker = "tomos"
    await visitor.press(said, "reveal")
    (told,) = visitor.under(said)
    assert told["private"]
    assert told["reply"]["title"]
    await visitor.press(said, "reveal")
    assert len(visitor.under(said)) == 1


async def test_a_mention_is_answered_even_where_the_bot_is_off(visitor: Visitor) -> None:
    said = await visitor.say("@Counterpoint secure email", "random-ideas")
    assert said["why"]["rule"] == "asked"
    assert visitor.under(said)[0]["reply"]["title"] == "How secure email went well"


async def test_a_bare_mention_in_a_thread_is_about_what_the_thread_began_with(visitor: Visitor) -> None:
    root = await visitor.say(FAX, "random-ideas")
    await visitor.say("@Counterpoint", "random-ideas", thread=root["id"])
    assert visitor.under(root)[-1]["reply"]["trope"] == "nhs-fax-machines"


async def test_a_lookup_is_private_and_can_be_shared(visitor: Visitor) -> None:
    await visitor.post("/messages", channel="delivery", text="/counterpoint electronic prescriptions")
    found = visitor.last("delivery")
    assert found["private"]
    assert found["text"] == "electronic prescriptions"
    await visitor.press(found, "share")
    assert not visitor.last("delivery")["private"]


async def test_a_lookup_of_something_unknown_says_so(visitor: Visitor) -> None:
    await visitor.post("/messages", channel="delivery", text="/counterpoint sourdough")
    assert "no sourced story" in visitor.last("delivery")["reply"]["told"]
    assert visitor.last("delivery")["buttons"] == ["why", "dismiss"]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("off", "stay silent in this channel"),
        ("mode private", "only their author"),
        ("mode loud", "Type `mode`"),
        ("mute", "no longer answer you"),
        ("mute fax", "Did you mean"),
        ("why", "answer well-worn anecdotes"),
        ("stats", "Since"),
        ("help", "Mention me"),
        ("pause 3 days", "whole workspace until"),
        ("", "Mention me"),
    ],
)
async def test_commands_are_answered_privately(visitor: Visitor, command: str, said: str) -> None:
    await visitor.post("/messages", channel="digital-health", text=f"/counterpoint {command}")
    notice = visitor.last()
    assert notice["kind"] == "notice"
    assert notice["private"]
    assert said in notice["text"]


async def test_settings_are_for_managers(visitor: Visitor) -> None:
    visitor.speaker = "tomos"
    state = await visitor.post("/settings", channel="digital-health", verb="mode", mode="off")
    assert "channel manager" in state["said"]
    assert state["settings"]["channels"]["digital-health"]["mode"] == "reply"


async def test_a_muted_trope_and_a_pause_silence_the_bot(visitor: Visitor) -> None:
    state = await visitor.post("/settings", channel="digital-health", verb="mute", trope="nhs-app-useless")
    assert state["settings"]["mutes"] == ["nhs-app-useless"]
    assert (await visitor.say(APP))["why"]["rule"] == "author_has_not_muted"
    await visitor.post("/settings", channel="digital-health", verb="pause")
    assert (await visitor.say(FAX))["why"]["rule"] == "workspace_not_paused"
    await visitor.post("/settings", channel="digital-health", verb="resume")
    state = await visitor.post("/settings", channel="digital-health", verb="unmute", trope="nhs-app-useless")
    assert state["settings"]["mutes"] == []
    assert (await visitor.say(APP))["why"]["spoke"]


async def test_the_buttons_under_a_reply(visitor: Visitor) -> None:
    said = await visitor.say(FAX, "delivery")
    reply = visitor.under(said)[0]
    await visitor.press(reply, "helpful")
    await visitor.press(reply, "not relevant")
    await visitor.press(reply, "why")
    await visitor.press(reply, "mute")
    reply = visitor.under(said)[0]
    assert reply["opinion"] is False
    assert any("The nearest example" in line for line in reply["reasons"])
    assert reply["muted"]
    assert visitor.state["settings"]["mutes"] == ["nhs-fax-machines"]
    assert visitor.state["settings"]["statistics"]["not_relevant"] == 1
    await visitor.press(reply, "unmute")
    assert visitor.state["settings"]["mutes"] == []


async def test_more_like_this_tells_another_story_then_says_that_it_is_all(visitor: Visitor) -> None:
    said = await visitor.say(FAX, "delivery")
    reply = visitor.under(said)[0]
    await visitor.press(reply, "more")
    another = visitor.under(said)[1]
    assert another["reply"]["title"] not in ("", reply["reply"]["title"])
    await visitor.press(reply, "more")
    assert visitor.under(said)[0]["note"] == "That is all I have on this one."


async def test_only_the_author_or_a_manager_takes_a_reply_down(visitor: Visitor) -> None:
    said = await visitor.say(APP)
    visitor.speaker = "priya"
    await visitor.press(visitor.under(said)[0], "dismiss")
    assert "Only the person I answered" in visitor.under(said)[0]["note"]
    visitor.speaker = "amara"
    await visitor.press(visitor.under(said)[0], "dismiss")
    assert visitor.under(said) == []


async def test_a_deleted_message_takes_its_reply_along(visitor: Visitor) -> None:
    said = await visitor.say(APP)
    await visitor.post("/deletions", post=said["id"])
    assert said["id"] not in [p["id"] for p in visitor.posts()]
    assert visitor.under(said) == []


async def test_the_bot_does_not_answer_back(visitor: Visitor) -> None:
    said = await visitor.say(APP)
    visitor.speaker = "tomos"
    argued = await visitor.say(FAX, thread=said["id"])
    assert argued["why"]["rule"] == "not_to_the_bot"


async def test_harm_is_acknowledged_when_asked_and_never_answered_by_a_story(visitor: Visitor) -> None:
    held = await visitor.say("Remember the Horizon scandal, all computers")
    assert held["why"]["rule"] == "nobody_harmed"
    asked = await visitor.say("@Counterpoint what about Horizon?")
    reply = visitor.under(asked)[0]
    assert reply["reply"]["kind"] == "harm"
    assert "helpful" not in reply["buttons"]


async def test_direct_messages_are_answered_and_seen_by_one_person(visitor: Visitor) -> None:
    await visitor.say("secure email", "counterpoint")
    assert visitor.last("counterpoint")["reply"]["title"] == "How secure email went well"
    visitor.speaker = "tomos"
    await visitor.look()
    assert visitor.posts("counterpoint") == []


async def test_forget_everything_begins_anew(visitor: Visitor) -> None:
    await visitor.post("/settings", channel="digital-health", verb="mute")
    await visitor.say(APP)
    before = len(visitor.posts())
    await visitor.post("/time", hours=192)
    state = await visitor.post("/forget")
    assert state["ahead_hours"] == 0
    assert state["settings"]["mutes"] == []
    assert len(visitor.posts()) < before
    assert (await visitor.say(APP))["why"]["spoke"]


async def test_browsers_do_not_see_each_other(app: FastAPI, visitor: Visitor) -> None:
    await visitor.say("Only mine")
    async with browser(app) as client:
        other = Visitor(client)
        await other.look()
        assert "Only mine" not in str(other.state)
        assert (await other.say(APP))["why"]["spoke"]


async def test_sessions_and_messages_are_bounded(
    app: FastAPI, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MAX_SESSIONS", 2)
    for _ in range(MAX_POSTS + 5):
        await visitor.say("Hello", "random-ideas")
    assert len(visitor.state["posts"]) <= MAX_POSTS
    for _ in range(2):
        async with browser(app) as client:
            await Visitor(client).look()
    answer = await visitor.client.post("/demo/api/forget", json={"speaker": "amara"}, headers=HEADERS)
    assert answer.status_code == 409


async def test_what_has_not_changed_is_not_sent_again(visitor: Visitor) -> None:
    known = {"speaker": "amara", "known": visitor.state["version"]}
    assert (await visitor.client.get("/demo/api/state", params=known)).status_code == 204
    await visitor.say("Something new")
    assert (await visitor.client.get("/demo/api/state", params=known)).status_code == 200


HOSTILE = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\u202eesrever \u0000\u0007",
    "@Counterpoint " * 200,
    "/counterpoint " + "x" * 1000,
    "/",
    "//counterpoint",
    "a" * 40_000,
    "🏳️‍🌈" * 500,
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_comes_back_as_text(visitor: Visitor, text: str) -> None:
    await visitor.post("/messages", channel="digital-health", text=text)


async def test_half_a_character_is_mended(visitor: Visitor) -> None:
    body = b'{"speaker": "amara", "channel": "delivery", "text": "half \\ud800 a character"}'
    answer = await visitor.client.post(
        "/demo/api/messages", content=body, headers={**HEADERS, "Content-Type": "application/json"}
    )
    assert answer.status_code == 200
    assert "half ? a character" in answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"channel": "digital-health", "text": "a" * 40_001}, 422),
        ({"channel": "digital-health", "text": "a" * 400_000}, 413),
        ({"channel": "digital-health", "text": ""}, 422),
        ({"channel": "nowhere", "text": "a"}, 422),
        ({"channel": "digital-health", "text": "a", "speaker": "counterpoint"}, 422),
        ({"channel": "digital-health", "text": "a", "thread": "p999"}, 404),
        ({"channel": "digital-health", "text": "a", "admin": True}, 422),
        ({"channel": "digital-health", "text": ["a"]}, 422),
    ],
)
async def test_what_cannot_be_used_is_refused(visitor: Visitor, body: dict[str, object], status: int) -> None:
    answer = await visitor.client.post("/demo/api/messages", json={"speaker": "amara", **body}, headers=HEADERS)
    assert answer.status_code == status
    assert "a" * 100 not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**HEADERS, "Origin": "https://elsewhere.example"},
        {**HEADERS, "Origin": "null"},
        {**HEADERS, "Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_another_site_cannot_act_for_a_visitor(visitor: Visitor, headers: dict[str, str]) -> None:
    body = {"speaker": "amara", "channel": "delivery", "text": "forged"}
    answer = await visitor.client.post("/demo/api/messages", json=body, headers=headers)
    assert answer.status_code == 403


async def test_somebody_elses_private_reply_cannot_be_pressed(visitor: Visitor) -> None:
    said = await visitor.say(FAX, "delivery")
    reply = visitor.under(said)[0]
    body = {"speaker": "tomos", "post": reply["id"], "button": "share"}
    answer = await visitor.client.post("/demo/api/buttons", json=body, headers=HEADERS)
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/demo", "/demo/assets/app.js", "/demo/assets/style.css", "/demo/api/state"])
async def test_every_answer_forbids_what_the_page_does_not_need(visitor: Visitor, path: str) -> None:
    answer = await visitor.client.get(path)
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_shell_holds_no_inline_script_or_style_and_nothing_from_elsewhere(visitor: Visitor) -> None:
    shell = (await visitor.client.get("/demo")).text
    assert "<script>" not in shell
    assert "style=" not in shell
    assert "onclick" not in shell
    assert "http" not in shell
    script = (await visitor.client.get("/demo/assets/app.js")).text
    assert "innerHTML" not in script
    assert "insertAdjacentHTML" not in script


async def test_the_front_door_leads_to_the_page(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://demo.test") as client:
        answer = await client.get("/")
    assert answer.headers["Location"] == "/demo"
