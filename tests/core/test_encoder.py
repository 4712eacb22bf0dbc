"""The encoder's model is checked, and its cache is never trusted blindly."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.artefact import Artefact
from bot.encoder import (
    CachedEncoder,
    Encoder,
    ModelMissing,
    TransformerEncoder,
    Vectors,
    load_arrays,
    save_arrays,
)
from bot.lean import LeanEncoder

ROOT = Path(__file__).parents[2]


class CountingEncoder:
    """A stand-in that counts what it was asked to encode."""

    def __init__(self, name: str = "stand-in") -> None:
        self.name = name
        self.encoded = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += len(texts)
        vectors = np.array([[len(text), 1.0] for text in texts], np.float32).reshape(-1, 2)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def test_texts_are_encoded_once_and_then_remembered(tmp_path: Path) -> None:
    inner = CountingEncoder()
    first = CachedEncoder(inner, tmp_path).remember(["a", "bb"])
    second = CachedEncoder(inner, tmp_path).remember(["a", "bb"])
    assert inner.encoded == 2
    assert np.array_equal(first, second)


def test_another_text_or_another_model_is_encoded_anew(tmp_path: Path) -> None:
    inner, other = CountingEncoder(), CountingEncoder("another")
    CachedEncoder(inner, tmp_path).remember(["a"])
    CachedEncoder(inner, tmp_path).remember(["b"])
    CachedEncoder(other, tmp_path).remember(["a"])
    assert (inner.encoded, other.encoded) == (2, 1)


@pytest.mark.parametrize("damage", ["cut", "emptied", "altered", "nonsense", "pickle", "not unit length"])
def test_a_damaged_cache_is_rebuilt(tmp_path: Path, damage: str) -> None:
    inner = CountingEncoder()
    expected = CachedEncoder(inner, tmp_path).remember(["a", "bb"])
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    match damage:
        case "cut":
            path.write_bytes(whole[: len(whole) // 2])
        case "emptied":
            path.write_bytes(b"")
        case "altered":
            path.write_bytes(whole.replace(expected.tobytes(), expected[::-1].tobytes()))
        case "nonsense":
            path.write_bytes(b"not a cache at all")
        case "pickle":
            np.savez(path, vectors=np.array([{"a": 1}], dtype=object))
        case "not unit length":
            save_arrays(path, vectors=expected * 2)
    assert np.array_equal(CachedEncoder(inner, tmp_path).remember(["a", "bb"]), expected)
    assert inner.encoded == 4
    assert load_arrays(path) is not None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert len(CachedEncoder(CountingEncoder(), blocked / "cache").remember(["a"])) == 1


def test_progress_is_told_only_while_there_is_something_to_wait_for(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    cached = CachedEncoder(CountingEncoder(), tmp_path)
    texts = [str(n) for n in range(100)]
    cached.remember(texts, lambda done, total: told.append((done, total)))
    assert told[-1] == (100, 100)
    told.clear()
    cached.remember(texts, lambda done, total: told.append((done, total)))
    assert told == []


def test_a_model_folder_that_is_no_model_says_which_setting(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="ENCODER_MODEL"):
        TransformerEncoder(str(tmp_path)).load()


@pytest.fixture(scope="module", params=["shipped", "sentence-transformers"])
def any_encoder(request: pytest.FixtureRequest, small_model: Path) -> Encoder:
    return LeanEncoder.of(Artefact()) if request.param == "shipped" else TransformerEncoder(str(small_model))


def test_every_text_gets_a_unit_vector(any_encoder: Encoder) -> None:
    vectors = any_encoder.encode(["fax machines", "", "\ud800", "x" * 50_000])
    assert len(vectors) == 4
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def test_meaning_brings_vectors_together(any_encoder: Encoder) -> None:
    fax, telefax, lunch = any_encoder.encode(
        ["The NHS still uses fax machines", "Hospitals keep sending faxes", "What is for lunch today?"]
    )
    assert fax @ telefax > fax @ lunch + 0.3


def test_what_is_known_is_not_encoded(tmp_path: Path) -> None:
    class Known:
        def vector(self, text: str) -> Vectors | None:
            return np.ones(2, np.float32) if text == "known" else None

    inner = CountingEncoder()
    vectors = CachedEncoder(inner, tmp_path, Known()).remember(["a", "known", "bb"])
    assert inner.encoded == 2
    assert vectors[1].tolist() == [1, 1]
    assert np.array_equal(vectors[[0, 2]], CachedEncoder(CountingEncoder(), tmp_path).remember(["a", "bb"]))


def test_a_folder_without_a_trained_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="install Counterpoint again, or set ENCODER_MODEL"):
        Artefact(tmp_path)


def test_the_encoder_leaves_no_record_of_its_use_for_its_makers(tmp_path: Path) -> None:
    """ONNX Runtime keeps one under the home folder, and sends it, unless it is told not to before it is imported."""
    told_otherwise = ("CI", "ACTIONS", "TELEMETRY", "DO_NOT_TRACK", "XDG_")
    kept = {name: value for name, value in os.environ.items() if not any(word in name for word in told_otherwise)}
    script = "import bot; from bot.artefact import Artefact; from bot.lean import LeanEncoder; " + (
        "LeanEncoder.of(Artefact()).encode(['fax machines'])"
    )
    subprocess.run([sys.executable, "-c", script], env={**kept, "HOME": str(tmp_path)}, check=True, cwd=ROOT)
    assert list(tmp_path.rglob("*")) == []
