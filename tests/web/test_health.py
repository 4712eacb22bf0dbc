"""What operators see: alive, ready, counted; and a page that says so while it is not ready."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from bot.app import Parts, create_app
from bot.encoder import Progress
from bot.platforms.web.demo import DemoPage
from bot.settings import Settings
from bot.store import Store, StoreUnavailable
from tests.web.conftest import HEADERS, Visitor, browser
from tests.web.stand_in import small_core


def demo_of(parts: Parts) -> FastAPI:
    return create_app(parts, [DemoPage(lambda: (parts.stage, parts.failure is not None))])


async def test_health_is_answered_while_the_core_loads(tmp_path: Path) -> None:
    go_on = threading.Event()

    def load(_: Settings, progress: Progress) -> Any:
        progress(3, 10)
        go_on.wait(10)
        return small_core(tmp_path)

    parts = Parts(Settings(_env_file=None), tmp_path, load=load)
    app = demo_of(parts)
    async with app.router.lifespan_context(app), browser(app) as client:
        while "3 of 10" not in parts.stage:  # noqa: ASYNC110  (a thread says it)
            await asyncio.sleep(0)
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 503
        waiting = await client.get("/demo/api/state")
        assert waiting.status_code == 503
        assert waiting.json() == {"state": "loading", "detail": "Encoding the knowledge base, once: 3 of 10"}
        go_on.set()
        await parts.settled.wait()
        assert (await client.get("/readyz")).json()["ready"]
        assert (await client.get("/demo/api/state")).status_code == 200


async def test_a_core_that_cannot_load_is_said_and_not_retried(tmp_path: Path) -> None:
    def load(_: Settings, __: Progress) -> Any:
        raise ValueError("the file is broken")

    parts = Parts(Settings(_env_file=None), tmp_path, load=load)
    app = demo_of(parts)
    async with app.router.lifespan_context(app), browser(app) as client:
        await parts.settled.wait()
        answer = (await client.get("/demo/api/state")).json()
        assert answer == {"state": "failed", "detail": "the file is broken"}
        assert (await client.get("/readyz")).status_code == 503


async def test_a_database_that_goes_away_is_survived(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone(*_: object, **__: object) -> Any:
        raise StoreUnavailable("away")

    with monkeypatch.context() as broken:
        for name in ("ping", "mode", "channels", "told", "set_mode"):
            broken.setattr(Store, name, gone)
        assert (await visitor.client.get("/readyz")).json()["database"] is False
        said = await visitor.say("The NHS App is useless")
        assert said["why"]["rule"] == "unavailable"
        assert visitor.state["settings"] is None
        asked = await visitor.say("@Counterpoint secure email")
        assert "cannot reach my records" in visitor.under(asked)[0]["reply"]["told"]
    assert (await visitor.say("The NHS App is useless"))["why"]["spoke"]
    assert visitor.state["settings"]


async def test_an_opening_without_a_database_is_put_off(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone(*_: object, **__: object) -> Any:
        raise StoreUnavailable("away")

    async with browser(app) as client:
        with monkeypatch.context() as broken:
            broken.setattr(Store, "set_mode", gone)
            answer = await client.get("/demo/api/state")
            assert (answer.status_code, answer.json()["state"]) == (503, "database")
        state = (await client.get("/demo/api/state")).json()
        assert state["posts"][0]["author"] == "priya"


async def test_metrics_count_replies_and_holds_without_a_word_of_text(visitor: Visitor) -> None:
    await visitor.say("The NHS App is useless, said Bartholomew")
    await visitor.client.post("/demo/api/forget", json={"speaker": "amara"}, headers=HEADERS)
    counted = (await visitor.client.get("/metrics")).text
    assert 'counterpoint_replies_total{mode="reply",trigger="passive"}' in counted
    assert 'counterpoint_holds_total{rule="switched_on",trigger="passive"}' in counted
    assert "Bartholomew" not in counted


async def test_a_visitor_leaves_nothing_in_the_database(app: FastAPI, tmp_path: Path) -> None:
    async with browser(app) as client:
        visitor = Visitor(client)
        await visitor.look()
        await visitor.say("The NHS App is useless, said Bartholomew")
    data = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert b"Bartholomew" not in data
