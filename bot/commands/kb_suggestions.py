"""`counterpoint kb suggestions`: what people suggested in the form, as skeletons that a curator completes."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.data import open_store
from bot.commands.terminal import console, count, fail
from bot.suggestions import skeleton, skeleton_id

if TYPE_CHECKING:  # slow to import, and other commands need none of it
    from bot.store import Suggestion


def suggestions(
    output: Annotated[
        Path | None, typer.Option(help="a folder to write one file a story to, such as knowledge/stories")
    ] = None,
    workspace: Annotated[
        str | None, typer.Option("--workspace", metavar="ID", help="one workspace; default: all")
    ] = None,
) -> None:
    """Print the stories that people suggested, as YAML with marks where a curator has to write; or write files."""
    found = asyncio.run(_read(workspace))
    if not found:
        console.print("Nobody has suggested a story yet.")
    elif output is None:
        typer.echo("---\n".join(skeleton(one.fields, one.id, one.made_at) for one in found), nl=False)
    else:
        written = [one for one in found if _write(output, one)]
        there = f"; {len(found) - len(written)} were there already" if len(written) < len(found) else ""
        console.print(f"{count(written, 'skeleton')} written to {output}{there}", soft_wrap=True, markup=False)


def _write(folder: Path, one: "Suggestion") -> bool:
    """Whether a file was written; one that is there, which a curator may be working on, is left alone."""
    path = folder / f"{skeleton_id(one.fields, one.id)}.yaml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(skeleton(one.fields, one.id, one.made_at))
    except FileExistsError:
        if folder.is_dir():
            return False
        fail(f"{folder} is no folder; name another with --output")
    except OSError as error:
        fail(f"{path} cannot be written ({error.strerror}); name another folder with --output")
    return True


async def _read(workspace: str | None) -> "list[Suggestion]":
    from bot.store import Verdict

    async with open_store() as store:
        return [one for one in await store.suggestions(workspace) if one.verdict is not Verdict.REJECTED]
