"""What no file can tell by itself: whether the entries of a knowledge base hold together."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from bot.entries import ContextFact, Story, Trope
from bot.reading import Document, Location, Problem
from bot.wording import MAX_REPLY_WORDS, answer_text, dated, for_scale, words

if TYPE_CHECKING:
    from bot.knowledge import KnowledgeBase

LISTED = "`counterpoint kb list` shows them"


class Coherence:
    """The checks across entries; gaps are only looked for where every file could be read."""

    def __init__(
        self, base: "KnowledgeBase", documents: Mapping[str, Document], off: Mapping[str, Problem], complete: bool
    ):
        self._base = base
        self._documents = documents
        self._off = off
        self._complete = complete

    def problems(self) -> Iterator[Problem]:
        """Everything that does not hold together."""
        yield from self._ids()
        for story in self._base.stories.values():
            yield from self._answers(story)
        for fact in self._base.context.values():
            yield from self._answers(fact)
        if self._complete:
            yield from self._gaps()
        yield from self._said_twice()

    def _problem(self, entry: str, location: Location, message: str) -> Problem:
        return self._documents[entry].problem(location, message)

    def _ids(self) -> Iterator[Problem]:
        kinds = {"trope": self._base.tropes, "story": self._base.stories, "context fact": self._base.context}
        owners: defaultdict[str, list[str]] = defaultdict(list)
        for kind, entries in kinds.items():
            for id_ in entries:
                owners[id_].append(f"a {kind}")
        for id_, found in owners.items():
            if len(found) > 1:
                yield self._problem(id_, ("id",), f"`{id_}` is the id of {' and of '.join(found)}; rename one")

    def _answers(self, entry: Story | ContextFact) -> Iterator[Problem]:
        kind = "success story" if isinstance(entry, Story) else "context fact"
        for index, answer in enumerate(entry.answers):
            at: Location = ("answers", index, "trope")
            trope = self._base.tropes.get(answer.trope)
            if any(answer.trope == earlier.trope for earlier in entry.answers[:index]):
                yield self._problem(entry.id, at, f"`{answer.trope}` is answered twice; keep one of them")
            elif trope is None:
                if self._complete:
                    yield self._problem(entry.id, at, f"there is no trope {answer.trope!r}; {LISTED}")
            elif trope.harm:
                message = f"`{trope.id}` is a harm trope: no {kind} may answer it; remove it"
                yield self._problem(entry.id, at, message)
            elif (count := reply_words(trope, entry)) > MAX_REPLY_WORDS:
                long = "story's summary" if isinstance(entry, Story) else "fact's claim"
                message = (
                    f"its reply to `{trope.id}` has {count} words and may have {MAX_REPLY_WORDS}; "
                    f"shorten the {long} or the trope's first concession"
                )
                yield self._problem(entry.id, ("summary",) if isinstance(entry, Story) else ("claim", "text"), message)

    def _gaps(self) -> Iterator[Problem]:
        for trope in self._base.tropes.values():
            if trope.harm or trope.gap or self._base.stories_for(trope.id):
                continue
            if trope.id in self._off:
                yield self._off[trope.id]
            else:
                message = "no story answers this trope; add it to a story's `answers`, or say under `gap` why none does"
                yield self._problem(trope.id, ("id",), message)

    def _said_twice(self) -> Iterator[Problem]:
        """An example message may stand only once: twice, it would say both that it matches and that it does not."""
        places: defaultdict[str, list[tuple[str, Location]]] = defaultdict(list)
        for trope in self._base.tropes.values():
            for key in ("phrasings", "contrasts"):
                for index, message in enumerate(getattr(trope, key)):
                    places[" ".join(message.lower().split())].append((trope.id, (key, index)))
        for (first, location), *others in places.values():
            for other, where in others:
                if not (other != first and location[0] == where[0] == "contrasts"):
                    message = f"this message also stands in {first} under {location[0]}; keep one"
                    yield self._problem(other, where, message)


def reply_words(trope: Trope, entry: Story | ContextFact) -> int:
    """The words of the reply that answers a trope with a story, or puts it into proportion with a fact."""
    conceded = trope.concede[0]
    if isinstance(entry, Story):
        return words(answer_text(conceded.text, conceded.as_of, entry.summary, entry.headline.as_of))
    return words(f"{dated(conceded.text, conceded.as_of)} {for_scale(entry.claim.text, entry.claim.as_of)}")
