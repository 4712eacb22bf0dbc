"""The knowledge base for others: JSON, JSON-LD in the terms of schema.org, CSV, and a catalogue to read."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any

from bot.curation.catalogue import catalogue
from bot.curation.claims import stated
from bot.knowledge import Claim, ContextFact, KnowledgeBase, Source, Story, Trope

HERE = "urn:counterpoint:"
"""What the ids of entries stand behind, so that one document can refer to another."""
VERDICTS = {"ordinary": "True in part; see what it leaves out", "harm": "People were hurt; see the finding"}
"""For each sensitivity what a review says of the claim; in words, for a number would say more than we know."""
SEEN = {"V": "Seen at the publisher responsible for the fact", "V2": "Seen second-hand"}


def as_json(base: KnowledgeBase) -> str:
    """Everything, as it stands in the files."""
    whole = {
        "tropes": [trope.model_dump(mode="json", exclude_none=True) for trope in base.tropes.values()],
        "stories": [story.model_dump(mode="json") for story in base.stories.values()],
        "context": [fact.model_dump(mode="json") for fact in base.context.values()],
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def as_csv(base: KnowledgeBase) -> str:
    """One line for each source of each claim."""
    text = io.StringIO()
    names = "entry kind part number claim as_of publisher title url date verified checked".split()
    table = csv.DictWriter(text, names, lineterminator="\n")
    table.writeheader()
    for one in stated(base):
        kind = "trope" if one.entry in base.tropes else "story" if one.entry in base.stories else "context"
        for source in one.claim.sources:
            table.writerow(
                {
                    "entry": one.entry,
                    "kind": kind,
                    "part": one.part,
                    "number": one.number,
                    "claim": _no_formula(one.claim.text),
                    "as_of": one.claim.as_of,
                    **{name: _no_formula(value) for name, value in source.model_dump().items()},
                }
            )
    return text.getvalue()


def as_jsonld(base: KnowledgeBase) -> str:
    """Each trope as a ClaimReview of a Claim, each story as an Article, each statement as a Claim with its sources.

    The terms are those of schema.org; a story that answers a trope is among the review's citations.
    """
    items = [_review(trope, base) for trope in base.tropes.values()]
    items += [_article(story) for story in base.stories.values()]
    items += [_fact(fact) for fact in base.context.values()]
    return json.dumps({"@context": "https://schema.org", "@graph": items}, indent=1, ensure_ascii=False) + "\n"


def _review(trope: Trope, base: KnowledgeBase) -> dict[str, Any]:
    claims = [*trope.concede, *trope.perspective]
    return {
        "@type": "ClaimReview",
        "@id": HERE + trope.id,
        "claimReviewed": trope.claim,
        "itemReviewed": {
            "@type": "Claim",
            "name": trope.claim,
            "text": trope.claim,
            "about": [{"@type": "Thing", "name": tag} for tag in trope.tags],
            "spatialCoverage": {"@type": "Place", "name": trope.region},
        },
        "reviewRating": {"@type": "Rating", "alternateName": VERDICTS[trope.sensitivity]},
        "reviewBody": " ".join(claim.text for claim in claims),
        "author": {"@type": "Organization", "name": "Counterpoint"},
        "datePublished": max(source.checked for claim in claims for source in claim.sources),
        "hasPart": [_claim(f"{trope.id}/{number}", claim) for number, claim in enumerate(claims, 1)],
        "citation": [{"@id": HERE + entry.id} for entry in base.answers_to(trope.id)],
        "inLanguage": "en",
    }


def _article(story: Story) -> dict[str, Any]:
    return {
        "@type": "Article",
        "@id": HERE + story.id,
        "headline": story.title,
        "abstract": story.summary,
        "articleBody": " ".join([story.summary, story.done_differently, *story.caveats]),
        "about": {"@type": "Organization", "name": story.organisation},
        "spatialCoverage": {"@type": "Place", "name": story.country},
        "temporalCoverage": story.years,
        "creativeWorkStatus": story.status,
        "keywords": list(story.tags),
        "expires": story.review_by,
        "author": {"@type": "Organization", "name": "Counterpoint"},
        "hasPart": [_claim(f"{story.id}/{number}", claim) for number, claim in enumerate(story.claims, 1)],
        "mentions": [{"@id": HERE + answer.trope} for answer in story.answers],
        "inLanguage": "en",
    }


def _fact(fact: ContextFact) -> dict[str, Any]:
    return {
        **_claim(fact.id, fact.claim),
        "abstract": " ".join(fact.caveats),
        "keywords": list(fact.tags),
        "expires": fact.review_by,
        "mentions": [{"@id": HERE + answer.trope} for answer in fact.answers],
    }


def _claim(id_: str, claim: Claim) -> dict[str, Any]:
    return {
        "@type": "Claim",
        "@id": HERE + id_,
        "text": claim.text,
        "temporalCoverage": claim.as_of,
        "appearance": [_page(source) for source in claim.sources],
    }


def _page(source: Source) -> dict[str, Any]:
    return {
        "@type": "Article",
        "url": source.url,
        "headline": source.title,
        "publisher": {"@type": "Organization", "name": source.publisher},
        "datePublished": source.date,
        "description": SEEN[source.verified],
        "sdDatePublished": source.checked,
    }


def _no_formula(value: str) -> str:
    """A text that a spreadsheet will not take for a formula."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


FORMS: Mapping[str, Callable[[KnowledgeBase], str]] = {
    "json": as_json,
    "jsonld": as_jsonld,
    "csv": as_csv,
    "markdown": catalogue,
}
"""What `kb export --format` takes."""
