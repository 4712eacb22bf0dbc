"""Posts a reply in the way that the channel's mode asks for, and takes it down again."""

from bot.message import Message, Mode
from bot.platforms.teams.activities import chain
from bot.platforms.teams.cards import plain_card, reply_card
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.words import ONLY_IN_PRIVATE, TAKEN_DOWN, markdown
from bot.reply import Reply
from bot.service import Bot, Outcome
from bot.stages import Stage
from bot.store import Intervention


class Poster:
    """Puts replies into conversations; where Teams refuses one, its claim is free again.

    Of an emoji Teams would tell a bot nothing, so that nobody could ask for the story: `react` is treated as `private`.
    """

    def __init__(self, bot: Bot):
        self._bot = bot

    async def passive(self, connector: Connector, message: Message, outcome: Outcome) -> None:
        """Deliver a passive reply by the channel's mode."""
        reply, intervention = outcome.reply, outcome.intervention
        if reply is None or intervention is None:
            return
        conversation = chain(message.channel, message.thread or message.id)
        with self._bot.watch(Stage.POST):
            if outcome.mode in (Mode.PRIVATE, Mode.REACT):
                content = reply_card(reply, intervention, private=True)
                shown = await connector.post_privately(conversation, message.author, content, reply.plain)
                posted = "" if shown else None
            else:
                posted = await connector.post(conversation, reply_card(reply, intervention), reply.plain)
        await self._conclude(outcome, posted)

    async def asked(self, connector: Connector, message: Message, outcome: Outcome) -> None:
        """Answer somebody who asked, where they asked."""
        if outcome.reply is None:
            if outcome.decision.rule == "asks_an_hour":
                await self.whisper(connector, message, outcome.decision.reason.capitalize() + ".")
            return
        content = reply_card(outcome.reply, outcome.intervention)
        conversation = chain(message.channel, message.thread or message.id)
        with self._bot.watch(Stage.POST):
            posted = await connector.post(conversation, content, outcome.reply.plain)
        await self._conclude(outcome, posted)

    async def whisper(self, connector: Connector, message: Message, text: str, private: bool = False) -> None:
        """Tell the author alone; in the open where Teams shows nothing to one person, unless it is `private`."""
        conversation = chain(message.channel, message.thread or message.id)
        alone = connector.place.personal
        if not alone and await connector.say_privately(conversation, message.author, markdown(text)):
            return
        await connector.say(conversation, markdown(text if alone or not private else ONLY_IN_PRIVATE))

    async def share(self, connector: Connector, known: Intervention, reply: Reply) -> bool:
        """Post openly what one person saw; False where Teams did not take it."""
        if not await self._bot.begin_share(known):
            return True  # pressed twice; the first press posts it
        content = reply_card(reply, known.id)
        with self._bot.watch(Stage.POST):
            posted = await connector.post(chain(known.channel, known.thread), content, reply.plain)
        if posted is None:
            await self._bot.not_shared(known)
            return False
        await self._bot.shared(known.id, posted)
        return True

    async def take_down(self, connector: Connector, known: Intervention) -> bool:
        """Remove a reply that stands in a conversation, or empty it where it cannot go; whether there was one."""
        if not known.posted_id:
            return False
        conversation = chain(known.channel, known.thread)
        if await connector.delete(conversation, known.posted_id):
            return True
        return await connector.change(conversation, known.posted_id, plain_card(TAKEN_DOWN), TAKEN_DOWN)

    async def _conclude(self, outcome: Outcome, posted: str | None) -> None:
        if posted is None:
            await self._bot.failed(outcome)
        else:
            await self._bot.posted(outcome, posted)
