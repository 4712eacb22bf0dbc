"""Where the command line prints: people read colours, programs read plain lines."""

from typing import NoReturn

import typer
from rich.console import Console
from rich.markup import escape

console = Console()
errors = Console(stderr=True)


def fail(message: str) -> NoReturn:
    """Print what is wrong and what to do, and end with exit code 1."""
    errors.print(f"[bold red]counterpoint:[/] {escape(message)}", soft_wrap=True, highlight=False)
    raise typer.Exit(1)
