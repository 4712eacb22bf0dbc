"""Runs the Dockerfile's steps without a container engine, in a clean Debian, and starts what they make.

Needs root, debootstrap and `pip install dockerfile-parse`. Takes some minutes; says what it does while it does it:

    sudo python -m scripts.image
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from dockerfile_parse import DockerfileParser

from scripts.rootfs import PATH, RELEASE, ROOT, bring_files, debian, installer_settings, mirror, require_root, say

PACKAGES = ("python3", "python3-venv", "ca-certificates")
READY_SECONDS = 120.0
PIP = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_CERT")


class StepFailed(Exception):
    """A step of the Dockerfile cannot be carried out; the message says which and why."""


@dataclass
class Stage:
    """One stage of the build: its root file system, and what its instructions have set."""

    root: Path
    environment: dict[str, str]
    folder: str = "/"
    user: str = "0"
    entrypoint: list[str] = field(default_factory=list)

    def path(self, inside: str) -> Path:
        """Where a path of the image is on this machine; one that is not absolute begins in the working folder."""
        return self.root / str(Path(self.folder) / inside).lstrip("/")


class Image:
    """Carries out a Dockerfile, instruction by instruction."""

    def __init__(self, base: Path, work: Path, pip: Mapping[str, str]):
        self._base = base
        self._work = work
        self._pip = dict(pip)
        self._arguments: dict[str, str] = {}
        self._stages: dict[str, Stage] = {}

    def carry_out(self, dockerfile: Path) -> Stage:
        """All of its steps; gives the last stage. Raises StepFailed."""
        stage = None
        for step in DockerfileParser(str(dockerfile)).structure:
            name, value = step["instruction"], step["value"]
            if name == "COMMENT":
                continue
            say(f"{name} {value[:100]}")
            if name == "ARG":
                key, _, default = value.partition("=")
                self._arguments.setdefault(key, default)
            elif name == "FROM":
                stage = self._begun(value)
            elif stage is None:
                raise StepFailed(f"{name} stands before FROM")
            else:
                self._step(stage, name, value)
        if stage is None:
            raise StepFailed("it has no FROM")
        return stage

    def _step(self, stage: Stage, name: str, value: str) -> None:
        if name == "ENV":
            pairs = (pair.partition("=") for pair in shlex.split(value))
            stage.environment |= {key: self._expanded(given, stage) for key, _, given in pairs}
        elif name == "WORKDIR":
            stage.folder = value
            stage.path(value).mkdir(parents=True, exist_ok=True)
        elif name == "COPY":
            self._copy(stage, value)
        elif name == "RUN":
            self._run(stage, value)
        elif name == "USER":
            stage.user = value
        elif name == "ENTRYPOINT":
            stage.entrypoint = json.loads(value)
        elif name not in ("CMD", "LABEL", "EXPOSE", "VOLUME", "STOPSIGNAL", "HEALTHCHECK"):
            raise StepFailed(f"{name} is not known to this script; teach it, or build with a container engine")

    def _begun(self, value: str) -> Stage:
        name = value.split()[-1] if " AS " in value else "final"
        root = self._work / name
        subprocess.run(["cp", "--archive", "--reflink=auto", str(self._base), str(root)], check=True)
        self._stages[name] = Stage(root, {"PATH": PATH, "HOME": "/root"})
        return self._stages[name]

    def _copy(self, stage: Stage, value: str) -> None:
        words = value.split()
        source = ROOT
        if words[0].startswith("--from="):
            source = self._stages[words.pop(0).removeprefix("--from=")].root
        *names, target = words
        to = stage.path(target)
        for name in names:
            given = source / name.lstrip("/")
            if not given.exists():
                raise StepFailed(f"COPY {value}: there is no {name}")
            if given.is_dir():
                shutil.copytree(given, to, symlinks=True, dirs_exist_ok=True, ignore=_ignored)
            else:
                to.mkdir(parents=True, exist_ok=True)
                shutil.copy2(given, to)

    def _run(self, stage: Stage, command: str) -> None:
        entered = f"cd {shlex.quote(stage.folder)} && {command}"
        environment = {**self._pip, **stage.environment}
        done = subprocess.run(["chroot", str(stage.root), "sh", "-c", entered], env=environment)
        if done.returncode:
            raise StepFailed(f"RUN {command[:200]} ended with {done.returncode}")

    def _expanded(self, value: str, stage: Stage) -> str:
        for key, given in {**self._arguments, **stage.environment}.items():
            value = value.replace(f"${key}", given).replace(f"${{{key}}}", given)
        return value


def _ignored(_: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "__pycache__"]


def main() -> None:
    """Build, start, ask, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mirror", default=mirror(), help="where debootstrap takes Debian from; default: as apt does")
    parser.add_argument("--port", type=int, default=3999)
    given = parser.parse_args()
    require_root()
    with tempfile.TemporaryDirectory(prefix="counterpoint-image-") as work:
        base = Path(work) / "base"
        say(f"A clean Debian {RELEASE} with {', '.join(PACKAGES)}")
        debian(base, RELEASE, PACKAGES, given.mirror)
        (base / "usr/local/bin/python").symlink_to("/usr/bin/python3")  # where python:slim has it
        pip = {name: value for name, value in installer_settings(os.environ).items() if name in PIP}
        bring_files(base, pip)
        try:
            stage = Image(base, Path(work), pip).carry_out(ROOT / "Dockerfile")
        except StepFailed as error:
            sys.exit(f"the image cannot be built: {error}")
        own = int(subprocess.check_output(["du", "-sm", stage.root / "opt"]).split()[0])
        layer = Path(shutil.make_archive(str(Path(work) / "layer"), "gztar", stage.root, "opt"))
        sent = layer.stat().st_size / 1e6
        say(f"The image holds {own} MB beside its base: {sent:.0f} MB compressed, as a registry sends it")
        with started(stage, given.port) as address:
            for path in ("/healthz", "/readyz"):
                say(f"{path}: {ask(address + path)}")


@contextmanager
def started(stage: Stage, port: int) -> Iterator[str]:
    """The image's command, as its user, on a root that cannot be written; gives its address."""
    root = shlex.quote(str(stage.root))
    mounts = (
        f"mount --bind {root} {root} && mount -o remount,ro,bind {root} && "
        f"for folder in tmp data; do mount -t tmpfs -o mode=1777 tmpfs {root}/$folder || exit 1; done"
    )
    command = shlex.join([*stage.entrypoint, "serve", "--host", "127.0.0.1", "--port", str(port)])
    enter = f"exec chroot --userspec={stage.user}:{stage.user} {root} {command}"
    say(f"Starting it as user {stage.user} on a root that cannot be written")
    process = subprocess.Popen(["unshare", "--mount", "sh", "-c", f"{mounts} && {enter}"], env=stage.environment)
    try:
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + READY_SECONDS
        while '"ready":true' not in ask(f"{address}/readyz").replace(" ", ""):
            if process.poll() is not None or time.monotonic() > until:
                sys.exit("the image does not become ready")
            time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def ask(address: str) -> str:
    """What an address answers; the reason where it does not."""
    try:
        return httpx.get(address, timeout=5, trust_env=False).text
    except httpx.HTTPError as error:
        return str(error)


if __name__ == "__main__":
    main()
