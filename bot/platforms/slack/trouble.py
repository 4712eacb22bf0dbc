"""What goes wrong between the bot and Slack, in words."""

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

UNREACHABLE = (ClientError, OSError, TimeoutError)
"""What slack_sdk raises where Slack cannot be reached."""
TROUBLE = (SlackApiError, *UNREACHABLE)
"""Whatever a call of Slack can raise."""


class TokenRefused(Exception):
    """Slack does not accept a token; waiting does not help."""


class ParentGone(Exception):
    """The message that a reply was meant for was deleted meanwhile."""


def reason(error: BaseException) -> str:
    """Slack's code where it refused something, else the kind of error; never anybody's words."""
    if not isinstance(error, SlackApiError):
        return type(error).__name__
    said = error.response.get("error") if isinstance(error.response, dict | AsyncSlackResponse) else None
    return str(said or "an answer that cannot be read")
