"""views.*: modals and the home tab."""

from typing import Literal

from tests.emulators.slack.blockkit import check_view
from tests.emulators.slack.calls import Json, Refusal
from tests.emulators.slack.content import with_ids
from tests.emulators.slack.methods.base import Asked, method
from tests.emulators.slack.models import Installation, View
from tests.emulators.slack.state import State


@method("views.open", needs="trigger_id view:object", takes="interactivity_pointer")
def open_(asked: Asked) -> Json:
    """Open a modal for whoever pulled the trigger."""
    check(asked.args["view"], "modal")
    trigger = asked.state.use_trigger(asked.args["trigger_id"], asked.team)
    view = keep(asked.state, asked.installation, trigger.user.id, asked.args["view"])
    asked.team.modals[view.id] = view
    return {"view": view.json}


@method("views.push", needs="trigger_id view:object")
def push(asked: Asked) -> Json:
    """Open a modal over the one that is open."""
    return open_(asked)


@method("views.update", needs="view:object", takes="view_id external_id hash")
def update(asked: Asked) -> Json:
    """Change a modal that is open."""
    check(asked.args["view"], "modal")
    view_id, external_id = asked.args.get("view_id"), asked.args.get("external_id")
    modals = asked.team.modals.values()
    old = next((v for v in modals if v.id == view_id or (external_id and v.json["external_id"] == external_id)), None)
    if old is None:
        raise Refusal("not_found")
    _same_hash(asked, old)
    view = keep(asked.state, asked.installation, old.user, asked.args["view"], old.id)
    asked.team.modals[view.id] = view
    return {"view": view.json}


@method("views.publish", needs="user_id view:object", takes="hash")
def publish(asked: Asked) -> Json:
    """Draw somebody's home tab."""
    check(asked.args["view"], "home")
    user = asked.args["user_id"]
    if user not in asked.team.users:
        raise Refusal("user_not_found")
    old = asked.team.homes.get(user)
    if old is not None:
        _same_hash(asked, old)
    view = keep(asked.state, asked.installation, user, asked.args["view"], old.id if old else None)
    asked.team.homes[user] = view
    return {"view": view.json}


def check(view: object, kind: Literal["modal", "home"]) -> None:
    """Refuse a view that Block Kit does not know."""
    faults = check_view(view, kind)
    if faults:
        raise Refusal("invalid_arguments", *faults)


def _same_hash(asked: Asked, old: View) -> None:
    if asked.args.get("hash") not in (None, old.hash):
        raise Refusal("hash_conflict")


def keep(state: State, installation: Installation, user: str, given: Json, view_id: str | None = None) -> View:
    """A view as Slack keeps and shows it."""
    view_id = view_id or state.world.new_id("V")
    mark = f"{state.world.new_ts()}.hash"
    json: Json = {
        "id": view_id,
        "team_id": installation.team.id,
        "app_id": state.app.id,
        "app_installed_team_id": installation.team.id,
        "bot_id": installation.bot.bot_id,
        "title": None,
        "submit": None,
        "close": None,
        "clear_on_close": False,
        "notify_on_close": False,
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "previous_view_id": None,
        "root_view_id": view_id,
        "state": {"values": {}},
        "hash": mark,
        **given,
        "blocks": with_ids(state, given["blocks"]),
    }
    return View(view_id, user, mark, json)
