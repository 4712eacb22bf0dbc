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
        ("sklearn", ["train"], "fit"),
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


WITHOUT = (
    "import sys\nfor name in ('sklearn', 'scipy', 'threadpoolctl', 'joblib', 'torch', 'sentence_transformers',"
    " 'huggingface_hub', 'hf_xet', 'matplotlib'):\n    sys.modules[name] = None\n"
    "import bot.cli\nsys.argv[1:] = {arguments!r}\nbot.cli.main()"
)
"""A command in an environment that has no extra, and not what the image leaves out."""


def without_extras(folder: Path, knowledge: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = {"PYTHONPATH": str(ROOT), "KNOWLEDGE_PATH": knowledge, "HOME": str(folder)}
    script = WITHOUT.format(arguments=list(arguments))
    return subprocess.run([sys.executable, "-c", script], env=paths, cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["match", "the NHS is still the world's biggest buyer of fax machines"], "nhs-fax-machines"),
        (["kb", "check"], "all in order"),
        (["eval", str(ROOT / "tests" / "messages" / "nhs-pagers.yaml")], "nhs-pagers"),
    ],
)
def test_a_plain_installation_is_enough(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = without_extras(tmp_path, f"{ROOT / 'knowledge'}:{ROOT / 'tests' / 'core' / 'own'}", *arguments)
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


def test_a_base_that_the_model_does_not_know_says_which_extra_it_needs(tmp_path: Path) -> None:
    garden = str(ROOT / "tests" / "knowledge" / "gardening")
    done = without_extras(tmp_path, garden, "match", "tomatoes never ripen up here")
    assert done.returncode == 1
    assert "pip install 'counterpoint-bot[fit]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_extra_that_is_named_exists() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(EXTRAS.values()) <= set(project["optional-dependencies"])
