"""The file that remembers every page: each answer is added as it comes, so that a check that was stopped goes on."""

import datetime as dt
import json
import os
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

from bot.curation.links import Record, Verdict


class Journal:
    """Remembers every page in one file of JSON lines; the last line about a page counts."""

    def __init__(self, path: Path):
        self._path = path
        self.records: dict[str, Record] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                if record := _parsed(line):
                    self.records[record.url] = record

    def add(self, record: Record) -> None:
        """Remember a record, on disk too."""
        self.records[record.url] = record
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line(record))

    def tidy(self, urls: set[str]) -> None:
        """Write one line for each of these pages and forget the others; whole or not at all."""
        self.records = {url: record for url, record in sorted(self.records.items()) if url in urls}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self._path.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(_line(record) for record in self.records.values())
        Path(temporary).replace(self._path)


def _line(record: Record) -> str:
    times = {"checked": record.checked.isoformat(), "since": record.since.isoformat() if record.since else None}
    return json.dumps({**asdict(record), **times}, ensure_ascii=False) + "\n"


def _parsed(line: str) -> Record | None:
    """A line of the journal, or None where it was broken off or is not ours."""
    try:
        data = json.loads(line)
        record = Record(
            str(data["url"]), Verdict(data["verdict"]), str(data["reason"]), dt.datetime.fromisoformat(data["checked"])
        )
        since = data["since"]
        return replace(record, since=dt.datetime.fromisoformat(since)) if since else record
    except (ValueError, KeyError, TypeError):
        return None
