"""The wheel, built from the source distribution, works in an environment that has nothing else."""

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx
import pytest

import bot
from tests.processes import AS_STARTED, ROOT

pytestmark = pytest.mark.slow

LARGEST = 100_000_000
"""Bytes that a package index takes of one file."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)],
        env=AS_STARTED,
        check=True,
        capture_output=True,
    )
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python environment with the wheel and what it needs, in the versions that are tested."""
    folder = tmp_path_factory.mktemp("environment")
    uv = [sys.executable, "-m", "uv", "--quiet"]
    subprocess.run([*uv, "venv", "--python", sys.executable, str(folder)], env=AS_STARTED, check=True)
    constraints = ["--constraint", str(ROOT / "constraints.txt")]
    subprocess.run(
        [*uv, "pip", "install", "--python", str(folder), *constraints, str(wheel)], env=AS_STARTED, check=True
    )
    return folder


def run(environment: Path, folder: Path, *arguments: str) -> str:
    """What a command of the environment prints; nothing of this repository is on its path."""
    command = [str(environment / "bin" / "counterpoint"), *arguments]
    done = subprocess.run(command, cwd=folder, env=own(folder), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def own(folder: Path) -> dict[str, str]:
    """Environment variables of somebody who has set nothing."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder)}


def test_it_holds_the_model_and_the_knowledge_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"bot", f"counterpoint_bot-{bot.__version__}.dist-info"}
    for needed in ("bot/model/encoder.onnx", "bot/_knowledge/tropes/nhs-fax-machines.yaml", "bot/py.typed"):
        assert needed in names
    assert not [name for name in names if "__pycache__" in name]
    assert wheel.stat().st_size < LARGEST


def test_it_answers_without_torch(environment: Path, tmp_path: Path) -> None:
    assert not list(environment.glob("lib/*/site-packages/torch"))
    assert run(environment, tmp_path, "--version").strip() == f"counterpoint {bot.__version__}"
    assert "fax" in run(environment, tmp_path, "ask", "nhs fax machines").lower()
    assert "all in order" in run(environment, tmp_path, "kb", "check")


def test_its_demo_is_served(environment: Path, tmp_path: Path) -> None:
    with demo(environment, tmp_path) as said:
        for line in said:
            if found := re.search(r"http://[\d.:]+", line):
                address = found[0]
            if line.startswith("Ready"):
                break
        assert httpx.get(address, trust_env=False, follow_redirects=True).status_code == httpx.codes.OK
        assert httpx.get(f"{address}/readyz", trust_env=False).json()["ready"] is True


@contextmanager
def demo(environment: Path, folder: Path) -> Iterator[IO[str]]:
    """A demo that runs, and what it prints."""
    command = [str(environment / "bin" / "counterpoint"), "demo", "--no-open", "--port", "0"]
    process = subprocess.Popen(command, cwd=folder, env=own(folder), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield process.stdout
    finally:
        process.terminate()
        process.wait(20)
