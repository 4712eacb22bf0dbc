"""Is a page still there? What its answer means, what is remembered of it, and when it counts as dead. Pure."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from bot.wording import spoken_date

GRACE = dt.timedelta(days=14)
"""How long a page must have been unreachable before its link counts as dead: servers fall over and come back."""
KEPT = dt.timedelta(days=7)
"""How long a page that was reached is not asked for again."""
ASKED_AGAIN = dt.timedelta(hours=12)
"""The same for a page that was not."""
PAUSE = 1.0
"""Seconds between two requests to one server."""
TIMEOUT = 20.0
"""Seconds that an answer may take."""
TOO_MANY_REQUESTS = 429
ARCHIVE = "https://web.archive.org/web/"


class Verdict(StrEnum):
    """What a check says of a page."""

    REACHABLE = "reachable"
    UNREACHABLE = "unreachable"
    """The page is not there: not found, gone, no such host, nobody answers at its address."""
    UNKNOWN = "unknown"
    """The server would not tell us: refused, busy, slow or faulty. A person with a browser may see the page."""


class Fault(StrEnum):
    """Why there was no answer."""

    TIMEOUT = "no answer in time"
    NO_HOST = "there is no such host"
    REFUSED = "nobody answers at this address"
    CERTIFICATE = "its certificate is not valid"
    REDIRECTS = "it redirects in a circle"
    BROKEN = "the answer was broken off or was no HTTP"

    @property
    def may_be_ours(self) -> bool:
        """Whether a machine without a network would see the same."""
        return self in (Fault.TIMEOUT, Fault.NO_HOST, Fault.REFUSED)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status and the address it was reached under in the end, or a fault."""

    status: int | None = None
    final: str = ""
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a page: the last verdict, and since when it has been unreachable."""

    url: str
    verdict: Verdict
    reason: str
    checked: dt.datetime
    since: dt.datetime | None = None

    def is_dead(self) -> bool:
        """Whether it has been unreachable for so long that its link needs mending."""
        return self.verdict is Verdict.UNREACHABLE and self.since is not None and self.checked - self.since >= GRACE

    def is_due(self, now: dt.datetime) -> bool:
        """Whether to ask for it again."""
        return now - self.checked >= (KEPT if self.verdict is Verdict.REACHABLE else ASKED_AGAIN)


def judge(url: str, answer: Answer) -> tuple[Verdict, str]:
    """What an answer means, and why in words."""
    if answer.fault is not None:
        unreachable = answer.fault in (Fault.NO_HOST, Fault.REFUSED, Fault.REDIRECTS)
        return (Verdict.UNREACHABLE if unreachable else Verdict.UNKNOWN), answer.fault.value
    match answer.status:
        case 404 | 410:
            return Verdict.UNREACHABLE, f"the server says that there is no such page ({answer.status})"
        case 401 | 403 | 407 | 451:
            return Verdict.UNKNOWN, f"the server does not let programs in ({answer.status})"
        case 429:
            return Verdict.UNKNOWN, "the server asks us to come back later (429)"
        case status if status is not None and 200 <= status < 300:
            if _lost_its_way(url, answer.final):
                return Verdict.UNKNOWN, "it leads to the front page now; look whether the text has moved"
            return Verdict.REACHABLE, ""
        case status:
            return Verdict.UNKNOWN, f"the server has trouble ({status})"


def remember(before: Record | None, url: str, answer: Answer, now: dt.datetime) -> Record:
    """What is known of a page after an answer: only reaching it ends the time of being unreachable."""
    verdict, reason = judge(url, answer)
    since = before.since if before else None
    if verdict is Verdict.REACHABLE:
        since = None
    elif verdict is Verdict.UNREACHABLE:
        since = since or now
    return Record(url, verdict, reason, now, since)


def archived(url: str, date: str) -> str:
    """Where the web archive keeps the copy nearest to a partial date such as "2018-06"."""
    return f"{ARCHIVE}{date.replace('-', '')}/{url}"


def said(record: Record) -> str:
    """The verdict in words."""
    if record.verdict is Verdict.UNREACHABLE and record.since is not None:
        state = "dead" if record.is_dead() else "unreachable"
        return f"{state} since {spoken_date(record.since.date().isoformat())}: {record.reason}"
    return f"{record.verdict}: {record.reason}" if record.reason else record.verdict


def _lost_its_way(asked: str, final: str) -> bool:
    """Whether a deep link ended on a front page."""
    return bool(final) and len(urlsplit(asked).path) > 1 and urlsplit(final).path in ("", "/")
