"""Message to Match: which tropes it asserts, how probably, and why that is believed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import compress, islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.artefact import HEAD, Artefact
from bot.cleaning import MAX_CHARACTERS, Cleaned, clean
from bot.encoder import CachedEncoder, Progress, Vectors
from bot.head import VERSION, Floats, Head
from bot.hints import Hint, hints
from bot.knowledge import KnowledgeBase
from bot.message import Mode
from bot.signals import Signal, personal_harm

ESCALATE_NEAR = 0.45
"""The cosine from which an example of real harm counts as near, where it is also the nearest example of all."""
HARM_SHARE = 0.05
"""The chance that a message is about an affair that did harm from which passive replies are held."""
MIN_WORDS = 3
"""Shorter messages assert nothing."""
LENIENT_MODES = (Mode.PRIVATE, Mode.REACT)
"""The modes with thresholds of their own, in the head's order after that of a thread."""
MODES = (Mode.REPLY, *LENIENT_MODES)
"""The modes in which something is said unasked, in the order of the head's and the gate's thresholds."""
WHOLE_SHARE = 0.5
"""How much the whole of a long message counts beside its most telling passage, in log-odds."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An example message of a trope: its place in the knowledge base, and the cosine to what was judged."""

    trope: str
    index: int
    text: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A trope and the calibrated probability that the message asserts it."""

    trope: str
    probability: float


@dataclass(frozen=True, slots=True)
class Match:
    """The tropes that a message asserts, most probable first, and what speaks for and against the first."""

    candidates: tuple[Candidate, ...] = ()
    threshold: float = 1.0
    """The probability from which a reply in the thread is allowed."""
    lower_thresholds: Mapping[Mode, float] = field(default_factory=dict)
    """The same for the modes in which a false reply costs less."""
    harm: bool = False
    """Whether a trope that did harm may be meant, be it the first or not."""
    phrasing: Neighbour | None = None
    contrast: Neighbour | None = None
    signals: frozenset[Signal] = frozenset()
    hints: frozenset[Hint] = frozenset()
    """What the message reads like, for the explanation."""
    unheard: frozenset[Mode] = frozenset()
    """The modes in which the first gate keeps the message from the encoder, where nobody asked."""

    @property
    def trope(self) -> str | None:
        """The most probable trope, whether or not it is probable enough to speak about."""
        return self.candidates[0].trope if self.candidates else None

    @property
    def probability(self) -> float:
        """The probability that the message asserts `trope`."""
        return self.candidates[0].probability if self.candidates else 0.0

    @property
    def sure(self) -> bool:
        """Whether the probability reaches the threshold of a reply in the thread."""
        return self.sure_in(Mode.REPLY)

    def sure_in(self, mode: Mode) -> bool:
        """Whether the probability reaches the threshold of a mode."""
        return self.reaches(self.threshold_in(mode), mode)

    def reaches(self, threshold: float, mode: Mode) -> bool:
        """Whether something was recognised that is at least so probable, and the gate of the mode let it through."""
        return mode not in self.unheard and bool(self.candidates) and self.probability >= threshold

    def threshold_in(self, mode: Mode) -> float:
        """The probability from which a mode allows a reply."""
        return self.lower_thresholds.get(mode, self.threshold)

    def judged_in(self, mode: Mode) -> "Match":
        """The same, measured against the threshold of the mode of the channel that it was heard in."""
        unheard = frozenset(Mode) if mode in self.unheard else frozenset[Mode]()
        return replace(self, threshold=self.threshold_in(mode), unheard=unheard)


NOTHING = Match()

Passes = Callable[[Sequence[str]], npt.NDArray[np.bool_]]
"""The first gate: which cleaned texts are worth encoding in which mode, shape (texts, modes), in the head's order."""


@dataclass(frozen=True)
class Examples:
    """Example messages of one kind, row i of `vectors` being the vector of texts[i]."""

    tropes: tuple[str, ...]
    indices: tuple[int, ...]
    texts: tuple[str, ...]
    vectors: Vectors

    @cached_property
    def _rows(self) -> Mapping[str, npt.NDArray[np.intp]]:
        """Where the examples of each trope stand."""
        owners = np.array(self.tropes)
        return {trope: np.flatnonzero(owners == trope) for trope in dict.fromkeys(self.tropes)}

    def nearest(self, vector: Vectors, trope: str) -> Neighbour | None:
        """The example of a trope that is nearest to a unit vector of shape (dimensions,)."""
        rows = self._rows.get(trope)
        if rows is None:
            return None
        cosines = self.vectors[rows] @ vector
        best = int(rows[int(np.argmax(cosines))])
        return Neighbour(trope, self.indices[best], self.texts[best], float(cosines.max()))


class Matcher:
    """Judges messages against a knowledge base with a fitted head; keeps nothing of them.

    With the trained `artefact` the head is the one trained for this base, or a refit that takes in what the base adds
    to it. Without, the head is fitted to the base alone. What does not pass `passes` is not encoded where nobody asked.
    """

    _passes: Passes | None = None

    def __init__(
        self,
        base: KnowledgeBase,
        encoder: CachedEncoder,
        cache: Path,
        progress: Progress | None = None,
        artefact: Artefact | None = None,
        passes: Passes | None = None,
    ):
        self._encoder = encoder
        self._passes = passes
        self._tropes = tuple(base.tropes)
        self._harm = frozenset(id_ for id_, trope in base.tropes.items() if trope.harm)
        texts, owners = example_texts(base)
        cleaned = [clean(text).whole for text in texts]
        vectors = encoder.remember(cleaned, progress)
        self.phrasings, self._contrasts, self._escalations = (
            _examples(texts, owners, vectors, kind) for kind in ("phrasings", "contrasts", "escalate")
        )
        made = dict(zip(cleaned, vectors, strict=True))
        self.head = self._trained(artefact, made) or self._fitted(base, made, cache, artefact)

    @property
    def threshold(self) -> float:
        """The probability from which a passive reply in a thread is allowed."""
        return float(self.head.thresholds[0])

    @property
    def lower_thresholds(self) -> dict[Mode, float]:
        """The same for the modes in which a false reply costs less."""
        return dict(zip(LENIENT_MODES, self.head.thresholds[1:].tolist(), strict=True))

    def threshold_in(self, mode: Mode) -> float:
        """The probability from which a passive reply is allowed in a channel of this mode."""
        return self.lower_thresholds.get(mode, self.threshold)

    def match(self, text: str) -> Match:
        """Judge one message; any text is accepted."""
        return self.match_many([text])[0]

    def match_many(self, texts: Sequence[str]) -> list[Match]:
        """Judge several messages with one pass of the encoder."""
        cleaned = [clean(text) for text in texts]
        judged = [self._worth_judging(message) for message in cleaned]
        passages = [passage for message in judged for passage in message]
        if not passages:
            return [NOTHING for _ in texts]
        vectors = self._encoder.encode(passages)
        asserted, shares = self.head.scores(vectors)
        probabilities = self.head.calibrate(asserted, shares)
        matches, start = [], 0
        for text, message in zip(texts, judged, strict=True):
            stop = start + len(message)
            parts = (vectors[start:stop], probabilities[start:stop], shares[start:stop])
            matches.append(self._judge(text, message, *parts))
            start = stop
        return matches

    def listen(self, messages: Sequence[tuple[str, Mode]]) -> list[Match]:
        """Judge messages that nobody asked about, each in its mode: only what passes the gate of that is encoded."""
        unheard = self.unheard([text for text, _ in messages])
        passed = [mode not in modes for (_, mode), modes in zip(messages, unheard, strict=True)]
        judged = iter(self.match_many([text for text, _ in compress(messages, passed)]))
        nothing = Match(threshold=self.threshold, lower_thresholds=self.lower_thresholds)
        found = (next(judged) if heard else nothing for heard in passed)
        return [replace(match, unheard=modes) for match, modes in zip(found, unheard, strict=True)]

    def unheard(self, texts: Sequence[str]) -> list[frozenset[Mode]]:
        """The modes in which no passage of a message passes the first gate; none, where there is no gate."""
        if self._passes is None:
            return [frozenset()] * len(texts)
        judged = [self._worth_judging(clean(text)) for text in texts]
        passed = iter(self._passes([passage for message in judged for passage in message]))
        heard = [np.any([np.zeros(len(MODES), np.bool_), *islice(passed, len(message))], axis=0) for message in judged]
        return [frozenset(compress(MODES, ~modes)) for modes in heard]

    @staticmethod
    def _worth_judging(message: Cleaned) -> tuple[str, ...]:
        return message.passages if len(message.whole.split()) >= MIN_WORDS else ()

    def _judge(
        self, text: str, passages: Sequence[str], vectors: Vectors, probabilities: Floats, shares: Floats
    ) -> Match:
        if not passages:
            return NOTHING
        together = combine(probabilities)
        order = np.argsort(-together, kind="stable")
        best = int(order[0])
        trope = self._tropes[best]
        telling = vectors[int(np.argmax(probabilities[:, best]))]
        phrasing = self.phrasings.nearest(telling, trope)
        return Match(
            candidates=tuple(Candidate(self._tropes[i], float(together[i])) for i in order[:5]),
            threshold=self.threshold,
            lower_thresholds=self.lower_thresholds,
            harm=trope in self._harm or self._harmful(shares),
            phrasing=phrasing,
            contrast=self._contrasts.nearest(telling, trope),
            signals=frozenset(self._signals(text, telling, trope, phrasing)),
            hints=hints(text[:MAX_CHARACTERS], passages[0]),
        )

    def _harmful(self, shares: Floats) -> bool:
        """Whether a passage may be about what did harm, by the shares (passages, tropes) of what each is about.

        The calibrated probabilities do not tell that: once an assertion is sure, every trope's is high.
        """
        harm = [trope in self._harm for trope in self._tropes]
        return bool((shares[:, harm].sum(axis=1) >= HARM_SHARE).any())

    def _signals(self, text: str, vector: Vectors, trope: str, phrasing: Neighbour | None) -> list[Signal]:
        found = [Signal.PERSONAL_HARM] if personal_harm(text) else []
        escalation = self._escalations.nearest(vector, trope)
        if escalation and escalation.similarity >= max(ESCALATE_NEAR, phrasing.similarity if phrasing else 0):
            found.append(Signal.ESCALATE)
        return found

    def _trained(self, artefact: Artefact | None, examples: Iterable[str]) -> Head | None:
        """The artefact's own head, where the base holds its tropes and no example that it was not trained on."""
        if artefact is None or artefact.card.tropes != self._tropes:
            return None
        return artefact.head if all(map(artefact.examples.knows, examples)) else None

    def _fitted(self, base: KnowledgeBase, made: Mapping[str, Vectors], cache: Path, artefact: Artefact | None) -> Head:
        trained = artefact.card.files[HEAD][:16] if artefact else "alone"
        path = cache / f"head-{VERSION}-{self._encoder.name}-{trained}-{base.fingerprint[:32]}.npz"
        kept = Head.read(path, len(self._tropes), self.phrasings.vectors.shape[1])
        if kept is not None:
            return kept
        from bot.refit import fit_to

        head: Head = fit_to(base, made, artefact)
        head.save(path)
        return head


def combine(probabilities: Floats) -> Floats:
    """One probability for each trope from a message's passages, shape (passages, tropes); the first is the whole.

    A long post may assert a trope in one sentence, and take it back in the next: both count.
    """
    if len(probabilities) == 1:
        return np.asarray(probabilities[0])
    odds = np.log(probabilities / (1 - probabilities))
    mixed = WHOLE_SHARE * odds[0] + (1 - WHOLE_SHARE) * odds.max(axis=0)
    return np.asarray(1 / (1 + np.exp(-mixed)))


def example_texts(base: KnowledgeBase) -> tuple[list[str], list[tuple[str, str, int]]]:
    """Every example message and background line, with its (kind, trope, index); background has the trope ""."""
    texts: list[str] = []
    owners: list[tuple[str, str, int]] = []
    for trope in base.tropes.values():
        for kind in ("phrasings", "contrasts", "escalate"):
            for index, text in enumerate(getattr(trope, kind)):
                texts.append(text)
                owners.append((kind, trope.id, index))
    texts += base.background
    owners += [("background", "", index) for index in range(len(base.background))]
    return texts, owners


def _examples(texts: list[str], owners: list[tuple[str, str, int]], vectors: Vectors, kind: str) -> Examples:
    rows = [row for row, owner in enumerate(owners) if owner[0] == kind]
    return Examples(
        tuple(owners[row][1] for row in rows),
        tuple(owners[row][2] for row in rows),
        tuple(texts[row] for row in rows),
        vectors[rows] if rows else vectors[:0],
    )
