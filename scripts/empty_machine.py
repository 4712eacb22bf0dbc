"""Follows README.md's two commands on an empty machine: a clean Debian, an ordinary user, a clone of what is committed.

Each command is run twice, for both can be run again at any time. Needs root and debootstrap:

    sudo python -m scripts.empty_machine --only demo
"""

import argparse
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from scripts.rootfs import (
    PATH,
    RELEASE,
    ROOT,
    bring_files,
    debian,
    installer_settings,
    mirror,
    named_paths,
    require_root,
    say,
)

PACKAGES = ("python3", "python3-venv", "git", "ca-certificates")
"""What README.md takes for granted; Debian keeps Python's own `venv`, and who is trusted on the web, apart."""
TIMES = ("first", "second")
PERSON = "person"
END_SECONDS = 60.0
"""How long the demo may take to end once it is told to."""


class NotAsExpected(Exception):
    """README.md or a script of it no longer reads as this script expects; the message says what to mend."""


@dataclass(frozen=True)
class Run:
    """How one run of a command went."""

    what: str
    seconds: float
    passed: bool

    def __str__(self) -> str:
        return f"{self.what}: {'passed' if self.passed else 'FAILED'} after {self.seconds:.0f} s"


class Machine:
    """A root file system that commands are run in, each with its own processes and mounts."""

    def __init__(self, base: Path, environment: Mapping[str, str]):
        self._base = base
        self._environment = dict(environment)
        lent = [path for path in named_paths(environment) if path.is_dir()]
        self._lent = [path for path in lent if not (base / str(path).lstrip("/")).exists()]

    def start(self, command: str, user: str = PERSON, folder: str = "~") -> "subprocess.Popen[bytes]":
        """A shell command as a user, in a session of its own; all that it starts ends with it."""
        home = "/root" if user == "root" else f"/home/{user}"
        inside = f"cd {folder} && {command}"
        enter = shlex.join(["chroot", f"--userspec={user}:{user}", str(self._base), "sh", "-c", inside])
        # sh stays as the first process and reaps orphans; Ctrl+C is the command's business, and its status ours
        mounts = " && ".join([*self._mounts(), f"{{ {enter}; }}"])
        return subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", f"trap : INT && {mounts}"],
            env={**self._environment, "PATH": PATH, "HOME": home, "USER": user},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def run(self, command: str, user: str = PERSON, folder: str = "~") -> int:
        """The exit status of a shell command."""
        process = self.start(command, user, folder)
        try:
            return process.wait()
        finally:
            process.kill()

    def _mounts(self) -> list[str]:
        base = shlex.quote(str(self._base))
        lend = [
            f"mkdir -p {base}{path} && mount --bind -o ro {path} {base}{path}"
            for path in map(shlex.quote, map(str, self._lent))
        ]
        return [f"mount -t proc proc {base}/proc", *(f"mount --rbind /{n} {base}/{n}" for n in ("dev", "sys")), *lend]


def commands_of(readme: str) -> dict[str, str]:
    """The commands of the section "Two commands" by what they are for, `demo` and `tests`; raises NotAsExpected."""
    section = re.search(r"^## Two commands$.*?^```sh\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    lines = [line.split("#")[0].strip() for line in section[1].splitlines()] if section else []
    found = {name: [line for line in lines if word in line] for name, word in (("demo", "demo"), ("tests", "test"))}
    if any(len(given) != 1 for given in found.values()):
        raise NotAsExpected(
            'README.md: expected a section "## Two commands" with one ```sh block, in it one line with "demo" and one '
            f'with "test"; found {lines}'
        )
    return {name: given[0] for name, given in found.items()}


def needed_by(script: str) -> list[str]:
    """The packages that a test script has an ordinary user install first: the first argument of each `need`."""
    return re.findall(r"^need (\S+) .+$", script, re.MULTILINE)


def prepare(machine: Machine, base: Path, packages: Sequence[str]) -> None:
    """Install the packages, make an ordinary user, and clone what is committed here. Raises CalledProcessError."""
    if packages:
        say(f"Installing {', '.join(packages)}, which scripts/test.sh has an ordinary user install")
        install = f"apt-get update -qq && apt-get install -y -qq --no-install-recommends {shlex.join(packages)}"
        _check(machine.run(f"export DEBIAN_FRONTEND=noninteractive; {{ {install}; }} >/dev/null", "root"), install)
    commit = subprocess.check_output(["git", "log", "-1", "--format=%h %s"], cwd=ROOT, text=True).strip()
    say(f"Cloning {commit}, as an ordinary user")
    make = f"useradd --create-home {PERSON}"
    _check(machine.run(make, "root", "/"), make)
    bundle = base / "tmp/counterpoint.bundle"
    subprocess.run(["git", "bundle", "create", "--quiet", str(bundle), "HEAD"], cwd=ROOT, check=True)
    bundle.chmod(0o644)
    clone = "git -c advice.detachedHead=false clone --quiet /tmp/counterpoint.bundle counterpoint"
    _check(machine.run(clone), clone)
    bundle.unlink()


def _check(status: int, what: str) -> None:
    if status:
        raise subprocess.CalledProcessError(status, what)


def show_demo(machine: Machine, command: str, seconds: float) -> bool:
    """Whether the demo's page answers 200 and is ready within so many seconds, and the demo then ends at Ctrl+C."""
    port = _free_port()
    asked = [f"http://127.0.0.1:{port}/{path}" for path in ("demo", "readyz")]
    process = machine.start(f"exec {command} --no-open --port {port}", folder="~/counterpoint")
    try:
        until = time.monotonic() + seconds
        while not all(map(_is_ok, asked)):
            if process.poll() is not None or time.monotonic() > until:
                return False
            time.sleep(0.5)
        say("The page answers 200 and the bot is ready; ending the demo as Ctrl+C does")
        os.killpg(process.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return process.wait(END_SECONDS) == 0
        return False
    finally:
        process.kill()
        process.wait()


def _is_ok(address: str) -> bool:
    try:
        return httpx.get(address, timeout=5, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def follow(machine: Machine, commands: Mapping[str, str], demo_seconds: float) -> list[Run]:
    """Each command twice, and how it went."""
    runs = []
    for name, command in commands.items():
        for which in TIMES:
            say(f"{command}, the {which} time")
            begun = time.monotonic()
            if name == "demo":
                passed = show_demo(machine, command, demo_seconds)
            else:
                passed = machine.run(command, folder="~/counterpoint") == 0
            runs.append(Run(f"{command}, the {which} time", time.monotonic() - begun, passed))
            say(str(runs[-1]))
    return runs


def main() -> None:
    """Make the machine, follow the commands, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("demo", "tests"), help="follow one of the two commands")
    parser.add_argument("--suite", default=RELEASE, help=f"the Debian release; default: {RELEASE}")
    parser.add_argument("--mirror", default=mirror(), help="where debootstrap takes Debian from; default: as apt does")
    parser.add_argument("--demo-minutes", type=float, default=30, help="how long the demo may take until it answers")
    given = parser.parse_args()
    require_root()
    with tempfile.TemporaryDirectory(prefix="counterpoint-empty-") as work:
        try:
            commands = commands_of((ROOT / "README.md").read_text())
            chosen = {name: line for name, line in commands.items() if given.only in (None, name)}
            needed = needed_by((ROOT / "scripts/test.sh").read_text()) if "tests" in chosen else []
            base = Path(work) / "base"
            say(f"An empty machine: Debian {given.suite} with {', '.join(PACKAGES)}")
            debian(base, given.suite, PACKAGES, given.mirror)
            settings = installer_settings(os.environ)
            say(f"Package installers are told: {', '.join(sorted(settings)) or 'nothing'}")
            bring_files(base, settings)
            machine = Machine(base, settings)
            prepare(machine, base, needed)
            runs = follow(machine, chosen, given.demo_minutes * 60)
        except NotAsExpected as error:
            sys.exit(str(error))
        except subprocess.CalledProcessError as error:
            sys.exit(f"the machine cannot be made: {error}")
    say("What came of it")
    print(*runs, sep="\n")
    sys.exit(not all(run.passed for run in runs))


if __name__ == "__main__":
    main()
