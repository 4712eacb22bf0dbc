"""`counterpoint kb graph` and `kb export`: the knowledge base as a picture, for programs and for people to read."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.kb_reading import read_knowledge
from bot.commands.terminal import console, fail
from bot.curation import export as exporting
from bot.curation import graph as graphing

PICTURES = (".svg", ".png", ".pdf")


def graph(
    output: Annotated[Path, typer.Option(help="the file to write: .svg, .png or .pdf, .dot or .json", metavar="FILE")],
) -> None:
    """Draw which stories answer which tropes, by field; tropes in which people were hurt are red."""
    drawn = graphing.graph(read_knowledge().base)
    ending = output.suffix.lower()
    if ending not in (*PICTURES, ".dot", ".json"):
        fail(f"{output} does not say which form; end it in .svg, .png, .pdf, .dot or .json")
    try:
        if ending in PICTURES:
            from bot.curation.picture import draw  # slow to import

            draw(drawn, output)
        else:
            text = graphing.as_dot(drawn) if ending == ".dot" else graphing.as_json(drawn)
            output.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{output} cannot be written ({error.strerror}); name another file with --output")
    console.print(f"{len(drawn.nodes)} entries and {len(drawn.edges)} answers are in {output}", soft_wrap=True)


def export(
    form: Annotated[str, typer.Option("--format", help=" | ".join(exporting.FORMS))] = "json",
    output: Annotated[Path | None, typer.Option(help="a file to write; default: print it")] = None,
    drift: Annotated[bool, typer.Option("--check", help="write nothing; fail where --output is out of date")] = False,
) -> None:
    """Write the knowledge base for others: json, jsonld (schema.org, for fact-checkers), csv or markdown."""
    if form not in exporting.FORMS:
        fail(f"--format is {form!r}; type one of {', '.join(exporting.FORMS)}")
    text = exporting.FORMS[form](read_knowledge().base)
    if drift:
        if output is None:
            fail("--check compares with a file; name it with --output, such as --output docs/catalogue.md")
        if not output.exists() or output.read_bytes() != text.encode():
            fail(f"{output} is out of date; type: counterpoint kb export --format {form} --output {output}")
        console.print(f"{output} is up to date.", soft_wrap=True)
    elif output is None:
        typer.echo(text, nl=False)
    else:
        try:
            output.write_bytes(text.encode())
        except OSError as error:
            fail(f"{output} cannot be written ({error.strerror}); name another file with --output")
        console.print(f"The knowledge base is in {output}", soft_wrap=True)
