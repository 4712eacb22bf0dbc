"""`counterpoint manifest`: what an admin pastes into a platform to make the app."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.terminal import console, fail
from bot.platforms.slack import manifest as slack
from bot.platforms.teams import manifest as teams
from bot.platforms.teams.organisation import BadPackage, Organisation

app = typer.Typer(help="Make the app manifest for a platform.", no_args_is_help=True)


@app.callback()
def platforms() -> None:
    """Make the app manifest for a platform."""


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


@app.command("teams")
def teams_package(
    bot_id: Annotated[str, typer.Option(envvar="CLIENT_ID", help="the Azure bot's Microsoft App ID")],
    website: Annotated[str, typer.Option(help="your organisation's page about the bot, starting with https://")],
    output: Annotated[Path, typer.Option(help="the zip file to write")] = Path("counterpoint-teams.zip"),
    passive: Annotated[
        bool, typer.Option("--passive/--no-passive", help="ask teams and chats for all their messages, or for mentions")
    ] = False,
    privacy: Annotated[str, typer.Option(help="your privacy statement for it; without it, the website")] = "",
    terms: Annotated[str, typer.Option(help="your terms of use; without it, the website")] = "",
    developer: Annotated[str, typer.Option(help="who runs the bot, as shown in Teams")] = "Counterpoint",
    app_id: Annotated[str, typer.Option(help="the app's id in your catalogue; without it, the bot's")] = "",
    domain: Annotated[list[str] | None, typer.Option(help="a domain for validDomains; may be repeated")] = None,
    version: Annotated[str, typer.Option(help="raise it with every package that you upload")] = "1.0.0",
) -> None:
    """Write the app package that an admin uploads to Teams."""
    if output.suffix != ".zip":
        fail(f"--output is {output}; Teams takes a zip, so type a name such as {output.with_suffix('.zip')}")
    try:
        organisation = Organisation(
            bot_id=bot_id,
            app_id=app_id or bot_id,
            website=website,
            privacy=privacy or website,
            terms=terms or website,
            developer=developer,
            domains=tuple(domain or ()),
            version=version,
        )
    except BadPackage as error:
        fail(str(error))
    try:
        output.write_bytes(teams.package(organisation, passive))
    except OSError as error:
        fail(f"cannot write {output} ({error.strerror}); type another file: --output counterpoint-teams.zip")
    how = "with passive replies" if passive else "without passive replies"
    console.print(f"{output} is written, {how}. Upload it in the Teams admin center: docs/teams.md", soft_wrap=True)
