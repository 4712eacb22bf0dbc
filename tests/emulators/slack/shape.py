"""Checks of JSON shapes, made of smaller checks; a fault names its place as Slack does, by JSON pointer."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

Check = Callable[[Any, str, list[str]], None]
"""Looks at a value and adds what is wrong with it, and where, to a list."""


def fault(what: str, at: str) -> str:
    """A fault in the words of Slack's own answers."""
    return f"{what} [json-pointer:{at}]"


def string(most: int, least: int = 1) -> Check:
    """Text of a length."""

    def check(value: Any, at: str, faults: list[str]) -> None:
        if not isinstance(value, str):
            faults.append(fault("must be a string", at))
        elif len(value) > most:
            faults.append(fault(f"must be less than {most + 1} characters", at))
        elif len(value) < least:
            faults.append(fault(f"must be more than {least - 1} characters", at))

    return check


def address(most: int = 3_000) -> Check:
    """A web address."""
    length = string(most)

    def check(value: Any, at: str, faults: list[str]) -> None:
        length(value, at, faults)
        if isinstance(value, str) and not value.startswith(("https://", "http://")):
            faults.append(fault("invalid_url", at))

    return check


def flag(value: Any, at: str, faults: list[str]) -> None:
    """True or false."""
    if not isinstance(value, bool):
        faults.append(fault("must be a boolean", at))


def number(least: int, most: int) -> Check:
    """A whole number in a range."""

    def check(value: Any, at: str, faults: list[str]) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            faults.append(fault(f"must be a whole number from {least} to {most}", at))

    return check


def one_of(*values: str) -> Check:
    """One of some words."""

    def check(value: Any, at: str, faults: list[str]) -> None:
        if value not in values:
            faults.append(fault(f"must be one of {', '.join(values)}", at))

    return check


def each(check_one: Check, least: int = 1, most: int = 1_000) -> Check:
    """A list whose every item passes."""

    def check(value: Any, at: str, faults: list[str]) -> None:
        if not isinstance(value, list):
            faults.append(fault("must be a list", at))
            return
        if len(value) > most:
            faults.append(fault(f"no more than {most} items allowed", at))
        if len(value) < least:
            faults.append(fault(f"no fewer than {least} items allowed", at))
        for index, item in enumerate(value):
            check_one(item, f"{at}/{index}", faults)

    return check


def record(needs: Mapping[str, Check] | None = None, may: Mapping[str, Check] | None = None) -> Check:
    """An object with fields that it needs, fields that it may have, and no others."""
    needed = needs or {}
    known = {**needed, **(may or {})}

    def check(value: Any, at: str, faults: list[str]) -> None:
        if not isinstance(value, dict):
            faults.append(fault("must be an object", at))
            return
        faults.extend(fault(f"missing required field: {key}", at) for key in needed if key not in value)
        for key, part in value.items():
            if key in known:
                known[key](part, f"{at}/{key}", faults)
            else:
                faults.append(fault(f"no such field: {key}", f"{at}/{key}"))

    return check


def tagged(kinds: Mapping[str, Check], only: Collection[str] | None = None) -> Check:
    """An object whose `type` says which check it has to pass."""
    allowed = kinds.keys() if only is None else only

    def check(value: Any, at: str, faults: list[str]) -> None:
        if not isinstance(value, dict):
            faults.append(fault("must be an object", at))
        elif value.get("type") not in allowed:
            faults.append(fault(f"unsupported type: {value.get('type')}", f"{at}/type"))
        else:
            kinds[value["type"]]({key: part for key, part in value.items() if key != "type"}, at, faults)

    return check


def both(*checks: Check) -> Check:
    """Every one of some checks."""

    def check(value: Any, at: str, faults: list[str]) -> None:
        for one in checks:
            one(value, at, faults)

    return check


def anything(value: Any, at: str, faults: list[str]) -> None:
    """Whatever it is."""
