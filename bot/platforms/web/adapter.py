"""The demo page as a platform: what is typed becomes calls of the bot, and what comes back becomes posts."""

import datetime as dt
import re

from bot.directives import Directive, Misunderstood, parse
from bot.management import Place, carry_out
from bot.message import AuthorKind, Message, Mode
from bot.platforms.web.cast import BOT, CHANNELS, DIRECT, OPENING, OPENING_TIME, PEOPLE, Person
from bot.platforms.web.clock import travelled
from bot.platforms.web.conversation import Kind, Post
from bot.platforms.web.sessions import Session
from bot.service import Bot, Outcome

MENTION = re.compile(r"@counterpoint\b[:,]?", re.IGNORECASE)
COMMAND = re.compile(r"/(\S*)\s*(.*)", re.DOTALL)
PEOPLE_BY_ID = {person.id: person for person in PEOPLE}
CHANNELS_BY_ID = {channel.id: channel for channel in CHANNELS}
NO_COMMAND = "There is no such command here. Type /counterpoint help."
NOT_IN_THREADS = "Commands cannot be used in threads. Mention the bot instead: @Counterpoint …"


class Adapter:
    """What a chat platform does around the bot, for one session at a time."""

    def __init__(self, bot: Bot):
        self.bot = bot

    async def open(self, session: Session) -> None:
        """Set the channels' modes and hold the opening discussion, as of yesterday, through the bot itself."""
        if session.opened:
            return
        session.opened = True
        now = self.bot.clock()
        yesterday = now.date() - dt.timedelta(days=1)
        begun = session.ahead + dt.datetime.combine(yesterday, OPENING_TIME, dt.UTC) - now
        with travelled(begun):
            for channel in CHANNELS:
                if not channel.direct:
                    await self.bot.store.set_mode(session.workspace, channel.id, channel.mode, self.bot.clock())
        said: list[Post | None] = []
        for line in OPENING:
            root = said[line.under] if line.under is not None else None
            with travelled(begun + dt.timedelta(minutes=line.minute)):
                person = PEOPLE_BY_ID[line.person]
                said.append(await self.say(session, person, line.channel, line.text, root.id if root else None))

    async def say(
        self, session: Session, person: Person, channel: str, text: str, thread: str | None = None
    ) -> Post | None:
        """Somebody types a text; returns the message it became, or None for a command."""
        if command := COMMAND.fullmatch(text.strip()):
            await self._command(session, person, channel, thread, command[1], command[2])
            return None
        direct = CHANNELS_BY_ID[channel].direct
        post = session.conversation.add(
            Post(
                session.conversation.next_id(),
                Kind.MESSAGE,
                channel,
                person.id,
                self.bot.clock(),
                text,
                thread,
                visible_to=person.id if direct else None,
            )
        )
        if person.kind is not AuthorKind.BOT and (direct or MENTION.search(text)):
            await self._mentioned(session, person, post)
        else:
            post.outcome = await self.bot.on_message(self._message(session, person, post, text))
            await self._post(session, person, post, post.outcome)
        session.conversation.changed()
        return post

    async def delete(self, session: Session, post: Post) -> None:
        """Somebody deletes a message of their own: the reply to it goes too."""
        gone = await self.bot.on_deleted(session.workspace, post.channel, post.id)
        if gone:
            session.conversation.withdraw(gone.id)
        session.conversation.delete(post.id)

    async def direct(self, session: Session, person: Person, channel: str, directive: Directive) -> str:
        """Carry out a directive for somebody; returns what to tell them."""
        place = Place(session.workspace, channel, person.id, person.manager, person.manager)
        said = await carry_out(self.bot, directive, place)
        session.conversation.changed()
        return said

    def notice(self, session: Session, person: Person, channel: str, text: str, thread: str | None = None) -> Post:
        """Show one person a few words."""
        return session.conversation.add(
            Post(
                session.conversation.next_id(),
                Kind.NOTICE,
                channel,
                BOT.id,
                self.bot.clock(),
                text,
                thread,
                visible_to=person.id,
            )
        )

    async def _mentioned(self, session: Session, person: Person, post: Post) -> None:
        words = MENTION.sub(" ", post.text).strip()
        root = session.conversation.get(post.thread) if post.thread else None
        if not words and root and root.text:
            words = MENTION.sub(" ", root.text).strip()
        elif await self._directed(session, person, post.channel, words, post.thread):
            return
        post.outcome = await self.bot.on_mention(self._message(session, person, post, words))
        await self._post(session, person, post, post.outcome)

    async def _command(
        self, session: Session, person: Person, channel: str, thread: str | None, name: str, rest: str
    ) -> None:
        if name.lower() != "counterpoint":
            self.notice(session, person, channel, NO_COMMAND, thread)
            return
        if thread:
            self.notice(session, person, channel, NOT_IN_THREADS, thread)
            return
        if await self._directed(session, person, channel, rest, None):
            return
        asked = Post(session.conversation.next_id(), Kind.REPLY, channel, BOT.id, self.bot.clock(), rest.strip())
        outcome = await self.bot.on_lookup(self._message(session, person, asked, asked.text))
        if outcome.reply is None:
            self.notice(session, person, channel, _sentence(outcome))
            return
        asked.visible_to, asked.reply, asked.intervention = person.id, outcome.reply, outcome.intervention
        session.conversation.add(asked)
        await self.bot.posted(outcome, asked.id)

    async def _directed(self, session: Session, person: Person, channel: str, words: str, thread: str | None) -> bool:
        """Whether the words were a directive; if so it is carried out."""
        directive = parse(words, self.bot.core.base.tropes, self.bot.clock())
        if directive is None:
            return False
        if isinstance(directive, Misunderstood):
            said = directive.advice
        elif directive.mode and CHANNELS_BY_ID[channel].direct:
            said = "Modes are for channels; here I answer whatever you ask."
        else:
            said = await self.direct(session, person, channel, directive)
        self.notice(session, person, channel, said, thread)
        return True

    async def _post(self, session: Session, person: Person, post: Post, outcome: Outcome) -> None:
        """Render an outcome under the message it answers, in the way of the channel's mode."""
        if outcome.reply is None:
            if post.outcome is outcome and outcome.decision.rule == "asks_an_hour":
                self.notice(session, person, post.channel, _sentence(outcome), post.thread)
            return
        if outcome.mode is Mode.REACT:
            post.reacted = outcome.intervention
            await self.bot.posted(outcome, post.id)
            return
        direct = post.channel == DIRECT
        only = outcome.mode is Mode.PRIVATE or direct
        reply = session.conversation.add(
            Post(
                session.conversation.next_id(),
                Kind.REPLY,
                post.channel,
                BOT.id,
                self.bot.clock(),
                thread=None if direct and not post.thread else post.thread or post.id,
                visible_to=person.id if only else None,
                reply=outcome.reply,
                intervention=outcome.intervention,
                passive=outcome.mode is not Mode.OFF,
            )
        )
        await self.bot.posted(outcome, reply.id)

    def _message(self, session: Session, person: Person, post: Post, text: str) -> Message:
        under = session.conversation.thread(post.thread) if post.thread else []
        before = [other for other in under if other is not post and other.visible_to in (None, person.id)]
        return Message(
            session.workspace,
            post.channel,
            post.id,
            person.id,
            text,
            post.sent_at,
            thread=post.thread,
            author_kind=person.kind,
            to_bot=bool(before) and before[-1].author == BOT.id,
        )


def _sentence(outcome: Outcome) -> str:
    reason = outcome.decision.reason
    return reason[:1].upper() + reason[1:] + "."
