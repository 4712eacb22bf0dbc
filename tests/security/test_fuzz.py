"""A few seconds of hostile bytes, guided by coverage, for everything that reads input from outside."""

import platform
import subprocess
import sys

import pytest

from tests.processes import AS_STARTED, ROOT

TARGETS = ("cleaner", "slack", "teams", "knowledge")
SECONDS = 5


@pytest.mark.slow
@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="atheris is built for Linux on x86-64 alone",
)
@pytest.mark.parametrize("target", TARGETS)
def test_nothing_that_arrives_breaks_what_reads_it(target: str) -> None:
    """`python -m scripts.fuzz TARGET --seconds 600` looks longer."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.fuzz", target, "--seconds", str(SECONDS)],
        cwd=ROOT,
        env=AS_STARTED,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "Done" in done.stderr
