"""Measures the matcher on labelled messages: precision, recall and false replies, with confidence intervals."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from pathlib import Path
from statistics import NormalDist
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.core import Core, Judgement
from bot.encoder import BATCH
from bot.message import Mode
from bot.reading import BadFile, Document, Problem


class LabelledFile(BaseModel):
    """A file of `tests/messages`: for one trope, or ordinary chat."""

    model_config = ConfigDict(extra="forbid")

    trope: str | None = None
    must_match: list[str] = []
    must_not_match: list[str] = []
    messages: list[str] = []


class LabelledLine(BaseModel):
    """A line of a JSONL file; no trope means that nothing may be said."""

    id: str | int | None = None
    text: str
    trope: str | None = None


Kind = Literal["match", "contrast", "chat"]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message and what is right: `trope` to be recognised (match), or near it but not asserted (contrast)."""

    text: str
    kind: Kind
    trope: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled message and what the core made of it."""

    labelled: Labelled
    judgement: Judgement

    @property
    def spoken(self) -> bool:
        """Whether the bot would have replied."""
        return self.judgement.decision.speak

    @property
    def right(self) -> bool:
        """Whether the message asserts a trope, and was taken for that one."""
        return self.labelled.kind == "match" and self.judgement.match.trope == self.labelled.trope

    @property
    def recognised(self) -> bool:
        """Whether the message was taken for its own trope, surely enough to speak were that allowed."""
        return self.judgement.match.sure and self.judgement.match.trope == self.labelled.trope


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % interval (Wilson 1927)."""

    count: int
    total: int

    def __str__(self) -> str:
        if not self.total:
            return "none"
        low, high = self.interval
        return f"{self.count / self.total:6.1%}  ({self.count} of {self.total}; {low:.1%} to {high:.1%})"

    @property
    def interval(self) -> tuple[float, float]:
        """Where the share lies with 95 % confidence; anywhere, where there is nothing to count."""
        if not self.total:
            return 0.0, 1.0
        far = NormalDist().inv_cdf(0.975) ** 2 / self.total
        middle = (self.value + far / 2) / (1 + far)
        reach = sqrt(far * self.value * (1 - self.value) + far**2 / 4) / (1 + far)
        return max(0.0, middle - reach), min(1.0, middle + reach)

    @property
    def value(self) -> float:
        """The share, 0 where there is nothing to count."""
        return self.count / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What a threshold lets through: assertions, assertions with the right trope, near-misses and ordinary chat."""

    threshold: float
    caught: Rate
    right: Rate
    near_misses: Rate
    chat: Rate


@dataclass(frozen=True, slots=True)
class Bin:
    """Messages of about the same probability: their mean probability, and the share that assert the trope named."""

    said: float
    right: Rate


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason to stay out: how often it held, and how often that was right."""

    reason: str
    right: Rate


@dataclass(frozen=True, slots=True)
class Confusion:
    """Messages that assert one trope and were taken for another, surely or not."""

    trope: str
    taken_for: str
    count: int


@dataclass(frozen=True)
class Evaluation:
    """Judged messages and what follows from them."""

    judged: Sequence[Judged]

    def of(self, kind: Kind, trope: str | None = None) -> list[Judged]:
        """The judged messages of a kind, of one trope where it is given."""
        return [j for j in self.judged if j.labelled.kind == kind and trope in (None, j.labelled.trope)]

    def recall(self, trope: str | None = None) -> Rate:
        """How many messages that assert a trope are recognised as asserting it."""
        return _rate(self.of("match", trope), lambda j: j.recognised)

    def precision(self) -> Rate:
        """How many of the messages spoken about are about that very trope."""
        spoken = [j for j in self.judged if j.spoken]
        return _rate(spoken, lambda j: j.labelled.kind == "match" and j.recognised)

    def false_replies(self, kind: Kind, trope: str | None = None) -> Rate:
        """How many messages of a kind are wrongly spoken about."""
        return _rate(self.of(kind, trope), lambda j: j.spoken)

    def at(self, threshold: float, mode: Mode = Mode.REPLY) -> "OperatingPoint":
        """What a threshold and the gate of a mode would let through, the policy's other rules aside."""

        def over(judged: Judged) -> bool:
            return judged.judgement.match.reaches(threshold, mode)

        return OperatingPoint(
            threshold,
            _rate(self.of("match"), over),
            _rate(self.of("match"), lambda j: over(j) and j.right),
            _rate(self.of("contrast"), over),
            _rate(self.of("chat"), over),
        )

    def reliability(self, bins: int = 5) -> list["Bin"]:
        """Messages by their probability, and how many of each bin are right; empty bins are left out."""
        edges = np.linspace(0, 1, bins + 1)
        found = []
        for low, high in pairwise(edges.tolist()):
            inside = [j for j in self.judged if low <= min(j.judgement.match.probability, 1 - 1e-9) < high]
            if inside:
                said = float(np.mean([j.judgement.match.probability for j in inside]))
                found.append(Bin(said, _rate(inside, lambda j: j.right)))
        return found

    def refusals(self, harm: Collection[str] = ()) -> list[Refusal]:
        """What was not answered, by reason; right where no ordinary trope was asserted.

        A message that was recognised has the reason of the policy; one that was not, each form of words that it reads
        like. `harm` are the tropes that no story may answer.
        """
        held: dict[str, list[Judged]] = {}
        for j in self.judged:
            match = j.judgement.match
            reasons = [f"not recognised, and it reads like {hint}" for hint in match.hints] if not match.sure else []
            if not j.spoken and (match.sure or (match.unheard and match.probability >= match.threshold)):
                reasons = [j.judgement.decision.reason]
            for reason in reasons:
                held.setdefault(reason, []).append(j)
        return [
            Refusal(reason, _rate(some, lambda j: j.labelled.kind != "match" or j.labelled.trope in harm))
            for reason, some in sorted(held.items())
        ]

    def confusions(self) -> list[Confusion]:
        """Which tropes are taken for which others, the most frequent first."""
        wrong = [j for j in self.of("match") if j.judgement.match.trope and not j.right]
        pairs = Counter((str(j.labelled.trope), str(j.judgement.match.trope)) for j in wrong)
        return [Confusion(one, other, count) for (one, other), count in pairs.most_common()]

    def risk(self) -> tuple[list[float], list[float]]:
        """The share of all messages spoken about, and the share of those that is wrong, at every threshold."""
        _, precision = self.curve()
        total = max(1, len(precision))
        return [count / total for count in range(1, len(precision) + 1)], [1 - share for share in precision]

    def tropes(self) -> list[str]:
        """The tropes that the messages are about."""
        return sorted({j.labelled.trope for j in self.judged if j.labelled.trope})

    def worst(self, count: int) -> list[Judged]:
        """Wrong replies first, the surest at the top, then the assertions held back with the least probability."""
        wrong = [j for j in self.judged if j.spoken and not (j.labelled.kind == "match" and j.recognised)]
        missed = [j for j in self.of("match") if not j.recognised]
        wrong.sort(key=lambda j: -j.judgement.match.probability)
        missed.sort(key=lambda j: j.judgement.match.probability)
        return [*wrong[:count], *missed[: max(0, count - len(wrong))]]

    def curve(self) -> tuple[list[float], list[float]]:
        """Recall and precision (both over right trope) at every threshold, most cautious first."""
        heard = [j for j in self.judged if Mode.REPLY not in j.judgement.match.unheard]
        ranked = sorted(heard, key=lambda j: -j.judgement.match.probability)
        right = np.cumsum([j.right for j in ranked])
        said = np.arange(1, len(ranked) + 1)
        total = max(1, len(self.of("match")))
        return (right / total).tolist(), (right / said).tolist()


def evaluate(
    core: Core, messages: Sequence[Labelled], progress: Callable[[int, int], None] | None = None
) -> Evaluation:
    """Judge each message as `match` does; `progress` is told how many are done and to do."""
    judged: list[Judged] = []
    for start in range(0, len(messages), BATCH):
        batch = messages[start : start + BATCH]
        judgements = core.judge_many([message.text for message in batch])
        judged += [Judged(message, judgement) for message, judgement in zip(batch, judgements, strict=True)]
        if progress:
            progress(len(judged), len(messages))
    return Evaluation(judged)


def read_labelled(paths: Iterable[Path]) -> list[Labelled]:
    """Labelled messages from YAML twins, JSONL files or folders of them; raises BadFile."""
    messages: list[Labelled] = []
    for path in paths:
        if path.is_dir():
            messages += read_labelled(sorted([*path.glob("*.yaml"), *path.glob("*.jsonl")]))
        elif path.suffix == ".jsonl":
            messages += _read_lines(path)
        else:
            document = Document(path)
            file = document.model(LabelledFile)
            messages += [Labelled(text, "match", file.trope) for text in file.must_match]
            messages += [Labelled(text, "contrast", file.trope) for text in file.must_not_match]
            messages += [Labelled(text, "chat", None) for text in file.messages]
    return messages


def _read_lines(path: Path) -> list[Labelled]:
    messages = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            read = LabelledLine.model_validate(json.loads(line))
        except (ValueError, ValidationError):
            hint = 'expected a line such as {"text": "…", "trope": "nhs-fax-machines"}; no trope: nothing may be said'
            raise BadFile([Problem(str(path), number, hint)]) from None
        messages.append(Labelled(read.text, "match" if read.trope else "chat", read.trope))
    return messages


def _rate(judged: Sequence[Judged], counts: Callable[[Judged], bool]) -> Rate:
    return Rate(sum(counts(j) for j in judged), len(judged))
