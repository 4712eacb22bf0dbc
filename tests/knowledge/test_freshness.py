"""What happens to an entry that nobody has looked at for long."""

import datetime as dt
import json
from pathlib import Path

import pytest

from bot import freshness, reply
from bot.core import Core
from bot.knowledge import KnowledgeBase, load
from bot.matcher import NOTHING, Candidate, Match
from bot.message import Message, Trigger
from bot.policy import Rules
from bot.service import Bot, utc_now
from bot.store import Store
from tests.knowledge.conftest import Run, change
from tests.web.stand_in import BASE, small_core

DUE = dt.date(2030, 1, 1)  # review_by of every story here
DAY = dt.timedelta(days=1)
LONG_AFTER = DUE + freshness.UNASKED_LIMIT + DAY


@pytest.fixture
def base(garden: Path) -> KnowledgeBase:
    return load([garden])


@pytest.mark.parametrize(
    ("today", "stale", "too_old"),
    [
        (DUE, False, False),
        (DUE + DAY, True, False),
        (DUE + freshness.UNASKED_LIMIT, True, False),
        (LONG_AFTER, True, True),
    ],
)
def test_a_story_is_stale_the_day_after_its_review_day_and_too_old_after_the_limit(
    base: KnowledgeBase, today: dt.date, stale: bool, too_old: bool
) -> None:
    story = base.stories["early-tomatoes"]
    assert freshness.is_stale(story, today) is stale
    assert freshness.is_too_old(story, today) is too_old


def test_what_is_due_is_listed_with_the_most_overdue_first(garden: Path) -> None:
    change(garden / "stories/shared-compost.yaml", lambda story: story.update(review_by="2029-06-01"))
    base = load([garden])
    assert [due.id for due in freshness.due(base, DUE + DAY)] == ["shared-compost", "days-of-sun", "early-tomatoes"]
    assert [due.id for due in freshness.due(base, DUE - 10 * DAY)] == ["shared-compost"]
    assert len(freshness.due(base, DUE - 10 * DAY, within=10)) == 3
    assert freshness.due(base, dt.date(2029, 1, 1)) == []


def test_a_stale_story_says_plainly_how_old_its_figures_are(base: KnowledgeBase) -> None:
    trope, story = base.tropes["tomatoes-never-ripen"], base.stories["early-tomatoes"]
    assert reply.answer(trope, story, stale=True).caveat.startswith("Figures as of September 2020, not checked again")
    assert reply.tell(story, stale=True).caveat.startswith("Figures as of September 2020")
    assert "Figures as of" not in reply.answer(trope, story).caveat


def on(today: dt.date, cache: Path) -> Core:
    core = small_core(cache)
    return Core(BASE, core.matcher, core.library, today=lambda: today)


def test_nobody_is_told_a_story_unasked_that_is_too_old(tmp_path: Path) -> None:
    match = Match((Candidate("nhs-fax-machines", 0.99),), 0.5)
    assert on(DUE, tmp_path).story_for(match) is not None
    assert on(DUE + DAY, tmp_path).story_for(match) is not None
    assert on(LONG_AFTER, tmp_path).story_for(match) is None


def test_somebody_who_asks_is_told_it_with_the_age_of_its_figures(tmp_path: Path) -> None:
    said = on(LONG_AFTER, tmp_path).answer("biggest buyer of fax machines").reply
    assert said.story is not None
    assert said.caveat.startswith("Figures as of June 2024")


async def test_a_looked_up_story_keeps_the_age_of_its_figures_when_it_is_shared(tmp_path: Path) -> None:
    store = await Store.open(None, tmp_path / "data")
    bot = Bot(on(DUE + DAY, tmp_path), store)
    asked = Message("T1", "C1", "1.0", "U1", "zzz", utc_now())
    claimed = await store.claim_asked(
        asked, Trigger.LOOKUP, NOTHING, Rules(), utc_now(), None, next(iter(BASE.stories))
    )
    again = await bot.reply_again(claimed.intervention or "")
    bot.close()
    await store.close()
    assert again is not None
    assert again.caveat.startswith("Figures as of June 2024")


def test_a_context_fact_that_is_too_old_is_left_out(base: KnowledgeBase, tmp_path: Path) -> None:
    core = small_core(tmp_path)
    young = Core(base, core.matcher, core.library, today=lambda: DUE)
    old = Core(base, core.matcher, core.library, today=lambda: LONG_AFTER)
    assert "For scale" in young.in_context("tomatoes-never-ripen").text
    assert "For scale" not in old.in_context("tomatoes-never-ripen").text


def test_the_command_fails_where_something_is_past_its_day(kb: Run, garden: Path) -> None:
    assert "Nothing is due" in kb("stale").output
    change(garden / "stories/shared-compost.yaml", lambda story: story.update(review_by="2020-06-01"))
    said = kb("stale", "--json")
    assert said.exit_code == 1
    assert [due["id"] for due in json.loads(said.output)] == ["shared-compost"]
    assert "told only when asked" in kb("stale").output


def test_the_check_warns_of_what_is_past_its_day(kb: Run, garden: Path) -> None:
    compost = garden / "stories/shared-compost.yaml"
    change(compost, lambda story: story.update(review_by="2025-06-01"))
    change(compost, lambda story: story["claims"][0]["sources"][0].update(checked="2024-06"))
    said = kb("check")
    assert said.exit_code == 0
    assert "shared-compost: review_by 2025-06-01 has passed" in said.output


def test_the_check_says_nothing_of_what_is_due_today(kb: Run, garden: Path) -> None:
    today = dt.date.today().isoformat()
    change(garden / "stories/shared-compost.yaml", lambda story: story.update(review_by=today))
    assert "has passed" not in kb("check").output
    assert "past review_by" not in kb("stale").output


def test_what_is_nearly_due_is_listed_without_failing(kb: Run) -> None:
    said = kb("stale", "--within", "40000")
    assert said.exit_code == 0
    assert "early-tomatoes" in said.output
