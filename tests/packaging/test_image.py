"""The image's files: linted, valid, and in agreement with one another."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import bot
from bot.settings import Settings
from tests.processes import AS_STARTED, ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        ["hadolint", "Dockerfile"],
        ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"],
        ["kubernetes-validate", "--strict", "deploy/kubernetes/counterpoint.yaml"],
    ],
)
def test_linters_find_nothing(command: list[str]) -> None:
    done = subprocess.run([BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_whatever_is_copied_exists_and_is_not_ignored() -> None:
    kept = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    assert sorted(names) == sorted(kept)
    assert all((ROOT / name).exists() for name in names)


def test_nothing_that_serving_does_not_need_is_installed() -> None:
    pinned = re.findall(r"^([\w.-]+)==", (ROOT / "requirements/image.txt").read_text(), re.MULTILINE)
    assert {"onnxruntime", "slack-bolt", "microsoft-teams-apps"} <= set(pinned)
    assert not {"torch", "sentence-transformers", "transformers", "matplotlib", "pytest"} & set(pinned)
    assert not {"scikit-learn", "scipy", "joblib", "threadpoolctl"} & set(pinned)
    assert not {"huggingface-hub", "hf-xet"} & set(pinned)


def test_pip_installs_what_is_pinned_and_looks_for_nothing_else() -> None:
    (command,) = re.findall(r"pip install .*requirements/image\.txt", DOCKERFILE)
    assert {"--no-deps", "--require-hashes", "--only-binary"} <= set(command.split())


def test_the_image_is_not_run_by_root_and_is_told_to_end_as_serve_expects() -> None:
    final = DOCKERFILE.split("FROM")[-1]
    assert re.search(r"^USER 10001$", final, re.MULTILINE)
    assert "STOPSIGNAL SIGTERM" in final
    assert "runAsUser: 10001" in (ROOT / "deploy/kubernetes/counterpoint.yaml").read_text()


def test_the_version_is_the_same_everywhere() -> None:
    assert f"ARG VERSION={bot.__version__}\n" in DOCKERFILE
    assert f"image: counterpoint:{bot.__version__}\n" in (ROOT / "deploy/kubernetes/counterpoint.yaml").read_text()


def test_the_image_does_not_wait_for_longer_than_it_is_given() -> None:
    grace = Settings.model_fields["shutdown_grace_seconds"].default
    assert f"stop_grace_period: {round(grace * 1.5)}s" in (ROOT / "compose.yaml").read_text()
    kubernetes = (ROOT / "deploy/kubernetes/counterpoint.yaml").read_text()
    assert f"terminationGracePeriodSeconds: {round(grace * 1.5)}\n" in kubernetes


@pytest.mark.slow
def test_the_pinned_versions_agree_with_the_project() -> None:
    done = subprocess.run(
        ["sh", "scripts/lock.sh", "--check"], env=AS_STARTED, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
