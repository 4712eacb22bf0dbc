"""Texts to unit vectors, by a sentence-transformers model; the embedded one needs no model hub."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]
Progress = Callable[[int, int], None]
"""Called with the number of texts done and to do."""

EMBEDDED = "embedded"
"""The setting that means the model that comes with Counterpoint."""
BATCH = 64
MAX_CHARACTERS = 2_000
"""A text is cut here before it is tokenised: the model reads 256 tokens, and time must stay bounded."""


class ModelMissing(Exception):
    """The model cannot be used; the message says what to install or set."""


class Encoder(Protocol):
    """Anything that turns texts into unit vectors."""

    @property
    def name(self) -> str:
        """Changes whenever the vectors would; part of every cache key."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimensions), float32, each of length 1."""


class TransformerEncoder:
    """A sentence-transformers model on the CPU, loaded when first needed; for a model of one's own, and to compare."""

    def __init__(self, model: str):
        self._path, self.name = _find(model)
        self._model: SentenceTransformer | None = None

    def load(self) -> "SentenceTransformer":
        """The model itself; takes seconds the first time. Raises ModelMissing."""
        if self._model is None:
            os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
            try:
                from sentence_transformers import SentenceTransformer
            except ModuleNotFoundError as error:
                raise ModelMissing(
                    f"ENCODER_MODEL={self._path} needs {error.name}, which is not installed; type: "
                    f"pip install 'counterpoint-bot[sentence-transformers]', or set ENCODER_MODEL={EMBEDDED}"
                ) from None
            try:
                self._model = SentenceTransformer(str(self._path), device="cpu")
            except (OSError, ValueError, RuntimeError) as error:
                raise ModelMissing(
                    f"ENCODER_MODEL={self._path} cannot be loaded ({type(error).__name__}: {str(error)[:200]}); "
                    f"give the folder or the name of a sentence-transformers model, or {EMBEDDED!r}"
                ) from error
        return self._model

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Encoder.encode."""
        model = self.load()
        if not texts:
            return np.zeros((0, model.get_embedding_dimension() or 0), np.float32)
        cut = [text[:MAX_CHARACTERS].encode("utf-8", "replace").decode() or " " for text in texts]
        vectors = model.encode(cut, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32)


class Known(Protocol):
    """Vectors that need not be computed."""

    def vector(self, text: str) -> Vectors | None:
        """The unit vector of a text, shape (dimensions,), or None."""


class CachedEncoder:
    """Remembers the vectors of the knowledge base on disk, so that a second start need not encode them.

    One file for each model and set of texts, named by their hash; a file that is not whole is encoded anew. What is
    `known` from the start is neither encoded nor kept.
    """

    def __init__(self, encoder: Encoder, folder: Path, known: Known | None = None):
        self._encoder = encoder
        self._folder = folder
        self._known = known
        self.name = encoder.name

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode without remembering: for messages."""
        return self._encoder.encode(texts)

    def remember(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode by way of the cache; calls `progress` only where there is something to wait for."""
        known = [self._known.vector(text) if self._known else None for text in texts]
        missing = [text for text, vector in zip(texts, known, strict=True) if vector is None]
        made = iter(self._remember(missing, progress) if missing or not texts else ())
        rows = [next(made) if vector is None else vector for vector in known]
        return np.stack(rows) if rows else self._encoder.encode([])

    def _remember(self, texts: Sequence[str], progress: Progress | None) -> Vectors:
        path = self._folder / f"vectors-{_key(self.name, texts)}.npz"
        cached = _read_vectors(path, len(texts))
        if cached is not None:
            return cached
        vectors = self._encode_by_length(texts, progress)
        save_arrays(path, vectors=vectors)
        return vectors

    def _encode_by_length(self, texts: Sequence[str], progress: Progress | None) -> Vectors:
        """Encode in batches of like length, for a batch takes as long as its longest text."""
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        parts = []
        for start in range(0, len(order), BATCH):
            parts.append(self._encoder.encode([texts[index] for index in order[start : start + BATCH]]))
            if progress:
                progress(min(start + BATCH, len(texts)), len(texts))
        encoded = np.concatenate(parts) if parts else self._encoder.encode([])
        vectors = np.empty_like(encoded)
        vectors[order] = encoded
        return vectors


def _find(model: str) -> tuple[Path | str, str]:
    """Where the model's files are and the name that stands for them."""
    path = Path(model)
    if path.is_dir():
        return path, f"{path.resolve().name}-{_folder_hash(path)[:16]}"
    return model, model


def _folder_hash(path: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")):
        if file.is_file():
            digest.update(f"{file.relative_to(path)} {file.stat().st_size} {file.stat().st_mtime_ns}".encode())
    return digest.hexdigest()


def _key(name: str, texts: Sequence[str]) -> str:
    digest = hashlib.sha256(name.encode())
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:32]


def _read_vectors(path: Path, rows: int) -> Vectors | None:
    arrays = load_arrays(path)
    vectors = arrays.get("vectors") if arrays else None
    if vectors is None or vectors.ndim != 2 or len(vectors) != rows or vectors.dtype != np.float32:
        return None
    whole = np.isfinite(vectors).all() and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    return vectors.astype(np.float32) if whole else None


def save_arrays(path: Path, **arrays: npt.NDArray[np.generic]) -> None:
    """Write arrays and their checksum to one file, whole or not at all; a folder that refuses is no error."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, checksum=np.frombuffer(_checksum(arrays), np.uint8), **arrays)  # type: ignore[arg-type]
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError:
        return


def load_arrays(source: Path | BinaryIO) -> dict[str, npt.NDArray[np.generic]] | None:
    """What `save_arrays` wrote, or None where the file is missing, damaged or altered."""
    try:
        with np.load(source, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except Exception:  # a damaged zip can raise nearly anything, and each means the same: rebuild
        return None
    checksum = arrays.pop("checksum", None)
    return arrays if checksum is not None and checksum.tobytes() == _checksum(arrays) else None


def _checksum(arrays: dict[str, npt.NDArray[np.generic]]) -> bytes:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype} {array.shape}".encode() + array.tobytes())
    return digest.digest()
