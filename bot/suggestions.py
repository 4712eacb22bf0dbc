"""Stories that people suggest: the fields of the form, what is wrong with them, and a skeleton for a curator."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.knowledge import web_address


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
