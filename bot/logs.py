"""The log of a process that serves: our own lines, and of libraries only that they complain, and where.

Libraries log what passes through them: bodies of requests, addresses with ids in them, errors that quote what they were
given. So their words are never written, whatever level somebody sets.
"""

import logging
from collections.abc import Callable
from typing import Literal, TextIO

from pythonjsonlogger.json import JsonFormatter

from bot.platforms.failures import raised_at
from bot.stages import current_event

OWN = "bot"
"""The package whose lines are written as they are."""
QUIET = "slack_bolt"
"""Warns of each event that nobody listens to."""
TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s%(mark)s"
FIELDS = ("levelname", "name", "message")
RENAMED = {"levelname": "level", "name": "logger"}
Format = Literal["text", "json"]
Complaint = Callable[[str, str], None]
"""Told the place and the level, in small letters, of each line that is a warning or worse."""


class Log(logging.StreamHandler[TextIO]):
    """Writes what may be written."""

    def __init__(self, form: Format, stream: TextIO | None = None, complaint: Complaint | None = None):
        super().__init__(stream)
        self._complaint = complaint
        self.setFormatter(logging.Formatter(TEXT) if form == "text" else _json())

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line is written: our own, and what is serious enough from elsewhere."""
        serious = logging.ERROR if record.name.startswith(QUIET) else logging.WARNING
        return _is_own(record) or record.levelno >= serious

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, without its words where they are not ours."""
        if self._complaint and record.levelno >= logging.WARNING:
            self._complaint(place_of(record), record.levelname.lower())
        super().emit(discreet(record))


def configure(level: str, form: Format, complaint: Complaint | None = None, stream: TextIO | None = None) -> Log:
    """Let this process log in one format, to standard error unless another stream is given, and nowhere else."""
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if isinstance(handler, Log):
            root.removeHandler(handler)
    log = Log(form, stream, complaint)
    root.addHandler(log)
    root.setLevel(logging.WARNING)
    logging.getLogger(OWN).setLevel(level)
    logging.captureWarnings(True)  # they can quote a value that a library did not expect
    return log


def discreet(record: logging.LogRecord) -> logging.LogRecord:
    """The same line with the event that it belongs to, and with no words but ours."""
    error = record.exc_info[1] if record.exc_info else None
    raised = f" ({type(error).__name__} at {raised_at(error)})" if error else ""
    said = record.getMessage() if _is_own(record) else f"a library says so at {record.filename}:{record.lineno}"
    event = current_event()
    fields = {name: getattr(record, name) for name in ("name", "levelno", "levelname", "created", "msecs")}
    known = {"event": event.id, "platform": event.platform} if event.id else {}
    mark = f" [{event.platform} {event.id}]" if event.id else ""
    return logging.makeLogRecord({**fields, **known, "msg": said + raised, "mark": mark})


def place_of(record: logging.LogRecord) -> str:
    """Where a line comes from: a module of ours, or the name of a library."""
    return record.name if _is_own(record) else record.name.replace(":", ".").split(".")[0]


def _is_own(record: logging.LogRecord) -> bool:
    return record.name.split(".")[0] == OWN


def _json() -> JsonFormatter:
    return JsonFormatter(list(FIELDS), rename_fields=RENAMED, timestamp=True, reserved_attrs=_reserved())


def _reserved() -> list[str]:
    """What every record has and no line shows."""
    return [*vars(logging.makeLogRecord({})), "message", "mark"]
