"""openid.connect.token: a code becomes an ID token that says who signed in.

Signed with a key that nobody else has: whoever calls over TLS need not check the signature, and the tests change
everything else.
"""

import time

import jwt

from tests.emulators.slack.arguments import checked
from tests.emulators.slack.calls import Json, Refusal
from tests.emulators.slack.state import State

LASTS = 300
_TAKES = dict.fromkeys(("client_id", "client_secret", "redirect_uri", "grant_type"), "text")


def identify(state: State, given: Json, basic: tuple[str, str] | None) -> Json:
    """Say who signed in; raises Refusal as Slack does."""
    args = checked(given, {"code": "text"}, _TAKES)
    client_id, secret = basic or (args.get("client_id"), args.get("client_secret"))
    if client_id != state.app.client_id:
        raise Refusal("invalid_client_id")
    if secret != state.app.client_secret:
        raise Refusal("bad_client_secret")
    code = state.sign_ins.get(args["code"])
    if code is None:
        raise Refusal("invalid_code")
    if code.used:
        raise Refusal("code_already_used")
    if args.get("redirect_uri") != code.redirect_uri:
        raise Refusal("bad_redirect_uri")
    code.used = True
    now = int(time.time())
    claims = {
        "iss": "https://slack.com",
        "sub": code.user.id,
        "aud": state.app.client_id,
        "exp": now + LASTS,
        "iat": now,
        "auth_time": now,
        "nonce": code.nonce,
        "https://slack.com/team_id": code.team.id,
        "https://slack.com/user_id": code.user.id,
        **code.changes,
    }
    token = jwt.encode(claims, "x" * 32, algorithm="HS256")
    return {"access_token": "xoxp-sign-in", "token_type": "Bearer", "id_token": token}
