"""Errors planted into copies of the real entries are all caught by `kb check`."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from bot.commands.kb import app
from tests.knowledge.conftest import change

KNOWLEDGE = Path(__file__).parent.parent.parent / "knowledge"
Entry = dict[str, Any]
Wanted = Callable[[Entry], object]


def first(folder: Path, kind: str, wanted: Wanted = bool) -> Path:
    """The first entry that is fit for an error."""
    return next(path for path in sorted((folder / kind).glob("*.yaml")) if wanted(read(path)))


def read(path: Path) -> Entry:
    entry: Entry = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return entry


def a_date_after_its_pages(folder: Path) -> Path:
    path = first(folder, "stories")
    change(path, lambda entry: entry["claims"][0].update(as_of="2026-10-31"))
    change(path, lambda entry: [source.update(date="2020-05") for source in entry["claims"][0]["sources"]])
    return path


def a_month_that_is_none(folder: Path) -> Path:
    path = first(folder, "stories")
    change(path, lambda entry: entry["claims"][0].update(as_of="2024-13"))
    return path


def a_page_from_after_it_was_checked(folder: Path) -> Path:
    path = first(folder, "tropes")
    change(path, lambda entry: entry["perspective"][0]["sources"][0].update(date="2027-03", checked="2026-11"))
    return path


def a_figure_without_a_source(folder: Path) -> Path:
    path = first(folder, "stories")
    change(path, lambda entry: entry["claims"][0].update(sources=[]))
    return path


def a_source_that_nobody_verified(folder: Path) -> Path:
    path = first(folder, "tropes")
    change(path, lambda entry: entry["concede"][0]["sources"][0].update(verified="U"))
    return path


def a_digit_turned_in_the_summary(folder: Path) -> Path:
    path = first(folder, "stories", lambda entry: re.search(r"\d{2}", entry["summary"]))
    change(path, lambda entry: entry.update(summary=re.sub(r"\d{2}", "73", entry["summary"], count=1)))
    return path


def a_second_figure_in_the_summary(folder: Path) -> Path:
    path = first(folder, "stories", lambda entry: re.search(r"\d", entry["summary"]))
    change(path, lambda entry: entry.update(summary=entry["summary"].rstrip(".") + ", and 4,321 others."))
    return path


def a_story_that_does_not_answer_its_trope(folder: Path) -> Path:
    path = first(folder, "stories", lambda entry: entry["id"] == "brazil-pix")
    wrong = {"trope": "nhs-fax-machines", "fit": "same service", "reason": "both are about the state"}
    change(path, lambda entry: entry["answers"].append(wrong))
    return path


def an_answer_to_a_trope_that_is_not_there(folder: Path) -> Path:
    path = first(folder, "stories")
    change(path, lambda entry: entry["answers"][0].update(trope="nhs-fax-machine"))
    return path


def a_success_story_about_harm(folder: Path) -> Path:
    path = first(folder, "stories")
    harm = {"trope": "post-office-horizon", "fit": "same mechanism", "reason": "a system that worked"}
    change(path, lambda entry: entry["answers"].append(harm))
    return path


def a_message_that_says_both(folder: Path) -> Path:
    path = first(folder, "tropes")
    change(path, lambda entry: entry["contrasts"].append(entry["phrasings"][0].upper()))
    return path


def a_message_written_twice_in_almost_the_same_words(folder: Path) -> Path:
    path = first(folder, "tropes", lambda entry: 8 <= len(entry["phrasings"][3].split()) <= 20)
    change(path, lambda entry: entry["phrasings"].append("well, " + entry["phrasings"][3] + " again"))
    return path


def a_boast(folder: Path) -> Path:
    path = first(folder, "stories")
    change(path, lambda entry: entry.update(done_differently="A world-class team did it."))
    return path


def half_an_address(folder: Path) -> Path:
    path = first(folder, "context")
    change(path, lambda entry: entry["claim"]["sources"][0].update(url="www.example.org/page"))
    return path


def a_review_in_the_next_century(folder: Path) -> Path:
    path = first(folder, "stories")
    change(path, lambda entry: entry.update(review_by="2126-05-31"))
    return path


def a_file_under_another_name(folder: Path) -> Path:
    path = first(folder, "stories")
    return path.rename(path.with_name("a-copy-of-it.yaml"))


ERRORS = (
    a_date_after_its_pages,
    a_month_that_is_none,
    a_page_from_after_it_was_checked,
    a_figure_without_a_source,
    a_source_that_nobody_verified,
    a_digit_turned_in_the_summary,
    a_second_figure_in_the_summary,
    a_story_that_does_not_answer_its_trope,
    an_answer_to_a_trope_that_is_not_there,
    a_success_story_about_harm,
    a_message_that_says_both,
    a_message_written_twice_in_almost_the_same_words,
    a_boast,
    half_an_address,
    a_review_in_the_next_century,
    a_file_under_another_name,
)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the real knowledge base."""
    folder = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE, folder)
    monkeypatch.setenv("KNOWLEDGE_PATH", str(folder))
    return folder


def told() -> set[str]:
    """What `kb check` finds, each without its line."""
    lines = CliRunner().invoke(app, ["check"]).output.splitlines()
    return {re.sub(r"\.yaml:\d+", ".yaml", line) for line in lines if re.search(r"\.yaml:\d+: ", line)}


@pytest.mark.parametrize("plant", ERRORS, ids=lambda plant: plant.__name__.replace("_", " "))
def test_an_error_planted_into_a_copy_is_caught(plant: Callable[[Path], Path], copy: Path) -> None:
    before = told()
    path = plant(copy)
    found = told() - before
    assert any(path.name in line for line in found), found
