"""Bot: the use cases. A platform's adapter turns events into these calls and renders what comes back."""

import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from bot import policy, reply
from bot.batching import Batcher
from bot.core import ASKED_THRESHOLD, Core, Judgement
from bot.library import Lookup
from bot.matcher import NOTHING, Candidate, Match
from bot.message import Message, Mode, Trigger
from bot.policy import Decision, Facts, Rules, Situation
from bot.reply import Reply, ReplyKind
from bot.stages import Stage, Watch, unwatched
from bot.store import Asked, Intervention, Store, StoreUnavailable
from bot.suggestions import NOT_NOW, check

log = logging.getLogger(__name__)

EMOJI_ONLY = "emoji"
"""Stands for the id of a posted reply where so far only an emoji was put on the message."""
QUEUE_FULL = "queue_full"
"""The rule that holds where a reply was allowed, but too many waited to be posted."""
SILENT = Decision(False, "unavailable", "the database cannot be reached")
ASKED = Decision(True, "asked", "you asked")
Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """The time, in UTC."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to do about an event: post `reply` where there is one, then say `posted` or `failed`."""

    decision: Decision
    match: Match = NOTHING
    reply: Reply | None = None
    intervention: str | None = None
    mode: Mode = Mode.OFF


class Bot:
    """What the bot does when something happens. Knows no platform; keeps no state but the store's."""

    def __init__(self, core: Core, store: Store, rules: Rules | None = None, clock: Clock = utc_now):
        self.core = core
        self.store = store
        self.rules = rules or Rules()
        self.clock = clock
        self.watch: Watch = unwatched
        """Entered during each stage of the work on an event."""
        self._matches: Batcher[tuple[str, Mode], Match] = Batcher(core.matcher.listen)

    @property
    def waiting(self) -> int:
        """How many messages wait for the worker thread, or are in it."""
        return self._matches.pending

    def close(self) -> None:
        """Let go of the worker thread."""
        self._matches.close()

    async def on_message(self, message: Message) -> Outcome:
        """A message nobody addressed to the bot: speak only where every rule allows it."""
        try:
            facts = await self._facts(message)
            with self.watch(Stage.DECIDE):
                place = policy.decide(Situation(message, NOTHING, facts, self.rules), policy.PLACE_RULES)
            if not place.speak:
                return Outcome(place)
            with self.watch(Stage.MATCH):
                match = (await self._matches.submit((message.text, facts.mode))).judged_in(facts.mode)
            with self.watch(Stage.DECIDE):
                words = policy.decide(Situation(message, match, facts, self.rules), policy.MESSAGE_RULES)
            if not words.speak:
                if match.sure:
                    await self.store.held(message.workspace, words.rule, self.clock())
                return Outcome(words, match)
            return await self._claim(message, match)
        except StoreUnavailable:
            return Outcome(SILENT)

    async def on_mention(self, message: Message, trigger: Trigger = Trigger.MENTION) -> Outcome:
        """Somebody asked in a message: always answered, at a rate limit a person."""
        try:
            avoid = await self.store.told(message.workspace, message.channel, self.clock(), self.rules)
            with self.watch(Stage.MATCH):
                answer = await self._matches.call(lambda: self.core.answer(message.text, avoid))
            claimed = await self.store.claim_asked(
                message,
                trigger,
                answer.match,
                self.rules,
                self.clock(),
                answer.reply.trope,
                answer.reply.story,
            )
        except StoreUnavailable:
            return Outcome(SILENT, reply=reply.sorry())
        if not claimed.decision.speak:
            return Outcome(claimed.decision, answer.match)
        return Outcome(claimed.decision, answer.match, answer.reply, claimed.intervention)

    async def on_lookup(self, message: Message) -> Outcome:
        """Somebody looked something up by a command; `message.id` is the command's own id."""
        return await self.on_mention(message, Trigger.LOOKUP)

    async def search(self, text: str) -> list[Reply]:
        """What a text finds, best first, at least one; recorded nowhere, for nobody has been told it yet."""
        found = await self._matches.call(lambda: self.core.answer(text))
        if found.reply.story is None:
            return [found.reply]
        others = (ranked.story.id for ranked in found.lookup.stories if ranked.story.id != found.reply.story)
        return [found.reply, *map(self.core.tell, others)]

    async def judge(self, text: str) -> Judgement:
        """What a passive reply would do with a text in a channel that is on; recorded nowhere."""
        return await self._matches.call(lambda: self.core.judge(text, self.rules))

    async def lookup(self, text: str) -> Lookup:
        """The entries that a text is near to, by meaning; recorded nowhere."""
        return await self._matches.call(lambda: self.core.library.lookup(text))

    async def on_shortcut(self, message: Message) -> Outcome:
        """Somebody asks about another person's message; `message.author` is the one who asks."""
        return await self.on_mention(message, Trigger.SHORTCUT)

    async def most_telling(self, texts: Sequence[str]) -> str:
        """Of several messages the one that most probably asserts a trope; the first, where none does."""
        if not texts:
            return ""
        matches = await self._matches.call(lambda: self.core.matcher.match_many(texts))
        best = max(range(len(texts)), key=lambda i: matches[i].probability)
        return texts[best] if matches[best].probability >= ASKED_THRESHOLD else texts[0]

    async def first(self, workspace: str, event: str) -> bool:
        """Whether something happens for the first time; where the database is away or no workspace named, it does."""
        try:
            return not workspace or await self.store.first_sight(workspace, event, self.clock())
        except StoreUnavailable:
            return True  # what needs the database will see for itself; what does not may go on

    def missing(self) -> str:
        """What to tell somebody whose button belongs to no record that can be had."""
        return reply.SORRY if self.store.outage.going_on else reply.GONE

    async def on_suggestion(self, workspace: str, fields: Mapping[str, str]) -> dict[str, str]:
        """Somebody suggests a story: it is kept, or comes back with what is wrong, by field."""
        if faults := check(fields):
            return faults
        try:
            await self.store.suggest(workspace, fields, self.clock())
        except StoreUnavailable:
            return {"title": NOT_NOW}
        return {}

    async def posted(self, outcome: Outcome, posted_id: str) -> None:
        """The platform took the reply; `posted_id` is its id there."""
        if outcome.intervention:
            await self._try(self.store.posted(outcome.intervention, posted_id, self.clock()))

    async def failed(self, outcome: Outcome) -> None:
        """The platform refused the reply: its cooldowns are free again."""
        if outcome.intervention:
            await self._try(self.store.release(outcome.intervention))

    async def dropped(self, outcome: Outcome, workspace: str) -> None:
        """A passive reply gave way, for too many waited to be posted: its cooldowns are free, and it counts as held."""
        await self.failed(outcome)
        await self._try(self.store.held(workspace, QUEUE_FULL, self.clock()))

    async def shared(self, intervention: str, posted_id: str) -> None:
        """A reply that one person saw, or that an emoji stood for, now stands in the channel."""
        await self._try(self.store.posted(intervention, posted_id, self.clock()))

    async def begin_share(self, known: Intervention) -> bool:
        """Whether a reply may be posted openly now; of several who press, in whatever process, one may.

        Then say `shared` or `not_shared`. While the database is away, nobody may.
        """
        try:
            return await self.store.first_sight(known.workspace, f"share-{known.id}", self.clock())
        except StoreUnavailable:
            return False

    async def not_shared(self, known: Intervention) -> None:
        """The platform did not take it: somebody may try again."""
        await self._try(self.store.unsee(known.workspace, f"share-{known.id}"))

    async def known(self, intervention: str) -> Intervention | None:
        """The record of a reply, where it is still kept and the database can be reached."""
        try:
            return await self.store.intervention(intervention)
        except StoreUnavailable:
            return None

    async def on_feedback(self, intervention: str, person: str, helpful: bool) -> str:
        """Somebody found a reply helpful or not; returns what to tell them."""
        try:
            if await self.store.intervention(intervention) is None:
                return reply.GONE
            await self.store.feedback(intervention, person, helpful, self.clock())
        except StoreUnavailable:
            return reply.SORRY
        return "Thank you. I count it, without your name."

    async def on_withdrawn(self, intervention: str) -> Intervention | None:
        """The reply is dismissed, or its message deleted; returns what to take down, where there is something."""
        try:
            known = await self.store.intervention(intervention)
            if known is not None:
                await self.store.withdrawn(intervention)
        except StoreUnavailable:
            return None
        return known

    async def on_deleted(self, workspace: str, channel: str, message_id: str) -> Intervention | None:
        """A message is gone: its reply goes too."""
        try:
            known = await self.store.intervention_for(workspace, channel, message_id)
        except StoreUnavailable:
            return None
        return await self.on_withdrawn(known.id) if known else None

    async def waiting_for_emoji(self, workspace: str, channel: str, message_id: str) -> Intervention | None:
        """The reply that an emoji on a message stands for, where its story has not been told yet."""
        try:
            known = await self.store.intervention_for(workspace, channel, message_id)
        except StoreUnavailable:
            return None
        untold = known is not None and known.mode is Mode.REACT and known.posted_id == EMOJI_ONLY
        return known if untold else None

    async def why(self, intervention: str) -> list[str]:
        """Why a reply was given, in sentences; from ids alone, for no message is kept."""
        try:
            known = await self.store.intervention(intervention)
        except StoreUnavailable:
            return [reply.SORRY]
        if known is None:
            return [reply.GONE]
        return self._reasons(known)

    async def why_last(self, workspace: str, channel: str) -> list[str]:
        """Why the latest passive reply in a channel was given, in sentences; none where there was none."""
        known = await self.store.last_passive(workspace, channel)
        return self._reasons(known) if known else []

    async def on_more(self, intervention: str, person: str) -> Outcome:
        """Somebody asks for another story like this one: recorded and limited as everything that is asked."""
        try:
            known = await self.store.intervention(intervention)
            said = await self._another(known)
            if known is None or said.kind is ReplyKind.NOTHING:
                return Outcome(ASKED, reply=said)
            match = Match((Candidate(said.trope or "", known.probability),), self.core.matcher.threshold)
            ask = Asked(known.workspace, known.channel, person, thread=known.thread)
            claimed = await self.store.claim_asked(
                ask, Trigger.SHORTCUT, match, self.rules, self.clock(), said.trope, said.story
            )
        except StoreUnavailable:
            return Outcome(SILENT, reply=reply.sorry())
        if not claimed.decision.speak:
            return Outcome(claimed.decision)
        return Outcome(claimed.decision, match, said, claimed.intervention)

    async def _another(self, known: Intervention | None) -> Reply:
        subject = self.core.base.tropes.get(known.trope or "") if known else None
        if known is None or subject is None:
            return reply.nothing_found(self.core.base.about.ask_for)
        told = await self.store.told(known.workspace, known.channel, self.clock(), self.rules)
        left = self.core.library.answers(subject.id, avoid=told | {known.story or ""})
        return self.core.reply_to(subject.id, left[0].story.id) if left else self.core.in_context(subject.id)

    async def reply_again(self, intervention: str) -> Reply | None:
        """The reply of an intervention, made anew from its ids: to show it when it is asked for, or shared."""
        try:
            known = await self.store.intervention(intervention)
        except StoreUnavailable:
            return None
        if known is None:
            return None
        trope, story = (
            self.core.base.tropes.get(known.trope or ""),
            self.core.base.stories.get(known.story or ""),
        )
        if trope is None:
            return self.core.tell(story.id) if story else None
        if trope.harm:
            return reply.acknowledge(trope)
        if story and story.answer_to(trope.id):
            return self.core.reply_to(trope.id, story.id)
        return self.core.in_context(trope.id)

    async def _facts(self, message: Message) -> Facts:
        """What is known of the place, before the message is read."""
        now = self.clock()
        mode = await self.store.mode(message.workspace, message.channel)
        return Facts(now, mode, workspace_paused=await self.store.paused(message.workspace, now))

    async def _claim(self, message: Message, match: Match) -> Outcome:
        claimed = await self.store.claim(
            message, match, self.rules, self.clock(), lambda told: self.core.story_for(match, told)
        )
        if not claimed.decision.speak or claimed.story is None or match.trope is None:
            await self.store.held(message.workspace, claimed.decision.rule, self.clock())
            return Outcome(claimed.decision, match)
        with self.watch(Stage.COMPOSE):
            said = self.core.reply_to(match.trope, claimed.story)
        return Outcome(claimed.decision, match, said, claimed.intervention, claimed.mode)

    def _reasons(self, known: Intervention) -> list[str]:
        trope = self.core.base.tropes.get(known.trope or "")
        lines = []
        if trope:
            lines.append(
                f"I took a message for the anecdote “{trope.claim}” (probability {known.probability:.0%}; "
                f"unasked I speak in a thread from {self.core.matcher.threshold:.0%})."
            )
            if known.phrasing is not None and known.phrasing < len(trope.phrasings):
                lines.append(f"The nearest example I know of it: “{trope.phrasings[known.phrasing]}”")
        story = self.core.base.stories.get(known.story or "")
        fit = story.answer_to(trope.id) if story and trope else None
        if fit:
            lines.append(f"I chose this story for the {fit.fit}: {fit.reason}.")
        asked = known.trigger is not Trigger.PASSIVE
        lines.append(
            "Somebody asked me." if asked else "This channel has turned passive replies on, and no rule held me back."
        )
        lines.append(f"The rule that decided: {known.rule.replace('_', ' ')}.")
        return lines

    async def _try(self, work: Awaitable[None]) -> None:
        try:
            await work
        except StoreUnavailable:
            log.debug("an outcome could not be recorded; the claim expires by itself")
