"""`counterpoint kb`: read, check and extend the knowledge base."""

import datetime as dt
import json
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer
import yaml
from pydantic import BaseModel
from rich.markup import escape
from rich.table import Table

from bot import freshness, knowledge
from bot.commands import kb_links, kb_publish, kb_reports, kb_suggestions
from bot.commands.kb_reading import give_up, read_knowledge
from bot.commands.loading import settings_or_fail
from bot.commands.terminal import console, count, fail
from bot.curation import counts
from bot.curation.doubts import doubts
from bot.curation.repeats import examples, learned, repeated, twins
from bot.reading import BadFile
from bot.skeletons import SKELETONS

app = typer.Typer(help="Read, check and extend the knowledge base.", no_args_is_help=True)

app.command("counts")(kb_reports.counts)
app.command("graph")(kb_publish.graph)
app.command("export")(kb_publish.export)
app.command("stale")(kb_reports.stale)
app.command("links")(kb_links.links)
app.command("suggestions")(kb_suggestions.suggestions)
SCHEMAS: dict[str, type[BaseModel]] = {
    "trope": knowledge.Trope,
    "story": knowledge.Story,
    "context": knowledge.ContextFact,
    "background": knowledge.Background,
    "about": knowledge.About,
    "off": knowledge.Off,
}


@app.command()
def check(
    messages: Annotated[
        Path | None, typer.Option(help="a folder of twins, such as tests/messages, that must not repeat examples")
    ] = None,
    training: Annotated[
        Path | None, typer.Option(help="a folder of more examples to train on, such as knowledge/training")
    ] = None,
) -> None:
    """Validate every file, its dates and answers, and that no example nearly repeats another."""
    reading = read_knowledge()
    base = reading.base
    try:
        placed = examples(reading) + (learned(training) if training else []) + (twins(messages) if messages else [])
    except BadFile as error:
        give_up(error.problems)
    if found := [*doubts(reading), *repeated(placed)]:
        give_up(found)
    for one in freshness.due(base, dt.date.today()):
        if one.days < 0:
            console.print(f"{one.id}: review_by {one.review_by} has passed; check its sources", style="yellow")
    held = counts.count(base)
    console.print(
        f"{count(base.tropes, 'trope')} ({held.phrasings} phrasings, {held.contrasts} contrasts), "
        f"{count(base.stories, 'story')} and {count(base.context, 'context fact')}: all in order.",
        style="green",
        soft_wrap=True,
    )


@app.command("list")
def list_entries() -> None:
    """List tropes, stories and context facts."""
    base = read_knowledge().base
    tropes = Table("trope", "claim", "sensitivity", "stories", title="Tropes")
    for trope in base.tropes.values():
        tropes.add_row(trope.id, escape(trope.claim), trope.sensitivity, str(len(base.stories_for(trope.id))))
    stories = Table("story", "title", "country", "status", "review by", title="Stories")
    for story in base.stories.values():
        stories.add_row(story.id, escape(story.title), story.country, story.status, story.review_by)
    facts = Table("context fact", "claim", "as of", "review by", title="Context facts")
    for fact in base.context.values():
        facts.add_row(fact.id, escape(fact.claim.text), fact.claim.as_of, fact.review_by)
    console.print(tropes, stories, facts)


@app.command()
def show(entry: Annotated[str, typer.Argument(help="the id of an entry", metavar="ID")]) -> None:
    """Show one trope, story or context fact with everything in it."""
    base = read_knowledge().base
    found = base.tropes.get(entry) or base.stories.get(entry) or base.context.get(entry)
    if found is None:
        known = [*base.tropes, *base.stories, *base.context]
        near = get_close_matches(entry, known, n=1)
        advice = f"did you mean {near[0]}?" if near else "`counterpoint kb list` shows them"
        fail(f"there is no entry {entry!r}; {advice}")
    text = yaml.safe_dump(found.model_dump(mode="json"), allow_unicode=True, sort_keys=False, width=100)
    console.print(text, markup=False, highlight=False, soft_wrap=True)


@app.command()
def new(
    kind: Annotated[str, typer.Argument(help="trope, story or context")],
    entry: Annotated[str, typer.Argument(help="its id, such as big-move-went-well", metavar="ID")],
) -> None:
    """Write a commented skeleton to fill in."""
    if kind not in SKELETONS:
        fail(f"{kind!r} is not one of {', '.join(SKELETONS)}; type: counterpoint kb new story {entry}")
    if not knowledge.is_id(entry):
        fail(f"{entry!r} cannot be an id; use small letters, digits and hyphens, such as big-move-went-well")
    name, skeleton = SKELETONS[kind]
    folder = settings_or_fail().knowledge_path[-1] / name
    path = folder / f"{entry}.yaml"
    if path.exists():
        fail(f"{path} exists already; choose another id, or edit it")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(skeleton.replace("ID", entry, 1), encoding="utf-8")
    console.print(f"{path} is ready to fill in; then type: counterpoint kb check", soft_wrap=True)


@app.command()
def schema(
    folder: Annotated[
        Path | None, typer.Option(help="where to write; default: the knowledge base's schema folder")
    ] = None,
    drift: Annotated[bool, typer.Option("--check", help="write nothing; fail where a schema is out of date")] = False,
) -> None:
    """Write the JSON Schemas that let an editor complete and check the YAML."""
    target = folder or settings_or_fail().knowledge_path[0] / "schema"
    for name, model in SCHEMAS.items():
        path = target / f"{name}.json"
        text = json.dumps(model.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
        if drift and (not path.exists() or path.read_text(encoding="utf-8") != text):
            fail(f"{path} is out of date; type: counterpoint kb schema")
        if not drift:
            target.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    console.print("The schemas are up to date." if drift else f"Schemas written to {target}", soft_wrap=True)
