"""A small base about gardening, entries to spoil, and the command line."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from bot.commands.kb import app
from bot.knowledge import load
from bot.reading import BadFile

GARDENING = Path(__file__).parent / "gardening"
Change = Callable[[dict[str, Any]], object]
Run = Callable[..., Result]


@pytest.fixture
def garden(tmp_path: Path) -> Path:
    """A copy of the gardening base, to change."""
    return Path(shutil.copytree(GARDENING, tmp_path / "garden"))


@pytest.fixture
def kb(garden: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`counterpoint kb …` on the copy; further folders are set by KNOWLEDGE_PATH."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KNOWLEDGE_PATH", str(garden))
    monkeypatch.setenv("CACHE_PATH", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    return run


def change(path: Path, how: Change) -> None:
    """Read an entry, change it and write it back."""
    entry = yaml.safe_load(path.read_text(encoding="utf-8"))
    how(entry)
    path.write_text(yaml.safe_dump(entry, sort_keys=False, allow_unicode=True), encoding="utf-8")


def write(path: Path, entry: object) -> Path:
    """Write an entry as YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(entry, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def problems(*folders: Path) -> str:
    """What is wrong with a base."""
    with pytest.raises(BadFile) as caught:
        load(folders)
    return str(caught.value)
