"""What a knowledge base holds, in numbers."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bot.curation.claims import pages, stated
from bot.knowledge import KnowledgeBase

ENOUGH_STORIES = 2
"""Stories that an ordinary trope should have where honest ones exist, so that one can rest after it was told."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers; `by_region` and `by_field` give (tropes, stories) for each name."""

    tropes: int
    harm: int
    phrasings: int
    contrasts: int
    stories: int
    context: int
    claims: int
    sources: int
    """Sources as they are named under claims; one page may be named many times."""
    pages: int
    """Different web addresses."""
    primary: int
    """Sources seen at the publisher responsible for the fact (V)."""
    second_hand: int
    """Sources seen second-hand (V2)."""
    second_hand_claims: tuple[str, ...]
    """Places of claims that rest on second-hand sources alone."""
    unanswered: tuple[str, ...]
    """Ordinary tropes that no story answers."""
    few: tuple[str, ...]
    """Ordinary tropes that some stories answer, but fewer than two."""
    by_region: dict[str, tuple[int, int]]
    by_field: dict[str, tuple[int, int]]


def count(base: KnowledgeBase) -> Counts:
    """Count everything once."""
    every = list(stated(base))
    sources = [source for one in every for source in one.claim.sources]
    answers = {trope.id: len(base.stories_for(trope.id)) for trope in base.tropes.values() if not trope.harm}
    tropes, stories = base.tropes.values(), base.stories.values()
    field = base.about.field_of
    return Counts(
        tropes=len(tropes),
        harm=sum(trope.harm for trope in tropes),
        phrasings=sum(len(trope.phrasings) for trope in tropes),
        contrasts=sum(len(trope.contrasts) for trope in tropes),
        stories=len(stories),
        context=len(base.context),
        claims=len(every),
        sources=len(sources),
        pages=len(pages(base)),
        primary=sum(source.verified == "V" for source in sources),
        second_hand=sum(source.verified == "V2" for source in sources),
        second_hand_claims=tuple(
            one.place for one in every if all(source.verified == "V2" for source in one.claim.sources)
        ),
        unanswered=tuple(trope for trope, number in answers.items() if number == 0),
        few=tuple(trope for trope, number in answers.items() if 0 < number < ENOUGH_STORIES),
        by_region=_pairs((trope.region for trope in tropes), (story.country for story in stories)),
        by_field=_pairs((field(trope.tags) for trope in tropes), (field(story.tags) for story in stories)),
    )


def _pairs(tropes: Iterable[str], stories: Iterable[str]) -> dict[str, tuple[int, int]]:
    """For each name how many tropes and stories have it, the most frequent first."""
    one, other = Counter(tropes), Counter(stories)
    names = sorted(one.keys() | other.keys(), key=lambda name: (-one[name] - other[name], name))
    return {name: (one[name], other[name]) for name in names}
