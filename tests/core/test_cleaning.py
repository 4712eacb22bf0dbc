"""What is left of a message after its platform's markup."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cleaning import LONG_WORDS, MAX_CHARACTERS, WINDOW_WORDS, clean


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        ("<@U123ABC> the *NHS* still _faxes_ :fax:", "the NHS still faxes"),
        ("see <https://example.org/a|this report> now", "see this report now"),
        ("look <https://example.org> and https://example.org/b?c=d", "look and"),
        ("&gt; they said fax\nI disagree", "I disagree"),
        ("> quoted line\n>another\nmy words", "my words"),
        ("before ```fax = nhs()``` after `fax` end", "before after end"),
        ("<at>Counterpoint</at>&nbsp;fax machines", "fax machines"),
        ("<blockquote>old fax</blockquote><p>new &amp; mine</p>", "new & mine"),
        ("<!channel> <#C12|general> hello there", "hello there"),
        ("@sam.smith the fax died", "the fax died"),
        ("snake_case and 2 * 3 * 4 stay", "snake_case and 2 * 3 * 4 stay"),
        ("a\x00b\u202ec\u200bd", "abcd"),
        ("\ud800 lone surrogate", "lone surrogate"),
        ("ｆｕｌｌ ｗｉｄｔｈ", "full width"),
        (":fax::skin-tone-2: :thumbs_up:", ""),
        ("", ""),
    ],
)
def test_only_the_words_somebody_wrote_are_left(sent: str, left: str) -> None:
    assert clean(sent).whole == left


def test_a_short_message_is_judged_whole() -> None:
    cleaned = clean("One sentence. Another one here.")
    assert cleaned.passages == (cleaned.whole,)


def test_a_long_message_is_judged_by_windows_of_whole_sentences_too() -> None:
    cleaned = clean("I had eggs for breakfast this morning. " * 40 + "The NHS still runs on fax machines, you know.")
    assert len(cleaned.whole.split()) > LONG_WORDS
    assert cleaned.passages[0] == cleaned.whole
    assert " ".join(cleaned.passages[1:]) == cleaned.whole
    assert cleaned.passages[-1].endswith("this morning. The NHS still runs on fax machines, you know.")
    assert all(len(window.split()) <= WINDOW_WORDS for window in cleaned.passages[1:])


@given(st.text(st.characters(), max_size=3000))
@settings(max_examples=200, deadline=None)
def test_any_text_is_cleaned_and_the_result_is_printable(text: str) -> None:
    cleaned = clean(text)
    cleaned.whole.encode("utf-8")
    assert "\n" not in cleaned.whole
    assert cleaned.passages[0] == cleaned.whole


@pytest.mark.parametrize(
    "unit", ["<", "`", "```", "<a ", ":a:", "*_~", "&gt;", "\u202e", "@a", "a. ", "<https://", "\n"]
)
def test_a_hostile_100_kb_is_cleaned_in_bounded_work(unit: str) -> None:
    cleaned = clean(unit * (100_000 // len(unit)))
    assert len(cleaned.whole) <= MAX_CHARACTERS
    assert len(cleaned.passages) < 64
