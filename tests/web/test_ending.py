"""A process that is told to end takes nothing new, finishes what it has claimed, and ends in time all the same."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from bot.store import State, Store
from tests.emulators.slack import Channel, Slack
from tests.processes import ROOT

pytestmark = pytest.mark.slow

START_SECONDS = 60.0
ASKED = "fax machines"


@dataclass
class Process:
    """`counterpoint serve`, connected to Slack, with a log of JSON."""

    process: asyncio.subprocess.Process
    slack: Slack
    general: Channel
    address: str = ""
    lines: list[dict[str, str]] = field(default_factory=list)

    async def asked(self) -> None:
        """Somebody asks, and the answer is being posted."""
        ada = self.slack.user("Ada")
        self.general.members.add(ada.id)
        await self.slack.says(ada, self.general, f"<@{self.slack.bot.id}> {ASKED}")
        await self.slack.wait_for(lambda: self.slack.calls("chat.postMessage"), timeout=20)

    async def read(self, until: str) -> str:
        """Read the log up to a line that begins so; its message."""
        assert self.process.stderr
        async for line in self.process.stderr:
            self.lines.append(json.loads(line))
            if (said := self.lines[-1]["message"]).startswith(until):
                return said
        raise AssertionError(f"it ended instead of saying {until!r}: {self.lines}")

    async def ended(self) -> float:
        """Read what is left of the log; the seconds until the end, which must be an orderly one."""
        began, left = time.monotonic(), (await self.process.communicate())[1]
        self.lines += [json.loads(line) for line in left.splitlines()]
        assert self.process.returncode == 0, self.lines
        return time.monotonic() - began


@asynccontextmanager
async def running(folder: Path, until: str = "Ready:", trouble: str = "", **more: str) -> AsyncIterator[Process]:
    """The process, once it has logged a line; `trouble` is what Slack does not answer, `more` are further settings."""
    async with Slack() as slack:
        slack.faults.status(trouble, 503, times=1_000)
        given = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app.app_token,
            "SLACK_API_URL": slack.base_url,
            "DATA_PATH": str(folder / "data"),
            "CACHE_PATH": str(folder / "cache"),
            "LOG_FORMAT": "json",
            **more,
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.web.serve_stand_in", "serve", "--port", "0"),
            env=os.environ | given,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        made = Process(process, slack, slack.channel("general"))
        try:
            async with asyncio.timeout(START_SECONDS):
                made.address = (await made.read("Listening on")).split()[2]
                await made.read(until)
            yield made
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def test_it_takes_nothing_new_and_finishes_what_it_has_claimed(tmp_path: Path) -> None:
    async with running(tmp_path) as served, httpx.AsyncClient(trust_env=False) as client:
        served.slack.faults.hang("chat.postMessage", 2)
        await served.asked()
        assert (await client.get(f"{served.address}/readyz")).status_code == httpx.codes.OK
        served.process.terminate()
        await served.slack.wait_for(lambda: served.slack.sockets.open == 0)
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{served.address}/healthz")
        assert served.process.returncode is None
        await served.ended()
        (reply,) = served.slack.posts(served.general)
    store = await Store.open(None, tmp_path / "data")
    (row,) = (await store.export_workspace(served.slack.team.id))["interventions"]
    await store.close()
    assert (row["state"], row["posted_id"]) == (State.POSTED, reply.ts)
    assert {line["level"] for line in served.lines} == {"INFO"}


async def test_what_takes_too_long_is_given_up_and_said(tmp_path: Path) -> None:
    async with running(tmp_path, SHUTDOWN_GRACE_SECONDS="2") as served:
        served.slack.faults.hang("chat.postMessage", 30)
        await served.asked()
        served.process.terminate()
        assert await served.ended() < 6
        assert [line["message"] for line in served.lines if line["level"] == "WARNING"] == [
            "Slack: ending with 1 pieces of work unfinished"
        ]


async def test_told_to_end_while_it_waits_for_slack_it_ends(tmp_path: Path) -> None:
    async with running(tmp_path, until="Slack cannot be reached", trouble="auth.test") as served:
        served.process.terminate()
        assert await served.ended() < 10


async def test_in_a_log_of_json_every_line_is_json(tmp_path: Path) -> None:
    async with running(tmp_path) as served:
        served.process.terminate()
        out, _ = await served.process.communicate()
    assert out == b""
