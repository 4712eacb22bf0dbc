"""`counterpoint kb`: read, check and extend the knowledge base."""

import datetime as dt
import json
from pathlib import Path
from typing import Annotated

import typer
import yaml
from pydantic import BaseModel
from rich.markup import escape
from rich.table import Table

from bot import knowledge
from bot.commands.loading import settings_or_fail
from bot.commands.terminal import console, fail
from bot.reading import BadFile
from bot.skeletons import STORY, TROPE

app = typer.Typer(help="Read, check and extend the knowledge base.", no_args_is_help=True)

SCHEMAS: dict[str, type[BaseModel]] = {
    "trope": knowledge.Trope,
    "story": knowledge.Story,
    "background": knowledge.Background,
}


def load_knowledge() -> knowledge.KnowledgeBase:
    """The knowledge base of the settings; prints every problem and ends the program where there is one."""
    try:
        return knowledge.load(settings_or_fail().knowledge_path)
    except BadFile as error:
        for problem in error.problems:
            console.print(escape(str(problem)), style="red", soft_wrap=True, highlight=False)
        count = len(error.problems)
        fail(f"{count} {'problem' if count == 1 else 'problems'} in the knowledge base; nothing was loaded")


@app.command()
def check() -> None:
    """Validate every file; each error names the file, the line and what to type."""
    base = load_knowledge()
    for story in base.overdue(dt.date.today()):
        console.print(f"{story.id}: review_by {story.review_by} has passed; check its sources", style="yellow")
    phrasings = sum(len(trope.phrasings) for trope in base.tropes.values())
    contrasts = sum(len(trope.contrasts) for trope in base.tropes.values())
    console.print(
        f"{len(base.tropes)} tropes ({phrasings} phrasings, {contrasts} contrasts) and "
        f"{len(base.stories)} stories are in order.",
        style="green",
    )


@app.command("list")
def list_entries() -> None:
    """List tropes and stories."""
    base = load_knowledge()
    tropes = Table("trope", "claim", "sensitivity", "stories", title="Tropes")
    for trope in base.tropes.values():
        tropes.add_row(trope.id, escape(trope.claim), trope.sensitivity, str(len(base.stories_for(trope.id))))
    stories = Table("story", "title", "country", "status", "review by", title="Stories")
    for story in base.stories.values():
        stories.add_row(story.id, escape(story.title), story.country, story.status, story.review_by)
    console.print(tropes, stories)


@app.command()
def show(entry: Annotated[str, typer.Argument(help="the id of a trope or story", metavar="ID")]) -> None:
    """Show one trope or story with everything in it."""
    base = load_knowledge()
    found = base.tropes.get(entry) or base.stories.get(entry)
    if found is None:
        fail(f"there is no trope or story {entry!r}; `counterpoint kb list` shows them")
    text = yaml.safe_dump(found.model_dump(mode="json"), allow_unicode=True, sort_keys=False, width=100)
    console.print(text, markup=False, highlight=False, soft_wrap=True)


@app.command()
def new(
    kind: Annotated[str, typer.Argument(help="trope or story")],
    entry: Annotated[str, typer.Argument(help="its id, such as nhs-fax-machines", metavar="ID")],
) -> None:
    """Write a commented skeleton to fill in."""
    if kind not in ("trope", "story"):
        fail(f"{kind!r} is neither trope nor story; type: counterpoint kb new story {entry}")
    if not knowledge.is_id(entry):
        fail(f"{entry!r} cannot be an id; use small letters, digits and hyphens, such as nhs-fax-machines")
    folder = settings_or_fail().knowledge_path[-1] / {"trope": "tropes", "story": "stories"}[kind]
    path = folder / f"{entry}.yaml"
    if path.exists():
        fail(f"{path} exists already; choose another id, or edit it")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text({"trope": TROPE, "story": STORY}[kind].replace("ID", entry, 1), encoding="utf-8")
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
