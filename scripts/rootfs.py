"""A clean Debian in a folder, and what package installers are told here, so that they work in it as well."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
RELEASE = "bookworm"
"""The Debian that python:3.11-slim stands on."""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
INSTALLERS = re.compile(
    r"(?:pip|uv|npm_config)_\w*(?:index|links|registry|host|cert|cafile|tls|proxy|constraint|config|timeout|retries)\w*"
    r"|(?:https?|ftp|all|no)_proxy|\w+_ca_bundle|ssl_cert_(?:file|dir)|git_ssl_cainfo|node_extra_ca_certs",
    re.IGNORECASE,
)
"""Variables that say where packages come from and whom to trust there; not where things are kept on this machine."""


def require_root() -> None:
    """End the script where it cannot make a root file system."""
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        sys.exit("this needs root and debootstrap; type: sudo apt-get install debootstrap, and run it with sudo")


def debian(base: Path, release: str, packages: Sequence[str], mirror: str | None) -> None:
    """A root file system with the smallest Debian, these packages, and this machine's way to find others."""
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(packages)}", release, str(base)]
    subprocess.run([*command, mirror] if mirror else command, check=True, stdout=subprocess.DEVNULL)
    for name in ("etc/resolv.conf", "etc/hosts"):
        shutil.copy2(f"/{name}", base / name)


def mirror() -> str | None:
    """The first Debian archive that apt uses here."""
    told = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)"], capture_output=True, text=True, check=False
    ).stdout.split()
    return next((uri for uri in told if "security" not in uri), None)


def installer_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """What package installers are told here, as environment variables: the caller's own, and pip's files."""
    told = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True, env=environment
    ).stdout
    given = {name: value for name, value in environment.items() if INSTALLERS.fullmatch(name)}
    return {**_from_pip(told), **given}


def _from_pip(told: str) -> dict[str, str]:
    """The lines of `pip config list` as the variables that say the same."""
    lines = (line.partition("=") for line in told.splitlines())
    named = {f"PIP_{key.split('.')[-1].replace('-', '_').upper()}": value for key, _, value in lines}
    return {name: value.strip("'\"").replace("\\n", " ") for name, value in named.items() if INSTALLERS.fullmatch(name)}


def named_paths(settings: Mapping[str, str]) -> Iterator[Path]:
    """The files and folders of this machine that settings name, each once; of an index at file:// what is around it."""
    words = {word: Path(word) for value in settings.values() for word in value.split() if word.startswith("/")}
    indexes = {  # the pages of an index point to packages that lie beside them
        word: Path(word.removeprefix("file://")).parent
        for value in settings.values()
        for word in value.split()
        if word.startswith("file:///")
    }
    yield from dict.fromkeys(path for path in {**words, **indexes}.values() if path.exists())


def bring_files(base: Path, settings: Mapping[str, str]) -> None:
    """Copy the files that settings name, such as certificates, to the same place in the root file system."""
    for path in named_paths(settings):
        if path.is_file():
            target = base / str(path).lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)


def say(what: str) -> None:
    """A line on what goes on."""
    print(f"==> {what}", flush=True)
