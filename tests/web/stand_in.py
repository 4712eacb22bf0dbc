"""A small core that needs no model: three tropes recognised by their words, and the stories that answer them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.core import Core
from bot.encoder import CachedEncoder, Vectors
from bot.knowledge import Answer, Claim, KnowledgeBase, Source, Story, Trope
from bot.library import Library
from bot.matcher import Candidate, Examples, Match, Matcher, Neighbour
from bot.message import Mode
from bot.signals import Signal, personal_harm

THRESHOLD = 0.8
SOURCE = Source(
    publisher="Example Audit Office",
    title="What became of it",
    url="https://example.org/report?a=1&b=2",
    date="2024-06",
    verified="V",
    checked="2026-11",
)
RECOGNISED = {
    "biggest buyer of fax machines": ("nhs-fax-machines", 0.95),
    "nhs app is useless": ("nhs-app-useless", 0.93),
    "always fail": ("gov-it-fails", 0.9),
    "national programme for it": ("gov-it-fails", 0.9),
    "horizon": ("post-office-horizon", 0.97),
    "fax": ("nhs-fax-machines", 0.1),
}


def claim(text: str) -> Claim:
    """A claim with a source."""
    return Claim(text=text, as_of="2024-06", sources=(SOURCE,))


def trope(id_: str, words: str, harm: bool = False) -> Trope:
    """A trope about some words."""
    return Trope(
        id=id_,
        claim=f"The claim about {words}.",
        sensitivity="harm" if harm else "ordinary",
        region="UK",
        tags=(words,),
        concede=(claim(f"Some of what is said about {words} is true."),),
        perspective=(claim(f"Most of what is said about {words} is old."),),
        phrasings=tuple(f"{words} phrasing {i}" for i in range(12)),
        contrasts=tuple(f"{words} contrast {i}" for i in range(10)),
    )


def story(id_: str, words: str, *tropes: str) -> Story:
    """A story that answers some tropes."""
    return Story(
        id=id_,
        title=f"How {words} went well",
        organisation="Example Agency",
        country="UK",
        years="2018–",
        status="live",
        summary=f"The agency moved 42 services to {words}, one at a time.",
        claims=(claim(f"The agency moved 42 services to {words}."),),
        caveats=("Some are left.",),
        done_differently="One at a time.",
        answers=tuple(Answer(trope=t, fit="same service", reason="the later chapter") for t in tropes),
        tags=(words,),
        review_by="2030-01-01",
    )


BASE = KnowledgeBase(
    tropes={
        t.id: t
        for t in (
            trope("nhs-fax-machines", "fax machines"),
            trope("nhs-app-useless", "the app"),
            trope("gov-it-fails", "failing projects"),
            trope("post-office-horizon", "horizon", harm=True),
        )
    },
    stories={
        s.id: s
        for s in (
            story("booking", "booking online", "gov-it-fails"),
            story("secure-email", "secure email", "nhs-fax-machines", "gov-it-fails"),
            story("shared-records", "shared records", "nhs-fax-machines"),
            story("prescriptions", "electronic prescriptions", "nhs-app-useless"),
        )
    },
)


class WordEncoder:
    """Texts as bags of words; enough to look things up."""

    name = "words"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (texts, 256)."""
        vectors = np.zeros((len(texts), 256), np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split() or ["-"]:
                vectors[row, sum(word.encode("utf-8", "replace")) % 256] += 1
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)


class WordMatcher(Matcher):
    """Recognises a trope by its words."""

    def __init__(self) -> None:
        """Needs nothing."""

    @property
    def threshold(self) -> float:
        """The same for every message."""
        return THRESHOLD

    @property
    def lower_thresholds(self) -> dict[Mode, float]:
        """None: every mode has the same."""
        return {}

    def match_many(self, texts: Sequence[str]) -> list[Match]:
        """A match for each text."""
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Match:
        said = text.lower()
        found = next((RECOGNISED[words] for words in RECOGNISED if words in said), ("gov-it-fails", 0.02))
        subject = BASE.tropes[found[0]]
        return Match(
            (Candidate(*found),),
            THRESHOLD,
            harm=subject.harm,
            phrasing=Neighbour(subject.id, 0, subject.phrasings[0], found[1]),
            contrast=Neighbour(subject.id, 0, subject.contrasts[0], 0.6),
            signals=frozenset({Signal.PERSONAL_HARM} if personal_harm(text) else ()),
        )


def small_core(cache: Path) -> Core:
    """The core."""
    encoder = CachedEncoder(WordEncoder(), cache)
    owners = [(trope.id, index) for trope in BASE.tropes.values() for index in range(len(trope.phrasings))]
    texts = [BASE.tropes[trope].phrasings[index] for trope, index in owners]
    phrasings = Examples(tuple(t for t, _ in owners), tuple(i for _, i in owners), tuple(texts), encoder.encode(texts))
    return Core(BASE, WordMatcher(), Library(BASE, encoder, phrasings))
