"""Teams' activities become the bot's use cases."""

import re
from dataclasses import replace

from microsoft_teams.api.activities.message import MessageActivity
from microsoft_teams.apps import ActivityContext, App

from bot.directives import Directive, Misunderstood, Verb, parse
from bot.management import HELP, Place, carry_out
from bot.message import AuthorKind, Message, Mode
from bot.platforms.teams.activities import message_from
from bot.platforms.teams.buttons import Buttons
from bot.platforms.teams.connector import Connector, reach
from bot.platforms.teams.extension import Extension
from bot.platforms.teams.housekeeping import Housekeeping
from bot.platforms.teams.people import People
from bot.platforms.teams.posting import Poster
from bot.platforms.teams.words import NEEDS_PERMISSION, NO_EMOJI, NO_HISTORY
from bot.service import Bot
from bot.store import StoreUnavailable

ASKS_WHO = re.compile(r"\W*(?:what can you do|who are you|what are you)\W*", re.IGNORECASE)
LOOKUP = re.compile(r"look ?up\s+(?=\S)", re.IGNORECASE)


class TeamsAdapter:
    """The listeners, and what they share."""

    def __init__(self, bot: Bot, people: People):
        self.bot = bot
        self.people = people
        self.poster = Poster(bot)

    def listen(self, app: App) -> None:
        """Register every listener."""
        app.on_message(self.on_message)
        Buttons(self).listen(app)
        Extension(self).listen(app)
        Housekeeping(self).listen(app)

    async def on_message(self, ctx: ActivityContext[MessageActivity]) -> None:
        """A message: to the bot, or overheard where a team or chat lets it hear all."""
        message, connector = message_from(ctx.activity, self.bot.clock()), reach(ctx)
        if message is None or message.author_kind is AuthorKind.BOT:
            return
        if connector.place.personal or ctx.activity.is_recipient_mentioned():
            await self._asked(connector, message)
        else:
            await self._overhear(connector, message)

    async def place(self, connector: Connector, user: str) -> Place:
        """Where a directive is given and what its giver may do there."""
        here = connector.place
        admin = await self.people.may_administer(connector, user)
        manager = admin or await self.people.may_manage(connector, user)
        return Place(here.workspace, here.channel, user, manager=manager, admin=admin)

    async def _asked(self, connector: Connector, message: Message) -> None:
        """A directive is carried out, `lookup` looks up, anything else is answered; nothing at all gets help."""
        if not await self.bot.first(message.workspace, f"asked-{message.channel}-{message.id}"):
            return
        if not message.text or ASKS_WHO.fullmatch(message.text):
            await self.poster.whisper(connector, message, f"{NO_HISTORY}\n{HELP}" if message.thread else HELP)
            return
        said = parse(message.text, self.bot.core.base.tropes, self.bot.clock())
        if isinstance(said, Misunderstood):
            await self.poster.whisper(connector, message, said.advice)
        elif isinstance(said, Directive):
            await self._direct(connector, message, said)
        elif LOOKUP.match(message.text):
            asked = replace(message, text=LOOKUP.sub("", message.text, count=1))
            await self.poster.asked(connector, asked, await self.bot.on_lookup(asked))
        else:
            await self.poster.asked(connector, message, await self.bot.on_mention(message))

    async def _direct(self, connector: Connector, message: Message, said: Directive) -> None:
        hints = []
        if said.mode is Mode.REACT:
            said = replace(said, mode=Mode.PRIVATE)
            hints.append(NO_EMOJI)
        place = await self.place(connector, message.author)
        told = await carry_out(self.bot, said, place)
        if said.verb is Verb.HELP:
            hints.append(NO_HISTORY)
        elif said.verb is Verb.MODE and said.mode is not Mode.OFF and place.manager:
            hints.append(NEEDS_PERMISSION)
        private = said.verb is Verb.WHY or (said.verb in (Verb.MUTE, Verb.UNMUTE) and not said.here)
        await self.poster.whisper(connector, message, "\n".join([told, *hints]), private=private)

    async def _overhear(self, connector: Connector, message: Message) -> None:
        try:
            if await self.bot.store.mode(message.workspace, message.channel) is Mode.OFF:
                return
        except StoreUnavailable:
            return
        person = await self.people.person(connector, message.author)
        message = replace(message, author_kind=person.kind)
        await self.poster.passive(connector, message, await self.bot.on_message(message))
