"""What comes with an acknowledgement: a command's first answer, and what becomes of a modal."""

from tests.emulators.slack.blockkit import check_view
from tests.emulators.slack.calls import Ack, Refusal
from tests.emulators.slack.methods.views import keep
from tests.emulators.slack.models import Team, View
from tests.emulators.slack.responses import take
from tests.emulators.slack.state import State


def answered_command(state: State, ack: Ack) -> None:
    """A command's acknowledgement may be a message."""
    if not ack.ok or not ack.payload:
        return
    url = state.response_urls[ack.delivery.payload["response_url"].rsplit("/", 1)[-1]]
    try:
        take(state, url, ack.payload)
    except Refusal as refusal:
        state.complain(f"a command was acknowledged with a message that is refused: {refusal.answer}")


def answered_view(state: State, team: Team, view: View, ack: Ack) -> None:
    """A modal is closed, unless its acknowledgement says otherwise."""
    if not ack.ok:
        return
    said = ack.payload or {}
    action = said.get("response_action")
    if action == "errors":
        _check_errors(state, view, said.get("errors"))
    elif action in ("update", "push"):
        faults = check_view(said.get("view"), "modal")
        if faults:
            state.complain(f"view_submission: response_action {action} with a broken view: {faults}")
            return
        installation = state.world.installation(team)
        new = keep(state, installation, view.user, said["view"], view.id if action == "update" else None)
        team.modals[new.id] = new
    elif action in ("clear", None):
        team.modals.pop(view.id, None)
    else:
        state.complain(f"view_submission: no such response_action: {action}")


def _check_errors(state: State, view: View, errors: object) -> None:
    inputs = {block["block_id"] for block in view.json["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        state.complain("view_submission: response_action errors without errors")
        return
    wrong = sorted(set(errors) - inputs)
    if wrong:
        state.complain(f"view_submission: errors for {wrong}, which are no input blocks")
    if not all(isinstance(words, str) and words for words in errors.values()):
        state.complain("view_submission: an error without words")
