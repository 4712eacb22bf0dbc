"""Ready is what can answer everybody: a lost platform or database makes it unready, until it is back."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from bot import app
from bot.app import Parts, create_app
from bot.platforms import Condition
from bot.platforms.slack import connection
from bot.platforms.slack.platform import SlackPlatform
from bot.platforms.web.demo import DemoPage
from bot.readiness import AWAY, FAILED
from bot.service import Bot
from bot.settings import Settings
from bot.store import Store, StoreUnavailable
from tests.emulators.slack import Slack
from tests.slack.conftest import settings
from tests.web.both import Both, serving_both
from tests.web.conftest import browser
from tests.web.stand_in import small_core

BOTH = {"Slack": True, "Microsoft Teams": True}


@pytest.fixture
async def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Both]:
    """Slack and Teams, running; the bot looks at its socket all the time."""
    monkeypatch.setattr(connection, "WATCH_SECONDS", 0.05)
    async with serving_both(tmp_path) as running:
        yield running


async def test_every_part_is_told(both: Both) -> None:
    assert await both.ready(True) == {
        "ready": True,
        "model": True,
        "database": True,
        "platforms": BOTH,
        "stage": "Ready",
    }


async def test_a_lost_socket_makes_it_unready_until_it_is_back(both: Both) -> None:
    both.slack.faults.status("apps.connections.open", 503, times=1_000)
    both.slack.sockets.drop()
    lost = await both.ready(False)
    assert lost["platforms"] == {**BOTH, "Slack": False}
    assert lost["stage"] == "Waiting for Slack"
    assert 'counterpoint_ready{part="Slack"} 0.0' in await both.metrics()
    both.slack.faults.clear()
    assert (await both.ready(True))["platforms"] == BOTH
    assert 'counterpoint_reconnects_total{platform="Slack"} 1.0' in await both.metrics()


async def test_a_database_that_does_not_answer_makes_no_probe_wait(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    async def asleep(_: Store) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(app, "ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(Store, "ping", asleep)
    began = time.monotonic()
    answer = await both.client.get("/readyz")
    assert time.monotonic() - began < 1
    assert (answer.status_code, answer.json()["database"], answer.json()["stage"]) == (503, False, AWAY)
    assert 'counterpoint_ready{part="database"} 0.0' in await both.metrics()


async def test_slack_over_http_is_connected_once_it_has_taken_the_token(tmp_path: Path) -> None:
    async with Slack() as slack:
        await _connected_by_http(slack, tmp_path)


async def _connected_by_http(slack: Slack, tmp_path: Path) -> None:
    slack.faults.hang("auth.test", 0.5)
    given = settings(slack, slack_signing_secret=slack.app.signing_secret)
    parts = Parts(given, tmp_path / "data", load=lambda *_: small_core(tmp_path))
    served = create_app(parts, [SlackPlatform(given)])
    async with served.router.lifespan_context(served), browser(served) as client:
        await slack.wait_for(lambda: slack.calls("auth.test") or parts.stage == "Starting Slack")
        waiting = (await client.get("/readyz")).json()
        assert (waiting["ready"], waiting["platforms"], waiting["stage"]) == (
            False,
            {"Slack": False},
            "Waiting for Slack",
        )
        await parts.settled.wait()
        assert (await client.get("/readyz")).json()["platforms"] == {"Slack": True}


async def test_what_is_wrong_is_told_to_who_runs_it_and_not_to_who_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> Store:
        raise StoreUnavailable("the database at postgresql+asyncpg://clerk@inner-host/records cannot be opened")

    monkeypatch.setattr(Store, "open", away)
    parts = Parts(Settings(_env_file=None), tmp_path, load=lambda *_: small_core(tmp_path))
    served = create_app(parts)
    async with served.router.lifespan_context(served), browser(served) as client:
        while "inner-host" not in parts.stage:  # noqa: ASYNC110  (nothing tells)
            await asyncio.sleep(0)
        said = await client.get("/readyz")
    assert (said.status_code, said.json()["stage"]) == (503, AWAY)


async def test_a_start_that_failed_is_said_without_its_reason(tmp_path: Path) -> None:
    def load(*_: Any) -> Any:
        raise ValueError("the file /srv/inner/about.yaml is broken")

    parts = Parts(Settings(_env_file=None), tmp_path, load=load)
    served = create_app(parts)
    async with served.router.lifespan_context(served), browser(served) as client:
        await parts.settled.wait()
        said = await client.get("/readyz")
    assert (said.status_code, said.json()["stage"], "inner" in said.text) == (503, FAILED, False)


class _Waiting:
    """A platform that cannot be reached."""

    name = "Elsewhere"
    condition = Condition(False)

    def mount(self, app: FastAPI) -> None:
        """No routes."""

    async def start(self, bot: Bot) -> None:
        """Wait, as Slack's adapter does while Slack is away."""
        await asyncio.Event().wait()

    async def stop(self) -> None:
        """Nothing is held."""


async def test_a_platform_that_is_away_does_not_delay_the_others(tmp_path: Path) -> None:
    page = DemoPage(lambda: ("", False))
    given = Settings.model_validate({"cache_path": tmp_path, "data_path": tmp_path})
    parts = Parts(given, tmp_path, load=lambda *_: small_core(tmp_path))
    served = create_app(parts, [_Waiting(), page])
    async with served.router.lifespan_context(served), browser(served) as client:
        async with asyncio.timeout(30):
            while not page.condition.connected:  # noqa: ASYNC110  (it offers no event)
                await asyncio.sleep(0.01)
        found = (await client.get("/readyz")).json()
        assert (found["ready"], found["platforms"]) == (False, {"Elsewhere": False, "Demo page": True})
        assert (await client.get("/demo/api/cast")).status_code == 200
