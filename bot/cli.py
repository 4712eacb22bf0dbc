"""The command line: `counterpoint`, and `python -m bot`."""

from typing import Annotated

import typer

from bot import __version__
from bot.commands import ask, bench, data, evaluate, kb, manifest, serve, stats, train
from bot.commands.terminal import complain

app = typer.Typer(
    help="Counterpoint answers recycled public-sector IT failure anecdotes with sourced success stories.\n\n"
    "Start with: counterpoint demo",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(serve.demo)
app.command("serve")(serve.serve)
app.command("ask")(ask.ask)
app.command("match")(ask.match)
app.add_typer(kb.app, name="kb")
app.command("stats")(stats.stats)
app.add_typer(data.app, name="data")
app.add_typer(manifest.app, name="manifest")
app.command("eval")(evaluate.evaluate)
app.command("bench")(bench.bench)
app.command("train")(train.train)

EXTRAS = {
    "matplotlib": "pictures",
    "sklearn": "fit",
    "scipy": "fit",
    "threadpoolctl": "fit",
    "sentence_transformers": "train",
    "torch": "train",
    "accelerate": "train",
    "datasets": "train",
    "onnx": "train",
    "onnxscript": "train",
}
"""The packages that not everybody needs, and the extra that brings each."""


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"counterpoint {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version")
    ] = False,
) -> None:
    """Counterpoint answers recycled public-sector IT failure anecdotes with sourced success stories."""


def main() -> None:
    """Run the command line."""
    try:
        app()
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").split(".")[0])
        if extra is None:
            raise
        complain(f"this needs {error.name}, which is not installed; type: pip install 'counterpoint-bot[{extra}]'")
        raise SystemExit(1) from None
