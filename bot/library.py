"""Chooses stories: for a match, the fairest answer; for a lookup, what was asked for, or honestly nothing."""

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rank_bm25 import BM25Plus

from bot.encoder import CachedEncoder, Progress, Vectors
from bot.knowledge import ContextFact, KnowledgeBase, Story, Trope
from bot.matcher import Examples

FIT_WEIGHT = {"same service": 1.0, "same mechanism": 0.7, "same kind of organisation": 0.5}
REGION_WEIGHT = 0.4
SOURCED_WEIGHT = 0.1
FRESH_WEIGHT = 0.1
TOPIC_WEIGHT = 0.4
FULL_SCORE = 1.0 + REGION_WEIGHT + SOURCED_WEIGHT + FRESH_WEIGHT + TOPIC_WEIGHT
STALE_YEARS = 10
"""A figure this old adds nothing for freshness."""
FACT_AHEAD = 0.05
"""How much nearer than the best story a context fact must be to what was asked, or the story is told."""
SEMANTIC_SHARE = 0.6
"""How much of a lookup's score is meaning; the rest is words."""
FOUND = 0.34
"""A lookup's best score must reach this, or nothing is found."""
TROPE_NAMED = 0.5
"""The cosine from which a lookup that shares a word with a trope's name or claim is about that trope."""
TROPE_MEANT = 0.7
"""The same for a lookup that shares none."""

_WORD = re.compile(r"[a-z0-9]+(?:[.\-'][a-z0-9]+)*")
_ASKING = frozenset(
    """
    a about am an and any anything are at bad be been best but by can case cases could did do does ever example
    examples find for from get give going good got great had has have he hello help here hey hi how i in into is
    it its just know let like me more my near news nice not of off ok on one or our out please positive really
    she show so some something sourced stories story success successes successful tell than that the their them
    then there these they thing things this to told up us was we well went were what when where which who why
    will with work worked working works would you your
    """.split()
)
"""Words that ask and say nothing of what is asked for."""


@dataclass(frozen=True, slots=True)
class RankedStory:
    """A story and how well it fits, 0..1; `why` says what counted."""

    story: Story
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a lookup found: the trope it is about, and stories, best first."""

    trope: Trope | None = None
    stories: tuple[RankedStory, ...] = ()
    fact: ContextFact | None = None
    """A context fact that is nearer to what was asked than any story."""

    @property
    def found(self) -> bool:
        """Whether there is anything to say."""
        return self.trope is not None or bool(self.stories) or self.fact is not None


@dataclass
class _Passages:
    """Texts that stand for entries: row i of `vectors` is a passage of `owners[i]`."""

    owners: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    vectors: Vectors = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def add(self, owner: str, *texts: str) -> None:
        self.owners += [owner] * len(texts)
        self.texts += texts

    def add_all(self, examples: Examples) -> None:
        self.owners += examples.tropes
        self.texts += examples.texts

    def best(self, query: Vectors) -> dict[str, float]:
        """For each owner the cosine of its nearest passage."""
        best: dict[str, float] = {}
        for owner, cosine in zip(self.owners, (self.vectors @ query).tolist(), strict=True):
            best[owner] = max(cosine, best.get(owner, -1.0))
        return best


def _passages(base: KnowledgeBase) -> tuple[_Passages, _Passages, _Passages]:
    """What stands for stories, context facts and tropes in a lookup, without vectors."""
    stories, facts, tropes = _Passages(), _Passages(), _Passages()
    for story in base.stories.values():
        claims = [claim.text for claim in story.claims]
        stories.add(story.id, story.title, story.summary, story.done_differently, *story.tags, *claims)
    for fact in base.context.values():
        facts.add(fact.id, fact.claim.text, *fact.tags)
    for trope in base.tropes.values():
        tropes.add(trope.id, _name(trope), trope.claim)
    return stories, facts, tropes


def passages_of(base: KnowledgeBase) -> list[str]:
    """Every text that a lookup is compared with, beside the phrasings."""
    return [text for passages in _passages(base) for text in passages.texts]


class Library:
    """The stories, ready to be ranked and searched."""

    def __init__(
        self, base: KnowledgeBase, encoder: CachedEncoder, phrasings: Examples, progress: Progress | None = None
    ):
        self.model = encoder.name
        """Names the weights that everything was encoded with."""
        self._base = base
        self._encoder = encoder
        self._stories, self._facts, self._tropes = _passages(base)
        parts = (self._stories, self._facts, self._tropes)
        vectors = encoder.remember([text for part in parts for text in part.texts], progress)
        ends = np.cumsum([len(self._stories.texts), len(self._facts.texts)])
        self._stories.vectors, self._facts.vectors, named = np.split(vectors, ends)
        self._tropes.add_all(phrasings)
        self._tropes.vectors = np.concatenate([named, phrasings.vectors])
        self._words = {id_: terms(_searchable(story)) for id_, story in base.stories.items()}
        self._fact_words = {
            id_: frozenset(terms(" ".join([fact.claim.text, *fact.tags]))) for id_, fact in base.context.items()
        }
        self._lexicon = frozenset(word for words in self._words.values() for word in words)
        self._bm25: Any = BM25Plus(list(self._words.values())) if self._words else None

    def answers(
        self, trope: str, vector: Vectors | None = None, avoid: Collection[str] = (), year: int | None = None
    ) -> list[RankedStory]:
        """The stories that answer a trope, fairest first, without those to `avoid` (told here lately).

        `vector` is the message's unit vector, shape (dimensions,): between equally fair stories the one nearest to
        what was said comes first. `year` is the year to judge freshness by, today's where it is not given.
        """
        subject = self._base.tropes[trope]
        if subject.harm:
            return []
        near = self._stories.best(vector) if vector is not None else {}
        ranked = [
            self._judge(subject, story, near.get(story.id, 0.0), year or dt.date.today().year)
            for story in self._base.stories_for(trope)
            if story.id not in avoid
        ]
        return sorted(ranked, key=lambda r: (-r.score, r.story.id))

    def lookup(self, query: str, limit: int = 3) -> Lookup:
        """What the knowledge base has about a free text, meaning and words together."""
        asked = terms(query)
        if not asked:
            return Lookup()
        vector = self._encoder.encode([" ".join(_content(query))])[0]
        return self._search(asked, vector, limit)

    def _search(self, asked: Sequence[str], vector: Vectors, limit: int) -> Lookup:
        trope = self._trope(asked, vector)
        if trope is not None and trope.harm:
            return Lookup(trope)
        semantic, lexical = self._stories.best(vector), self._lexical(asked)
        answering = {r.story.id: r for r in self.answers(trope.id, vector)} if trope else {}
        ranked = []
        for story in self._base.stories.values():
            score = SEMANTIC_SHARE * max(semantic[story.id], 0) + (1 - SEMANTIC_SHARE) * lexical[story.id]
            why = "its words and meaning are near to what was asked"
            if fits := answering.get(story.id):
                score, why = max(score, FOUND) + 0.4 * fits.score, fits.why
            if score >= FOUND:
                ranked.append(RankedStory(story, min(score, 1.0), why))
        ranked.sort(key=lambda r: (-r.score, r.story.id))
        fact = self._fact(asked, vector, ranked[0].score + FACT_AHEAD if ranked else FOUND) if trope is None else None
        return Lookup(trope, tuple(ranked[:limit]), fact)

    def _fact(self, asked: Sequence[str], vector: Vectors, least: float) -> ContextFact | None:
        """The context fact that is nearest to what was asked, where it scores `least` or more."""
        scores = {
            id_: SEMANTIC_SHARE * max(near, 0) + (1 - SEMANTIC_SHARE) * _shared(asked, self._fact_words[id_])
            for id_, near in self._facts.best(vector).items()
        }
        best = max(sorted(scores), key=scores.__getitem__, default=None)
        return self._base.context[best] if best is not None and scores[best] >= least else None

    def _trope(self, asked: Sequence[str], vector: Vectors) -> Trope | None:
        best = self._tropes.best(vector)
        if not best:
            return None
        trope = self._base.tropes[max(sorted(best), key=best.__getitem__)]
        named = set(asked) & set(terms(f"{_name(trope)} {trope.claim}"))
        return trope if best[trope.id] >= (TROPE_NAMED if named else TROPE_MEANT) else None

    def _lexical(self, asked: Sequence[str]) -> dict[str, float]:
        """For each story the share of the question's weight of words that it holds, 0..1."""
        known = [word for word in asked if word in self._lexicon]
        if not known:
            return dict.fromkeys(self._words, 0.0)
        weight = {word: self._bm25.idf.get(word, 0.0) for word in known}
        unknown = max(self._bm25.idf.values()) * (len(asked) - len(known))
        total = sum(weight.values()) + unknown
        scores = dict(zip(self._words, self._bm25.get_scores(known).tolist(), strict=True))
        top = max(scores.values()) or 1.0
        return {
            id_: sum(weight[word] for word in known if word in words) / total * (0.5 + 0.5 * scores[id_] / top)
            for id_, words in self._words.items()
        }

    def _judge(self, trope: Trope, story: Story, near: float, year: int) -> RankedStory:
        answer = story.answer_to(trope.id)
        fit = FIT_WEIGHT[answer.fit] if answer else 0.0
        primary = sum(source.verified == "V" for source in story.headline.sources) / len(story.headline.sources)
        age = year - int(story.headline.as_of[:4])
        score = (
            fit
            + REGION_WEIGHT * self._base.same_region(story.country, trope.region)
            + SOURCED_WEIGHT * primary
            + FRESH_WEIGHT * max(0.0, 1 - age / STALE_YEARS)
            + TOPIC_WEIGHT * max(near, 0.0)
            - 0.1 * (story.status != "live")
        )
        return RankedStory(story, max(score, 0.0) / FULL_SCORE, answer.fit if answer else "")


def terms(text: str) -> list[str]:
    """The words of a text that a search can use: small letters, plurals folded, asking words left out."""
    return [_fold(word) for word in _content(text)]


def _content(text: str) -> list[str]:
    return [word for word in _WORD.findall(text[:2000].lower()) if word not in _ASKING]


def _fold(word: str) -> str:
    """A light stem: "prescriptions" and "prescription", "faxes" and "fax" are the same word."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us")) else word


def _shared(asked: Sequence[str], words: Collection[str]) -> float:
    """The share of what was asked that stands among some words, 0..1."""
    return sum(word in words for word in asked) / len(asked)


def _name(trope: Trope) -> str:
    return trope.id.replace("-", " ")


def _searchable(story: Story) -> str:
    parts = [
        story.title,
        story.title,
        story.organisation,
        story.country,
        story.summary,
        story.done_differently,
    ]
    return " ".join([*parts, *story.tags, *story.tags, *(claim.text for claim in story.claims)])
