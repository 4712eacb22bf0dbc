"""What an entry can hold that fits its schema and is most probably a slip: dates and answers that contradict others."""

import datetime as dt
from collections.abc import Iterator

from bot.curation.claims import stated
from bot.freshness import review_day
from bot.knowledge import KnowledgeBase, Reading, Story, Trope
from bot.reading import Location, Problem
from bot.skeletons import FILL_IN

LONGEST = 3
"""Years that an entry may go without anybody looking at it."""


def doubts(reading: Reading) -> Iterator[Problem]:
    """Every probable slip."""
    yield from _dates(reading)
    yield from _reviews(reading)
    yield from _answers(reading)
    yield from _unfilled(reading)


def later(one: str, other: str) -> bool:
    """Whether a partial date lies after another as far as both are known: "2021" is not later than "2021-05"."""
    known = min(len(one), len(other))
    return one[:known] > other[:known]


def _dates(reading: Reading) -> Iterator[Problem]:
    for one in stated(reading.base):
        document = reading.documents[one.entry]
        place: Location = ("claim",) if one.part == "claim" else (one.part, one.number - 1)
        sources = one.claim.sources
        if all(later(one.claim.as_of, source.date) for source in sources):
            newest = max(source.date for source in sources)
            message = f"`as_of` is {one.claim.as_of}, but its newest page is of {newest}; one of the two is wrong"
            yield document.problem((*place, "as_of"), message)
        for index, source in enumerate(sources):
            if later(source.date, source.checked):
                message = f"`date` is {source.date}, after the page was `checked`, {source.checked}; one is wrong"
                yield document.problem((*place, "sources", index, "date"), message)


def _reviews(reading: Reading) -> Iterator[Problem]:
    newest: dict[str, str] = {}
    for one in stated(reading.base):
        newest[one.entry] = max([newest.get(one.entry, ""), *(source.checked for source in one.claim.sources)])
    for entry in reading.base.tellable:
        checked = dt.date.fromisoformat(f"{newest[entry.id]}-01-01"[:10])
        if review_day(entry) > checked.replace(day=1, year=checked.year + LONGEST):
            message = (
                f"`review_by` is {entry.review_by}, more than {LONGEST} years after its sources were checked "
                f"({newest[entry.id]}); set an earlier day"
            )
            yield reading.documents[entry.id].problem(("review_by",), message)
        elif later(newest[entry.id], entry.review_by):
            message = f"`review_by` is {entry.review_by}, before its sources were checked; set a new day"
            yield reading.documents[entry.id].problem(("review_by",), message)


def _answers(reading: Reading) -> Iterator[Problem]:
    base = reading.base
    for story in base.stories.values():
        for index, answer in enumerate(story.answers):
            if answer.fit == "same service" and not _related(story, base.tropes[answer.trope], base):
                message = (
                    f"says `same service` of `{answer.trope}`, but the two share neither a tag nor a field; "
                    "give both a tag that names the service, or choose another `fit`"
                )
                yield reading.documents[story.id].problem(("answers", index, "fit"), message)


def _unfilled(reading: Reading) -> Iterator[Problem]:
    for document in reading.documents.values():
        for place, text in _texts(document.data):
            if FILL_IN in text:
                yield document.problem(place, f"still says {FILL_IN}; write it, or delete the file")


def _texts(value: object, place: Location = ()) -> Iterator[tuple[Location, str]]:
    """Every text in a document, and where it stands."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(part, (*place, key))


def _related(story: Story, trope: Trope, base: KnowledgeBase) -> bool:
    tags = _words(story), _words(trope)
    field = base.about.field_of(story.tags)
    return bool(tags[0] & tags[1]) or (field in base.about.fields and field == base.about.field_of(trope.tags))


def _words(entry: Story | Trope) -> set[str]:
    """The words of an entry's tags and id, plurals folded."""
    words = " ".join([*entry.tags, entry.id]).lower().replace("-", " ").split()
    return {word.removesuffix("s") for word in words if len(word) > 2}
