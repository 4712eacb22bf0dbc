"""The adapter's pure parts, and the settings."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from bot.cli import app
from bot.message import AuthorKind
from bot.platforms.slack import blocks, events
from bot.platforms.slack.manifest import OPTIONAL_SCOPES, SCOPES, manifest
from bot.platforms.slack.suggestions import form
from bot.reply import Reply, ReplyKind, SourceLine
from bot.settings import BadSettings, read_settings
from bot.suggestions import check
from scripts import slack_pictures
from tests.emulators.slack.blockkit import check_blocks, check_view

EVENT = {"type": "message", "user": "U1", "channel": "C1", "ts": "1700000000.000100", "text": "Hello"}
SOURCE = SourceLine("P <!channel>", "T|x", "https://example.org/?a=1&b=<|>", "2024", "2026-11", False)
KEYS = "subtype user channel ts thread_ts text user_team source_team authorizations team".split()
LONG = "<!here> & <@U1> " * 1_000


def test_a_message_is_read() -> None:
    read = events.message_from({**EVENT, "thread_ts": "1700000000.000000"}, "T1", "UBOT")
    assert read
    assert (read.workspace, read.channel, read.author, read.thread) == ("T1", "C1", "U1", "1700000000.000000")
    assert read.sent_at.year == 2023
    assert not (read.shared_channel or read.edited or read.to_bot)


@pytest.mark.parametrize("change", [{"subtype": "channel_join"}, {"user": None}, {"ts": "x"}, {"channel": 7}])
def test_what_nobody_wrote_is_no_message(change: dict[str, Any]) -> None:
    assert events.message_from({**EVENT, **change}, "T1", None) is None


def test_who_wrote_and_where_is_told() -> None:
    def read(**change: Any) -> Any:
        return events.message_from({**EVENT, **change}, "T1", "UBOT")

    assert read(bot_id="B1").author_kind is read(user="UBOT").author_kind is AuthorKind.BOT
    assert read(user_team="T2").shared_channel
    assert read(is_ext_shared_channel=True).shared_channel
    assert read(edited={}).edited
    assert read(parent_user_id="UBOT").to_bot
    assert len(read(text="x" * 50_000).text) == 40_000


def test_mentions_are_found_and_taken_out() -> None:
    assert events.mentions("<@U1|ada> hello", "U1")
    assert not events.mentions("U1", "U1")
    assert not events.mentions("<@U1>", None)
    assert events.without_mention("<@U1> ask <@U2>", "U1") == "ask <@U2>"


@pytest.mark.parametrize("kind", list(ReplyKind))
def test_the_longest_reply_is_inside_every_limit_and_mentions_nobody(kind: ReplyKind) -> None:
    reply = Reply(kind, LONG, LONG, LONG, LONG, (SOURCE,) * 9, title=LONG, trope="a-trope")
    for made in (
        blocks.reply_blocks(reply, "id"),
        blocks.reply_blocks(reply, controls=blocks.private_controls("id", reply)),
        blocks.reply_blocks(Reply(kind)),
    ):
        assert check_blocks(made) == []
        assert not any(token in repr(made) for token in ("<!", "<@", "<#"))


def test_only_a_reply_to_an_anecdote_offers_more_of_it_and_a_mute() -> None:
    def offered(reply: Reply) -> set[str]:
        return {str(button["action_id"]) for button in blocks.private_controls("id", reply)}

    about_it = offered(Reply(ReplyKind.ANSWER, trope="a-trope")) - offered(Reply(ReplyKind.STORY))
    assert about_it == {blocks.MORE, blocks.MUTE}


def test_the_page_of_the_pictures_makes_no_tag_of_what_somebody_wrote() -> None:
    hostile = "<script>alert(1)</script> \"'& *b* `c`"
    reply = Reply(ReplyKind.ANSWER, hostile, hostile, hostile, hostile, (SOURCE,), title=hostile)
    drawn = slack_pictures.words(hostile) + slack_pictures.blocks(blocks.reply_blocks(reply, "id"))
    tags = set(re.findall(r"<(/?\w+)", drawn))
    assert tags <= {f"{end}{tag}" for end in ("", "/") for tag in ("div", "b", "code", "a", "br", "button")}


def test_a_link_cannot_end_early() -> None:
    assert blocks.link("https://e.org/<|> x", "a|b>") == "<https://e.org/%3C%7C%3E%20x|a/b&gt;>"
    assert blocks.cut("abcdef", 4) == "abc…"


def test_the_form_is_inside_every_limit() -> None:
    assert check_view(form(), "modal") == []
    assert set(check({})) == {"title", "organisation", "figure", "url", "different"}


def test_the_manifest_fits_its_way_to_run() -> None:
    socket, http = manifest("socket"), manifest("http", "https://e.org/")
    assert socket["settings"]["socket_mode_enabled"]
    assert not http["settings"]["socket_mode_enabled"]
    assert "url" not in socket["features"]["slash_commands"][0]
    assert http["features"]["slash_commands"][0]["url"] == "https://e.org/slack/events"
    assert http["oauth_config"]["redirect_urls"] == ["https://e.org/slack/oauth_redirect"]
    assert set(http["oauth_config"]["scopes"]["bot"]) == {*SCOPES, *OPTIONAL_SCOPES}
    assert set(http["oauth_config"]["scopes"]["bot_optional"]) == set(OPTIONAL_SCOPES)


def test_the_page_gives_a_reason_for_each_scope_of_the_manifest_and_no_other() -> None:
    page = (Path(__file__).parents[2] / "docs" / "slack.md").read_text(encoding="utf-8")
    table = page.split("## Scopes, and why")[1].split("##")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    told = {scope: "optional" in row for row in rows for scope in re.findall(r"`([a-z:_]+)`", row)}
    assert told == dict.fromkeys(SCOPES, False) | dict.fromkeys(OPTIONAL_SCOPES, True)


@pytest.mark.parametrize(
    ("way", "socket"),
    [([], True), (["--way", "http", "--address", "https://bot.example.gov.uk"], False)],
)
def test_the_command_prints_the_manifest(way: list[str], socket: bool) -> None:
    printed = CliRunner().invoke(app, ["manifest", "slack", *way])
    assert printed.exit_code == 0
    made = json.loads(printed.output)
    assert made == manifest("socket" if socket else "http", "https://bot.example.gov.uk")
    assert made["settings"]["socket_mode_enabled"] is socket


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--way", "http"], "--address https://bot.example.gov.uk"), (["--way", "pigeon"], "type --way socket")],
)
def test_a_manifest_that_cannot_be_made_says_what_to_type(arguments: list[str], says: str) -> None:
    refused = CliRunner().invoke(app, ["manifest", "slack", *arguments])
    assert refused.exit_code == 1
    assert says in refused.stderr


MANY = {"slack_client_id": "1.2", "slack_client_secret": "s", "slack_signing_secret": "s", "slack_token_key": "short"}


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"slack_bot_token": "xoxp-1"}, "SLACK_BOT_TOKEN must begin with xoxb-"),
        ({"slack_bot_token": "xoxb-1"}, "SLACK_BOT_TOKEN is set alone"),
        ({"slack_app_token": "xapp-1"}, "SLACK_APP_TOKEN needs SLACK_BOT_TOKEN"),
        ({"slack_bot_token": "xoxb-1", "slack_app_token": "xoxb-1"}, "SLACK_APP_TOKEN must begin with xapp-"),
        ({"slack_signing_secret": "s"}, "SLACK_SIGNING_SECRET is set alone"),
        ({"slack_client_id": "1.2"}, "SLACK_CLIENT_SECRET, SLACK_SIGNING_SECRET, SLACK_TOKEN_KEY must be set too"),
        ({"slack_bot_token": "xoxb-1", "slack_client_id": "1.2"}, "set one of them"),
        (MANY, "SLACK_TOKEN_KEY is not 32 bytes"),
    ],
)
def test_incomplete_settings_name_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, values: dict[str, str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in values.items():
        monkeypatch.setenv(name.upper(), value)
    with pytest.raises(BadSettings, match=says):
        read_settings()


@pytest.mark.parametrize(
    "values",
    [
        {"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1"},
        {"slack_bot_token": "xoxb-1", "slack_signing_secret": "s"},
        {**MANY, "slack_token_key": Fernet.generate_key().decode()},
    ],
)
def test_whole_settings_are_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, values: dict[str, str]) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in values.items():
        monkeypatch.setenv(name.upper(), value)
    assert read_settings().slack_configured


@pytest.mark.parametrize("value", [[], [1], {}, {"id": []}, 7, 0.5, True, "text"])
@pytest.mark.parametrize("key", KEYS)
def test_an_event_of_a_strange_shape_is_a_message_or_none(key: str, value: object) -> None:
    message = events.message_from({**EVENT, key: value}, "T1", "UBOT")
    assert message is None or isinstance(message.text, str)
    assert isinstance(events.team_of({**EVENT, key: value}), str)
