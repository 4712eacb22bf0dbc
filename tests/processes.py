"""Processes of the bot's own, for tests and scripts, and the environment that they are given."""

import asyncio
import os
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
AS_STARTED = dict(os.environ)
"""The environment before anything was taken out of it: for what has to reach the outside, such as a package index."""


def is_proxy(name: str) -> bool:
    """Whether an environment variable names a proxy, by which even calls to loopback would go."""
    return name.lower() in ("http_proxy", "https_proxy", "all_proxy")


def without_proxies() -> dict[str, str]:
    """The environment for a process that talks to loopback."""
    return {name: value for name, value in os.environ.items() if not is_proxy(name)}


async def address_when_ready(process: asyncio.subprocess.Process) -> str:
    """Where `counterpoint serve` listens, once it says that it is ready; its output must be a pipe.

    Raises:
        RuntimeError: if it ends before; with what it printed.
    """
    said = ""
    if process.stdout:
        async for line in process.stdout:
            said += line.decode()
            if line.startswith(b"Ready") and (listening := re.search(r"Listening on (\S+)", said)):
                return listening[1]
    raise RuntimeError(f"it ended instead of being ready: {said}")
