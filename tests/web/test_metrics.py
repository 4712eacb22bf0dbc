"""What is counted, and who may see it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot import __version__
from bot.platforms.web.metrics import Metrics
from bot.stages import Stage
from tests.web.both import FAX, Both, serving_both
from tests.web.stand_in import BASE

ROOT = Path(__file__).parents[2]
DASHBOARD = ROOT / "deploy" / "grafana" / "counterpoint.json"
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yaml"
DOCS = ROOT / "docs" / "operations.md"
NAME = re.compile(r"\bcounterpoint_[a-z_]+")
LABELS = frozenset("platform trigger outcome mode rule result place level stage queue part kind le".split())
LABELS_OF_INFO = frozenset({"version", "model", "knowledge"})


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    """Slack and Teams, running."""
    async with serving_both(tmp_path) as running:
        yield running


def sample(text: str, name: str, **labels: str) -> float:
    """The value of one series; 0 where there is none yet."""
    for family in text_string_to_metric_families(text):
        for found in family.samples:
            if found.name == name and found.labels == labels:
                return float(found.value)
    return 0.0


async def reached(both: Both, least: float, name: str, **labels: str) -> str:
    """The metrics, once a series is as high."""
    for _ in range(500):
        if sample(text := await both.metrics(), name, **labels) >= least:
            return text
        await asyncio.sleep(0.01)
    raise AssertionError(text)


async def test_messages_are_counted_by_platform_and_outcome(both: Both) -> None:
    await both.talk()
    await both.slack.says(both.ada, both.general, "The NHS App is useless")  # too soon after the other
    held = {"platform": "Slack", "trigger": "passive", "outcome": "hold"}
    text = await reached(both, 1, "counterpoint_messages_total", **held)
    for platform in ("Slack", "Microsoft Teams"):
        spoken = {"platform": platform, "trigger": "passive", "outcome": "reply"}
        assert sample(text, "counterpoint_messages_total", **spoken) == 1
        assert sample(text, "counterpoint_posts_total", platform=platform, result="posted") == 1
        assert sample(text, "counterpoint_events_total", platform=platform) >= 1
    assert sample(text, "counterpoint_holds_total", trigger="passive", rule="channel_cooled_down") == 1


async def test_every_stage_is_timed(both: Both) -> None:
    await both.talk()
    for stage in Stage:
        await reached(both, 2, "counterpoint_stage_seconds_count", stage=stage.value)


async def test_what_waits_is_told_by_queue(both: Both) -> None:
    text = await both.metrics()
    for queue in ("matcher", "Slack"):
        assert f'counterpoint_waiting{{queue="{queue}"}} 0.0' in text
    both.slack.faults.hang("chat.postMessage", 0.2)
    for _ in range(3):
        await both.slack.says(both.ada, both.general, f"<@{both.slack.bot.id}> {FAX}")
    await reached(both, 1, "counterpoint_waiting", queue="Slack")


async def test_a_refused_post_is_counted(both: Both) -> None:
    both.slack.faults.error("chat.postMessage", "not_in_channel")
    await both.slack.says(both.ada, both.general, FAX)
    await reached(both, 1, "counterpoint_posts_total", platform="Slack", result="failed")


async def test_what_runs_is_told(both: Both) -> None:
    text = await both.metrics()
    told = {"version": __version__, "model": "words", "knowledge": BASE.fingerprint[:12]}
    assert sample(text, "counterpoint_info", **told) == 1
    assert sample(text, "counterpoint_knowledge_entries", kind="trope") == len(BASE.tropes)
    assert sample(text, "counterpoint_knowledge_entries", kind="story") == len(BASE.stories)


async def test_labels_are_few_and_none_is_an_id(both: Both) -> None:
    await both.talk()
    for family in text_string_to_metric_families(await both.metrics()):
        if family.name.startswith("counterpoint_"):
            allowed = LABELS_OF_INFO if family.name == "counterpoint_info" else LABELS
            assert {label for found in family.samples for label in found.labels} <= allowed


async def test_with_a_token_only_who_sends_it_sees_them(tmp_path: Path) -> None:
    async with serving_both(tmp_path, metrics_token="a-long-secret") as both:
        for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic a-long-secret"}):
            refused = await both.client.get("/metrics", headers=given)
            assert (refused.status_code, refused.headers["www-authenticate"]) == (httpx.codes.UNAUTHORIZED, "Bearer")
            assert "METRICS_TOKEN" in refused.json()["error"]
            assert "counterpoint_" not in refused.text
        assert "counterpoint_info" in await both.metrics(Authorization="Bearer a-long-secret")
        assert (await both.client.get("/readyz")).status_code == httpx.codes.OK


def series() -> set[str]:
    """The name of every series there is, with and without what Prometheus adds to it."""
    found = set()
    for family in Metrics().registry.collect():
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(family.type, ("",))
        found |= {family.name + suffix for suffix in suffixes}
    return {name for name in found if name.startswith("counterpoint_")}


def test_the_dashboard_shows_every_series_and_no_other() -> None:
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    asked = {name for p in panels for t in p.get("targets", ()) for name in NAME.findall(t["expr"])}
    assert asked <= series()
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in series()}
    assert {re.sub(r"_(bucket|count|sum)$", "", name) for name in asked} == families


def test_the_alerts_ask_for_series_that_there_are() -> None:
    (group,) = yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]
    asked = {name for rule in group["rules"] for name in NAME.findall(rule["expr"])}
    assert asked
    assert asked <= series()


def test_the_documentation_names_every_metric_and_no_other() -> None:
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in series()}
    assert set(NAME.findall(DOCS.read_text("utf-8"))) == families
