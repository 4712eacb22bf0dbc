"""Loads the core for a command, with a progress bar where a person waits."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.commands.terminal import errors, fail
from bot.reading import BadFile
from bot.settings import BadSettings, Settings, read_settings

if TYPE_CHECKING:
    from bot.core import Core


def settings_or_fail() -> Settings:
    """The settings, or the end of the program with what is wrong with them."""
    try:
        return read_settings()
    except BadSettings as error:
        fail(str(error))


def chat_of(paths: Iterable[Path]) -> list[str]:
    """The messages of files of chat, a message a line, cleaned; or the end of the program with what is wrong."""
    from bot.cleaning import clean

    found = []
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            fail(f"--chat: {path} cannot be read as text in UTF-8 ({type(error).__name__})")
        messages = [message for line in lines if (message := clean(line).whole)]
        if not messages:
            fail(f"--chat: {path} has no messages; there must be one a line")
        found += messages
    return found


def load_core(quiet: bool = False, encoder_model: str | None = None) -> "Core":
    """The core, or the end of the program with what to do; says what it is doing on standard error.

    `encoder_model` stands for the setting of that name.
    """
    from bot.core import Core  # slow to import, and most commands need none
    from bot.encoder import ModelMissing

    settings = settings_or_fail()
    if encoder_model:
        settings = settings.model_copy(update={"encoder_model": encoder_model})
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    try:
        with Progress(*columns, console=errors, transient=True, disable=quiet) as bar:
            task = bar.add_task("Reading the knowledge base", total=None)

            def progress(done: int, total: int) -> None:
                bar.update(task, description="Encoding (once)", completed=done, total=total)

            return Core.load(settings, progress)
    except BadFile as error:
        fail(f"the knowledge base has problems:\n{error}")
    except ModelMissing as error:
        fail(str(error))
