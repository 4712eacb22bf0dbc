"""What stands in a knowledge file: tropes, stories, context facts, and the claims and sources they are made of."""

import datetime as dt
import re
from collections.abc import Collection
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bot.wording import banned_words, counted_figures, figures, spoken_date, words

MIN_PHRASINGS = 12
MIN_CONTRASTS = 10
MAX_SUMMARY_WORDS = 60
MAX_CAVEAT_WORDS = 30
MAX_CONTEXT_WORDS = 30


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
OTHER = "other"
"""The field of an entry whose tags belong to none."""
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=MAX_ID)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Postable = Annotated[Text, AfterValidator(_postable)]
PartialDate = Annotated[str, AfterValidator(_partial_date)]
Day = Annotated[str, AfterValidator(_day)]
Sensitivity = Literal["ordinary", "harm"]
Status = Literal["live", "discontinued", "contested", "under threat"]
Fit = Literal["same service", "same mechanism", "same kind of organisation"]
FactFit = Literal["same figure", "same subject", "wider picture"]


def _check_caveat(first: str) -> None:
    if (count := words(first)) > MAX_CAVEAT_WORDS:
        raise ValueError(f"the first caveat has {count} words; at most {MAX_CAVEAT_WORDS} are allowed")


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


class Relevance(Entry):
    """A trope that an entry is brought up against, and why that is fair."""

    trope: Id = Field(description="the id of a trope")
    reason: Postable = Field(description="completes 'Why this story: …'")


class Answer(Relevance):
    """A trope that a story answers, and why it is a fair answer to it."""

    fit: Fit = Field(description="how near the story is to the failure")


class Bearing(Relevance):
    """A trope that a context fact puts into proportion, and why it is fair to bring it up."""

    fit: FactFit = Field(description="how near the fact is to what the trope says")


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
    gap: Text | None = Field(default=None, description="why fewer than two stories answer it, where that is so")

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
    review_by: Day = Field(description='look at it again by, "2027-05-31"')
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
        _check_caveat(self.caveats[0])
        return self

    @property
    def headline(self) -> Claim:
        """The claim that the summary's figure rests on: its date and sources are printed with the summary."""
        wanted = set(figures(self.summary)) - set(figures(self.title))
        return next(claim for claim in self.claims if wanted <= set(figures(claim.text)))

    def answer_to(self, trope: str) -> Answer | None:
        """Why this story answers the trope, where it does."""
        return next((answer for answer in self.answers if answer.trope == trope), None)


class ContextFact(Entry):
    """A sourced fact that puts tropes into proportion and is no success story, such as how projects usually end."""

    id: Id = Field(description="the same as the file's name")
    claim: Claim = Field(description='at most 30 words and one figure; it follows the words "For scale:"')
    caveats: tuple[Postable, ...] = Field(min_length=1, strict=False, description="the first is said with the fact")
    answers: tuple[Bearing, ...] = Field(min_length=1, strict=False, description="tropes, with reasons")
    tags: tuple[Text, ...] = Field(default=(), strict=False, description="words people would search for")
    review_by: Day = Field(description='look at it again by, "2027-05-31"')
    notes: Text = Field(default="-", description="for curators; never posted")

    @model_validator(mode="after")
    def _short_with_one_figure(self) -> "ContextFact":
        if (count := words(self.claim.text)) > MAX_CONTEXT_WORDS:
            raise ValueError(f"the claim's text has {count} words; at most {MAX_CONTEXT_WORDS} are allowed")
        if len(counted := counted_figures(self.claim.text)) > 1:
            raise ValueError(f"the claim's text holds {len(counted)} figures ({', '.join(counted)}); keep one")
        _check_caveat(self.caveats[0])
        return self

    def answer_to(self, trope: str) -> Bearing | None:
        """Why this fact puts the trope into proportion, where it does."""
        return next((answer for answer in self.answers if answer.trope == trope), None)


class Background(Entry):
    """Ordinary workplace chat that asserts no trope."""

    messages: tuple[Text, ...] = Field(min_length=1, strict=False, description="one chat line each")


class Off(Entry):
    """Entries of this folder and the folders before it that are not used."""

    entries: tuple[Id, ...] = Field(default=(), strict=False, description="ids of tropes, stories or context facts")


class About(Entry):
    """What the engine has to know of the subject of a knowledge base."""

    subject: Postable | None = Field(
        default=None, description="what the anecdotes are about, such as public-sector technology"
    )
    ask_for: tuple[Postable, ...] = Field(
        default=(), strict=False, description="what to try instead when a lookup finds nothing, such as tomatoes"
    )
    regions: tuple[Annotated[tuple[Text, ...], Field(strict=False)], ...] = Field(
        default=(), strict=False, description="lists of regions that count as one when a story is told where a trope is"
    )
    fields: dict[Text, Annotated[tuple[Text, ...], Field(strict=False)]] = Field(
        default={}, description="fields of the subject, each with the tags that belong to it, for reports and pictures"
    )

    def field_of(self, tags: Collection[str]) -> str:
        """The field to which most of the tags belong, the first of those that tie; "other" where none does."""
        shares = {name: sum(tag in known for tag in tags) for name, known in self.fields.items()}
        best = max(shares, key=shares.__getitem__, default=OTHER)
        return best if shares.get(best) else OTHER


def is_id(text: str) -> bool:
    """Whether a text can be the id of an entry."""
    return re.fullmatch(ID_PATTERN, text) is not None and len(text) <= MAX_ID
