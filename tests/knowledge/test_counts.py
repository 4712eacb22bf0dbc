"""The report of counts."""

import json
from pathlib import Path

from bot.curation.counts import count
from bot.knowledge import load
from tests.knowledge.conftest import Run, change


def test_everything_is_counted_once(garden: Path) -> None:
    found = count(load([garden]))
    assert (found.tropes, found.harm, found.stories, found.context) == (2, 1, 2, 1)
    assert (found.claims, found.sources, found.pages) == (7, 7, 4)
    assert (found.primary, found.second_hand) == (6, 1)
    assert found.second_hand_claims == ("shared-compost, claims 1",)
    assert (found.phrasings, found.contrasts) == (24, 20)


def test_regions_and_fields_count_tropes_and_stories(garden: Path) -> None:
    change(garden / "about.yaml", lambda about: about.update(fields={"fruit": ["tomatoes"], "soil": ["compost"]}))
    found = count(load([garden]))
    assert found.by_region == {"Wales": (2, 0), "Cymru": (0, 1), "Scotland": (0, 1)}
    assert found.by_field == {"fruit": (1, 1), "other": (1, 0), "soil": (0, 1)}


def test_what_has_no_story_or_only_one_is_listed_with_its_reason(kb: Run, garden: Path) -> None:
    (garden / "stories/shared-compost.yaml").unlink()
    assert "With one story: tomatoes-never-ripen (no reason is given under `gap`)" in kb("counts").output
    (garden / "stories/early-tomatoes.yaml").unlink()
    change(garden / "tropes/tomatoes-never-ripen.yaml", lambda trope: trope.update(gap="Too cold."))
    assert "Without a story: tomatoes-never-ripen (Too cold.)" in kb("counts").output


def test_a_harm_trope_is_not_counted_as_unanswered(garden: Path) -> None:
    assert count(load([garden])).unanswered == ()


def test_programs_get_json(kb: Run) -> None:
    assert json.loads(kb("counts", "--json").output)["stories"] == 2
