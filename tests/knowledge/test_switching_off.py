"""Folders of one's own: add, override by id, switch off, and turn on again."""

from pathlib import Path

from bot.knowledge import load
from tests.knowledge.conftest import change, problems, write

TOMATOES = "tomatoes-never-ripen"


def off(folder: Path, *ids: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "off.yaml").write_text("entries:\n" + "".join(f"  - {id_}\n" for id_ in ids))
    return folder


def test_a_story_that_is_switched_off_is_not_told(garden: Path, tmp_path: Path) -> None:
    base = load([garden, off(tmp_path / "own", "shared-compost")])
    assert set(base.stories) == {"early-tomatoes"}


def test_a_context_fact_can_be_switched_off(garden: Path, tmp_path: Path) -> None:
    assert load([garden, off(tmp_path / "own", "days-of-sun")]).context == {}


def test_stories_no_longer_answer_a_trope_that_is_switched_off(garden: Path, tmp_path: Path) -> None:
    base = load([garden, off(tmp_path / "own", TOMATOES)])
    assert set(base.tropes) == {"weedkiller-accident"}
    assert base.stories["early-tomatoes"].answers == ()
    assert base.context["days-of-sun"].answers == ()


def test_an_entry_can_be_switched_off_in_the_folder_that_holds_it(garden: Path) -> None:
    assert "shared-compost" not in load([off(garden, "shared-compost")]).stories


def test_a_later_folder_brings_an_entry_back_as_its_own(garden: Path, tmp_path: Path) -> None:
    first, second = off(tmp_path / "first", "shared-compost"), tmp_path / "second"
    text = (garden / "stories/shared-compost.yaml").read_text()
    (second / "stories").mkdir(parents=True)
    (second / "stories/shared-compost.yaml").write_text(text.replace("with a rota,", "without a rota,"))
    assert "without" in load([garden, first, second]).stories["shared-compost"].summary


def test_an_unknown_id_is_answered_with_the_nearest(garden: Path, tmp_path: Path) -> None:
    said = problems(garden, off(tmp_path / "own", "shared-composts"))
    assert "own/off.yaml:2: there is no entry 'shared-composts' to switch off" in said
    assert "did you mean `shared-compost`?" in said


def test_an_entry_of_a_later_folder_cannot_be_switched_off_beforehand(garden: Path, tmp_path: Path) -> None:
    assert "no entry 'early-tomatoes'" in problems(off(tmp_path / "own", "early-tomatoes"), garden)


def test_an_id_given_twice_is_told(garden: Path, tmp_path: Path) -> None:
    assert "is switched off already" in problems(garden, off(tmp_path / "own", "shared-compost", "shared-compost"))


def test_a_misspelt_key_is_told(garden: Path, tmp_path: Path) -> None:
    write(tmp_path / "own" / "off.yaml", {"entry": ["shared-compost"]})
    assert "did you mean `entries`?" in problems(garden, tmp_path / "own")


def test_a_key_that_yaml_takes_for_a_truth_value_is_told(garden: Path, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "off.yaml").write_text("off: [shared-compost]\n")
    assert "reads yes, no, on, off" in problems(garden, tmp_path / "own")


def test_a_trope_that_loses_its_last_story_is_told_where_the_switch_is(garden: Path, tmp_path: Path) -> None:
    said = problems(garden, off(tmp_path / "own", "shared-compost", "early-tomatoes"))
    assert "own/off.yaml:3: without `early-tomatoes` no story answers the trope `tomatoes-never-ripen`" in said
    assert "switch `tomatoes-never-ripen` off too" in said


def test_a_trope_and_all_its_stories_can_be_switched_off_together(garden: Path, tmp_path: Path) -> None:
    base = load([garden, off(tmp_path / "own", TOMATOES, "shared-compost", "early-tomatoes")])
    assert base.stories == {}


def test_a_trope_may_say_why_no_story_answers_it(garden: Path) -> None:
    for story in (garden / "stories").iterdir():
        story.unlink()
    assert "say under `gap` why none does" in problems(garden)
    change(garden / f"tropes/{TOMATOES}.yaml", lambda trope: trope.update(gap="Nobody has tried for long enough."))
    assert load([garden]).stories_for(TOMATOES) == []


def test_a_later_folder_says_anew_what_it_says_of_the_subject(garden: Path, tmp_path: Path) -> None:
    write(tmp_path / "own" / "about.yaml", {"ask_for": ["roses"]})
    base = load([garden, tmp_path / "own"])
    assert base.about.ask_for == ("roses",)
    assert base.same_region("Wales", "Cymru")
    assert not base.same_region("Wales", "Scotland")
