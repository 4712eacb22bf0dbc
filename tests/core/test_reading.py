"""Every way in which a knowledge file can be wrong gets an error that says where and what to type."""

import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from bot.knowledge import load
from bot.reading import BadFile

SOURCE = {
    "publisher": "A Paper",
    "title": "A page",
    "url": "https://example.org/a",
    "date": "2020-01-02",
    "verified": "V",
    "checked": "2026-11",
}
CLAIM = {"text": "The service has 5,000 users.", "as_of": "2020-01", "sources": [SOURCE]}
TROPE = {
    "id": "bad-trope",
    "claim": "It never works.",
    "sensitivity": "ordinary",
    "region": "UK",
    "tags": ["launch"],
    "concede": [CLAIM],
    "perspective": [CLAIM],
    "phrasings": [f"it never works, number {n}" for n in range(12)],
    "contrasts": [f"does it work today, number {n}" for n in range(10)],
}
STORY = {
    "id": "good-story",
    "title": "It works",
    "organisation": "An office",
    "country": "UK",
    "years": "2019–",
    "status": "live",
    "summary": "The service, built in the open by a small team, now has 5,000 users.",
    "claims": [CLAIM],
    "caveats": ["Users are counted by account."],
    "done_differently": "A small team built it in the open.",
    "answers": [{"trope": "bad-trope", "fit": "same service", "reason": "the later chapter"}],
    "tags": ["users"],
    "review_by": "2027-05-31",
}


def write(folder: Path, trope: object = TROPE, story: object = STORY) -> Path:
    """A knowledge base of one trope and one story; text is written as it is, anything else as YAML."""
    for name, entry in (("tropes/bad-trope", trope), ("stories/good-story", story)):
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(entry if isinstance(entry, str) else yaml.safe_dump(entry, sort_keys=False))
    return folder


def problems(folder: Path) -> str:
    with pytest.raises(BadFile) as caught:
        load([folder])
    return str(caught.value)


def without(entry: Mapping[str, object], key: str) -> dict[str, object]:
    return {k: v for k, v in entry.items() if k != key}


def claim(**changes: object) -> dict[str, object]:
    return {**CLAIM, **changes}


def source(**changes: object) -> dict[str, object]:
    return {**CLAIM, "sources": [{**SOURCE, **changes}]}


def test_the_example_is_valid(tmp_path: Path) -> None:
    base = load([write(tmp_path)])
    assert base.stories_for("bad-trope")[0].headline.as_of == "2020-01"


STORY_FAULTS = {
    "missing key": (without(STORY, "title"), ["`title` is missing", "add a line `title: …`"]),
    "misspelt key": ({**without(STORY, "caveats"), "caveat": ["x"]}, ["`caveat`", "did you mean `caveats`?"]),
    "unknown key": ({**STORY, "zzz": 1}, ["`zzz` is not a key", "it takes: id, title"]),
    "number for text": ({**STORY, "title": 5}, ["`title` must be text, not 5", '"double quotes"']),
    "text for list": ({**STORY, "caveats": "one"}, ["`caveats` must be a list", "`- `"]),
    "unquoted colon": ({**STORY, "caveats": [{"Note": "this"}]}, ["`caveats.1` must be text", "': '"]),
    "wrong status": ({**STORY, "status": "dead"}, ["`status` is 'dead'", "'live'", "'under threat'"]),
    "claim without source": (
        {**STORY, "claims": [claim(sources=[])]},
        ["`claims.1.sources`", "at least one source"],
    ),
    "claim without date": (
        {**STORY, "claims": [without(CLAIM, "as_of")]},
        ["`claims.1.as_of` is missing", "figure"],
    ),
    "date in words": (
        {**STORY, "claims": [claim(as_of="June 2018")]},
        ["'June 2018' is not a date", '"2018-06"'],
    ),
    "impossible date": ({**STORY, "claims": [claim(as_of="2018-13")]}, ["'2018-13' is not a date"]),
    "unverified source": ({**STORY, "claims": [source(verified="U")]}, ["is 'U'", "'V' or 'V2'"]),
    "half a web address": (
        {**STORY, "claims": [source(url="example.org")]},
        ["not a web address", "https://"],
    ),
    "source without publisher": (
        {**STORY, "claims": [source(publisher="")]},
        ["`claims.1.sources.1.publisher` is empty"],
    ),
    "two figures": (
        {**STORY, "summary": "It has 5,000 users and 12 staff."},
        ["holds 2 figures", "keep one"],
    ),
    "figure no claim holds": ({**STORY, "summary": "It has 6,000 users."}, ["no single claim", "6,000"]),
    "long summary": ({**STORY, "summary": "word " * 61}, ["has 61 words", "at most 60"]),
    "banned word": ({**STORY, "summary": "It is amazing."}, ["'amazing'", "say it plainly"]),
    "bad review date": ({**STORY, "review_by": "soon"}, ["'soon' is not a day", '"2027-05-31"']),
    "another file's id": ({**STORY, "id": "other"}, ["`id` is 'other'", "good-story.yaml", "same name"]),
    "id with capitals": ({**STORY, "id": "Good"}, ["`id`"]),
    "unknown trope": (
        {**STORY, "answers": [{"trope": "nope", "fit": "same service", "reason": "r"}]},
        ["no trope 'nope'"],
    ),
    "unknown fit": (
        {**STORY, "answers": [{"trope": "bad-trope", "fit": "close", "reason": "r"}]},
        ["'close'", "'same service'"],
    ),
    "no answers": ({**STORY, "answers": []}, ["`answers` has 0 entries and needs at least 1"]),
}


@pytest.mark.parametrize("fault", STORY_FAULTS)
def test_a_story_that_is_wrong_is_explained(fault: str, tmp_path: Path) -> None:
    story, expected = STORY_FAULTS[fault]
    said = problems(write(tmp_path, story=story))
    assert "good-story.yaml:" in said
    for part in expected:
        assert part in said


TROPE_FAULTS = {
    "few phrasings": ({**TROPE, "phrasings": ["only one of these"]}, ["has 1 entries and needs at least 12"]),
    "few contrasts": ({**TROPE, "contrasts": ["only one of these"]}, ["has 1 entries and needs at least 10"]),
    "no concession": (without(TROPE, "concede"), ["`concede` is missing"]),
    "wrong sensitivity": ({**TROPE, "sensitivity": "mild"}, ["'ordinary' or 'harm'"]),
    "harm with a story": ({**TROPE, "sensitivity": "harm"}, ["no success story may answer it"]),
    "the same example twice": (
        {**TROPE, "contrasts": [*TROPE["contrasts"], "It never works, number 3"]},
        ["also stands in bad-trope under phrasings"],
    ),
}


@pytest.mark.parametrize("fault", TROPE_FAULTS)
def test_a_trope_that_is_wrong_is_explained(fault: str, tmp_path: Path) -> None:
    trope, expected = TROPE_FAULTS[fault]
    said = problems(write(tmp_path, trope=trope))
    for part in expected:
        assert part in said


TEXT_FAULTS = {
    "tab": ("id: good-story\n\ttitle: x\n", ":2:", "spaces"),
    "colon in text": ("id: good-story\ntitle: One: two\n", ":2:", '"double quotes"'),
    "open quote": ('id: good-story\ntitle: "One\n', ":", "not valid YAML"),
    "asterisk": ("id: good-story\ntitle: *One\n", ":2:", '"double quotes"'),
    "at sign": ("id: good-story\ntitle: @One\n", ":2:", "double quotes"),
    "empty": ("", ":1:", "empty"),
    "only a list": ("- a\n- b\n", ":1:", "`key: value`"),
    "key twice": ("id: good-story\ntitle: a\ntitle: b\n", ":3:", "given twice"),
    "control character": ("id: good-story\ntitle: a\x07b\n", ":", "invisible control character"),
}


@pytest.mark.parametrize("fault", TEXT_FAULTS)
def test_text_that_is_not_yaml_is_explained_with_its_line(fault: str, tmp_path: Path) -> None:
    text, line, advice = TEXT_FAULTS[fault]
    said = problems(write(tmp_path, story=text))
    assert f"good-story.yaml{line}" in said
    assert advice in said


def test_a_file_in_another_encoding_is_explained(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "stories" / "good-story.yaml").write_bytes("title: caf\u00e9".encode("latin-1"))
    assert "UTF-8" in problems(tmp_path)


def test_a_file_with_another_ending_is_not_silently_left_out(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "stories" / "extra.yml").write_text("id: extra")
    assert "rename it to extra.yaml" in problems(tmp_path)


def test_a_folder_that_is_not_there_is_explained(tmp_path: Path) -> None:
    assert "KNOWLEDGE_PATH" in problems(tmp_path / "nowhere")


def test_a_folder_without_tropes_is_explained(tmp_path: Path) -> None:
    assert "holds no tropes" in problems(tmp_path)


def test_the_line_is_that_of_the_faulty_entry(tmp_path: Path) -> None:
    text = yaml.safe_dump({**STORY, "status": "dead"}, sort_keys=False)
    line = text[: text.index("status:")].count("\n") + 1
    assert f"good-story.yaml:{line}: `status`" in problems(write(tmp_path, story=text))


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    said = problems(write(tmp_path, story={**without(STORY, "title"), "status": "dead"}))
    assert "`title` is missing" in said
    assert "`status` is 'dead'" in said


def test_a_later_folder_adds_and_overrides(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a"), tmp_path / "b"
    write(second, trope={**TROPE, "claim": "Another claim."})
    (second / "stories" / "good-story.yaml").unlink()
    base = load([first, second])
    assert base.tropes["bad-trope"].claim == "Another claim."
    assert "good-story" in base.stories


def test_a_reply_longer_than_allowed_is_refused(tmp_path: Path) -> None:
    long = {**TROPE, "concede": [claim(text="word " * 55)]}
    assert textwrap.shorten(problems(write(tmp_path, trope=long)), 500).find("may have 60") > 0
