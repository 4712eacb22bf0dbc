"""The examples in docs/knowledge.md work as they stand."""

import re
import textwrap
from pathlib import Path

from bot.commands.kb import app
from bot.curation.doubts import doubts
from bot.knowledge import read

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "knowledge.md").read_text(encoding="utf-8")


def example(start: str) -> str:
    """The YAML example that starts with these words."""
    found = next(
        block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if block.strip().startswith(start)
    )
    return textwrap.dedent(found)


def test_the_first_story_and_the_switches_are_in_order(tmp_path: Path) -> None:
    (tmp_path / "stories").mkdir()
    (tmp_path / "stories" / "our-bins-app.yaml").write_text(example("id: our-bins-app"))
    (tmp_path / "off.yaml").write_text(example("entries:"))
    reading = read([ROOT / "knowledge", tmp_path])
    assert "our-bins-app" in reading.base.stories
    assert "nhs-pagers" not in reading.base.tropes
    assert not [problem for problem in doubts(reading) if str(tmp_path) in problem.file]


def test_every_command_that_is_named_is_there() -> None:
    names = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    assert set(re.findall(r"counterpoint kb ([a-z]+)", PAGE)) <= names
