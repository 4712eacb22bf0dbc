"""openid.connect.token: a code becomes an ID token that says who signed in.

Signed with a key that nobody else has: whoever calls over TLS need not check the signature, and the tests change
everything else.
"""

import time

import jwt

from tests.emulators.slack.calls import Json
from tests.emulators.slack.oauth import used
from tests.emulators.slack.state import State

LASTS = 300


def identify(state: State, given: Json, basic: tuple[str, str] | None) -> Json:
    """Say who signed in; raises Refusal as Slack does."""
    code = used(state, state.sign_ins, given, basic)
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
