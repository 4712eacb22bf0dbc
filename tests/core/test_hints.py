"""What a message reads like, by its form alone: an explanation, never a rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import Core
from bot.hints import Hint, hints
from bot.reply import explain


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("does anyone have a source for the fax figure", Hint.QUESTION),
        ("Who audited the programme in the end?", Hint.QUESTION),
        ("so is that the NAO number?", Hint.QUESTION),
        ("that isn't true any more, they were banned years ago", Hint.REBUTTAL),
        ("people always say that, and it is a myth", Hint.REBUTTAL),
        ("“the world's biggest buyer of fax machines” was the headline", Hint.QUOTATION),
        ("according to the paper it was scrapped", Hint.QUOTATION),
    ],
)
def test_a_form_of_words_is_told_by_its_words(text: str, hint: Hint) -> None:
    assert hint in hints(text, text)


@pytest.mark.parametrize(
    "text",
    [
        "The NHS still runs on fax machines.",
        "government IT always fails, every single time",
        "NHS systems are hopelessly outdated",
        "I'm sick of the NHS and its fax machines",
        "not right now, thanks",
        "lunch at one",
    ],
)
def test_a_plain_statement_reads_like_nothing_else(text: str) -> None:
    assert hints(text, text) == frozenset()


def test_what_is_quoted_asks_nothing_and_is_a_quotation() -> None:
    assert hints("> is it true that they all use fax machines?\nlol", "lol") == {Hint.QUOTATION}


@given(st.text(max_size=300))
def test_any_text_is_accepted(text: str) -> None:
    assert hints(text, text) <= set(Hint)


def test_an_explanation_names_what_an_unrecognised_message_reads_like(core: Core) -> None:
    match = core.matcher.match("does anyone know when the hospital's fax machines are going to be switched off?")
    assert not match.sure
    assert "It reads like a question." in explain(match, "")
    sure = core.matcher.match("fun fact, the NHS is the world's biggest buyer of fax machines")
    assert not any("reads like" in line for line in explain(sure, ""))
