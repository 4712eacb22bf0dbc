"""Context facts: what puts a trope into proportion and is no success story."""

from pathlib import Path

import pytest

from bot import reply
from bot.knowledge import load
from bot.reply import ReplyKind
from bot.wording import MAX_REPLY_WORDS, words
from tests.knowledge.conftest import Change, Run, change, problems

FACT = "context/days-of-sun.yaml"

FAULTS: dict[str, tuple[Change, str]] = {
    "two figures": (
        lambda fact: fact["claim"].update(text="It has 1,400 hours of sun and 900 of rain."),
        "holds 2 figures",
    ),
    "a long claim": (lambda fact: fact["claim"].update(text="sun " * 31), "has 31 words; at most 30"),
    "a long caveat": (lambda fact: fact.update(caveats=["rain " * 31]), "the first caveat has 31 words"),
    "no source": (lambda fact: fact["claim"].update(sources=[]), "needs at least 1 (at least one source)"),
    "a banned word": (lambda fact: fact["claim"].update(text="The sun is amazing."), "'amazing'"),
    "no such trope": (lambda fact: fact["answers"][0].update(trope="nope"), "there is no trope 'nope'"),
    "a harm trope": (
        lambda fact: fact["answers"][0].update(trope="weedkiller-accident"),
        "no context fact may answer it",
    ),
    "a trope twice": (lambda fact: fact.update(answers=fact["answers"] * 2), "is answered twice"),
    "another fit": (lambda fact: fact["answers"][0].update(fit="same service"), "type one of: 'same figure'"),
    "another id": (lambda fact: fact.update(id="nights-of-rain"), "give both the same name"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_context_fact_that_is_wrong_is_explained(fault: str, garden: Path) -> None:
    how, expected = FAULTS[fault]
    change(garden / FACT, how)
    said = problems(garden)
    assert "days-of-sun.yaml:" in said
    assert expected in said


def test_a_fault_inside_a_list_is_not_told_as_an_empty_list_too(garden: Path) -> None:
    change(garden / FACT, lambda fact: fact["claim"]["sources"][0].update(url="nowhere"))
    assert "0 entries" not in problems(garden)


def test_an_id_stands_for_one_entry_only(garden: Path) -> None:
    change(garden / FACT, lambda fact: fact.update(id="shared-compost"))
    (garden / FACT).rename(garden / "context" / "shared-compost.yaml")
    assert "is the id of a story and of a context fact" in problems(garden)


def test_the_fingerprint_changes_with_a_context_fact(garden: Path) -> None:
    before = load([garden]).fingerprint
    change(garden / FACT, lambda fact: fact.update(caveats=["Another caveat."]))
    assert load([garden]).fingerprint != before


def test_the_nearest_fact_comes_first(garden: Path) -> None:
    for name, fit in (("a-wide", "wider picture"), ("b-same", "same figure")):
        text = (garden / FACT).read_text().replace("days-of-sun", name).replace("same subject", fit)
        (garden / "context" / f"{name}.yaml").write_text(text)
    found = [fact.id for fact in load([garden]).context_for("tomatoes-never-ripen")]
    assert found == ["b-same", "days-of-sun", "a-wide"]


def test_an_answer_ends_with_a_fact_its_date_its_source_and_its_caveat(garden: Path) -> None:
    base = load([garden])
    trope, story = base.tropes["tomatoes-never-ripen"], base.stories["early-tomatoes"]
    said = reply.answer(trope, story, base.context_for(trope.id))
    assert said.told.endswith("For scale: The valley has 1,400 hours of sunshine a year. (2020)")
    assert said.caveat == "It was a warm summer. The neighbouring valley has fewer."
    assert "https://example.org/sun" in [source.url for source in said.sources]
    assert words(said.text) <= MAX_REPLY_WORDS


def test_an_answer_without_room_leaves_the_fact_out(garden: Path) -> None:
    change(garden / FACT, lambda fact: fact["claim"].update(text=" ".join(["sun"] * 30)))
    change(
        garden / "stories/early-tomatoes.yaml",
        lambda story: story.update(summary="Together they chose early kinds, and " + "they " * 10 + "picked fruit."),
    )
    base = load([garden])
    trope = base.tropes["tomatoes-never-ripen"]
    said = reply.answer(trope, base.stories["early-tomatoes"], base.context_for(trope.id))
    assert "For scale" not in said.text
    assert words(said.text) <= MAX_REPLY_WORDS


def test_a_fact_about_the_wider_picture_is_not_added_to_a_story(garden: Path) -> None:
    change(garden / FACT, lambda fact: fact["answers"][0].update(fit="wider picture"))
    base = load([garden])
    trope = base.tropes["tomatoes-never-ripen"]
    assert "For scale" not in reply.answer(trope, base.stories["early-tomatoes"], base.context_for(trope.id)).text


def test_without_a_story_left_the_fact_puts_the_trope_into_proportion(garden: Path) -> None:
    base = load([garden])
    trope = base.tropes["tomatoes-never-ripen"]
    said = reply.put_in_context(trope, base.context_for(trope.id))
    assert said.kind is ReplyKind.CONTEXT
    assert said.told == "For scale: The valley has 1,400 hours of sunshine a year. (2020)"
    assert reply.put_in_context(trope).told == "Early kinds ripen outdoors in most years. (2020)"


def test_a_fact_and_a_concession_must_fit_into_a_reply(garden: Path) -> None:
    change(garden / FACT, lambda fact: fact["claim"].update(text="sun " * 30))
    change(
        garden / "tropes/tomatoes-never-ripen.yaml",
        lambda trope: trope["concede"][0].update(text="green " * 28),
    )
    assert "days-of-sun.yaml:3: its reply to `tomatoes-never-ripen` has 62 words" in problems(garden)


def test_facts_are_listed_shown_and_begun_by_the_command_line(kb: Run, garden: Path) -> None:
    assert "days-of-sun" in kb("list").output
    assert "1,400 hours" in kb("show", "days-of-sun").output
    assert "1 context fact" in kb("check").output
    assert kb("new", "context", "days-of-rain").exit_code == 0
    assert (garden / "context" / "days-of-rain.yaml").exists()
    said = kb("check")
    assert said.exit_code == 1
    assert "days-of-rain.yaml" in said.output


def test_a_misspelt_id_is_answered_with_the_nearest(kb: Run) -> None:
    assert "did you mean days-of-sun?" in kb("show", "day-of-sun").output
    assert "type: counterpoint kb new story" in kb("new", "fable", "the-fox").output


def test_the_schemas_cover_every_kind_of_file(kb: Run, tmp_path: Path) -> None:
    assert kb("schema", "--folder", str(tmp_path / "s")).exit_code == 0
    names = {path.stem for path in (tmp_path / "s").iterdir()}
    assert names == {"trope", "story", "context", "background", "about", "off"}
    assert kb("schema", "--folder", str(tmp_path / "s"), "--check").exit_code == 0
    (tmp_path / "s" / "context.json").write_text("{}")
    assert "out of date" in kb("schema", "--folder", str(tmp_path / "s"), "--check").output
