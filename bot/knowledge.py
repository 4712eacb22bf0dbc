"""The knowledge base: tropes, stories and context facts, read once, checked as a whole, then immutable."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TypeVar, get_args

from bot.coherence import LISTED, Coherence
from bot.entries import (
    About,
    Answer,
    Background,
    Bearing,
    Claim,
    ContextFact,
    Entry,
    FactFit,
    Off,
    Source,
    Story,
    Trope,
    is_id,
    web_address,
)
from bot.reading import BadFile, Document, Problem

__all__ = [
    "About",
    "Answer",
    "Background",
    "Bearing",
    "Claim",
    "ContextFact",
    "KnowledgeBase",
    "Off",
    "Source",
    "Story",
    "Trope",
    "is_id",
    "load",
    "read",
    "web_address",
]

NEAREST: tuple[FactFit, ...] = get_args(FactFit)
E = TypeVar("E", Trope, Story, ContextFact)
M = TypeVar("M", bound=Entry)
A = TypeVar("A", Story, ContextFact)


@dataclass(frozen=True)
class KnowledgeBase:
    """Every trope, story and context fact by id, and background chat; valid as a whole."""

    tropes: Mapping[str, Trope]
    stories: Mapping[str, Story]
    background: tuple[str, ...] = ()
    context: Mapping[str, ContextFact] = field(default_factory=dict)
    about: About = field(default_factory=About)

    def stories_for(self, trope: str) -> list[Story]:
        """The stories that answer a trope, in order of id."""
        return [story for story in self.stories.values() if story.answer_to(trope)]

    def context_for(self, trope: str) -> list[ContextFact]:
        """The facts that put a trope into proportion: the nearest to it first, then those seen at their publisher."""
        fits = {fact.id: fit.fit for fact in self.context.values() if (fit := fact.answer_to(trope))}
        return sorted(
            (self.context[id_] for id_ in fits),
            key=lambda fact: (NEAREST.index(fits[fact.id]), all(s.verified == "V2" for s in fact.claim.sources)),
        )

    @property
    def tellable(self) -> list[Story | ContextFact]:
        """Every story, then every context fact, each in order of id."""
        return [*self.stories.values(), *self.context.values()]

    def answers_to(self, trope: str) -> list[Story | ContextFact]:
        """The stories that answer a trope, then the facts that put it into proportion."""
        return [*self.stories_for(trope), *self.context_for(trope)]

    def same_region(self, one: str, other: str) -> bool:
        """Whether two regions count as one: the same, or in one of the lists under `regions` in about.yaml."""
        return one == other or any(one in group and other in group for group in self.about.regions)

    @cached_property
    def fingerprint(self) -> str:
        """A hash that changes with any text of the knowledge base."""
        digest = hashlib.sha256()
        for entry in [*self.tropes.values(), *self.stories.values(), *self.context.values(), self.about]:
            digest.update(entry.model_dump_json().encode())
        digest.update("\0".join(self.background).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


@dataclass(frozen=True)
class Reading:
    """A knowledge base and the files that its entries came from, by id; background chat stands under its path."""

    base: KnowledgeBase
    documents: Mapping[str, Document]


def load(folders: Sequence[Path]) -> KnowledgeBase:
    """Read and check a knowledge base; see `read`."""
    return read(folders).base


def read(folders: Sequence[Path]) -> Reading:
    """Read and check a knowledge base and keep its files at hand.

    Later folders add to earlier ones; a file of the same id takes the place of the earlier one, and `off.yaml` takes
    entries out. Raises BadFile with every problem in every file.
    """
    reader = _Reader()
    for folder in folders:
        reader.add(folder)
    if not reader.tropes and not reader.problems:
        names = ", ".join(str(folder) for folder in folders)
        message = "holds no tropes; check KNOWLEDGE_PATH, or `counterpoint kb new trope`"
        reader.problems.append(Problem(names, 1, message))
    return reader.finish()


class _Reader:
    """Takes in one folder after the other."""

    def __init__(self) -> None:
        self.tropes: dict[str, Trope] = {}
        self.stories: dict[str, Story] = {}
        self.context: dict[str, ContextFact] = {}
        self.background: list[str] = []
        self.about = About()
        self.documents: dict[str, Document] = {}
        self.problems: list[Problem] = []
        self._off: dict[str, Trope | Story | ContextFact] = {}
        self._switches: dict[str, tuple[Document, int]] = {}

    def add(self, folder: Path) -> None:
        """Read a folder on top of those before it."""
        if not folder.is_dir():
            self.problems.append(Problem(str(folder), 1, "there is no such folder; check KNOWLEDGE_PATH"))
        self._entries(folder / "tropes", Trope, self.tropes)
        self._entries(folder / "stories", Story, self.stories)
        self._entries(folder / "context", ContextFact, self.context)
        if found := self._single(folder / "background.yaml", Background):
            self.background += found.messages
        if about := self._single(folder / "about.yaml", About):
            self.about = self.about.model_copy(update={name: getattr(about, name) for name in about.model_fields_set})
        if off := self._single(folder / "off.yaml", Off):
            self._switch_off(off, folder / "off.yaml")

    def finish(self) -> Reading:
        """The knowledge base as a whole; raises BadFile."""
        gone = {id_ for id_, entry in self._off.items() if isinstance(entry, Trope)}
        base = KnowledgeBase(
            dict(sorted(self.tropes.items())),
            {id_: _without(story, gone) for id_, story in sorted(self.stories.items())},
            tuple(self.background),
            {id_: _without(fact, gone) for id_, fact in sorted(self.context.items())},
            self.about,
        )
        complete = not self.problems
        self.problems += Coherence(base, self.documents, dict(self._left_alone()), complete).problems()
        if self.problems:
            raise BadFile(self.problems)
        return Reading(base, self.documents)

    def _entries(self, folder: Path, kind: type[E], into: dict[str, E]) -> None:
        for path in _files(folder, self.problems):
            entry = self._document(path, kind, path.stem)
            if entry is None:
                continue
            if entry.id != path.stem:
                message = f"`id` is {entry.id!r} and the file is {path.name}; give both the same name"
                self.problems.append(self.documents[path.stem].problem(("id",), message))
            self.documents[entry.id] = self.documents[path.stem]
            into[entry.id] = entry
            self._off.pop(entry.id, None)

    def _single(self, path: Path, kind: type[M]) -> M | None:
        return self._document(path, kind, str(path)) if path.exists() else None

    def _document(self, path: Path, kind: type[M], name: str) -> M | None:
        try:
            document = Document(path)
            self.documents[name] = document
            return document.model(kind)
        except BadFile as error:
            self.problems += error.problems
            return None

    def _switch_off(self, off: Off, path: Path) -> None:
        document = self.documents[str(path)]
        known = [*self.tropes, *self.stories, *self.context]
        for index, id_ in enumerate(off.entries):
            entry = self.tropes.pop(id_, None) or self.stories.pop(id_, None) or self.context.pop(id_, None)
            if entry:
                self._off[id_], self._switches[id_] = entry, (document, index)
            elif id_ in self._off:
                self.problems.append(document.problem(("entries", index), f"`{id_}` is switched off already; keep one"))
            elif not self.problems:
                near = get_close_matches(id_, known, n=1)
                advice = f"did you mean `{near[0]}`?" if near else LISTED
                message = f"there is no entry {id_!r} to switch off in this folder or those before it; {advice}"
                self.problems.append(document.problem(("entries", index), message))

    def _left_alone(self) -> Iterable[tuple[str, Problem]]:
        """What to say about each trope that has lost its last story to an `off.yaml`."""
        for id_, entry in self._off.items():
            if isinstance(entry, Story):
                document, index = self._switches[id_]
                for trope in (answer.trope for answer in entry.answers):
                    message = (
                        f"without `{id_}` no story answers the trope `{trope}`; switch `{trope}` off too, or add a "
                        "story of your own that answers it"
                    )
                    yield trope, document.problem(("entries", index), message)


def _without(entry: A, tropes: set[str]) -> A:
    """The entry, answering none of the tropes that are switched off."""
    left = tuple(answer for answer in entry.answers if answer.trope not in tropes)
    return entry if len(left) == len(entry.answers) else entry.model_copy(update={"answers": left})


def _files(folder: Path, problems: list[Problem]) -> Iterable[Path]:
    for path in sorted(folder.glob("*")):
        if path.suffix == ".yaml":
            yield path
        elif path.suffix in (".yml", ".json", ".txt"):
            problems.append(Problem(str(path), 1, f"is not read; rename it to {path.stem}.yaml"))
