"""The trained artefact: encoder, head and what they were trained on, in one folder with hashes of every file."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.encoder import EMBEDDED, ModelMissing, Vectors, load_arrays
from bot.gate import Gate
from bot.head import Head

FOLDER = Path(__file__).parent / "model"
CARD = "card.json"
ENCODER, TOKENIZER, HEAD = "encoder.onnx", "tokenizer.json", "head.npz"
EXAMPLES, PASSAGES, GATE = "examples.npz", "passages.npz", "gate.npz"
FILES = (ENCODER, TOKENIZER, HEAD, EXAMPLES, PASSAGES, GATE)
ROUNDED = 64
"""Vectors are kept to a multiple of this in units of their last place: 4 bits of 10, so that a wheel holds less."""
KEY_BYTES = 16
"""Bytes of a text's hash; two of a million texts share one with a chance of 1 in 10^26."""


class Card(BaseModel):
    """What the artefact is; `counterpoint train` writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    """Names these very weights; part of every cache key."""
    base_model: str
    license: str
    layers: int
    longest: int
    """Tokens of a text that the encoder reads."""
    padding: int
    """The id of the token that fills up a batch."""
    epochs: int
    """Passes over the texts, before the last over all of them."""
    seed: int
    tropes: tuple[str, ...]
    added: tuple[str, ...] = ()
    """Tropes that the head was fitted to after the encoder was tuned; the measurements are without them."""
    texts: dict[str, int]
    """How many texts of each kind it was trained on."""
    measured: dict[str, float]
    """Measurements on texts held out of a training run of its own."""
    files: dict[str, str]
    """The sha256 of each file."""


@dataclass(frozen=True)
class Vectored:
    """Texts without their words: `keys` (texts, KEY_BYTES) are hashes, `halves` (texts, dimensions) their vectors.

    The vectors are kept as they are stored, in half precision and not quite of length 1, for they are many.
    """

    keys: npt.NDArray[np.uint8]
    halves: npt.NDArray[np.float16]

    @cached_property
    def rows(self) -> dict[bytes, int]:
        """The row of each key."""
        return {key.tobytes(): row for row, key in enumerate(self.keys)}

    def vectors(self, rows: Sequence[int]) -> Vectors:
        """The unit vectors of some rows, shape (rows, dimensions)."""
        taken = self.halves[list(rows)].astype(np.float32)
        return np.asarray(taken / np.linalg.norm(taken, axis=1, keepdims=True), np.float32)


@dataclass(frozen=True)
class Examples(Vectored):
    """The texts trained on.

    `topics` (texts,) is an index into the card's tropes, or -1 for ordinary chat; `asserted` (texts,) says whether the
    trope is asserted.
    """

    topics: npt.NDArray[np.int64]
    asserted: npt.NDArray[np.bool_]

    def knows(self, text: str) -> bool:
        """Whether the encoder was trained on a text."""
        return key_of(text) in self.rows


def key_of(text: str) -> bytes:
    """A text's hash."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:KEY_BYTES]


def artefact_named(model: str) -> "Artefact | None":
    """The artefact that ENCODER_MODEL names: ours, or a folder that was trained; None for any other model."""
    if model == EMBEDDED:
        return Artefact()
    return Artefact(Path(model)) if (Path(model) / CARD).is_file() else None


class Artefact:
    """A folder that `counterpoint train` made; every file is checked against the card before it is used."""

    def __init__(self, folder: Path = FOLDER):
        self.folder = folder
        try:
            self.card = Card.model_validate_json((folder / CARD).read_bytes())
        except (OSError, ValidationError) as error:
            raise ModelMissing(
                f"there is no trained model in {folder} ({type(error).__name__}); install Counterpoint again, "
                "or set ENCODER_MODEL to a sentence-transformers model"
            ) from None

    def file(self, name: str) -> bytes:
        """A file's content. Raises ModelMissing where it is missing or is not the one that was trained."""
        try:
            content = (self.folder / name).read_bytes()
        except OSError as error:
            raise ModelMissing(f"the trained model's {name} cannot be read ({error.strerror})") from None
        found = hashlib.sha256(content).hexdigest()
        if found != self.card.files.get(name):
            raise ModelMissing(
                f"the trained model's {self.folder / name} is not the one its card names (sha256 {found[:12]}…); "
                "install Counterpoint again"
            )
        return content

    def arrays(self, name: str) -> dict[str, npt.NDArray[np.generic]]:
        """The arrays in a file. Raises ModelMissing."""
        arrays = load_arrays(BytesIO(self.file(name)))
        if arrays is None:
            raise ModelMissing(f"the trained model's {name} is damaged; install Counterpoint again")
        return arrays

    @cached_property
    def examples(self) -> Examples:
        """What the encoder was trained on."""
        arrays = self.arrays(EXAMPLES)
        known = _vectored(arrays)
        topics, asserted = np.asarray(arrays["topics"], np.int64), np.asarray(arrays["asserted"], np.bool_)
        return Examples(known.keys, known.halves, topics, asserted)

    @cached_property
    def head(self) -> Head:
        """The trained head, over the card's tropes. Raises ModelMissing."""
        head = Head.of(self.arrays(HEAD), len(self.card.tropes), self.examples.halves.shape[1])
        if head is None:
            raise ModelMissing(f"the trained model's {HEAD} does not fit its card; install Counterpoint again")
        return head

    def gate_for(self, tropes: Iterable[str]) -> Gate | None:
        """The first gate, where one was trained and has learned all of the tropes. Raises ModelMissing.

        It would keep a trope that it has not learned from ever being heard.
        """
        if GATE not in self.card.files or not set(tropes) <= set(self.card.tropes) - set(self.card.added):
            return None
        gate = Gate.of(self.arrays(GATE))
        if gate is None:
            raise ModelMissing(f"the trained model's {GATE} is of another shape; install Counterpoint again")
        return gate

    @cached_property
    def passages(self) -> Vectored:
        """What lookups are compared with."""
        return _vectored(self.arrays(PASSAGES))

    def vector(self, text: str) -> Vectors | None:
        """The unit vector of a text that the artefact holds, shape (dimensions,), or None."""
        key = key_of(text)
        for known in (self.examples, self.passages):
            row = known.rows.get(key)
            if row is not None:
                vector: Vectors = known.vectors([row])[0]
                return vector
        return None


def _vectored(arrays: Mapping[str, npt.NDArray[np.generic]]) -> Vectored:
    return Vectored(np.asarray(arrays["keys"], np.uint8), np.asarray(arrays["vectors"], np.float16))


def packed(texts: Sequence[str], vectors: Vectors) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays of `Vectored`, as an artefact keeps them."""
    keys = np.frombuffer(b"".join(key_of(text) for text in texts), np.uint8).reshape(-1, KEY_BYTES)
    halves = (vectors.astype(np.float16).view(np.uint16) + ROUNDED // 2) & ~np.uint16(ROUNDED - 1)
    return {"keys": keys, "vectors": halves.astype(np.uint16).view(np.float16)}


def hashes(folder: Path) -> dict[str, str]:
    """The sha256 of each file, for a card."""
    there = [name for name in FILES if name != GATE or (folder / name).exists()]
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in there}
