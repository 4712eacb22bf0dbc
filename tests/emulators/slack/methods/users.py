"""users.*: who somebody is."""

from tests.emulators.slack.calls import Json, Refusal
from tests.emulators.slack.methods.base import Asked, method


@method("users.info", "users:read", needs="user", takes="include_locale:flag")
def info(asked: Asked) -> Json:
    """One person."""
    user = asked.team.users.get(asked.args["user"])
    if user is None:
        raise Refusal("user_not_found")
    return {"user": user.json()}
