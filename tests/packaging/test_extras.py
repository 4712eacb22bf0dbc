"""What is not installed is asked for by the name of its extra, before anything is lost."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import EXTRAS
from bot.encoder import ModelMissing, TransformerEncoder

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("missing", "arguments", "extra"),
    [
        ("matplotlib", ["kb", "graph", "--output", "graph.svg"], "pictures"),
        ("sentence_transformers", ["train"], "train"),
        ("torch", ["train"], "train"),
        ("onnx", ["train"], "train"),
    ],
)
def test_a_command_says_which_extra_it_needs(missing: str, arguments: list[str], extra: str, tmp_path: Path) -> None:
    without = f"import sys; sys.modules[{missing!r}] = None; sys.argv[1:] = {arguments!r}"
    script = f"{without}; import bot.cli; bot.cli.main()"
    paths = {"PYTHONPATH": str(ROOT), "KNOWLEDGE_PATH": str(ROOT / "knowledge"), "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], env=paths, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"pip install 'counterpoint-bot[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_another_encoder_says_so_too(small_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ModelMissing, match=r"counterpoint-bot\[sentence-transformers\]"):
        TransformerEncoder(str(small_model)).load()


def test_every_extra_that_is_named_exists() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(EXTRAS.values()) <= set(project["optional-dependencies"])
