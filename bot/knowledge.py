"""The knowledge base: tropes and stories made of sourced claims, read once, checked as a whole, then immutable."""

import datetime as dt
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bot.reading import BadFile, Document, Location, Problem
from bot.wording import (
    MAX_REPLY_WORDS,
    answer_text,
    banned_words,
    counted_figures,
    figures,
    spoken_date,
    words,
)

MIN_PHRASINGS = 12
MIN_CONTRASTS = 10
MAX_SUMMARY_WORDS = 60
MAX_CAVEAT_WORDS = 30


def _partial_date(value: str) -> str:
    try:
        dt.date.fromisoformat((value + "-01-01")[:10] if len(value) == 4 else (value + "-01")[:10])
        spoken_date(value)
    except ValueError:
        raise ValueError(f'{value!r} is not a date; type "2018", "2018-06" or "2018-06-11"') from None
    return value


def _day(value: str) -> str:
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        raise ValueError(f'{value!r} is not a day; type it as "2027-05-31"') from None
    return value


def web_address(value: str) -> str:
    """The address itself; raises ValueError where it is not a whole http(s) address."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or "." not in parts.netloc or any(c.isspace() for c in value):
        raise ValueError(f"{value!r} is not a web address; type it whole, starting with https://")
    return value


def _postable(value: str) -> str:
    if bad := banned_words(value):
        raise ValueError(f"says {', '.join(map(repr, bad))}, which a reply never does; say it plainly")
    return value


ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
MAX_ID = 60
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=MAX_ID)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Postable = Annotated[Text, AfterValidator(_postable)]
PartialDate = Annotated[str, AfterValidator(_partial_date)]
Sensitivity = Literal["ordinary", "harm"]
Status = Literal["live", "discontinued", "contested", "under threat"]
E = TypeVar("E", "Trope", "Story")
Fit = Literal["same service", "same mechanism", "same kind of organisation"]


class Entry(BaseModel):
    """What every part of a knowledge file shares: no unknown keys, no change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Source(Entry):
    """Where a claim can be checked."""

    publisher: Text = Field(description="who published the page")
    title: Text = Field(description="the title of the page")
    url: Annotated[Text, AfterValidator(web_address)] = Field(description="the page's whole web address")
    date: PartialDate = Field(description='the date of the page, "2018", "2018-06" or "2018-06-11"')
    verified: Literal["V", "V2"] = Field(
        description="V: seen at the publisher responsible for the fact; V2: seen second-hand"
    )
    checked: PartialDate = Field(description='when somebody last opened it, "2026-11"')


class Claim(Entry):
    """One checkable statement in our own words."""

    text: Postable = Field(description="one sentence, in our own words")
    as_of: PartialDate = Field(description="the date of the figure, not of the page")
    sources: tuple[Source, ...] = Field(min_length=1, strict=False, description="at least one source")


class Answer(Entry):
    """A trope that a story answers, and why it is a fair answer to it."""

    trope: Id = Field(description="the id of a trope")
    fit: Fit = Field(description="how near the story is to the failure")
    reason: Postable = Field(description="completes 'Why this story: …'")


class Trope(Entry):
    """A recurring negative claim, with what is true in it and what is not."""

    id: Id = Field(description="the same as the file's name")
    claim: Text = Field(description="the claim as it is usually made, in one neutral sentence")
    sensitivity: Sensitivity = Field(description="harm where real people were hurt")
    region: Text = Field(description="the country or region it is about, or World")
    tags: tuple[Text, ...] = Field(min_length=1, strict=False, description="service, mechanism, kind of organisation")
    concede: tuple[Claim, ...] = Field(min_length=1, strict=False, description="what is true; the first is said")
    perspective: tuple[Claim, ...] = Field(
        min_length=1, strict=False, description="what is left out, outdated or out of proportion"
    )
    escalate: tuple[Text, ...] = Field(
        default=(), strict=False, description="example messages that bring real harm into the topic"
    )
    phrasings: tuple[Text, ...] = Field(
        min_length=MIN_PHRASINGS, strict=False, description="messages that assert the trope"
    )
    contrasts: tuple[Text, ...] = Field(
        min_length=MIN_CONTRASTS, strict=False, description="messages on the topic that must not match"
    )

    @property
    def harm(self) -> bool:
        """Whether real people were hurt, so that no success story may answer it."""
        return self.sensitivity == "harm"


class Story(Entry):
    """A success story, made of claims."""

    id: Id = Field(description="the same as the file's name")
    title: Annotated[Postable, StringConstraints(max_length=90)] = Field(description="a short plain title")
    organisation: Text = Field(description="who did it")
    country: Text = Field(description="where")
    years: Text = Field(description='"2014–2023" or "2018–"')
    status: Status = Field(description="how it stands today")
    summary: Postable = Field(description="at most 60 words and one figure, with what was done")
    claims: tuple[Claim, ...] = Field(min_length=1, strict=False, description="what can be checked")
    caveats: tuple[Postable, ...] = Field(min_length=1, strict=False, description="the first is said with the reply")
    done_differently: Postable = Field(description="the method that made the difference")
    answers: tuple[Answer, ...] = Field(min_length=1, strict=False, description="tropes, with reasons")
    tags: tuple[Text, ...] = Field(default=(), strict=False, description="words people would search for")
    review_by: Annotated[str, AfterValidator(_day)] = Field(description='look at it again by, "2027-05-31"')
    notes: Text = Field(default="-", description="for curators; never posted")

    @model_validator(mode="after")
    def _one_figure_that_a_claim_holds(self) -> "Story":
        if (count := words(self.summary)) > MAX_SUMMARY_WORDS:
            raise ValueError(f"the summary has {count} words; at most {MAX_SUMMARY_WORDS} are allowed")
        counted = [f for f in counted_figures(self.summary) if f not in figures(self.title)]
        if len(counted) > 1:
            raise ValueError(f"the summary holds {len(counted)} figures ({', '.join(counted)}); keep one")
        wanted = set(figures(self.summary)) - set(figures(self.title))
        if not any(wanted <= set(figures(claim.text)) for claim in self.claims):
            raise ValueError(
                f"no single claim's text holds the summary's figure ({', '.join(sorted(wanted))}); "
                "write it in the claim exactly as in the summary"
            )
        if (count := words(self.caveats[0])) > MAX_CAVEAT_WORDS:
            raise ValueError(f"the first caveat has {count} words; at most {MAX_CAVEAT_WORDS} are allowed")
        return self

    @property
    def headline(self) -> Claim:
        """The claim that the summary's figure rests on: its date and sources are printed with the summary."""
        wanted = set(figures(self.summary)) - set(figures(self.title))
        return next(claim for claim in self.claims if wanted <= set(figures(claim.text)))

    def answer_to(self, trope: str) -> Answer | None:
        """Why this story answers the trope, where it does."""
        return next((answer for answer in self.answers if answer.trope == trope), None)


class Background(Entry):
    """Ordinary workplace chat that asserts no trope."""

    messages: tuple[Text, ...] = Field(min_length=1, strict=False, description="one chat line each")


@dataclass(frozen=True)
class KnowledgeBase:
    """Every trope and story by id, and background chat; valid as a whole."""

    tropes: Mapping[str, Trope]
    stories: Mapping[str, Story]
    background: tuple[str, ...] = ()

    def stories_for(self, trope: str) -> list[Story]:
        """The stories that answer a trope, in order of id."""
        return [story for story in self.stories.values() if story.answer_to(trope)]

    @cached_property
    def fingerprint(self) -> str:
        """A hash that changes with any text of the knowledge base."""
        digest = hashlib.sha256()
        for entry in [*self.tropes.values(), *self.stories.values()]:
            digest.update(entry.model_dump_json().encode())
        digest.update("\0".join(self.background).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def overdue(self, today: dt.date) -> list[Story]:
        """The stories whose review date has passed."""
        return [s for s in self.stories.values() if dt.date.fromisoformat(s.review_by) < today]


def is_id(text: str) -> bool:
    """Whether a text can be the id of a trope or story."""
    return re.fullmatch(ID_PATTERN, text) is not None and len(text) <= MAX_ID


def load(folders: Sequence[Path]) -> KnowledgeBase:
    """Read and check a knowledge base.

    Later folders add to earlier ones, and a file of the same id takes the place of the earlier one.
    Raises BadFile with every problem in every file.
    """
    problems: list[Problem] = []
    tropes: dict[str, Trope] = {}
    stories: dict[str, Story] = {}
    documents: dict[str, Document] = {}
    background: list[str] = []
    for folder in folders:
        if not folder.is_dir():
            problems.append(Problem(str(folder), 1, "there is no such folder; check KNOWLEDGE_PATH"))
        for path in _files(folder / "tropes", problems):
            if trope := _read(path, Trope, documents, problems):
                tropes[trope.id] = trope
        for path in _files(folder / "stories", problems):
            if story := _read(path, Story, documents, problems):
                stories[story.id] = story
        if (path := folder / "background.yaml").exists():
            try:
                background += Document(path).model(Background).messages
            except BadFile as error:
                problems += error.problems
    if not tropes and not problems:
        names = ", ".join(str(folder) for folder in folders)
        problems.append(Problem(names, 1, "holds no tropes; check KNOWLEDGE_PATH, or `counterpoint kb new trope`"))
    base = KnowledgeBase(dict(sorted(tropes.items())), dict(sorted(stories.items())), tuple(background))
    problems += _check(base, documents, complete=not problems)
    if problems:
        raise BadFile(problems)
    return base


def _files(folder: Path, problems: list[Problem]) -> Iterable[Path]:
    for path in sorted(folder.glob("*")):
        if path.suffix == ".yaml":
            yield path
        elif path.suffix in (".yml", ".json", ".txt"):
            problems.append(Problem(str(path), 1, f"is not read; rename it to {path.stem}.yaml"))


def _read(path: Path, kind: type[E], documents: dict[str, Document], problems: list[Problem]) -> E | None:
    try:
        document = Document(path)
        entry = document.model(kind)
    except BadFile as error:
        problems += error.problems
        return None
    if entry.id != path.stem:
        message = f"`id` is {entry.id!r} and the file is {path.name}; give both the same name"
        problems.append(document.problem(("id",), message))
    documents[entry.id] = document
    return entry


def _check(base: KnowledgeBase, documents: Mapping[str, Document], complete: bool) -> Iterable[Problem]:
    """What no file can tell by itself; gaps are only looked for when every file could be read."""

    def problem(entry: str, location: Location, message: str) -> Problem:
        return documents[entry].problem(location, message)

    for both in base.tropes.keys() & base.stories.keys():
        yield problem(both, ("id",), f"`{both}` is the id of a trope and of a story; rename one")
    for story in base.stories.values():
        for index, answer in enumerate(story.answers):
            at: Location = ("answers", index, "trope")
            trope = base.tropes.get(answer.trope)
            if trope is None:
                if complete:
                    yield problem(
                        story.id, at, f"there is no trope {answer.trope!r}; `counterpoint kb list` shows them"
                    )
            elif trope.harm:
                yield problem(story.id, at, f"`{trope.id}` is a harm trope: no success story may answer it; remove it")
            elif (count := _reply_words(trope, story)) > MAX_REPLY_WORDS:
                message = (
                    f"its reply to `{trope.id}` has {count} words and may have {MAX_REPLY_WORDS}; "
                    "shorten the story's summary or the trope's first concession"
                )
                yield problem(story.id, ("summary",), message)
    for trope in base.tropes.values():
        if complete and not trope.harm and not base.stories_for(trope.id):
            yield problem(trope.id, ("id",), "no story answers this trope; add it to a story's `answers`")
    yield from _said_twice(base, problem)


def _reply_words(trope: Trope, story: Story) -> int:
    return words(answer_text(trope.concede[0].text, trope.concede[0].as_of, story.summary, story.headline.as_of))


def _said_twice(base: KnowledgeBase, problem: Callable[[str, Location, str], Problem]) -> Iterable[Problem]:
    """An example message may stand only once: twice, it would say both that it matches and that it does not."""
    places: defaultdict[str, list[tuple[str, Location]]] = defaultdict(list)
    for trope in base.tropes.values():
        for key in ("phrasings", "contrasts"):
            for index, message in enumerate(getattr(trope, key)):
                places[" ".join(message.lower().split())].append((trope.id, (key, index)))
    for (first, location), *others in places.values():
        for other, where in others:
            if not (other != first and location[0] == where[0] == "contrasts"):
                yield problem(other, where, f"this message also stands in {first} under {location[0]}; keep one")
