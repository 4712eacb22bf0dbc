"""The browser of tropes and stories finds by words, and by meaning beside them."""

import datetime as dt

import pytest

from bot.library import Lookup, RankedStory
from bot.platforms.console.entries import age, search
from tests.web.stand_in import BASE


def test_without_a_query_everything_is_there() -> None:
    found = search(BASE, "  ")
    assert (len(found.tropes), len(found.stories), found.meant) == (len(BASE.tropes), len(BASE.stories), ())


def test_every_word_has_to_be_there_in_any_case_and_order() -> None:
    assert [story.id for story in search(BASE, "EMAIL secure").stories] == ["secure-email"]
    assert search(BASE, "secure pigeon").stories == ()


def test_what_is_meant_comes_beside_what_is_written_and_never_twice() -> None:
    secure, booking = BASE.stories["secure-email"], BASE.stories["booking"]
    fax = BASE.tropes["nhs-fax-machines"]
    meant = Lookup(fax, (RankedStory(secure, 0.9, ""), RankedStory(booking, 0.5, "")))
    found = search(BASE, "secure", meant)
    assert (found.stories, found.meant) == ((secure,), (fax, booking))
    assert search(BASE, "fax", meant).meant == (secure, booking)


@pytest.mark.parametrize(
    ("today", "kind", "words"),
    [
        ("2029-06-01", "fresh", "review by 1 January 2030"),
        ("2029-12-01", "soon", "review by"),
        ("2030-01-02", "stale", "was due for review on 1 January 2030"),
        ("2031-01-02", "stale", "no longer told unasked"),
    ],
)
def test_a_storys_age(today: str, kind: str, words: str) -> None:
    found = age(BASE.stories["booking"], dt.date.fromisoformat(today))
    assert found.kind == kind
    assert words in found.says
