"""The buttons under a reply: what comes back takes the card's place for the one who pressed.

What a button may do is decided here, on the server, whoever sees it.
"""

from typing import TYPE_CHECKING, Any

from microsoft_teams.api.activities.invoke.adaptive_card import AdaptiveCardInvokeActivity
from microsoft_teams.apps import ActivityContext, App

from bot.management import mute_this
from bot.platforms.teams import cards
from bot.platforms.teams.cards import Card
from bot.platforms.teams.connector import Connector, reach
from bot.platforms.teams.words import DISMISSED
from bot.reply import GONE, KEPT, SHARED, ReplyKind
from bot.store import Intervention, StoreUnavailable

if TYPE_CHECKING:
    from bot.platforms.teams.adapter import TeamsAdapter

NOT_YOURS = "Only the author of the message, or who manages me here, can dismiss a reply."
UNSHARED = "I could not post that: I am not in the channel or chat any more, or the message it answers is gone."


class Buttons:
    """Listeners for every button of a reply."""

    def __init__(self, adapter: "TeamsAdapter"):
        self._adapter = adapter
        self._bot = adapter.bot

    def listen(self, app: App) -> None:
        """Register them."""
        app.on_card_action_execute(self.on_press)

    async def on_press(self, ctx: ActivityContext[AdaptiveCardInvokeActivity]) -> Any:
        """A button of a reply was pressed."""
        data, connector, user = ctx.activity.value.action.data, reach(ctx), ctx.activity.from_.id
        known = await self.known(connector, str(data.get("intervention") or ""), user)
        if known is None:
            return shown(cards.plain_card(self._bot.missing()))
        return shown(await self._pressed(connector, str(data.get("action")), known, user, bool(data.get("private"))))

    async def known(self, connector: Connector, intervention: str, user: str) -> Intervention | None:
        """The reply that a button belongs to: of this very team or chat, or one told to this person alone."""
        known = await self._bot.known(intervention)
        if known is None or known.workspace == connector.place.workspace:
            return known
        try:
            theirs = connector.place.personal and await self._bot.store.is_author(known.id, user)
        except StoreUnavailable:
            return None
        return known if theirs else None

    async def _pressed(self, connector: Connector, action: str, known: Intervention, user: str, private: bool) -> Card:
        match action:
            case cards.HELPFUL | cards.NOT_RELEVANT:
                note = await self._bot.on_feedback(known.id, user, action == cards.HELPFUL)
            case cards.WHY:
                note = "\n".join(await self._bot.why(known.id))
            case cards.MUTE:
                note = await mute_this(self._bot, known, user)
            case cards.MORE:
                return await self._more(known, user)
            case cards.SHARE:
                return await self._share(connector, known)
            case cards.KEEP:
                return cards.plain_card(KEPT)
            case cards.DISMISS:
                if await self._may_dismiss(connector, known, user):
                    await self._bot.on_withdrawn(known.id)
                    await self._adapter.poster.take_down(connector, known)
                    return cards.plain_card(DISMISSED)
                note = NOT_YOURS
            case _:
                note = GONE
        return await self._again(known, note, private)

    async def _again(self, known: Intervention, note: str, private: bool) -> Card:
        reply = await self._bot.reply_again(known.id)
        return cards.reply_card(reply, known.id, private, note) if reply else cards.plain_card(note)

    async def _more(self, known: Intervention, user: str) -> Card:
        """Another story for the same trope, told to the one who asks; then it counts as told."""
        outcome = await self._bot.on_more(known.id, user)
        if outcome.reply is None:
            return cards.plain_card(outcome.decision.reason.capitalize() + ".")
        await self._bot.posted(outcome, "")
        if outcome.reply.kind is ReplyKind.NOTHING:
            return cards.plain_card(outcome.reply.plain)
        return cards.reply_card(outcome.reply, outcome.intervention, private=True)

    async def _share(self, connector: Connector, known: Intervention) -> Card:
        return cards.plain_card(await self.share(connector, known))

    async def share(self, connector: Connector, known: Intervention) -> str:
        """Post openly what was shown to one person, once; what to tell them."""
        reply = await self._bot.reply_again(known.id)
        if reply is None:
            return self._bot.missing()
        took = known.posted_id or await self._adapter.poster.share(connector, known, reply)
        return SHARED if took else UNSHARED

    async def _may_dismiss(self, connector: Connector, known: Intervention, user: str) -> bool:
        try:
            if await self._bot.store.is_author(known.id, user):
                return True
        except StoreUnavailable:
            return False
        return await self._adapter.people.may_manage(connector, user)


def shown(content: Card) -> dict[str, Any]:
    """The answer that puts a card into the place of the one that was pressed."""
    return {"statusCode": 200, "type": cards.CONTENT_TYPE, "value": content}
