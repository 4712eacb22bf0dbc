"""The core without a memory: knowledge base, matcher and library, and what they make of one text."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bot import freshness, policy, reply
from bot.artefact import Artefact, artefact_named
from bot.cleaning import clean
from bot.encoder import CachedEncoder, Progress, TransformerEncoder
from bot.knowledge import ContextFact, KnowledgeBase, Story, load
from bot.lean import LeanEncoder
from bot.library import Library, Lookup
from bot.matcher import Match, Matcher, Passes
from bot.message import Message, Mode
from bot.policy import Decision, Facts, Rules, Situation
from bot.reply import Reply
from bot.settings import Settings

MOST_STORIES = 3
"""How many stories a lookup names."""
ASKED_THRESHOLD = 0.5
"""Somebody who asks is answered about the more likely trope, sure or not."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a passive reply would do with a message, and the story it would tell."""

    match: Match
    decision: Decision
    story: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to somebody who asked, what their words were taken for, and the other stories found."""

    reply: Reply
    match: Match
    lookup: Lookup


class Core:
    """Everything that needs no database; safe to call from one thread at a time."""

    def __init__(
        self,
        base: KnowledgeBase,
        matcher: Matcher,
        library: Library,
        today: Callable[[], dt.date] = dt.date.today,
    ):
        self.base = base
        self.matcher = matcher
        self.library = library
        self.today = today

    @classmethod
    def load(cls, settings: Settings, progress: Progress | None = None) -> "Core":
        """Read, check and encode the knowledge base; raises BadFile and ModelMissing."""
        base = load(settings.knowledge_path)
        artefact = artefact_named(settings.encoder_model)
        lean = LeanEncoder.of(artefact) if artefact else None
        encoder = CachedEncoder(lean or TransformerEncoder(settings.encoder_model), settings.cache_path, artefact)
        passes = gate_of(base, artefact, lean) if artefact and lean else None
        matcher = Matcher(base, encoder, settings.cache_path, progress, artefact, passes)
        return cls(base, matcher, Library(base, encoder, matcher.phrasings, progress))

    def judge(self, text: str, rules: Rules | None = None) -> Judgement:
        """What a passive reply would do in a channel that is on and has no history."""
        return self.judge_many([text], rules)[0]

    def judge_many(self, texts: Sequence[str], rules: Rules | None = None) -> list[Judgement]:
        """The same for several texts, with one pass of the encoder."""
        judged = zip(self.matcher.match_many(texts), self.matcher.unheard(texts), strict=True)
        matches = [replace(match, unheard=modes) for match, modes in judged]
        return [self._judge(text, match, rules) for text, match in zip(texts, matches, strict=True)]

    def _judge(self, text: str, match: Match, rules: Rules | None) -> Judgement:
        now = dt.datetime.now(dt.UTC)
        message = Message("-", "-", "-", "-", text, now)
        facts = Facts(now, Mode.REPLY)
        decision = policy.decide(Situation(message, match, facts, rules or Rules()))
        return Judgement(match, decision, self.story_for(match) if match.trope else None)

    def story_for(self, match: Match, avoid: frozenset[str] = frozenset()) -> str | None:
        """The fairest story for a match that may be told unasked and was not told here lately."""
        if match.trope is None:
            return None
        fair = (ranked.story for ranked in self.library.answers(match.trope, avoid=avoid))
        return next((story.id for story in fair if not freshness.is_too_old(story, self.today())), None)

    def reply_to(self, trope: str, story: str) -> Reply:
        """The words for a trope and the story chosen for it."""
        told = self.base.stories[story]
        return reply.answer(self.base.tropes[trope], told, self._context(trope), self._stale(told))

    def tell(self, story: str) -> Reply:
        """The words for a story that somebody looked up."""
        told = self.base.stories[story]
        return reply.tell(told, self._stale(told))

    def in_context(self, trope: str) -> Reply:
        """What an anecdote leaves out, when there is no story left to tell."""
        return reply.put_in_context(self.base.tropes[trope], self._context(trope))

    def answer(self, text: str, avoid: frozenset[str] = frozenset()) -> Answer:
        """Answer somebody who asked: an anecdote by its counterpoint, anything else by a lookup."""
        match = self.matcher.match(text)
        if match.signals and match.probability < ASKED_THRESHOLD:
            return Answer(reply.stay_out(), match, Lookup())
        trope = match.trope if match.probability >= ASKED_THRESHOLD else None
        if trope and match.sure:
            return self._counterpoint(trope, match, avoid)
        found = self.library.lookup(text, MOST_STORIES)
        names_a_story = found.trope is None and any(r.score > match.probability for r in found.stories)
        if trope and not names_a_story:
            return self._counterpoint(trope, match, avoid)
        return Answer(self._found(found, avoid), match, found)

    def _counterpoint(self, trope: str, match: Match, avoid: frozenset[str]) -> Answer:
        said = self._about(trope, bool(match.signals), avoid)
        ranked = tuple(self.library.answers(trope)[:MOST_STORIES])
        return Answer(said, match, Lookup(self.base.tropes[trope], ranked))

    def _about(self, trope: str, hurt: bool, avoid: frozenset[str]) -> Reply:
        subject = self.base.tropes[trope]
        if subject.harm:
            return reply.acknowledge(subject)
        if hurt:
            return reply.stay_out()
        ranked = self.library.answers(trope, avoid=avoid) or self.library.answers(trope)
        return self.reply_to(trope, ranked[0].story.id) if ranked else self.in_context(trope)

    def _found(self, found: Lookup, avoid: frozenset[str]) -> Reply:
        if found.trope and found.trope.harm:
            return reply.acknowledge(found.trope)
        if found.fact:
            return reply.tell_fact(found.fact)
        fresh = [r.story for r in found.stories if r.story.id not in avoid] or [r.story for r in found.stories]
        if not fresh:
            return self.in_context(found.trope.id) if found.trope else reply.nothing_found(self.base.about.ask_for)
        if found.trope and fresh[0].answer_to(found.trope.id):
            return self.reply_to(found.trope.id, fresh[0].id)
        return self.tell(fresh[0].id)

    def _context(self, trope: str) -> list[ContextFact]:
        """The facts that put a trope into proportion and are not too old to be told."""
        return [f for f in self.base.context_for(trope) if not freshness.is_too_old(f, self.today())]

    def _stale(self, story: Story) -> bool:
        return freshness.is_stale(story, self.today())


def gate_of(base: KnowledgeBase, artefact: Artefact, encoder: LeanEncoder) -> Passes | None:
    """The artefact's gate, where it has learned what this base listens for."""
    gate = artefact.gate_for(base.tropes)
    if gate is None:
        return None

    def passes(texts: Sequence[str]) -> npt.NDArray[np.bool_]:
        return gate.passes(encoder.tokens(texts))

    said = [clean(text).whole for trope in base.tropes.values() for text in trope.phrasings]
    new = [text for text in said if not artefact.examples.knows(text)]
    return passes if not new or passes(new).all() else None
