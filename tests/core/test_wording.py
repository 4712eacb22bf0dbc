"""The rules of wording."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wording import answer_text, banned_words, counted_figures, figures, sentence, spoken_date, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In 2024, 3 of 205 trusts; £1.2bn by 5 May 2024", ["3", "205", "£1.2bn"]),
        ("95% of items in 2021/22", ["95%"]),
        ("about 1.3 billion messages a month", ["1.3 billion"]),
        ("NHS111 and COVID-19 are names", []),
        ("from January 2019 to 31 March 2020", []),
        ("2,000 people", ["2,000"]),
        ("C$310m up front", ["C$310m"]),
    ],
)
def test_figures_are_found_and_dates_are_not_figures(text: str, expected: list[str]) -> None:
    assert figures(text) == expected


def test_a_proportion_counts_as_one_figure() -> None:
    assert counted_figures("3 of 205 trusts") == ["205"]
    assert counted_figures("189 out of 208 and 7 more") == ["208", "7"]


@pytest.mark.parametrize(
    ("date", "spoken"), [("2018", "2018"), ("2018-06", "June 2018"), ("2018-06-01", "1 June 2018")]
)
def test_dates_are_said_as_people_say_them(date: str, spoken: str) -> None:
    assert spoken_date(date) == spoken


def test_a_date_in_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        spoken_date("June 2018")


@pytest.mark.parametrize("text", ["Hooray!", "It is actually fine", "the FIRST in the world", "100% of trusts"])
def test_cheer_correction_and_overclaiming_are_banned(text: str) -> None:
    assert banned_words(text)


def test_plain_words_are_not_banned() -> None:
    assert banned_words("The factually sourced mythology of 1,100% growth.") == []


def test_a_hyphenated_word_counts_once_and_a_dash_not_at_all() -> None:
    assert words("in-house work – done") == 3


def test_an_answer_has_both_dates() -> None:
    text = answer_text("one thing held", "2018", "another did", "2020-01")
    assert text == "One thing held. (2018) Since then: Another did. (January 2020)"


def test_a_story_older_than_the_concession_is_not_said_to_have_happened_since() -> None:
    assert "Since then" not in answer_text("one thing held", "2020-01", "another did", "2018")
    assert "Since then" in answer_text("one thing held", "2020-06", "another did", "2020")


@given(st.text(min_size=1, max_size=200))
def test_any_text_can_be_counted(text: str) -> None:
    assert words(text) >= 0
    assert len(counted_figures(text)) <= len(figures(text))
    assert isinstance(sentence(text), str)
