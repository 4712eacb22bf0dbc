"""Every claim of a knowledge base with the entry it stands in, and every page it rests on."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.knowledge import Claim, KnowledgeBase, Source


@dataclass(frozen=True, slots=True)
class Stated:
    """A claim where it stands: `part` is concede, perspective, claims or claim; `number` counts from 1."""

    entry: str
    part: str
    number: int
    claim: Claim

    @property
    def place(self) -> str:
        """Such as "axe-the-fax, claims 2"."""
        return f"{self.entry}, {self.part} {self.number}"


def stated(base: KnowledgeBase) -> Iterator[Stated]:
    """Every claim, tropes first, in order of id."""
    for trope in base.tropes.values():
        for part, claims in (("concede", trope.concede), ("perspective", trope.perspective)):
            yield from (Stated(trope.id, part, number, claim) for number, claim in enumerate(claims, 1))
    for story in base.stories.values():
        yield from (Stated(story.id, "claims", number, claim) for number, claim in enumerate(story.claims, 1))
    for fact in base.context.values():
        yield Stated(fact.id, "claim", 1, fact.claim)


def pages(base: KnowledgeBase) -> dict[str, list[tuple[Stated, Source]]]:
    """For each web address the claims that rest on it, in order of address."""
    found: dict[str, list[tuple[Stated, Source]]] = {}
    for one in stated(base):
        for source in one.claim.sources:
            found.setdefault(source.url, []).append((one, source))
    return dict(sorted(found.items()))
