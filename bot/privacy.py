"""Who a person is, without saying who: keyed hashes of person ids, their key, and how long records stay."""

import datetime as dt
import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

KEY_FILE = "key"
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each kind of record stays before housekeeping removes it."""

    interventions: dt.timedelta = dt.timedelta(days=180)
    """Interventions, and the feedback on them."""
    seen_events: dt.timedelta = dt.timedelta(days=2)
    holds: dt.timedelta = dt.timedelta(days=400)
    suggestions: dt.timedelta = dt.timedelta(days=90)
    """From a curator's verdict on; a suggestion without one stays."""


class Pseudonyms:
    """Person ids as HMAC-SHA256 under a key, different in each workspace."""

    def __init__(self, key: bytes):
        self._key = key

    def of(self, workspace: str, person: str) -> str:
        """The name a person goes by in the database: 64 hexadecimal digits."""
        return hmac.new(self._key, f"{workspace}\0{person}".encode(), hashlib.sha256).hexdigest()


def read_or_make_key(folder: Path) -> bytes:
    """The key kept in `folder`; made there on first use, private, and the same for every process."""
    path = folder / KEY_FILE
    if not path.exists():
        _make_key(path)
    key = path.read_bytes().strip()
    if len(key) < KEY_BYTES:
        raise ValueError(f"{path} is not a key; restore it from a backup, or delete it: a new one will be made")
    return key


def _make_key(path: Path) -> None:
    """Write beside `path`, then link: another process sees the whole key or none, and the first one wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{KEY_FILE}-{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
