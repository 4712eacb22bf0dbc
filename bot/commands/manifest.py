"""`counterpoint manifest`: what an admin pastes into a platform to make the app."""

import json
from typing import Annotated

import typer

from bot.commands.terminal import fail
from bot.platforms.slack import manifest as slack

app = typer.Typer(help="Print an app manifest for a platform.", no_args_is_help=True)


@app.callback()
def platforms() -> None:
    """Print an app manifest for a platform."""


@app.command("slack")
def slack_manifest(
    way: Annotated[str, typer.Option(help="socket: no public address; http: a public address")] = "socket",
    address: Annotated[str, typer.Option(help="for http: where this bot is reached, starting with https://")] = "",
) -> None:
    """Print the Slack app manifest for the chosen way."""
    if way not in ("socket", "http"):
        fail(f"--way is {way!r}; type --way socket or --way http")
    if way == "http" and not address.startswith("https://"):
        fail(
            "--way http needs the address at which Slack reaches the bot, such as --address https://bot.example.gov.uk"
        )
    made = slack.manifest("http" if way == "http" else "socket", address or "https://counterpoint.example.org")
    typer.echo(json.dumps(made, indent=2, ensure_ascii=False))
