"""The knowledge base as a page to read: every trope with what is true in it and what answers it, and every story."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from bot.knowledge import Claim, ContextFact, KnowledgeBase, Source, Story, Trope
from bot.wording import dated, sentence, spoken_date

INTRODUCTION = """\
# Catalogue

Everything that the bot knows, with every source: **{tropes} tropes** (recurring negative claims), the **{stories}
stories** that answer them and **{facts} context facts**. V marks a source seen at the publisher responsible for the
fact, V2 one seen second-hand.

This page is generated. To change it, change the files it is made from, then type
`counterpoint kb export --format markdown --output docs/catalogue.md`.
"""
HARMED = "People were hurt: this is acknowledged when somebody asks, and never answered with a story."
_MARKUP = re.compile(r"([\\`*_\[\]<>|#])")


def catalogue(base: KnowledgeBase) -> str:
    """The page, in Markdown."""
    return "\n".join(_lines(base)).rstrip() + "\n"


def _lines(base: KnowledgeBase) -> Iterator[str]:
    counts = {"tropes": len(base.tropes), "stories": len(base.stories), "facts": len(base.context)}
    yield INTRODUCTION.format(**counts)
    fields: defaultdict[str, list[Trope]] = defaultdict(list)
    for trope in base.tropes.values():
        fields[base.about.field_of(trope.tags)].append(trope)
    yield "| field | tropes |\n| --- | --- |"
    for field, tropes in sorted(fields.items()):
        yield f"| {_plain(field)} | {', '.join(_link(trope.id) for trope in tropes)} |"
    yield "\n## Tropes\n"
    for trope in base.tropes.values():
        yield from _trope(trope, base)
    yield "## Stories\n"
    for story in base.stories.values():
        yield from _story(story)
    yield "## Context facts\n"
    for fact in base.context.values():
        yield from _fact(fact)


def _trope(trope: Trope, base: KnowledgeBase) -> Iterator[str]:
    yield f"### {trope.id}\n"
    yield f"> {_plain(trope.claim)}\n"
    yield f"{_plain(trope.region)}. {HARMED if trope.harm else ''}".strip() + "\n"
    yield "What is true in it:\n"
    yield from _claims(trope.concede)
    yield "\nWhat is left out, outdated or out of proportion:\n"
    yield from _claims(trope.perspective)
    answers = [
        f"- {_link(entry.id)} ({fit.fit}): {_plain(sentence(fit.reason))}"
        for entry in base.answers_to(trope.id)
        if (fit := entry.answer_to(trope.id))
    ]
    if answers:
        yield "\nWhat answers it:\n"
        yield from answers
    if trope.gap:
        yield f"\nWhy not more stories answer it: {_plain(sentence(trope.gap))}"
    yield ""


def _story(story: Story) -> Iterator[str]:
    yield f"### {story.id}\n"
    status = "" if story.status == "live" else f" Status: {story.status}."
    yield f"**{_plain(story.title)}.** {_plain(story.organisation)}, {_plain(story.country)}, {story.years}.{status}\n"
    yield _plain(dated(story.summary, story.headline.as_of)) + "\n"
    yield f"Done differently: {_plain(sentence(story.done_differently))}\n"
    yield from _claims(story.claims)
    yield ""
    yield from (f"- Caveat: {_plain(sentence(caveat))}" for caveat in story.caveats)
    if story.answers:
        yield f"\nAnswers {', '.join(_link(answer.trope) for answer in story.answers)}."
    yield f"To be looked at again by {spoken_date(story.review_by)}.\n"


def _fact(fact: ContextFact) -> Iterator[str]:
    yield f"### {fact.id}\n"
    yield from _claims([fact.claim])
    yield from (f"- Caveat: {_plain(sentence(caveat))}" for caveat in fact.caveats)
    if fact.answers:
        yield f"\nFor {', '.join(_link(answer.trope) for answer in fact.answers)}."
    yield f"To be looked at again by {spoken_date(fact.review_by)}.\n"


def _claims(claims: Iterable[Claim]) -> Iterator[str]:
    for claim in claims:
        yield f"- {_plain(dated(claim.text, claim.as_of))} {'; '.join(_source(source) for source in claim.sources)}"


def _source(source: Source) -> str:
    address = source.url.replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")
    return f"[{_plain(source.publisher)}, {spoken_date(source.date)}]({address}) ({source.verified})"


def _link(id_: str) -> str:
    return f"[{id_}](#{id_})"


def _plain(text: str) -> str:
    """The text with what Markdown would take for markup made harmless."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
