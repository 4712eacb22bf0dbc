"""The words of a reply: a trope and a story become a Reply, free of any platform's markup."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.knowledge import Claim, ContextFact, Source, Story, Trope
from bot.wording import MAX_REPLY_WORDS, connector, dated, for_scale, sentence, spoken_date, words

if TYPE_CHECKING:
    from bot.matcher import Match

ACKNOWLEDGEMENT = "People were hurt here, and no success story answers that."
NOTHING_FOUND = "I know no sourced story about that, so I have nothing to offer."
STAY_OUT = "Somebody may have been hurt here, so I have no story to tell about this."
GONE = "That reply is no longer in my records."
SHARED = "Shared to the channel."
KEPT = "Kept to yourself; nobody else has seen it."
SORRY = "I cannot reach my records at the moment, so I have no answer. Please ask again in a few minutes."


class ReplyKind(StrEnum):
    """What sort of answer a reply is."""

    ANSWER = "answer"
    """A trope, conceded and answered by a story."""
    STORY = "story"
    """A story that was looked up."""
    HARM = "harm"
    """A harm trope: acknowledged, with the finding, and no story."""
    CONTEXT = "context"
    """What an anecdote leaves out, when there is no story left to tell, or a context fact that was looked up."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source as it is named under a reply."""

    publisher: str
    title: str
    url: str
    date: str
    checked: str
    second_hand: bool

    @property
    def label(self) -> str:
        """Such as "NHS England, Title, 11 June 2018 (second-hand; checked 11/2026)"."""
        year, _, month = self.checked.partition("-")
        when = f"{month[:2]}/{year}" if month else year
        mark = "second-hand; " if self.second_hand else ""
        return f"{self.publisher}, {self.title}, {spoken_date(self.date)} ({mark}checked {when})"


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said. Empty parts are not rendered."""

    kind: ReplyKind
    conceded: str = ""
    told: str = ""
    caveat: str = ""
    because: str = ""
    sources: tuple[SourceLine, ...] = ()
    trope: str | None = None
    story: str | None = None
    title: str = ""

    @property
    def text(self) -> str:
        """What is said before the sources, as one paragraph."""
        return " ".join(part for part in (self.conceded, self.told) if part)

    @property
    def plain(self) -> str:
        """The whole reply as text that reads well aloud: for notifications, screen readers and terminals."""
        parts = [self.text]
        parts += [f"Caveat: {self.caveat}"] if self.caveat else []
        parts += [f"Why this story: {self.because}"] if self.because else []
        parts += [f"Source: {source.label}, {source.url}" for source in self.sources]
        return "\n".join(parts)


def answer(trope: Trope, story: Story, context: Sequence[ContextFact] = (), stale: bool = False) -> Reply:
    """Concede what is true, then tell the story, then the first fact of `context` that is near and has room.

    A `stale` story, one past its review day, says plainly how old its figures are. Raises ValueError where the story
    may not answer the trope.
    """
    fit = story.answer_to(trope.id)
    if trope.harm or fit is None:
        raise ValueError(f"{story.id} may not answer {trope.id}")
    conceded = trope.concede[0]
    admitted = dated(conceded.text, conceded.as_of)
    told = f"{connector(conceded.as_of, story.headline.as_of)} {dated(story.summary, story.headline.as_of)}"
    scale = [
        fact for fact in context if _near(fact, trope) and words(f"{admitted} {told} {_scale(fact)}") <= MAX_REPLY_WORDS
    ][:1]
    return Reply(
        ReplyKind.ANSWER,
        conceded=admitted,
        told=" ".join([told, *map(_scale, scale)]),
        caveat=" ".join([_caveat(story, stale), *(sentence(fact.caveats[0]) for fact in scale)]),
        because=sentence(fit.reason),
        sources=_lines([conceded, story.headline, *(fact.claim for fact in scale)]),
        trope=trope.id,
        story=story.id,
        title=story.title,
    )


def tell(story: Story, stale: bool = False) -> Reply:
    """A story that somebody looked up."""
    return Reply(
        ReplyKind.STORY,
        told=dated(story.summary, story.headline.as_of),
        caveat=_caveat(story, stale),
        sources=_lines([story.headline]),
        story=story.id,
        title=story.title,
    )


def tell_fact(fact: ContextFact) -> Reply:
    """A context fact that somebody looked up."""
    return Reply(
        ReplyKind.CONTEXT,
        told=dated(fact.claim.text, fact.claim.as_of),
        caveat=sentence(fact.caveats[0]),
        sources=_lines([fact.claim]),
    )


def acknowledge(trope: Trope) -> Reply:
    """For a harm trope: that it did harm, and what the inquiry found. Never a story."""
    finding = trope.concede[0]
    return Reply(
        ReplyKind.HARM,
        conceded=f"{ACKNOWLEDGEMENT} {dated(finding.text, finding.as_of)}",
        sources=_lines([finding]),
        trope=trope.id,
    )


def put_in_context(trope: Trope, context: Sequence[ContextFact] = ()) -> Reply:
    """What is true, and what the anecdote leaves out; for a harm trope, what has changed since, when asked.

    The first fact of `context` says it, where there is one; the trope's own perspective, where there is none.
    """
    conceded = trope.concede[0]
    fact = next(iter(context), None)
    left_out = fact.claim if fact else trope.perspective[0]
    return Reply(
        ReplyKind.CONTEXT,
        conceded=dated(conceded.text, conceded.as_of),
        told=_scale(fact) if fact else dated(left_out.text, left_out.as_of),
        caveat=sentence(fact.caveats[0]) if fact else "",
        sources=_lines([conceded, left_out]),
        trope=trope.id,
    )


def nothing_found(ask_for: Sequence[str] = ()) -> Reply:
    """The honest answer to a lookup of something unknown: it repeats nothing of what was asked.

    `ask_for` are names that would be found, to try instead.
    """
    names = " or ".join(part for part in (", ".join(ask_for[:-1]), *ask_for[-1:]) if part)
    advice = f" Try a name, such as {names}." if names else ""
    return Reply(ReplyKind.NOTHING, told=NOTHING_FOUND + advice)


def stay_out() -> Reply:
    """For a message in which somebody seems to be hurt: no story, whoever asks."""
    return Reply(ReplyKind.HARM, told=STAY_OUT)


def sorry() -> Reply:
    """When the database cannot be reached and somebody asked."""
    return Reply(ReplyKind.NOTHING, told=SORRY)


def explain(match: "Match", rule: str) -> list[str]:
    """Why the bot spoke or held back, in sentences for whoever asks; `rule` is a decision's reason, or empty."""
    lines = []
    if match.trope:
        lines.append(
            f"This looks like the anecdote “{match.trope}” with a probability of {match.probability:.0%}; "
            f"I speak from {match.threshold:.0%}."
        )
    if match.trope and match.unheard:
        lines.append("Unasked I would not have looked so closely: at first glance it is ordinary chat.")
    if match.phrasing:
        lines.append(f"Nearest example of it: “{match.phrasing.text}”")
    if match.contrast:
        lines.append(f"Nearest example of something else: “{match.contrast.text}”")
    if match.hints and not match.sure:
        lines.append(f"It reads like {' and '.join(sorted(match.hints))}.")
    return [*lines, sentence(rule)] if rule else lines


def _caveat(story: Story, stale: bool) -> str:
    age = f"Figures as of {spoken_date(story.headline.as_of)}, not checked again since they were due. " if stale else ""
    status = "" if story.status == "live" else f"Status: {story.status}. "
    return age + status + sentence(story.caveats[0])


def _near(fact: ContextFact, trope: Trope) -> bool:
    fit = fact.answer_to(trope.id)
    return fit is not None and fit.fit != "wider picture"


def _scale(fact: ContextFact) -> str:
    return for_scale(fact.claim.text, fact.claim.as_of)


def _lines(claims: Iterable[Claim]) -> tuple[SourceLine, ...]:
    """The first source of each claim, the better verified before the others, each page once."""
    best = [min(claim.sources, key=_second_hand) for claim in claims]
    lines = {
        source.url: SourceLine(
            source.publisher, source.title, source.url, source.date, source.checked, _second_hand(source)
        )
        for source in best
    }
    return tuple(lines.values())


def _second_hand(source: Source) -> bool:
    return source.verified == "V2"
