"""Where the command line prints: people read colours, programs read plain lines."""

from collections.abc import Sized
from typing import NoReturn

import typer
from rich.console import Console
from rich.markup import escape

console = Console()
errors = Console(stderr=True)


def count(things: Sized, name: str) -> str:
    """How many there are, with their name: "1 story", "2 stories"."""
    several = f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"
    return f"{len(things):,} {name if len(things) == 1 else several}"


def fail(message: str) -> NoReturn:
    """Print what is wrong and what to do, and end with exit code 1."""
    complain(message)
    raise typer.Exit(1)


def complain(message: str) -> None:
    """Print what is wrong and what to do."""
    errors.print(f"[bold red]counterpoint:[/] {escape(message)}", soft_wrap=True, highlight=False)
