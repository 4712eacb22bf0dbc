"""`counterpoint serve` as a process of its own, with the real matcher, talking to the emulated Slack."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.emulators.slack import Slack
from tests.processes import ROOT, address_when_ready, without_proxies

READY_SECONDS = 600.0
"""The first start fits the matcher; later ones find it in the cache."""
END_SECONDS = 30.0


@asynccontextmanager
async def served(slack: Slack, data_path: Path, cache_path: Path, **more: str) -> AsyncIterator[str]:
    """The process, ready and connected by Socket Mode, at an address; ended in an orderly way.

    `more` are further settings.
    """
    given = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app.app_token,
        "SLACK_API_URL": slack.base_url,
        "KNOWLEDGE_PATH": str(ROOT / "knowledge"),
        "DATA_PATH": str(data_path),
        "CACHE_PATH": str(cache_path),
        **more,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "serve", "--port", "0"),
        env=without_proxies() | given,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        address = await asyncio.wait_for(address_when_ready(process), READY_SECONDS)
        await slack.sockets.connected()
        yield address
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.communicate(), END_SECONDS)
