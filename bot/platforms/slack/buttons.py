"""The buttons under a reply. What a button may do is decided here, on the server, whoever sees it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.management import mute_this
from bot.message import Trigger
from bot.platforms.slack import blocks as block
from bot.platforms.slack.commands import tell_privately
from bot.platforms.slack.listening import Listening
from bot.reply import KEPT, SHARED
from bot.store import Intervention

if TYPE_CHECKING:
    from bot.platforms.slack.adapter import SlackAdapter

NOT_YOURS = "Only the author of the message, a channel manager or an admin can dismiss a reply."
UNSHARED = (
    "I could not post that: I am not in the channel (invite me, then share again), or the message it answers is gone."
)


class Buttons:
    """Listeners for every button of a reply."""

    def __init__(self, adapter: "SlackAdapter"):
        self._adapter = adapter
        self._bot = adapter.bot

    def listen(self, to: Listening) -> None:
        """Register them."""
        to.action(block.HELPFUL, self.on_feedback)
        to.action(block.NOT_RELEVANT, self.on_feedback)
        to.action(block.WHY, self.on_why)
        to.action(block.MORE, self.on_more)
        to.action(block.MUTE, self.on_mute)
        to.action(block.DISMISS, self.on_dismiss)
        to.action(block.SHARE, self.on_share)
        to.action(block.KEEP, self.on_keep)

    async def on_feedback(self, ack: AsyncAck, body: Mapping[str, Any], respond: AsyncRespond) -> None:
        """Helpful or not relevant."""
        await ack()
        action = body["actions"][0]
        helpful, known = action["action_id"] == block.HELPFUL, await self._known(body)
        said = await self._bot.on_feedback(known.id, body["user"]["id"], helpful) if known else self._bot.missing()
        await _tell(respond, said)

    async def on_why(self, ack: AsyncAck, body: Mapping[str, Any], respond: AsyncRespond) -> None:
        """Why the bot spoke, told to the one who asks."""
        await ack()
        known = await self._known(body)
        await _tell(respond, "\n".join(await self._bot.why(known.id)) if known else self._bot.missing())

    async def on_more(self, ack: AsyncAck, body: Mapping[str, Any], respond: AsyncRespond) -> None:
        """Another story for the same trope, told to the one who asks."""
        await ack()
        if known := await self._known(body):
            await tell_privately(self._bot, respond, await self._bot.on_more(known.id, body["user"]["id"]))
        else:
            await _tell(respond, self._bot.missing())

    async def on_mute(self, ack: AsyncAck, body: Mapping[str, Any], respond: AsyncRespond) -> None:
        """Mute this trope for the one who presses."""
        await ack()
        known = await self._known(body)
        muted = await mute_this(self._bot, known, body["user"]["id"]) if known else self._bot.missing()
        await _tell(respond, muted)

    async def on_dismiss(
        self, ack: AsyncAck, body: Mapping[str, Any], client: AsyncWebClient, respond: AsyncRespond
    ) -> None:
        """Take the reply down, for the author of the message it answers and for managers."""
        await ack()
        known = await self._known(body)
        if known is None:
            await _tell(respond, self._bot.missing())
            return
        user = body["user"]["id"]
        allowed = await self._bot.store.is_author(known.id, user) or (
            await self._adapter.people.may_manage(client, known.workspace, known.channel, user, self._adapter.who)
        )
        if not allowed:
            await _tell(respond, NOT_YOURS)
            return
        await self._bot.on_withdrawn(known.id)
        await self._adapter.poster.take_down(client, known)

    async def on_share(
        self, ack: AsyncAck, body: Mapping[str, Any], client: AsyncWebClient, respond: AsyncRespond
    ) -> None:
        """Post openly what was shown privately, once."""
        await ack()
        known = await self._known(body)
        reply = await self._bot.reply_again(known.id) if known else None
        if known is None or reply is None:
            await respond(
                text=self._bot.missing(),
                replace_original=not self._bot.store.outage.going_on,
                response_type="ephemeral",
            )
            return
        thread = known.thread if known.trigger in (Trigger.PASSIVE, Trigger.SHORTCUT) else None
        took = known.posted_id or await self._adapter.poster.share(client, known, reply, thread)
        if took:
            await respond(text=SHARED, replace_original=True, response_type="ephemeral")
        else:
            await _tell(respond, UNSHARED)

    async def on_keep(self, ack: AsyncAck, respond: AsyncRespond) -> None:
        """Leave a private reply unshared."""
        await ack()
        await respond(text=KEPT, replace_original=True, response_type="ephemeral")

    async def _known(self, body: Mapping[str, Any]) -> Intervention | None:
        """The intervention a button belongs to, where it is of this very workspace."""
        known = await self._bot.known(_value(body))
        return known if known and known.workspace == (body.get("team") or {}).get("id") else None


async def _tell(respond: AsyncRespond, text: str) -> None:
    await respond(text=block.escape(text), blocks=block.plain(text), response_type="ephemeral", replace_original=False)


def _value(body: Mapping[str, Any]) -> str:
    return str(body["actions"][0].get("value") or "")
