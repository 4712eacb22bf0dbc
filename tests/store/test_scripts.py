"""The demonstrations in scripts/, with fewer events."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.slow


def run(*command: str) -> str:
    """What a script prints; fails where it finds a count wrong."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_two_processes_give_one_reply() -> None:
    """One of them is killed in the middle."""
    assert "exit codes: -9 (killed), 0 (its successor), 0 (the other)" in run(
        "scripts/two_processes.py", "--events", "500"
    )


def test_an_outage_is_survived() -> None:
    """Silent, sorry, and logged once."""
    assert "database back after" in run("scripts/outage.py", "--seconds", "3")
