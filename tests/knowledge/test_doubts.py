"""What fits its schema and is most probably a slip."""

from pathlib import Path

import pytest

from bot.curation.doubts import doubts, later
from bot.knowledge import read
from tests.knowledge.conftest import change

COMPOST = "stories/shared-compost.yaml"


def said(garden: Path) -> str:
    return "\n".join(map(str, doubts(read([garden]))))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2021", "2020-07", True),
        ("2021-05", "2021", False),
        ("2021", "2021-05", False),
        ("2021-05-02", "2021-05-01", True),
        ("2020-12-31", "2021", False),
    ],
)
def test_a_date_is_later_only_as_far_as_both_are_known(one: str, other: str, expected: bool) -> None:
    assert later(one, other) is expected


def test_nothing_is_said_of_a_base_in_order(garden: Path) -> None:
    assert said(garden) == ""


def test_a_figure_from_after_its_only_page_is_doubted_where_it_stands(garden: Path) -> None:
    change(garden / COMPOST, lambda story: story["claims"][0].update(as_of="2025"))
    assert "`as_of` is 2025, but its newest page is of 2024-05" in said(garden)


def test_a_figure_that_one_newer_page_holds_is_not_doubted(garden: Path) -> None:
    def two_pages(story: dict[str, list[dict[str, list[dict[str, str]]]]]) -> None:
        sources = story["claims"][0]["sources"]
        sources.append({**sources[0], "url": "https://example.org/later", "date": "2026"})

    change(garden / COMPOST, two_pages)
    change(garden / COMPOST, lambda story: story["claims"][0].update(as_of="2025"))
    assert said(garden) == ""


def test_a_review_before_the_sources_were_checked_is_doubted(garden: Path) -> None:
    change(garden / COMPOST, lambda story: story.update(review_by="2026-12-31"))
    assert "before its sources were checked" in said(garden)


def test_the_same_service_must_share_a_tag_or_a_field(garden: Path) -> None:
    change(garden / COMPOST, lambda story: story["answers"][0].update(fit="same service"))
    assert "share neither a tag nor a field" in said(garden)
    fields = {"growing": ["compost", "tomatoes"]}
    change(garden / "about.yaml", lambda about: about.update(fields=fields))
    assert said(garden) == ""
