"""Tells of an error without its own words, which can hold somebody's."""

from pathlib import Path
from traceback import extract_tb


def raised_at(error: BaseException) -> str:
    """The file and line at which an error was raised, for the log."""
    frames = extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
