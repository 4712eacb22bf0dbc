"""`counterpoint kb counts` and `kb stale`: what the knowledge base holds, and what to look at again."""

import datetime as dt
import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from bot import freshness
from bot.commands.kb_reading import read_knowledge
from bot.commands.terminal import console
from bot.commands.terminal import count as counted
from bot.curation.counts import Counts, count

Json = Annotated[bool, typer.Option("--json", help="print JSON for programs")]


def counts(as_json: Json = False) -> None:
    """Count tropes, stories, claims and sources, and list what lacks an answer."""
    base = read_knowledge().base
    found = count(base)
    if as_json:
        typer.echo(json.dumps(asdict(found), indent=2, ensure_ascii=False))
        return
    console.print(_whole(found))
    for title, pairs in (("region", found.by_region), ("field", found.by_field)):
        table = Table(title, "tropes", "stories")
        for name, (tropes, stories) in pairs.items():
            table.add_row(escape(name), str(tropes or "·"), str(stories or "·"))
        console.print(table)
    for title, ids in (("Without a story", found.unanswered), ("With one story", found.few)):
        if not ids:
            console.print(f"{title}: no trope.")
        for id_ in ids:
            gap = base.tropes[id_].gap
            console.print(f"{title}: {id_} ({escape(gap or 'no reason is given under `gap`')})", soft_wrap=True)


def _whole(found: Counts) -> Table:
    table = Table("what", "how many", "of them")
    table.add_row("tropes", f"{found.tropes:,}", f"{found.harm} harm")
    table.add_row("messages", f"{found.phrasings + found.contrasts:,}", f"{found.phrasings:,} phrasings")
    table.add_row("stories", f"{found.stories:,}")
    table.add_row("context facts", f"{found.context:,}")
    second = f"{len(found.second_hand_claims)} on second-hand sources alone"
    table.add_row("claims", f"{found.claims:,}", second)
    table.add_row("sources", f"{found.sources:,}", f"{found.primary:,} V, {found.second_hand:,} V2")
    table.add_row("pages", f"{found.pages:,}")
    return table


def stale(
    within: Annotated[int, typer.Option(min=0, help="also list what is due within this many days")] = 0,
    as_json: Json = False,
) -> None:
    """List what is past its review day; ends with exit code 1 where anything is."""
    base = read_knowledge().base
    found = freshness.due(base, dt.date.today(), within)
    past = [one for one in found if one.days < 0]
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], indent=2))
    elif not found:
        console.print("Nothing is due for review.", style="green")
    else:
        table = Table("entry", "review by", "days left")
        for one in found:
            limit = " (told only when asked)" if -one.days > freshness.UNASKED_LIMIT.days else ""
            table.add_row(one.id, one.review_by, f"{one.days}{limit}", style="red" if one.days < 0 else None)
        console.print(table)
    if past:
        if not as_json:
            console.print(f"{counted(past, 'entry')} past review_by; open each source, then set a new day.")
        raise typer.Exit(1)
