"""`counterpoint kb links`: asks for every page that a claim rests on."""

import asyncio
import datetime as dt
import json
from collections import Counter
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.commands.kb_reading import read_knowledge
from bot.commands.loading import settings_or_fail
from bot.commands.terminal import console, errors, fail
from bot.curation.claims import Stated, pages
from bot.curation.journal import Journal
from bot.curation.links import PAUSE, TIMEOUT, Answer, Record, Verdict, archived, remember, said
from bot.knowledge import Source

Places = dict[str, list[tuple[Stated, Source]]]
COLOURS = {Verdict.UNREACHABLE: "red", Verdict.UNKNOWN: "yellow", Verdict.REACHABLE: "green"}


def links(
    again: Annotated[bool, typer.Option("--again", help="ask for every page, however lately it was asked for")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON for programs")] = False,
    pause: Annotated[float, typer.Option(min=0, help="seconds between two requests to one server")] = PAUSE,
    timeout: Annotated[float, typer.Option(min=0.1, help="seconds that an answer may take")] = TIMEOUT,
) -> None:
    """Check that every source can still be opened; ends with exit code 1 where a link is dead.

    Answers are remembered in CACHE_PATH: stop it at any time, and the next check goes on from there. A page counts as
    dead when it has been unreachable for 14 days.
    """
    places = pages(read_knowledge().base)
    journal = Journal(settings_or_fail().cache_path / "links.jsonl")
    now = dt.datetime.now(dt.UTC)
    wanted = [url for url in places if again or url not in journal.records or journal.records[url].is_due(now)]
    try:
        online = _ask(wanted, journal, pause, timeout)
        if online or not wanted:
            journal.tidy(set(places))
    except KeyboardInterrupt:
        fail("stopped; type the same again to go on from here")
    except OSError as error:
        fail(f"{error.filename} cannot be written ({error.strerror}); set CACHE_PATH to a folder of yours")
    known = [journal.records[url] for url in places if url in journal.records]
    if as_json:
        typer.echo(json.dumps([_told(record, places) for record in known], indent=1, ensure_ascii=False))
    else:
        _print(known, places)
    if not online and wanted:
        fail("not one page answered, so this machine seems to be offline; nothing was remembered")
    if any(record.is_dead() for record in known):
        raise typer.Exit(1)


def _ask(wanted: list[str], journal: Journal, pause: float, timeout: float) -> bool:
    """Ask for these pages with a progress bar; whether any server answered.

    Until one has answered, what may be the fault of our own network is held back; where none does, it is forgotten.
    """
    from bot.curation.asking import ask_all  # slow to import

    held_back: list[tuple[str, Answer]] = []
    online = False
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task("Asking for pages", total=len(wanted))

        def answered(url: str, answer: Answer) -> None:
            nonlocal online
            bar.advance(task)
            held_back.append((url, answer))
            online = online or not (answer.fault and answer.fault.may_be_ours)
            while online and held_back:
                page, came = held_back.pop(0)
                journal.add(remember(journal.records.get(page), page, came, dt.datetime.now(dt.UTC)))

        asyncio.run(ask_all(wanted, answered, pause, timeout))
    return online


def _print(known: list[Record], places: Places) -> None:
    order = [Verdict.UNKNOWN, Verdict.UNREACHABLE]
    doubtful = [record for record in known if record.verdict in order]
    for record in sorted(doubtful, key=lambda record: (record.is_dead(), order.index(record.verdict), record.url)):
        console.print(f"[{COLOURS[record.verdict]}]{escape(said(record))}[/]", highlight=False, soft_wrap=True)
        console.print(f"  {escape(record.url)}", highlight=False, soft_wrap=True)
        for stated, _ in places[record.url]:
            console.print(f"  in {stated.place}", highlight=False, soft_wrap=True)
        if record.verdict is Verdict.UNREACHABLE:
            copy = archived(record.url, places[record.url][0][1].checked)
            console.print(f"  look for a copy: {escape(copy)}", highlight=False, soft_wrap=True)
    found = Counter(record.verdict for record in known)
    dead = sum(record.is_dead() for record in known)
    console.print(
        f"{len(places)} pages: {found[Verdict.REACHABLE]} reachable, {found[Verdict.UNREACHABLE]} unreachable "
        f"({dead} of them dead), {found[Verdict.UNKNOWN]} unknown, {len(places) - len(known)} not asked yet.",
        soft_wrap=True,
        highlight=False,
    )


def _told(record: Record, places: Places) -> dict[str, object]:
    return {
        "url": record.url,
        "verdict": record.verdict,
        "dead": record.is_dead(),
        "reason": record.reason,
        "checked": record.checked.isoformat(),
        "since": record.since.isoformat() if record.since else None,
        "in": [stated.place for stated, _ in places[record.url]],
        "copy": archived(record.url, places[record.url][0][1].checked),
    }
