"""Stories that people suggest: the fields of the form, what is wrong with them, and a skeleton for a curator."""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from bot.knowledge import web_address
from bot.skeletons import FILL_IN


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form in which people suggest a story."""

    label: str
    example: str
    length: int
    """Characters at most."""
    several_lines: bool = False


FIELDS: Mapping[str, Field] = {
    "title": Field("What worked?", "Its online form passed ten million users", 90),
    "organisation": Field("Who did it?", "The name of the organisation", 120),
    "figure": Field("One figure, and its date", "41 million accounts, 2022", 200),
    "url": Field("Where can it be checked?", "https://…", 500),
    "different": Field("What was done differently?", "A small team built it in the open", 600, several_lines=True),
}
PROMISE = "Curators look at it and check its source before it is ever told. Your name is not kept."
THANKS = "Your suggestion is kept for the curators."
NOT_NOW = "I cannot save this at the moment; try again soon."


def check(fields: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with a suggestion, by field."""
    faults = {}
    for name, field in FIELDS.items():
        if not fields.get(name, "").strip():
            faults[name] = f"{field.label} For example: {field.example}"
        elif len(fields[name]) > field.length:
            faults[name] = f"Please use at most {field.length} characters."
    if "url" not in faults:
        try:
            web_address(fields["url"])
        except ValueError:
            faults["url"] = "Type a whole web address, starting with https://"
    if "figure" not in faults and not any(character.isdigit() for character in fields["figure"]):
        faults["figure"] = "Type a figure with its date, such as: 41 million accounts, 2022"
    return faults


HEAD = f"""\
# yaml-language-server: $schema=../schema/story.json
# Suggested in a form: nothing in it has been checked. Open the page, write what says {FILL_IN} and put the rest into
# your own words, then type: counterpoint kb check
"""
MAX_SLUG = 48
"""Letters of an id that come from a title; the rest of its 60 tell two suggestions of one title apart."""


def skeleton_id(fields: Mapping[str, Any], suggestion: str) -> str:
    """The id of the story that a suggestion may become: words of its title, and a piece of its own id."""
    plain = unicodedata.normalize("NFKD", str(fields.get("title", ""))).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain)[:MAX_SLUG].strip("-")
    return f"{words or 'suggested'}-{suggestion[:8]}"


def skeleton(fields: Mapping[str, Any], suggestion: str, made_at: dt.datetime) -> str:
    """A story's YAML with what somebody suggested in its place, on one line, and the rest marked.

    Whatever they typed, it is valid YAML.
    """

    def given(name: str) -> str:
        typed = str(fields.get(name) or "").encode("utf-8", "replace").decode()  # half a character becomes a mark
        return " ".join(typed.split()) or f"{FILL_IN}: {FIELDS[name].label}"

    source = {
        "publisher": f"{FILL_IN}: who published the page",
        "title": f"{FILL_IN}: the title of the page",
        "url": given("url"),
        "date": f"{FILL_IN}: the date of the page, such as 2024-01-31",
        "verified": f"{FILL_IN}: V where the publisher is responsible for the fact, V2 where it is second-hand",
        "checked": f"{FILL_IN}: the month in which you opened it, such as {made_at:%Y-%m}",
    }
    claim = {
        "text": f"{FILL_IN}: one sentence in your own words with this figure: {given('figure')}",
        "as_of": f"{FILL_IN}: the date of the figure, such as 2024-01",
        "sources": [source],
    }
    answer = {
        "trope": f"{FILL_IN}: the id of a trope",
        "fit": f"{FILL_IN}: same service, same mechanism or same kind of organisation",
        "reason": f"{FILL_IN}: completes the words Why this story",
    }
    story = {
        "id": skeleton_id(fields, suggestion),
        "title": given("title"),
        "organisation": given("organisation"),
        "country": f"{FILL_IN}: where it was done",
        "years": f"{FILL_IN}: such as 2014–2023 or 2018–",
        "status": f"{FILL_IN}: live, discontinued, contested or under threat",
        "summary": f"{FILL_IN}: under 36 words with the figure of the claim, and what was done differently",
        "claims": [claim],
        "caveats": [f"{FILL_IN}: what somebody could fairly hold against this story"],
        "done_differently": given("different"),
        "answers": [answer],
        "tags": [f"{FILL_IN}: words people search for"],
        "review_by": f"{FILL_IN}: the day to look at it again by, such as {made_at.year + 1}-05-31",
        "notes": f"Suggested in a form on {made_at:%Y-%m-%d}.",
    }
    return HEAD + yaml.safe_dump(story, sort_keys=False, allow_unicode=True, width=110)
