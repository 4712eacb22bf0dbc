"""The rules of wording that a program can check: lengths, figures, dates and words never used."""

import re

MAX_REPLY_WORDS = 60
"""Words a reply may have before its sources (short refutations work: Ecker 2019, doi 10.1111/bjop.12383)."""

BANNED = (
    "actually",
    "first in the world",
    "world first",
    "100%",
    "never breached",
    "best in class",
    "world-class",
    "amazing",
    "incredible",
    "hooray",
    "myth",
    "you are wrong",
    "you're wrong",
)
"""Words that overclaim, cheer or correct a person; no text that is posted may hold one."""

_WORD = re.compile(r"[^\s\-–—/]+(?:[\-/][^\s\-–—/]+)*")
_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
)
_DATE = re.compile(
    rf"\b\d{{1,2}} (?:{_MONTHS})\b|\b(?:{_MONTHS}) \d{{1,2}}\b(?!,\d)"
    r"|\b(?:19|20)\d\d(?:[-–/]\d{2,4})?\b(?!,\d|[.]\d|%)"
)
_FIGURE = re.compile(
    r"(?<![\w.,])(?<![A-Za-z]-)(?:[A-Z]{0,3}[£$€])?\d[\d,]*(?:\.\d+)?"
    r"(?:\s?(?:bn|m|k|tn|million|billion|thousand|trillion)\b)?%?"
)
_MONTH_NAMES = ("January February March April May June July August September October November December").split()
_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def words(text: str) -> int:
    """The number of words in a text; a hyphenated word counts once and a lone dash not at all."""
    return len(_WORD.findall(text))


def figures(text: str) -> list[str]:
    """The figures in a text in order of appearance, dates and years left out.

    >>> figures("In 2024, 3 of 205 trusts; £1.2bn by 5 May 2024")
    ['3', '205', '£1.2bn']
    """
    return [match.strip().rstrip(",") for match in _FIGURE.findall(_DATE.sub(" ", text))]


def counted_figures(text: str) -> list[str]:
    """Like `figures`, but a proportion ("3 of 205", "3 out of 205") is one figure."""
    found = figures(text)
    for part, whole in re.findall(r"(\d[\d,.]*) (?:out )?of (?:\w+ )?(\d[\d,.]*\d|\d)", text):
        if part in found and whole in found:
            found.remove(part)
    return found


def banned_words(text: str) -> list[str]:
    """The banned words and marks that a text holds."""
    lowered = text.lower()
    found = [word for word in BANNED if re.search(rf"(?<![\w,.]){re.escape(word)}(?!\w)", lowered)]
    return found + (["!"] if "!" in text else [])


def spoken_date(date: str) -> str:
    """A partial ISO date as people say it: "2018" → "2018", "2018-06" → "June 2018", "2018-06-11" → "11 June 2018"."""
    match = _PARTIAL_DATE.fullmatch(date)
    if not match:
        raise ValueError(f"{date!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = match.groups()
    parts = [str(int(day))] if day else []
    parts += [_MONTH_NAMES[int(month) - 1]] if month else []
    return " ".join([*parts, year])


def sentence(text: str) -> str:
    """The text with a capital at the start and a full stop at the end."""
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "…")) else text + "."


def dated(text: str, as_of: str) -> str:
    """A sentence with the date of its figure: "3 of 205 trusts use fax. (January 2026)"."""
    return f"{sentence(text)} ({spoken_date(as_of)})"


def for_scale(text: str, as_of: str) -> str:
    """A context fact as a reply says it."""
    return f"For scale: {dated(text, as_of)}"


def answer_text(concession: str, conceded: str, summary: str, as_of: str) -> str:
    """What a reply says before its sources: what is true, then the story, each with its date."""
    return f"{dated(concession, conceded)} {connector(conceded, as_of)} {dated(summary, as_of)}"


def connector(conceded: str, as_of: str) -> str:
    """What joins the two: "Since then:" only where the story's date is not before the concession's."""
    shared = min(len(conceded), len(as_of))
    return "Since then:" if as_of[:shared] >= conceded[:shared] else "Less often told:"
