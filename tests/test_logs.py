"""The log has our own words and nobody else's."""

import asyncio
import gc
import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest

from bot.logs import Complaint, Log, configure, place_of
from bot.stages import event_of

SECRET = "Zebedee said so"
OURS = logging.getLogger("bot.platforms.slack.posting")
THEIRS = logging.getLogger("slack_sdk.web")


class Written(io.StringIO):
    """What was logged."""

    @property
    def lines(self) -> list[dict[str, str]]:
        """Each line of JSON."""
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def written() -> Iterator[Written]:
    """A log of JSON at DEBUG; whatever was set is set back."""
    with _logging("json") as (stream, _):
        yield stream


class _logging:  # noqa: N801  (reads as a function)
    def __init__(self, form: str, complaint: Complaint | None = None):
        self._given = (form, complaint)

    def __enter__(self) -> tuple[Written, Log]:
        self._levels = {name: logging.getLogger(name).level for name in ("", "bot")}
        stream = Written()
        self._log = configure("DEBUG", "json" if self._given[0] == "json" else "text", self._given[1], stream)
        return stream, self._log

    def __exit__(self, *_: object) -> None:
        logging.captureWarnings(False)
        logging.getLogger().removeHandler(self._log)
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)


def test_a_line_of_json_has_what_a_collector_asks_for(written: Written) -> None:
    OURS.warning("Slack refused a reply (%s)", "not_in_channel")
    (line,) = written.lines
    assert line.pop("timestamp").endswith("+00:00")
    assert line == {
        "level": "WARNING",
        "logger": "bot.platforms.slack.posting",
        "message": "Slack refused a reply (not_in_channel)",
    }


def test_lines_of_one_event_share_an_id_of_our_own(written: Written) -> None:
    for _ in range(2):
        with event_of("Slack"):
            OURS.info("one")
            OURS.info("two")
    OURS.info("three")
    events = [line.get("event") for line in written.lines]
    assert events[0] == events[1] != events[2] == events[3] != events[4] is None
    assert {line.get("platform") for line in written.lines[:4]} == {"Slack"}


def test_as_text_a_line_ends_with_the_event() -> None:
    with _logging("text") as (stream, _), event_of("Slack") as event:
        OURS.info("one")
    assert stream.getvalue().endswith(f" INFO bot.platforms.slack.posting: one [Slack {event.id}]\n")


def test_of_libraries_only_complaints_are_written_and_without_their_words(written: Written) -> None:
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        THEIRS.setLevel(logging.DEBUG)
        THEIRS.log(level, f"received: {SECRET}")
    THEIRS.setLevel(logging.NOTSET)
    assert [line["level"] for line in written.lines] == ["WARNING", "ERROR"]
    assert written.lines[0]["message"].startswith("a library says so at test_logs.py:")
    assert "Zebedee" not in written.getvalue()


def test_bolts_warnings_of_what_nobody_listens_to_are_left_out(written: Written) -> None:
    logging.getLogger("slack_bolt.AsyncApp").warning("Unhandled request")
    logging.getLogger("slack_bolt.AsyncApp").error("Failed")
    assert [line["level"] for line in written.lines] == ["ERROR"]


@pytest.mark.parametrize("logger", [OURS, THEIRS])
def test_of_an_error_its_kind_and_place_are_written(written: Written, logger: logging.Logger) -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        logger.exception("it went wrong", exc_info=error)
    (line,) = written.lines
    assert "(ValueError at test_logs.py:" in line["message"]
    assert "Zebedee" not in written.getvalue()


def test_what_somebody_adds_to_a_line_is_left_out(written: Written) -> None:
    OURS.info("one", extra={"person": SECRET})
    OURS.info("two", stack_info=True)
    assert all(set(line) == {"timestamp", "level", "logger", "message"} for line in written.lines)


async def test_an_error_that_nobody_took_is_told_without_its_words(written: Written) -> None:
    async def fails() -> None:
        raise ValueError(SECRET)

    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    del task
    gc.collect()
    (line,) = written.lines
    assert (line["logger"], "ValueError at test_logs.py" in line["message"]) == ("asyncio", True)
    assert "Zebedee" not in written.getvalue()


def test_a_warning_that_quotes_a_value_is_told_without_it(written: Written) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn(f"expected a number, got {SECRET}", stacklevel=1)
    assert [line["logger"] for line in written.lines] == ["py.warnings"]
    assert "Zebedee" not in written.getvalue()


def test_complaints_are_counted_by_place() -> None:
    met: list[tuple[str, str]] = []
    with _logging("json", lambda place, level: met.append((place, level))):
        OURS.info("nothing")
        OURS.warning("something")
        THEIRS.error("something")
    assert met == [("bot.platforms.slack.posting", "warning"), ("slack_sdk", "error")]


def test_places_are_as_few_as_there_are_modules_and_libraries() -> None:
    records = [logging.makeLogRecord({"name": name}) for name in ("bot.store", "a.b.c", "platform.py:AsyncApp")]
    assert [place_of(record) for record in records] == ["bot.store", "a", "platform"]


def test_to_configure_again_does_not_write_twice() -> None:
    with _logging("json"), _logging("json") as (stream, _):
        OURS.info("once")
    assert len(stream.lines) == 1
