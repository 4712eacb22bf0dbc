"""Sign in with Slack: OpenID Connect's code flow, for the admins of a workspace that installed the app.

The ID token comes from Slack's token endpoint itself, over TLS; by OpenID Connect Core 1.0, section 3.1.3.7, that may
stand for checking its signature. Issuer, audience, expiry and nonce are checked.
"""

import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, cast
from urllib.parse import urlencode

import jwt
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.console.access import Session
from bot.platforms.slack.trouble import TROUBLE, reason
from bot.settings import Settings

log = logging.getLogger(__name__)

ISSUER = "https://slack.com"
AUTHORIZE = "https://slack.com/openid/connect/authorize"
BACK = "/console/slack/back"
"""The path that Slack sends people back to; it has to be among the app's redirect URLs."""
TEAM, USER = "https://slack.com/team_id", "https://slack.com/user_id"
"""The names of the claims in Slack's ID token."""
LEEWAY = 60
"""Seconds by which clocks may differ."""

IsAdmin = Callable[[str, str], Awaitable[bool]]
"""Whether a user is an admin of a workspace, asked of Slack."""


class Refused(Exception):
    """Somebody may not sign in; the message says why and what to do."""


class SlackSignIn:
    """The way to Slack and back."""

    def __init__(self, settings: Settings, is_admin: IsAdmin):
        self._settings = settings
        self._is_admin = is_admin
        self._client = AsyncWebClient(base_url=settings.slack_api_url)
        self._back = f"{(settings.console_url or '').rstrip('/')}{BACK}"

    def begin(self, session: Session) -> str:
        """The address at Slack to send a browser to; what it must come back with stands in its session."""
        session.clear()
        session["state"], session["nonce"] = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        query = {
            "response_type": "code",
            "scope": "openid profile",
            "client_id": self._settings.slack_client_id,
            "redirect_uri": self._back,
            "state": session["state"],
            "nonce": session["nonce"],
        }
        return f"{AUTHORIZE}?{urlencode(query)}"

    async def finish(self, session: Session, code: str, state: str) -> str:
        """The workspace of an admin who came back; raises Refused."""
        wanted, nonce = session.pop("state", None), session.pop("nonce", None)
        if not wanted or not secrets.compare_digest(wanted.encode(), state.encode()):
            raise Refused("This sign-in was not begun in this browser, or took too long. Please begin again.")
        claims = await self._claims(code)
        if claims.get("nonce") != nonce:
            raise Refused("Slack's answer belongs to another sign-in. Please begin again.")
        workspace, user = str(claims.get(TEAM, "")), str(claims.get(USER, ""))
        if not workspace or not user or not await self._is_admin(workspace, user):
            raise Refused("The console is for admins of a workspace in which Counterpoint is installed.")
        return workspace

    async def _claims(self, code: str) -> dict[str, Any]:
        settings = self._settings
        try:
            said = await self._client.openid_connect_token(
                client_id=cast(str, settings.slack_client_id),
                client_secret=settings.slack_client_secret.get_secret_value() if settings.slack_client_secret else "",
                code=code,
                redirect_uri=self._back,
            )
        except TROUBLE as error:
            log.warning("Slack did not take a sign-in (%s)", reason(error))
            raise Refused("Slack did not take the sign-in. Please begin again.") from None
        try:
            claims: dict[str, Any] = jwt.decode(
                str(said.get("id_token", "")),
                options={
                    "verify_signature": False,
                    "verify_exp": True,
                    "verify_aud": True,
                    "verify_iss": True,
                    "require": ["exp", "aud", "iss", "nonce"],
                },
                audience=settings.slack_client_id,
                issuer=ISSUER,
                leeway=LEEWAY,
            )
        except jwt.InvalidTokenError as error:
            log.warning("Slack's ID token cannot be used (%s)", type(error).__name__)
            raise Refused("Slack's answer cannot be used. Please begin again.") from None
        return claims
