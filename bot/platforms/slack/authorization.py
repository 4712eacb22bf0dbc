"""Who the app is in the one workspace that it serves: asked of Slack once, at the start."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack.trouble import TROUBLE, TokenRefused, reason

log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0
REFUSALS = frozenset(
    "invalid_auth not_authed account_inactive token_revoked token_expired not_allowed_token_type no_permission".split()
)
"""Answers to a token that stay the same however long one waits."""


class OneWorkspace:
    """The workspace that a bot token belongs to; what happens elsewhere, or to another app, is not this bot's."""

    def __init__(self, bot: AuthorizeResult, app_id: str | None):
        self._bot = bot
        self._app_id = app_id
        self._told_of_another = False

    @property
    def authorize(self) -> Callable[[], Awaitable[AuthorizeResult]]:
        """What Bolt asks at each event: who the bot is. No call of Slack."""

        async def known() -> AuthorizeResult:  # Bolt takes a method's `self` for something that it has to give
            return self._bot

        return known

    async def only_ours(self, body: Mapping[str, Any], context: AsyncBoltContext, next: Any) -> BoltResponse | None:
        """Middleware: what is meant for another app or workspace is acknowledged and goes no further."""
        app, team = body.get("api_app_id"), context.team_id
        if self._app_id and app and app != self._app_id:
            self._tell_of_another()
            return BoltResponse(status=200, body="")
        if team and self._bot.team_id and team != self._bot.team_id:
            return BoltResponse(status=200, body="")
        await next()
        return None

    def _tell_of_another(self) -> None:
        if not self._told_of_another:
            log.warning(
                "Slack sends events of another app, which are ignored; SLACK_BOT_TOKEN and SLACK_APP_TOKEN or "
                "SLACK_SIGNING_SECRET have to be of one app"
            )
        self._told_of_another = True


async def introduce(client: AsyncWebClient, token: str) -> OneWorkspace:
    """Ask Slack whose a bot token is; waits while Slack cannot be reached. Raises TokenRefused."""
    told = False
    while True:
        try:
            said = await client.auth_test(token=token)
            app_id = await _own_app(client, token, str(said.get("bot_id")))
            return OneWorkspace(
                AuthorizeResult.from_auth_test_response(bot_token=token, auth_test_response=said), app_id
            )
        except TROUBLE as error:
            if reason(error) in REFUSALS:
                raise TokenRefused(
                    f"Slack refuses SLACK_BOT_TOKEN ({reason(error)}); copy it again from the app's page OAuth & "
                    "Permissions, and install the app to the workspace if it was removed"
                ) from None
            if not told:
                log.warning("Slack cannot be reached (%s); trying again until it can", reason(error))
            told = True
            await asyncio.sleep(RETRY_SECONDS)


async def _own_app(client: AsyncWebClient, token: str, bot_id: str) -> str | None:
    """The app's own id; None where Slack does not tell it, for the scope users:read is missing."""
    try:
        bot = (await client.bots_info(token=token, bot=bot_id)).get("bot") or {}
    except SlackApiError as error:
        log.info("Slack does not tell the app's own id (%s)", reason(error))
        return None
    return str(bot["app_id"]) if bot.get("app_id") else None
