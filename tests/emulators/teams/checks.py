"""What Teams refuses, and what it would quietly do wrong, found in a message before it is taken."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

CARD = "application/vnd.microsoft.card.adaptive"
MAX_BYTES = 28 * 1024
MAX_BUTTONS = 6
ELEMENTS = {
    "TextBlock": {"text"},
    "RichTextBlock": {"inlines"},
    "Container": {"items"},
    "Input.Text": {"id", "label"},
    "ActionSet": {"actions"},
}
"""The elements in use, and what each needs."""
ACTIONS = {
    "Action.Execute": {"title", "verb", "data"},
    "Action.Submit": {"title", "data"},
    "Action.OpenUrl": {"url"},
}


class Refused(Exception):
    """Something that Teams does not take."""


def check_message(activity: Mapping[str, Any], targeted: bool) -> None:
    """Raise Refused for a message that Teams refuses or cuts in two."""
    if activity.get("type") != "message":
        raise Refused(f"the type is {activity.get('type')!r}")
    if len(json.dumps(activity, ensure_ascii=False).encode()) > MAX_BYTES:
        raise Refused("it is longer than 28 KB")
    if None in activity.values():
        raise Refused("it holds a null")
    cards = [a["content"] for a in activity.get("attachments") or [] if a.get("contentType") == CARD]
    if bool(cards) == bool(activity.get("text")):
        raise Refused("a card and a text are posted as two messages; an empty message as none")
    if targeted and not (activity.get("recipient") or {}).get("id"):
        raise Refused("a message to one person names nobody")
    for card in cards:
        check_card(card)


def check_card(card: Mapping[str, Any], dialog: bool = False) -> None:
    """Raise Refused for a card that Teams does not show; in a `dialog` only what is submitted comes back."""
    if card.get("type") != "AdaptiveCard" or card.get("version") not in {"1.2", "1.3", "1.4", "1.5"}:
        raise Refused("it is no card of a version that Teams shows")
    for element in elements(card.get("body") or []):
        _needs(element, ELEMENTS)
        for run in element.get("inlines") or []:
            if run.get("type") != "TextRun" or not isinstance(run.get("text"), str):
                raise Refused(f"{run!r} is no piece of text")
            if "selectAction" in run:
                _needs(run["selectAction"], ACTIONS)
    buttons = card.get("actions") or []
    if len(buttons) > MAX_BUTTONS:
        raise Refused(f"{len(buttons)} buttons")
    for button in buttons:
        _needs(button, ACTIONS)
        if button["type"] == ("Action.Execute" if dialog else "Action.Submit"):
            raise Refused(f"{button['type']} does nothing here")


def elements(body: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every element, those in containers among them."""
    for element in body:
        yield element
        yield from elements(element.get("items") or [])


def card_words(card: Mapping[str, Any]) -> str:
    """What somebody reads on a card, a line a paragraph."""
    lines = []
    for element in elements(list(card.get("body") or [])):
        runs = "".join(run["text"] for run in element.get("inlines") or [])
        lines.append(runs or element.get("text") or element.get("label") or "")
    return "\n".join(line for line in lines if line)


def buttons(card: Mapping[str, Any]) -> list[str]:
    """What can be pressed on a card."""
    return [button["title"] for button in card.get("actions") or []]


def links(card: Mapping[str, Any]) -> list[str]:
    """The addresses that a card opens."""
    runs = [run for element in elements(list(card.get("body") or [])) for run in element.get("inlines") or []]
    return [run["selectAction"]["url"] for run in runs if "selectAction" in run]


def _needs(part: Mapping[str, Any], known: Mapping[str, set[str]]) -> None:
    kind = part.get("type", "")
    if kind not in known:
        raise Refused(f"{kind!r} is not known")
    if missing := known[kind] - part.keys():
        raise Refused(f"{kind} lacks {sorted(missing)}")
