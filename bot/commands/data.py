"""`counterpoint data`: what a data-protection officer asks for."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.terminal import console, fail
from bot.settings import BadSettings, read_settings

if TYPE_CHECKING:  # slow to import, and other commands need none of it
    from bot.store import Store

app = typer.Typer(help="Export or delete everything kept about a workspace.", no_args_is_help=True)

Workspace = Annotated[str, typer.Option("--workspace", metavar="ID", help="the platform's own id, such as T012AB3CD")]


@asynccontextmanager
async def open_store() -> AsyncIterator["Store"]:
    """The store of the settings; prints what is wrong and ends the program where it cannot be used."""
    from bot.store import Store, StoreUnavailable

    try:
        given = read_settings()
        url = given.database_url.get_secret_value() if given.database_url else None
        store = await Store.open(url, given.data_path, given.key)
    except (BadSettings, StoreUnavailable) as error:
        fail(str(error))
    try:
        yield store
    except StoreUnavailable as error:
        fail(str(error))
    finally:
        await store.close()


@app.command()
def export(
    workspace: Workspace,
    output: Annotated[Path | None, typer.Option(help="a file to write; default: print it")] = None,
) -> None:
    """Write everything kept about a workspace as JSON; person ids are keyed hashes, and tokens are left out."""
    text = json.dumps(asyncio.run(_export(workspace)), indent=2, ensure_ascii=False)
    if output is None:
        typer.echo(text)
        return
    try:
        output.touch(mode=0o600)
        output.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        fail(f"{output} cannot be written ({error.strerror}); name another file with --output")
    console.print(f"Everything kept about {workspace} is in {output}", soft_wrap=True, markup=False)


@app.command()
def delete(
    workspace: Workspace,
    yes: Annotated[bool, typer.Option("--yes", help="delete, without asking")] = False,
) -> None:
    """Delete everything kept about a workspace, its Slack installation included. It cannot be undone."""
    if not yes and not typer.confirm(f"Delete everything kept about {workspace}? It cannot be undone"):
        fail("nothing was deleted; add --yes to delete without being asked")
    rows = asyncio.run(_delete(workspace))
    if rows == 0:
        fail(f"nothing is kept about {workspace!r}; check the id")
    console.print(f"Deleted {rows} {'row' if rows == 1 else 'rows'} of {workspace}.", markup=False)


async def _export(workspace: str) -> dict[str, list[dict[str, object]]]:
    async with open_store() as store:
        return await store.export_workspace(workspace)


async def _delete(workspace: str) -> int:
    async with open_store() as store:
        rows = sum(len(table) for table in (await store.export_workspace(workspace)).values())
        await store.forget_workspace(workspace)
        return rows
