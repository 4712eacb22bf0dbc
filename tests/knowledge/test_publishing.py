"""The graph, its picture, and the knowledge base for others."""

import csv
import io
import itertools
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bot.curation.catalogue import catalogue
from bot.curation.export import as_csv, as_json, as_jsonld
from bot.curation.graph import as_dot, graph
from bot.curation.graph import as_json as graph_json
from bot.curation.picture import lay_out
from bot.knowledge import ContextFact, KnowledgeBase, Story, Trope, load
from tests.knowledge.conftest import Run, change

ANY = "@type @id name description url"
WORK = (
    "about abstract author citation creativeWorkStatus datePublished expires hasPart headline inLanguage keywords "
    "mentions publisher sdDatePublished spatialCoverage temporalCoverage text"
)
TERMS = {  # the properties that schema.org gives each type, as far as we use them
    "ClaimReview": f"{WORK} claimReviewed itemReviewed reviewBody reviewRating",
    "Claim": f"{WORK} appearance",
    "Article": f"{WORK} articleBody",
    "Rating": "alternateName",
    "Organization": "",
    "Place": "",
    "Thing": "",
}


@pytest.fixture
def base(garden: Path) -> KnowledgeBase:
    return load([garden])


def every(value: object) -> list[dict[str, Any]]:
    """Every object inside a JSON document."""
    if isinstance(value, list):
        return [found for item in value for found in every(item)]
    if isinstance(value, dict):
        return [value, *every(list(value.values()))]
    return []


def test_json_holds_every_entry_whole(base: KnowledgeBase) -> None:
    whole = json.loads(as_json(base))
    assert [Trope.model_validate(entry).id for entry in whole["tropes"]] == list(base.tropes)
    assert [Story.model_validate(entry) for entry in whole["stories"]] == list(base.stories.values())
    assert [ContextFact.model_validate(entry) for entry in whole["context"]] == list(base.context.values())


def test_json_ld_uses_only_terms_that_schema_org_gives_the_type(base: KnowledgeBase) -> None:
    whole = json.loads(as_jsonld(base))
    assert whole["@context"] == "https://schema.org"
    for found in every(whole["@graph"]):
        if set(found) != {"@id"}:
            assert set(found) <= {*ANY.split(), *TERMS[found["@type"]].split()}, found


def test_json_ld_reviews_each_trope_and_cites_what_answers_it(base: KnowledgeBase) -> None:
    items = {item["@id"]: item for item in json.loads(as_jsonld(base))["@graph"]}
    review = items["urn:counterpoint:tomatoes-never-ripen"]
    assert review["@type"] == "ClaimReview"
    assert review["itemReviewed"]["@type"] == "Claim"
    assert {cited["@id"] for cited in review["citation"]} <= set(items)
    assert items["urn:counterpoint:early-tomatoes"]["@type"] == "Article"
    assert items["urn:counterpoint:weedkiller-accident"]["citation"] == []


def test_json_ld_refers_only_to_what_it_holds(base: KnowledgeBase) -> None:
    objects = every(json.loads(as_jsonld(base)))
    held = {found["@id"] for found in objects if "@type" in found and "@id" in found}
    assert {found["@id"] for found in objects if set(found) == {"@id"}} <= held


def test_csv_has_a_line_for_each_source_and_no_formula(base: KnowledgeBase, garden: Path) -> None:
    change(
        garden / "stories/shared-compost.yaml",
        lambda story: story["claims"][0]["sources"][0].update(title='=HYPERLINK("x")'),
    )
    rows = list(csv.DictReader(io.StringIO(as_csv(load([garden])))))
    assert len(rows) == 7
    assert {row["kind"] for row in rows} == {"trope", "story", "context"}
    assert '\'=HYPERLINK("x")' in [row["title"] for row in rows]


def test_the_catalogue_names_every_entry_every_source_and_every_caveat(base: KnowledgeBase) -> None:
    page = catalogue(base)
    for id_ in (*base.tropes, *base.stories, *base.context):
        assert f"### {id_}\n" in page
    for story in base.stories.values():
        assert all(f"Caveat: {caveat}" in page for caveat in story.caveats)
        assert all(source.url in page for claim in story.claims for source in claim.sources)
    assert "never answered with a story" in page


def test_the_catalogue_makes_markup_harmless(garden: Path) -> None:
    change(garden / "stories/early-tomatoes.yaml", lambda story: story.update(organisation="<b>Red_*</b>"))
    assert r"\<b\>Red\_\*\</b\>" in catalogue(load([garden]))


def test_a_catalogue_that_is_out_of_date_is_told(kb: Run, tmp_path: Path) -> None:
    page = str(tmp_path / "catalogue.md")
    assert kb("export", "--format", "markdown", "--output", page).exit_code == 0
    assert "up to date" in kb("export", "--format", "markdown", "--output", page, "--check").output
    Path(page).write_text("old")
    said = kb("export", "--format", "markdown", "--output", page, "--check")
    assert said.exit_code == 1
    assert "type: counterpoint kb export --format markdown --output" in said.output
    assert "name it with --output" in kb("export", "--check").output


def test_what_is_printed_is_what_is_written(kb: Run, tmp_path: Path) -> None:
    kb("export", "--format", "jsonld", "--output", str(tmp_path / "x.jsonld"))
    assert kb("export", "--format", "jsonld").output == (tmp_path / "x.jsonld").read_text()


def test_another_format_is_told(kb: Run) -> None:
    assert "type one of json, jsonld, csv, markdown" in kb("export", "--format", "xml").output


def test_the_graph_has_every_entry_and_every_answer(base: KnowledgeBase) -> None:
    drawn = json.loads(graph_json(graph(base)))
    assert {node["id"] for node in drawn["nodes"]} == {*base.tropes, *base.stories, *base.context}
    assert len(drawn["links"]) == 3
    assert [node["id"] for node in drawn["nodes"] if node["harm"]] == ["weedkiller-accident"]


def test_dot_quotes_what_a_title_may_hold(garden: Path) -> None:
    change(garden / "stories/early-tomatoes.yaml", lambda story: story.update(title='Say "red"'))
    text = as_dot(graph(load([garden])))
    assert r'"early-tomatoes" [label="Say \"red\"", shape=ellipse];' in text
    assert 'color="firebrick"' in text


def test_no_two_entries_of_a_column_stand_on_one_row(base: KnowledgeBase) -> None:
    layout = lay_out(graph(base))
    for kind in ("trope", "story", "context"):
        rows = sorted(placed.row for placed in layout.placed.values() if placed.node.kind == kind)
        assert all(after - before >= 1 for before, after in itertools.pairwise(rows))


def test_the_picture_can_be_drawn_and_is_the_same_each_time(kb: Run, tmp_path: Path) -> None:
    one, other = tmp_path / "one.svg", tmp_path / "other.svg"
    assert kb("graph", "--output", str(one)).exit_code == 0
    kb("graph", "--output", str(other))
    assert one.read_bytes() == other.read_bytes()
    text = "".join(ElementTree.parse(one).getroot().itertext())  # noqa: S314  we wrote it
    assert "Red tomatoes on a Welsh hillside" in text
    assert kb("graph", "--output", str(tmp_path / "one.png")).exit_code == 0
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_in_another_form_is_told(kb: Run, tmp_path: Path) -> None:
    assert "end it in .svg" in kb("graph", "--output", str(tmp_path / "graph.gif")).output
    assert "cannot be written" in kb("graph", "--output", str(tmp_path / "no" / "graph.json")).output
