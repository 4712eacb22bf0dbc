"""What the bot does in Teams: post, change and take away; a refusal is logged by its status and nothing else."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from microsoft_teams.api.activities.message import MessageActivityInput
from microsoft_teams.api.clients.api_client import ApiClient
from microsoft_teams.api.clients.conversation import CreateConversationParams
from microsoft_teams.api.models.account import Account, ConversationAccount
from microsoft_teams.api.models.attachment import Attachment
from microsoft_teams.apps import ActivityContext

from bot.platforms.teams.activities import Where, where
from bot.platforms.teams.cards import MAX_SUMMARY, Card, attachment, cut

log = logging.getLogger(__name__)

TROUBLE = (httpx.HTTPError, OSError, ValueError)
"""What the SDK raises where Teams refuses, cannot be reached, or gives no token."""
RETRIES = 2
"""How often a call that Teams asks to wait with is made again."""
LONGEST_WAIT = 20.0
NO_ID = "DO_NOT_USE_PLACEHOLDER_ID"
"""What the SDK gives where Teams told no id."""
ADVICE = {
    401: "; check CLIENT_ID, CLIENT_SECRET and TENANT_ID",
    403: "; the app is not installed there, or Teams does not allow it there",
    404: "; the conversation is gone, or the app is not in it",
    413: "; it is too long",
    429: "; Teams asks for patience, even after waiting",
}
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Connector:
    """The bot in one place of Teams, by whose service it is reached."""

    api: ApiClient
    bot: Account
    place: Where

    async def post(self, conversation: str, content: Card, summary: str) -> str | None:
        """Post a card; its id, which may be empty, or None where Teams did not take it."""
        return await self._post(conversation, _with(content, summary))

    async def say(self, conversation: str, markdown: str) -> str | None:
        """Post a text in markdown; as `post`."""
        return await self._post(conversation, _text(markdown))

    async def post_privately(self, conversation: str, person: str, content: Card, summary: str) -> bool:
        """Show a card to one person: in the conversation if Teams allows it, else in their chat with the bot."""
        return await self._privately(conversation, person, lambda: _with(content, summary))

    async def say_privately(self, conversation: str, person: str, markdown: str) -> bool:
        """The same with a text."""
        return await self._privately(conversation, person, lambda: _text(markdown))

    async def change(self, conversation: str, activity: str, content: Card, summary: str) -> bool:
        """Put another card into the place of one."""
        made = self._addressed(conversation, _with(content, summary))
        return await attempt(lambda: self.api.conversations.update_activity(conversation, activity, made)) is not None

    async def delete(self, conversation: str, activity: str) -> bool:
        """Take a post away."""

        async def gone() -> bool:
            await self.api.conversations.delete_activity(conversation, activity)
            return True

        return await attempt(gone) is not None

    async def _post(self, conversation: str, activity: MessageActivityInput) -> str | None:
        made = self._addressed(conversation, activity)
        sent = await attempt(lambda: self.api.conversations.create_activity(conversation, made))
        return None if sent is None else "" if sent.id == NO_ID else sent.id

    async def _privately(self, conversation: str, person: str, make: Callable[[], MessageActivityInput]) -> bool:
        seen_by_one = make().with_recipient(Account(id=person), is_targeted=True)
        made = self._addressed(conversation, seen_by_one)
        if await attempt(lambda: self.api.conversations.create_targeted_activity(conversation, made)) is not None:
            return True
        own = await attempt(lambda: self.api.conversations.create(self._chat_with(person)))
        return own is not None and await self._post(own.id, make()) is not None

    def _chat_with(self, person: str) -> CreateConversationParams:
        tenant = self.place.tenant
        data = {"tenant": {"id": tenant}} if tenant else None
        return CreateConversationParams(members=[Account(id=person)], tenant_id=tenant, channel_data=data)

    def _addressed(self, conversation: str, activity: MessageActivityInput) -> MessageActivityInput:
        activity.from_ = self.bot
        activity.conversation = ConversationAccount(id=conversation)
        return activity


def reach(ctx: ActivityContext[Any]) -> Connector:
    """Where an activity happened, and how to answer there."""
    return Connector(ctx.api, ctx.activity.recipient, where(ctx.activity))


async def attempt(call: Callable[[], Awaitable[Answer]]) -> Answer | None:
    """Call Teams, again where it asks to wait; None where it refuses or cannot be reached."""
    for tried in range(RETRIES + 1):
        try:
            return await call()
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            if status == httpx.codes.TOO_MANY_REQUESTS and tried < RETRIES:
                await asyncio.sleep(_wait(error.response, tried))
                continue
            log.warning("Teams refused a call (status %d)%s", status, ADVICE.get(status, ""))
        except TROUBLE as error:
            log.warning("Teams could not be reached, or gave no token (%s)", type(error).__name__)
        break
    return None


def _wait(response: httpx.Response, tried: int) -> float:
    try:
        asked = float(response.headers.get("Retry-After", ""))
    except ValueError:
        asked = 2.0**tried
    return min(max(asked, 0.0), LONGEST_WAIT)


def _with(content: Card, summary: str) -> MessageActivityInput:
    """A card goes alone: Teams makes two posts of a text and a card, and tells no id by which to take them away."""
    return MessageActivityInput(
        attachments=[Attachment.model_validate(attachment(content))], summary=cut(summary, MAX_SUMMARY)
    )


def _text(markdown: str) -> MessageActivityInput:
    return MessageActivityInput(text=markdown, text_format="markdown")
