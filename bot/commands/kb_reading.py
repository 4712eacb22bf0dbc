"""Reads the knowledge base of the settings for a command, or ends the program with everything that is wrong."""

from collections.abc import Sequence
from typing import NoReturn

from rich.markup import escape

from bot import knowledge
from bot.commands.loading import settings_or_fail
from bot.commands.terminal import console, count, fail
from bot.reading import BadFile, Problem


def read_knowledge() -> knowledge.Reading:
    """The knowledge base and its files; prints every problem and ends the program where there is one."""
    try:
        return knowledge.read(settings_or_fail().knowledge_path)
    except BadFile as error:
        give_up(error.problems)


def give_up(problems: Sequence[Problem]) -> NoReturn:
    """Print every problem and end the program."""
    for problem in problems:
        console.print(escape(str(problem)), style="red", soft_wrap=True, highlight=False)
    fail(f"{count(problems, 'problem')} in the knowledge base; nothing was loaded")
