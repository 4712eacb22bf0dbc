"""docs/security.md claims nothing that no test shows."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs/security.md").read_text())
    assert len(named) > 30
    for path, test in named:
        file = ROOT / path
        assert file.exists(), path
        assert not test or re.search(rf"def {test}\(", file.read_text()), f"{path} has no {test}"


def test_every_threat_names_a_test() -> None:
    threats = re.findall(r"^\| (?!threat \||---).+\|$", (ROOT / "docs/security.md").read_text(), re.MULTILINE)
    assert len(threats) > 20
    assert [line for line in threats if "`tests/" not in line] == []
