"""oauth.v2.access: a code becomes an installation."""

from collections.abc import Mapping
from typing import TypeVar

from tests.emulators.slack.arguments import checked
from tests.emulators.slack.calls import Json, Refusal
from tests.emulators.slack.state import Code, SignInCode, State

_TAKES = dict.fromkeys(("client_id", "client_secret", "redirect_uri", "grant_type"), "text")


AnyCode = TypeVar("AnyCode", Code, SignInCode)


def used(state: State, codes: Mapping[str, AnyCode], given: Json, basic: tuple[str, str] | None) -> AnyCode:
    """The code that our app brings back, from now on used; raises Refusal as Slack does."""
    args = checked(given, {"code": "text"}, _TAKES)
    client_id, secret = basic or (args.get("client_id"), args.get("client_secret"))
    if client_id != state.app.client_id:
        raise Refusal("invalid_client_id")
    if secret != state.app.client_secret:
        raise Refusal("bad_client_secret")
    code = codes.get(args["code"])
    if code is None:
        raise Refusal("invalid_code")
    if code.used:
        raise Refusal("code_already_used")
    if args.get("redirect_uri") != code.redirect_uri:
        raise Refusal("bad_redirect_uri")
    code.used = True
    return code


def exchange(state: State, given: Json, basic: tuple[str, str] | None) -> Json:
    """Install the app where the code comes from; raises Refusal as Slack does."""
    code = used(state, state.codes, given, basic)
    installation = state.world.install(code.team, code.scopes)
    return {
        "app_id": state.app.id,
        "authed_user": {"id": code.user.id},
        "scope": ",".join(sorted(installation.scopes)),
        "token_type": "bot",
        "access_token": installation.token,
        "bot_user_id": installation.bot.id,
        "team": {"id": code.team.id, "name": code.team.name},
        "enterprise": {"id": code.team.organisation, "name": "Organisation"} if code.team.organisation else None,
        "is_enterprise_install": False,
    }
