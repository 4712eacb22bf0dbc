"""The two processes behind the page: the bot as `counterpoint serve`, and Microsoft's playground in place of Teams."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.installed import node, npm_package
from tests.processes import ROOT, without_proxies

HERE = Path(__file__).parent
READY_SECONDS = 600.0
"""The first start of the bot fits its matcher."""
LOCAL = {
    "TEAMS_ALLOW_UNAUTHENTICATED": "true",
    "WHO_MANAGES": "anyone",
    "CHANNEL_COOLDOWN_HOURS": "0",
    "PERSON_COOLDOWN_DAYS": "0",
    "TROPE_COOLDOWN_DAYS": "0",
    "ASKS_AN_HOUR": "1000",
}
"""Settings of a bot that talks to the playground: it sends no tokens, and one test must not silence another."""


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


@contextmanager
def bot_served(cache: Path, folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """`counterpoint serve` with an empty database in a folder; gives its address once it is ready."""
    settings = {"CACHE_PATH": str(cache), "DATA_PATH": str(folder / "data"), **environment}
    port = free_port()
    command = [sys.executable, "-m", "bot", "serve", "--port", str(port)]
    with running(command, folder, settings, folder / "bot.log") as log:
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: answers(f"{address}/readyz"), log, "the bot")
        yield address


@contextmanager
def playground_served(bot: str, folder: Path) -> Iterator[str]:
    """The playground, talking to a bot; gives the address of its page."""
    cli = npm_package("@microsoft/m365agentsplayground") / "cli.js"
    port = free_port()
    options = ["-e", f"{bot}/api/messages", "-c", "msteams", "-p", str(port), "--disable-telemetry"]
    settings = {
        "APPLICATION_INSIGHTS_NO_STATSBEAT": "1",
        "TEAMSAPPTESTER_BROWSER": "none",
        "M365_AGENTS_PLAYGROUND_CONFIG_PATH": str(HERE / "config.yml"),
        "M365_AGENTS_PLAYGROUND_LOGFILE": str(folder / "playground.debug.log"),
    }
    with running([node(), str(cli), "start", *options], folder, settings, folder / "playground.log") as log:
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: answers(f"{address}/_internal/v1/config"), log, "the playground")
        yield address


@contextmanager
def running(
    command: list[str], folder: Path, environment: Mapping[str, str], log: Path
) -> Iterator["tuple[subprocess.Popen[bytes], Path]"]:
    """A process with nothing of ours in its environment but this; what it prints goes to a file."""
    folder.mkdir(parents=True, exist_ok=True)
    ours = re.compile(r"SLACK_|TEAMS_|CLIENT_|TENANT_|DATABASE_URL|KNOWLEDGE_PATH|COUNTERPOINT_")
    inherited = {name: value for name, value in without_proxies().items() if not ours.match(name)}
    source = {"PYTHONPATH": str(ROOT)}
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=folder, env={**inherited, **source, **environment}, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            yield process, log
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for(ready: Callable[[], bool], of: "tuple[subprocess.Popen[bytes], Path]", what: str) -> None:
    """Wait until a process is ready.

    Raises:
        RuntimeError: if it ends before, or takes too long; with what it printed.
    """
    process, log = of
    until = time.monotonic() + READY_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"{what} is not ready; it said: {log.read_text()[-2000:]}")
        time.sleep(0.2)


def answers(address: str) -> bool:
    """Whether an address answers with 200."""
    try:
        return httpx.get(address, trust_env=False, timeout=5).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
