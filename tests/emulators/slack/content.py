"""What a message may say, wherever it is posted."""

import copy
from typing import Any

from tests.emulators.slack.blockkit import check_blocks
from tests.emulators.slack.calls import Json, Refusal
from tests.emulators.slack.state import State

MAX_TEXT = 40_000
ADVISED_TEXT = 4_000


def check_content(state: State, where: str, args: Json) -> None:
    """Refuse a message without a fallback text, too long, or with blocks that Block Kit does not know."""
    text = args.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Refusal("no_text", *(["blocks need a fallback `text`"] if args.get("blocks") else []))
    if len(text) > MAX_TEXT:
        raise Refusal("msg_too_long")
    if len(text) > ADVISED_TEXT:
        state.complain(f"{where}: a text of {len(text)} characters; Slack advises at most {ADVISED_TEXT}")
    if "blocks" in args:
        refuse_faults(check_blocks(args["blocks"]))


def refuse_faults(faults: list[str]) -> None:
    """Refuse blocks that have faults."""
    if faults:
        raise Refusal("invalid_blocks", *faults)


def with_ids(state: State, blocks: Any) -> list[Json]:
    """Blocks as Slack keeps them: each with a block_id, each action with an action_id."""
    kept: list[Json] = copy.deepcopy(blocks or [])
    for block in kept:
        block.setdefault("block_id", state.world.new_id("b"))
        element = block.get("element") or block.get("accessory")
        for one in [element, *(block.get("elements") or [])]:
            if (
                isinstance(one, dict)
                and one.get("type") not in (None, "image", "mrkdwn", "plain_text")
                and (block["type"] != "rich_text")
            ):
                one.setdefault("action_id", state.world.new_id("a"))
    return kept
