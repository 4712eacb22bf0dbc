"""Who may open the console, and what of it: the operator by a token, an admin by their own workspace."""

import hashlib
import hmac
import secrets
import time
from collections import deque
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from bot.settings import Settings

SESSION_SECONDS = 8 * 3600
"""After so long somebody signs in again: whoever stopped being an admin loses the console by then."""
ATTEMPTS, ATTEMPT_SECONDS = 10, 60.0
"""So many wrong tokens in so many seconds are looked at; what comes after them is refused unread."""
CSRF = "csrf"
"""The name of the form field, and of the session's entry, that only this site's own pages can send."""

Session = MutableMapping[str, Any]
"""What the signed cookie holds."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in; without a workspace the operator, who may see all of them."""

    workspace: str | None
    csrf: str

    def may_see(self, workspace: str) -> bool:
        """Whether a workspace is theirs to look at and to change."""
        return self.workspace in (None, workspace)


def sign_in(session: Session, workspace: str | None, now: float | None = None) -> None:
    """Begin a session; whatever was in it before is gone."""
    session.clear()
    session.update(
        {
            "workspace": workspace,
            "until": (time.time() if now is None else now) + SESSION_SECONDS,
            CSRF: secrets.token_urlsafe(24),
        }
    )


def visitor(session: Session, now: float | None = None) -> Visitor | None:
    """Who a session is of, unless it has ended."""
    if CSRF not in session or session.get("until", 0) < (time.time() if now is None else now):
        return None
    return Visitor(session["workspace"], session[CSRF])


def is_own_form(session: Session, given: object) -> bool:
    """Whether a form was sent from a page that this session was shown."""
    return isinstance(given, str) and CSRF in session and hmac.compare_digest(given.encode(), session[CSRF].encode())


class TokenCheck:
    """Compares what was typed with the operator's token, in constant time and not too often."""

    def __init__(self, token: str):
        self._token = token.encode()
        self._wrong: deque[float] = deque(maxlen=ATTEMPTS)

    def blocked(self, now: float) -> bool:
        """Whether so many wrong ones came lately that nothing is looked at now."""
        return len(self._wrong) == ATTEMPTS and now - self._wrong[0] < ATTEMPT_SECONDS

    def right(self, given: str, now: float) -> bool:
        """Whether this is the token."""
        if self.blocked(now):
            return False
        if hmac.compare_digest(given.strip().encode("utf-8", "replace"), self._token):
            return True
        self._wrong.append(now)
        return False


def session_key(settings: Settings) -> str:
    """The key that signs cookies: the same in every process, and another when the secret that it comes from changes."""
    secret = settings.console_token or settings.slack_token_key
    if secret is None:
        raise ValueError("nobody can sign in to the console")
    return hashlib.sha256(b"counterpoint console " + secret.get_secret_value().encode()).hexdigest()
