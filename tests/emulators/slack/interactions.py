"""What people press, pick, type and send, as Slack writes it. The state gives triggers and response URLs."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.emulators.slack.blockkit import interactive
from tests.emulators.slack.calls import Json
from tests.emulators.slack.models import Channel, Message, Team, User, View
from tests.emulators.slack.state import State


def _common(state: State, team: Team, user: User) -> Json:
    name = user.json()["name"]
    return {
        "token": "verification-token",
        "team": {
            "id": team.id,
            "domain": team.name.lower().replace(" ", "-"),
            **({"enterprise_id": team.organisation} if team.organisation else {}),
        },
        "user": {"id": user.id, "username": name, "name": name, "team_id": user.team},
        "api_app_id": state.app.id,
        "enterprise": {"id": team.organisation, "name": "Organisation"} if team.organisation else None,
        "is_enterprise_install": False,
        "trigger_id": state.trigger(team, user),
    }


def slash_command(state: State, team: Team, user: User, channel: Channel, command: str, text: str) -> Json:
    """A slash command; all its fields are text."""
    return {
        "token": "verification-token",
        "team_id": team.id,
        "team_domain": team.name.lower().replace(" ", "-"),
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.kind == "im" else channel.name,
        "user_id": user.id,
        "user_name": user.json()["name"],
        "command": command,
        "text": text,
        "api_app_id": state.app.id,
        "is_enterprise_install": "false",
        **({"enterprise_id": team.organisation} if team.organisation else {}),
        "response_url": state.response_url(team, channel.id, user.id),
        "trigger_id": state.trigger(team, user),
    }


def block_actions(
    state: State, team: Team, user: User, where: Message | View, action_id: str, value: str | None = None
) -> Json:
    """Somebody uses an element of a message or a view; LookupError where it is not there to be used."""
    blocks = where.blocks if isinstance(where, Message) else where.json["blocks"]
    payload: Json = {
        **_common(state, team, user),
        "type": "block_actions",
        "actions": [{**_action(blocks, user, action_id, value), "action_ts": state.world.new_ts()}],
        "state": {"values": {}},
    }
    if isinstance(where, View):
        return {**payload, "container": {"type": "view", "view_id": where.id}, "view": where.json}
    channel = team.channels[where.channel]
    payload |= {
        "container": {
            "type": "message",
            "message_ts": where.ts,
            "channel_id": channel.id,
            "is_ephemeral": where.ephemeral_to is not None,
            **({"thread_ts": where.thread_ts} if where.thread_ts else {}),
        },
        "channel": {"id": channel.id, "name": channel.name or "directmessage"},
        "response_url": state.response_url(team, channel.id, user.id, where),
    }
    return payload if where.ephemeral_to else {**payload, "message": where.json()}


def _action(blocks: list[Json], user: User, action_id: str, value: str | None) -> Json:
    for block, element in elements(blocks):
        if element.get("action_id") != action_id:
            continue
        if user.id not in element.get("visible_to_user_ids", [user.id]):
            raise LookupError(f"{action_id} is not shown to {user.name}")
        action = {"type": element["type"], "action_id": action_id, "block_id": block["block_id"]}
        match element["type"]:
            case "feedback_buttons":
                buttons = element["positive_button"], element["negative_button"]
                pressed = next(button for button in buttons if value in (None, button["value"]))
                return {**action, "text": pressed["text"], "value": pressed["value"]}
            case "button" | "icon_button" | "workflow_button":
                known: Json = {key: element[key] for key in ("text", "value", "style", "url") if key in element}
                return {**action, **known}
            case "static_select" | "radio_buttons" | "overflow":
                chosen = next(one for one in element["options"] if one["value"] == value)
                return {**action, "selected_option": chosen}
            case _:
                return {**action, "value": value}
    raise LookupError(
        f"nothing to press is called {action_id}; there is {[e['action_id'] for _, e in elements(blocks)]}"
    )


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """What can be pressed or filled in, each with its block."""
    for block in blocks:
        for _, element in interactive(block):
            if "action_id" in element:
                yield block, element


def message_action(state: State, team: Team, user: User, on: Message, callback_id: str) -> Json:
    """A shortcut picked from a message's menu."""
    channel = team.channels[on.channel]
    return {
        **_common(state, team, user),
        "type": "message_action",
        "action_ts": state.world.new_ts(),
        "callback_id": callback_id,
        "channel": {"id": channel.id, "name": channel.name or "directmessage"},
        "message_ts": on.ts,
        "message": on.json(),
        "response_url": state.response_url(team, channel.id, user.id),
    }


def global_shortcut(state: State, team: Team, user: User, callback_id: str) -> Json:
    """A shortcut picked from the menu of all of Slack."""
    common = _common(state, team, user)
    return {**common, "type": "shortcut", "action_ts": state.world.new_ts(), "callback_id": callback_id}


def view_submission(state: State, team: Team, view: View, values: Mapping[str, Any]) -> Json:
    """A modal sent with values by block_id; ValueError for what Slack's own form would not send."""
    filled: dict[str, Json] = {}
    for block, element in elements(view.json["blocks"]):
        if block["type"] == "input":
            given = values.get(block["block_id"])
            _fillable(block, element, given)
            filled[block["block_id"]] = {element["action_id"]: _filled(element, given)}
    unknown = values.keys() - filled.keys()
    if unknown:
        raise ValueError(f"the form has no {sorted(unknown)}; it has {sorted(filled)}")
    return {
        **_common(state, team, team.users[view.user]),
        "type": "view_submission",
        "view": {**view.json, "state": {"values": filled}},
        "response_urls": [],
    }


def _fillable(block: Json, element: Json, given: Any) -> None:
    if given in (None, ""):
        if not block.get("optional"):
            raise ValueError(f"{block['block_id']} has to be filled in")
    elif isinstance(given, str) and len(given) > element.get("max_length", 3_000):
        raise ValueError(f"{block['block_id']} takes at most {element.get('max_length', 3_000)} characters")
    elif isinstance(given, str) and len(given) < element.get("min_length", 0):
        raise ValueError(f"{block['block_id']} takes at least {element['min_length']} characters")


def _filled(element: Json, given: Any) -> Json:
    if element["type"] in ("static_select", "radio_buttons"):
        chosen = next((one for one in element["options"] if one["value"] == given), None)
        return {"type": element["type"], "selected_option": chosen}
    return {"type": element["type"], "value": given or None}


def view_closed(state: State, team: Team, view: View) -> Json:
    """A modal closed unsent."""
    common = _common(state, team, team.users[view.user])
    return {**common, "type": "view_closed", "view": view.json, "is_cleared": False}
