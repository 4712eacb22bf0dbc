"""Finds messages that nearly repeat one another: letters compared, marks and capitals aside."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import ceil
from pathlib import Path

from bot.knowledge import Reading
from bot.reading import BadFile, Document, Location, Problem
from bot.training.corpus import TrainingFile

NEAR = 0.55
"""The share of letter groups that two messages must have in common to be near-repeats.

Chosen by reading the 17 pairs from 0.45 up among the first 4,900 messages of this repository: all nine from 0.52 up
repeat one another, the first that does not stands at 0.51, and 0.55 leaves some room. Some of those below do repeat one
another too; a program cannot tell which.
"""
LETTERS = 4
"""How many letters a group has."""
LEAST_WORDS = 4
"""Shorter messages, such as "all green" or an emoji, are not compared: anybody may say them."""
COMMON = 8
"""How many of the rarer letter groups two messages must share to be looked at; any pair that is near shares as many."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Placed:
    """An example message and where it stands."""

    text: str
    document: Document
    location: Location

    def __str__(self) -> str:
        return f"{self.document.path}:{self.document.line(self.location)}"


@dataclass(frozen=True, slots=True)
class Repeat:
    """Two messages by their places in the list that was given, the later first, and how much they share, 0..1."""

    later: int
    earlier: int
    share: float


def letter_groups(text: str) -> list[str]:
    """The groups of neighbouring letters in a text, with repetitions; none where it is too short to compare.

    >>> letter_groups("one two, one FOUR!")[:4]
    [' one', 'one ', 'ne t', 'e tw']
    """
    found = _WORD.findall(text.lower())
    if len(found) < LEAST_WORDS:
        return []
    plain = f" {' '.join(found)} "
    return [plain[start : start + LETTERS] for start in range(len(plain) - LETTERS + 1)]


def near_repeats(texts: Sequence[str], bound: float = NEAR) -> list[Repeat]:
    """Every pair of texts whose sets of letter groups have a Jaccard similarity of `bound` or more, nearest first.

    Exact, though few pairs are compared: sets that similar share at least COMMON of their rarest groups, where a set
    gives as many as it may differ by, and COMMON more (the prefix filter of Chaudhuri and others, ICDE 2006, with the
    longer prefixes of Wang and others, SIGMOD 2012).
    """
    ids: dict[str, int] = {}
    sets = [{ids.setdefault(group, len(ids)) for group in letter_groups(text)} for text in texts]
    found = []
    for later, earlier in _likely(sets, bound):
        common = len(sets[later] & sets[earlier])
        share = common / (len(sets[later]) + len(sets[earlier]) - common)
        if share >= bound:
            found.append(Repeat(later, earlier, share))
    return sorted(found, key=lambda repeat: (-repeat.share, repeat.later, repeat.earlier))


def _likely(sets: Sequence[set[int]], bound: float) -> Iterator[tuple[int, int]]:
    """The pairs of sets, the later first, that share enough of their rarest members to be looked at."""
    import numpy as np

    rarity = Counter(chain.from_iterable(sets))
    least = [ceil(bound * len(members) - 1e-9) for members in sets]
    enough = np.array([max(1, min(size, COMMON)) for size in least], np.int64)
    seen: dict[int, list[int]] = {}
    for later, members in enumerate(sets):
        rarest = sorted(members, key=lambda member: (rarity[member], member))  # equals in one order everywhere
        first = rarest[: len(members) - least[later] + int(enough[later])]
        shared = np.bincount([earlier for member in first for earlier in seen.get(member, ())], minlength=later)
        near = np.flatnonzero(shared >= np.minimum(enough[later], enough[:later]))
        yield from ((later, earlier) for earlier in near.tolist())
        for member in first:
            seen.setdefault(member, []).append(later)


def examples(reading: Reading) -> list[Placed]:
    """Every example message and background line of a knowledge base."""
    own = [reading.documents[id_] for id_ in reading.base.tropes]
    kept = set(reading.base.background)
    chat = [document for path, document in reading.documents.items() if path.endswith("background.yaml")]
    keys = ("phrasings", "contrasts", "escalate")
    found = [placed for document in own for placed in _lists(document) if placed.location[0] in keys]
    return found + [placed for document in chat for placed in _lists(document) if placed.text in kept]


def twins(folder: Path) -> list[Placed]:
    """Every message in a folder of twins, such as tests/messages; raises BadFile."""
    if not (paths := sorted(folder.glob("*.yaml"))):
        raise BadFile([Problem(str(folder), 1, "holds no messages; give a folder such as tests/messages")])
    return [placed for path in paths for placed in _lists(Document(path))]


def learned(folder: Path) -> list[Placed]:
    """Every message in a training folder; raises BadFile."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        document = Document(path)
        document.model(TrainingFile)
        for part, inside in document.data.items():
            named = inside.items() if isinstance(inside, dict) else [(None, inside)]
            found += [
                Placed(text, document, (part, index) if name is None else (part, name, index))
                for name, texts in named
                for index, text in enumerate(texts)
            ]
    return found


def repeated(messages: Sequence[Placed]) -> list[Problem]:
    """What to say about each message that nearly repeats an earlier one; the last of several places is blamed."""
    return [
        messages[repeat.later].document.problem(
            messages[repeat.later].location,
            f"nearly repeats {messages[repeat.earlier]} ({repeat.share:.0%} alike: "
            f"“{_short(messages[repeat.earlier].text)}”); write it as somebody else would, or delete one",
        )
        for repeat in near_repeats([message.text for message in messages])
    ]


def _lists(document: Document) -> Iterator[Placed]:
    """The texts in the lists at the top of a file."""
    for key, value in document.data.items() if isinstance(document.data, dict) else ():
        for index, text in enumerate(value if isinstance(value, list) else ()):
            if isinstance(text, str):
                yield Placed(text, document, (key, index))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:60].rsplit(" ", 1)[0] + " …"
