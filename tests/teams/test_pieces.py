"""The pure pieces: activities read, cards drawn, settings checked."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from microsoft_teams.api.activities.message import MessageActivity
from typer.testing import CliRunner

from bot.app import configured_platforms
from bot.cli import app
from bot.message import AuthorKind
from bot.platforms.teams.activities import chain, message_from, own_words
from bot.platforms.teams.cards import reply_card
from bot.platforms.teams.words import markdown
from bot.reply import Reply, ReplyKind, SourceLine
from bot.settings import BadSettings, Settings, read_settings
from tests.emulators.teams import Place, Somebody
from tests.emulators.teams.activities import BOT, activity, said
from tests.emulators.teams.checks import buttons, card_words, check_card

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
ADA = Somebody("29:ada", "Ada")
CHANNEL = Place("19:room@thread.tacv2", "channel", team="19:team@thread.tacv2")
TEXTS = st.text(max_size=300)


def read(made: dict[str, Any]) -> Any:
    """An activity as a message."""
    return message_from(MessageActivity.model_validate(made), NOW)


def made(text: str = "Hello", **more: Any) -> dict[str, Any]:
    """A message that begins a chain in a channel."""
    return {**said(activity("https://x", "message", "1", ADA, CHANNEL, "1"), text, mention=True), **more}


def test_a_message_of_a_channel_is_its_teams() -> None:
    message = read(made())
    assert (message.workspace, message.channel, message.thread) == (CHANNEL.team, CHANNEL.id, None)
    assert (message.text, message.author) == ("Hello", ADA.id)


def test_a_message_within_a_chain_names_its_first() -> None:
    assert read(made(conversation=CHANNEL.conversation("0"))).thread == "0"


def test_a_message_without_a_time_was_sent_now() -> None:
    assert read(made(timestamp=None)).sent_at == NOW


def test_programs_are_bots() -> None:
    assert read({**made(), "from": BOT}).author_kind is AuthorKind.BOT


def test_a_message_of_nobody_is_none() -> None:
    assert read(made(id="")) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<at>Counterpoint</at>&nbsp;why?", "why?"),
        ('<at id="0">Counterpoint</at> on', "on"),
        ("R&amp;D at &lt;NHS&gt;", "R&D at <NHS>"),
        ('<quoted messageId="1"/>so what', "so what"),
        ("  spaced\xa0out ", "spaced out"),
    ],
)
def test_mentions_and_escapes_are_undone(text: str, words: str) -> None:
    assert own_words(text) == words


@given(TEXTS)
def test_any_text_is_read(text: str) -> None:
    assert "\xa0" not in own_words(text)


def test_only_channels_have_chains() -> None:
    assert chain(CHANNEL.id, "7") == f"{CHANNEL.id};messageid=7"
    assert chain("19:chat@thread.v2", "7") == "19:chat@thread.v2"
    assert chain(CHANNEL.id, None) == CHANNEL.id


@given(TEXTS, TEXTS, TEXTS, st.integers(0, 9), st.booleans())
def test_any_reply_is_a_card_that_shows_its_words_and_nothing_else(
    conceded: str, told: str, title: str, sources: int, private: bool
) -> None:
    source = SourceLine(
        "<at>Somebody</at>", "[link](https://bad.example)", "https://example.org", "2024", "2026-11", False
    )
    reply = Reply(ReplyKind.ANSWER, conceded, told, "Caveat", "because", (source,) * sources, "t", "s", title)
    card = reply_card(reply, "id", private)
    check_card(card)
    assert {element["type"] for element in card["body"]} <= {"RichTextBlock"}
    assert "{{DATE" not in card_words(reply_card(Reply(ReplyKind.STORY, told="{{DATE(2024-01-01)}}")))


def test_what_nobody_may_press_is_not_offered() -> None:
    assert buttons(reply_card(Reply(ReplyKind.HARM, "People were hurt."), "id")) == []
    assert buttons(reply_card(Reply(ReplyKind.STORY, told="x", story="s"), "id")) == [
        "Helpful",
        "Not relevant",
        "Why am I seeing this?",
        "Dismiss",
    ]


def test_our_own_words_hold_no_tags_in_markdown() -> None:
    assert markdown("<at>x</at>\n`on`") == "&lt;at&gt;x&lt;/at&gt;\n\n`on`"


@pytest.mark.parametrize(
    ("set_", "words"),
    [
        ({"CLIENT_ID": "x"}, "CLIENT_SECRET"),
        ({"CLIENT_SECRET": "x"}, "CLIENT_ID"),
        ({"TENANT_ID": "x"}, "CLIENT_ID"),
        (
            {"CLIENT_ID": "x", "CLIENT_SECRET": "y", "TEAMS_ALLOW_UNAUTHENTICATED": "true"},
            "TEAMS_ALLOW_UNAUTHENTICATED is for local work",
        ),
    ],
)
def test_half_the_settings_say_what_is_missing(
    set_: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in set_.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=words):
        read_settings()


def test_teams_is_served_where_it_is_configured() -> None:
    assert [p.name for p in configured_platforms(Settings(teams_allow_unauthenticated=True))] == ["Microsoft Teams"]
    own = Settings.model_validate({"client_id": "x", "client_secret": "y"})
    assert [p.name for p in configured_platforms(own)] == ["Microsoft Teams"]


def test_without_tokens_it_refuses_to_listen_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMS_ALLOW_UNAUTHENTICATED", "true")
    result = CliRunner().invoke(app, ["serve", "--host", "::"])
    assert result.exit_code != 0
    assert "TEAMS_ALLOW_UNAUTHENTICATED" in result.output
