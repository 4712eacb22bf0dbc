"""`counterpoint stats`: what was said and what was thought of it; sums, never about a person."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from bot.commands.data import open_store
from bot.commands.terminal import console

if TYPE_CHECKING:  # slow to import, and other commands need none of it
    from bot.store import Statistics, Tally


def stats(
    workspace: Annotated[
        str | None, typer.Option("--workspace", metavar="ID", help="one workspace; default: all")
    ] = None,
    weeks: Annotated[int, typer.Option(min=1, max=520, help="how many weeks, this one included")] = 12,
) -> None:
    """Print replies, holds by reason, and how often replies were found helpful or not relevant."""
    from bot.store.records import most, ranked

    found = asyncio.run(_read(workspace, weeks))
    console.print(f"Since {found.since.day} {found.since:%B %Y}: {found.total}.")
    for title, tallies in (("trope", ranked(found.tropes)), ("story", ranked(found.stories))):
        if tallies:
            console.print(_table(title, tallies))
    if found.weeks:
        console.print(_table("week", [(f"{week}", found.weeks[week]) for week in sorted(found.weeks)]))
    if found.holds:
        table = Table("held, for", "times")
        for rule, count in most(found.holds):
            table.add_row(rule.replace("_", " "), str(count))
        console.print(table)


def _table(title: str, tallies: list[tuple[str, "Tally"]]) -> Table:
    table = Table(title, "replies", "helpful", "not relevant")
    for name, tally in tallies:
        table.add_row(name, str(tally.replies), str(tally.helpful), str(tally.not_relevant))
    return table


async def _read(workspace: str | None, weeks: int) -> "Statistics":
    async with open_store() as store:
        return await store.statistics(workspace, weeks)
