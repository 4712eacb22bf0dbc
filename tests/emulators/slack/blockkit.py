"""Block Kit, checked strictly: what a message, a modal or a home tab may be made of.

Limits and fields: https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/reference/views.
Slack itself asks for an action_id that is unique in its block; here it has to be unique in a message.
"""

from collections.abc import Iterator
from typing import Any, Literal

from tests.emulators.slack.elements import (
    ELEMENTS,
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    exactly_one,
)
from tests.emulators.slack.objects import SLACK_FILE, plain, text
from tests.emulators.slack.richtext import RICH_TEXT
from tests.emulators.slack.shape import Check, address, both, each, fault, flag, one_of, record, string, tagged

Surface = Literal["message", "modal", "home"]
Faults = list[str]
MAX_BLOCKS = {"message": 50, "modal": 100, "home": 100}

_ID = {"block_id": string(255)}
_IN_CONTEXT = tagged(
    {
        "image": ELEMENTS["image"],
        "plain_text": lambda value, at, faults: text(3_000)({**value, "type": "plain_text"}, at, faults),
        "mrkdwn": lambda value, at, faults: text(3_000)({**value, "type": "mrkdwn"}, at, faults),
    }
)


def _text_or_fields(value: Any, at: str, faults: Faults) -> None:
    if "text" not in value and "fields" not in value:
        faults.append(fault("must define either `text` or `fields`", at))


BLOCKS: dict[str, Check] = {
    "section": both(
        record(
            {},
            {
                **_ID,
                "text": text(3_000),
                "fields": each(text(2_000), most=10),
                "accessory": tagged(ELEMENTS, IN_SECTION),
                "expand": flag,
            },
        ),
        _text_or_fields,
    ),
    "context": record({"elements": each(_IN_CONTEXT, most=10)}, _ID),
    "actions": record({"elements": each(tagged(ELEMENTS, IN_ACTIONS), most=25)}, _ID),
    "context_actions": record({"elements": each(tagged(ELEMENTS, IN_CONTEXT_ACTIONS), most=5)}, _ID),
    "divider": record({}, _ID),
    "header": record({"text": plain(150)}, _ID),
    "image": both(
        record(
            {"alt_text": string(2_000)},
            {**_ID, "image_url": address(), "slack_file": SLACK_FILE, "title": plain(2_000)},
        ),
        exactly_one("image_url", "slack_file"),
    ),
    "input": record(
        {"label": plain(2_000), "element": tagged(ELEMENTS, IN_INPUT)},
        {**_ID, "hint": plain(2_000), "optional": flag, "dispatch_action": flag},
    ),
    "rich_text": both(lambda value, at, faults: RICH_TEXT(_without(value, "block_id"), at, faults)),
}
_ANYWHERE = frozenset(BLOCKS) - {"context_actions"}
_ALLOWED = {"message": frozenset(BLOCKS), "modal": _ANYWHERE, "home": _ANYWHERE}


def _without(value: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: part for name, part in value.items() if name != key}


def check_blocks(blocks: Any, surface: Surface = "message", at: str = "/blocks") -> Faults:
    """What is wrong with some blocks."""
    faults: Faults = []
    each(tagged(BLOCKS, _ALLOWED[surface]), most=MAX_BLOCKS[surface])(blocks, at, faults)
    if isinstance(blocks, list):
        faults += _repeated(blocks, surface, at)
        faults += _only_in_modals(blocks, surface, at)
    return faults


def _repeated(blocks: list[Any], surface: Surface, at: str) -> Iterator[str]:
    """Ids that stand twice: a block's anywhere, an action's in a message or in one block of a view."""
    block_ids: set[str] = set()
    action_ids: set[str] = set()
    for index, block in enumerate(blocks):
        if not isinstance(block, dict):
            continue
        if surface != "message":
            action_ids = set()
        block_id = block.get("block_id")
        if isinstance(block_id, str):
            if block_id in block_ids:
                yield fault(f"`block_id` {block_id} already exists", f"{at}/{index}/block_id")
            block_ids.add(block_id)
        for where, element in interactive(block):
            action_id = element.get("action_id")
            if isinstance(action_id, str):
                if action_id in action_ids:
                    place = f"{at}/{index}/{where}/action_id"
                    yield fault(f"`action_id` {action_id} already exists for another element", place)
                action_ids.add(action_id)


def _only_in_modals(blocks: list[Any], surface: Surface, at: str) -> Iterator[str]:
    focused = 0
    for index, block in enumerate(blocks):
        for where, element in interactive(block):
            focused += element.get("focus_on_load") is True
            if element.get("type") == "file_input" and surface != "modal":
                yield fault("unsupported type: file_input", f"{at}/{index}/{where}/type")
    if focused > 1:
        yield fault("only one element may have focus_on_load", at)


def interactive(block: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The elements of a block that somebody can press or fill in, and where they stand in it."""
    if not isinstance(block, dict):
        return
    for key in ("accessory", "element"):
        if isinstance(block.get(key), dict):
            yield key, block[key]
    if block.get("type") in ("actions", "context_actions") and isinstance(block.get("elements"), list):
        for index, element in enumerate(block["elements"]):
            if isinstance(element, dict):
                yield f"elements/{index}", element


_VIEW = {
    "private_metadata": string(3_000, 0),
    "callback_id": string(255),
    "external_id": string(255),
}
_BLOCKS_APART = {"blocks": lambda _value, _at, _faults: None}
VIEWS: dict[str, Check] = {
    "home": record(_BLOCKS_APART, _VIEW),
    "modal": record(
        {**_BLOCKS_APART, "title": plain(24)},
        {
            **_VIEW,
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": flag,
            "notify_on_close": flag,
            "submit_disabled": flag,
        },
    ),
}


def check_view(view: Any, surface: Literal["modal", "home"], at: str = "/view") -> Faults:
    """What is wrong with a modal or a home tab."""
    faults: Faults = []
    tagged(VIEWS, [surface])(view, at, faults)
    if not isinstance(view, dict):
        return faults
    if "blocks" in view:
        faults += check_blocks(view["blocks"], surface, f"{at}/blocks")
    blocks = view.get("blocks")
    has_input = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if surface == "modal" and has_input and "submit" not in view:
        faults.append(fault("`submit` is required where there is an input block", at))
    return faults


def check_prompts(prompts: Any, at: str = "/prompts") -> Faults:
    """What is wrong with suggested prompts; there are at most four."""
    faults: Faults = []
    each(record({"title": string(75), "message": string(3_000)}), most=4)(prompts, at, faults)
    return faults


RESPONSE_TYPE = one_of("in_channel", "ephemeral")
