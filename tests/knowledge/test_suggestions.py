"""Suggested stories as skeletons: valid YAML whatever somebody typed, and not told before a curator completed them."""

import asyncio
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge import Story, is_id, read
from bot.reading import BadFile, Document
from bot.skeletons import FILL_IN
from bot.store import Store
from bot.suggestions import FIELDS, skeleton, skeleton_id
from tests.knowledge.conftest import Run, change

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
GIVEN = {
    "title": "Tomatoes in every school",
    "organisation": "Town gardens",
    "figure": "41 schools, 2024",
    "url": "https://example.org/tomatoes",
    "different": "One school at a time.",
}
awkward = "\t\n\r #:-'\"\\[]{}&*!|>%@`?,\x00\x85\u2028\ufeff"
texts = st.text(st.characters(), max_size=80) | st.text(awkward, max_size=40)


@pytest.fixture
def suggested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database in which one story is suggested twice."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATA_PATH", str(tmp_path / "data"))

    async def fill() -> None:
        store = await Store.open(None, tmp_path / "data")
        await store.suggest("T1", GIVEN, NOW)
        await store.suggest("T2", GIVEN, NOW)
        await store.close()

    asyncio.run(fill())


@given(st.dictionaries(st.sampled_from([*FIELDS]), texts))
def test_nothing_that_somebody_types_breaks_the_yaml(tmp_path_factory: pytest.TempPathFactory, fields: Any) -> None:
    path = tmp_path_factory.mktemp("stories") / "story.yaml"
    path.write_text(skeleton(fields, "0" * 32, NOW), encoding="utf-8")
    told = Document(path).data
    assert list(told) == [name for name in Story.model_fields if name in told]
    assert is_id(told["id"])
    for name, place in (("title", "title"), ("organisation", "organisation"), ("different", "done_differently")):
        typed = " ".join(fields.get(name, "").encode("utf-8", "replace").decode().split())
        assert told[place] == typed or (not typed and FILL_IN in told[place])


def test_what_a_curator_has_to_write_is_all_that_is_wrong_with_it(garden: Path) -> None:
    path = garden / "stories" / f"{skeleton_id(GIVEN, '0' * 32)}.yaml"
    path.write_text(skeleton(GIVEN, "0" * 32, NOW), encoding="utf-8")
    marked = {n for n, line in enumerate(path.read_text().splitlines(), 1) if FILL_IN in line and line[0] != "#"}
    with pytest.raises(BadFile) as caught:
        read([garden])
    assert {problem.file for problem in caught.value.problems} == {str(path)}
    assert {problem.line for problem in caught.value.problems} <= marked


def test_half_completed_it_is_named_line_by_line(garden: Path, kb: Run) -> None:
    path = garden / "stories" / f"{skeleton_id(GIVEN, '0' * 32)}.yaml"
    path.write_text(skeleton(GIVEN, "0" * 32, NOW), encoding="utf-8")
    trope = next(iter(read_ids(garden)))
    change(path, lambda story: complete(story, trope))
    refused = kb("check")
    assert refused.exit_code == 1
    assert refused.output.count(f"still says {FILL_IN}; write it, or delete the file") == 2
    assert f"{path}:4: still says" in refused.output


def test_completed_it_is_a_story(garden: Path, kb: Run) -> None:
    path = garden / "stories" / f"{skeleton_id(GIVEN, '0' * 32)}.yaml"
    path.write_text(skeleton(GIVEN, "0" * 32, NOW), encoding="utf-8")
    trope = next(iter(read_ids(garden)))
    change(path, lambda story: complete(story, trope))
    change(path, lambda story: story.update(country="UK", years="2024"))
    done = kb("check")
    assert done.exit_code == 0, done.output


def test_suggestions_are_printed(kb: Run, suggested: None) -> None:
    printed = kb("suggestions", "--workspace", "T1")
    assert printed.exit_code == 0
    (story,) = yaml.safe_load_all(printed.output)
    assert (story["title"], story["claims"][0]["sources"][0]["url"]) == (GIVEN["title"], GIVEN["url"])
    assert len(list(yaml.safe_load_all(kb("suggestions").output))) == 2


def test_suggestions_are_written_once_and_a_curators_work_is_left_alone(
    kb: Run, suggested: None, tmp_path: Path
) -> None:
    folder = tmp_path / "new"
    assert "2 skeletons written" in kb("suggestions", "--output", str(folder)).output
    files = sorted(folder.iterdir())
    assert all(Document(file).data["id"] == file.stem for file in files)
    files[0].write_text("mine", encoding="utf-8")
    assert "0 skeletons written" in kb("suggestions", "--output", str(folder)).output
    assert files[0].read_text(encoding="utf-8") == "mine"
    refused = kb("suggestions", "--output", str(files[0]))
    assert (refused.exit_code, "name another" in refused.output) == (1, True)


def test_no_suggestion_is_said(kb: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_PATH", str(tmp_path / "empty"))
    assert "Nobody has suggested" in kb("suggestions").output


def read_ids(garden: Path) -> list[str]:
    """The tropes of the base."""
    return [path.stem for path in sorted((garden / "tropes").glob("*.yaml"))]


def complete(story: dict[str, Any], trope: str) -> None:
    """What a curator writes, all but where and when."""
    sentence = "The town planted tomatoes in 41 schools"
    story["summary"] = f"{sentence}, one school at a time."
    (claim,) = story["claims"]
    claim.update(text=f"{sentence}.", as_of="2024")
    claim["sources"][0].update(
        publisher="Town gardens", title="Tomatoes", date="2024-05-31", verified="V", checked="2026-11"
    )
    story.update(status="live", caveats=["Some schools have no garden."], tags=["tomatoes"], review_by="2027-05-31")
    story["answers"] = [{"trope": trope, "fit": "same mechanism", "reason": "they were planted all the same"}]
