"""Traces: where the time went, and not a word of what it was about."""

import asyncio
import gzip
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from pydantic import ValidationError

from bot.platforms.web.tracing import KEPT, MISSING, Tracing
from bot.settings import BadSettings, Settings
from bot.stages import Stage, event_of
from tests.web.both import Both, serving_both

ROOT = Path(__file__).parents[2]


@dataclass
class Traced:
    """What runs, and what a collector would get."""

    both: Both
    tracing: Tracing
    collector: InMemorySpanExporter

    def spans(self) -> Sequence[ReadableSpan]:
        """Every span so far; nothing is traced any more."""
        self.tracing.close()
        return self.collector.get_finished_spans()


@pytest.fixture
async def traced(tmp_path: Path) -> AsyncIterator[Traced]:
    """Slack and Teams, running and traced."""
    collector = InMemorySpanExporter()
    tracing = Tracing(lambda: collector)
    async with serving_both(tmp_path, tracing) as both:
        yield Traced(both, tracing, collector)


async def _ended(traced: Traced, events: int) -> Sequence[ReadableSpan]:
    """Every span, once some events are over."""
    series = 'counterpoint_stage_seconds_count{stage="event"}'
    for _ in range(500):
        found = [line for line in (await traced.both.metrics()).splitlines() if line.startswith(series)]
        if found and float(found[0].split()[-1]) >= events:
            break
    return traced.spans()


async def test_each_event_has_a_trace_with_a_span_for_each_stage(traced: Traced) -> None:
    await traced.both.talk()
    spans = await _ended(traced, 2)
    for platform in ("Slack", "Microsoft Teams"):
        about = [s for s in spans if (s.attributes or {}).get("counterpoint.platform") == platform]
        whole = next(s for s in about if s.name == Stage.EVENT)
        assert {s.name for s in about} == {stage.value for stage in Stage}
        assert len({(s.attributes or {})["counterpoint.event"] for s in about}) == 1
        assert all(s.parent and s.parent.span_id == whole.context.span_id for s in about if s is not whole)


async def test_a_web_request_has_a_span_and_what_it_sets_off_is_part_of_its_trace(traced: Traced) -> None:
    await traced.both.talk()
    spans = await _ended(traced, 2)
    request = next(s for s in spans if s.name == "POST /api/messages")
    assert (request.attributes or {})["http.route"] == "/api/messages"
    event = next(s for s in spans if s.name == Stage.EVENT and s.parent)
    assert event.context.trace_id == request.context.trace_id


async def test_what_tools_ask_is_not_traced(traced: Traced) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        await traced.both.client.get(path)
    assert not [span for span in traced.spans() if span.name.startswith("GET")]


async def test_a_query_an_address_and_a_browser_are_taken_off(traced: Traced) -> None:
    await traced.both.client.get("/nowhere/at-all?code=a-secret", headers={"User-Agent": "Zebedee's browser"})
    (span,) = traced.spans()
    assert set(span.attributes or {}) <= KEPT
    assert "secret" not in span.to_json()
    assert "nowhere" not in span.to_json()
    assert "Zebedee" not in span.to_json()


def test_a_stage_that_fails_is_marked_and_not_quoted() -> None:
    collector = InMemorySpanExporter()
    tracing = Tracing(lambda: collector)
    with pytest.raises(ValueError, match="Zebedee"), event_of("Slack"), tracing.watch(Stage.POST):
        raise ValueError("Zebedee said so")
    tracing.close()
    (span,) = collector.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert "Zebedee" not in span.to_json()


def test_a_missing_package_is_told_with_what_to_type() -> None:
    def missing() -> InMemorySpanExporter:
        raise ModuleNotFoundError("No module named 'opentelemetry.exporter'")

    with pytest.raises(BadSettings, match=r"pip install 'counterpoint-bot\[otel\]'"):
        Tracing(missing)


def test_an_address_without_its_scheme_is_told_with_what_to_type() -> None:
    with pytest.raises(ValidationError, match="'collector:4318' is no address; type one such as http://collector:4318"):
        Settings.model_validate({"otel_exporter_otlp_endpoint": "collector:4318"})


def test_serve_says_so_before_anything_slow_is_done() -> None:
    script = (
        "import sys; sys.modules['opentelemetry.sdk.trace'] = None; from bot.cli import main; sys.argv = "
        "['counterpoint', 'serve', '--port', '0']; main()"
    )
    env = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "PATH": ""}
    ended = subprocess.run(
        [sys.executable, "-c", script], env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert MISSING in " ".join(ended.stderr.split())


def test_without_the_setting_nothing_of_it_is_imported() -> None:
    parts = ("sdk", "exporter", "instrumentation")  # libraries ask the API, which does nothing by itself, of their own
    names = tuple(f"opentelemetry.{part}" for part in parts)
    script = f"import sys, bot.app, bot.commands.serve; print([n for n in sys.modules if n.startswith({names!r})])"
    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


async def test_spans_reach_a_collector_over_http() -> None:
    taken: list[ExportTraceServiceRequest] = []

    async def take(request: web.Request) -> web.Response:
        taken.append(ExportTraceServiceRequest.FromString(gzip_or_plain(await request.read())))
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/traces", take)
    async with TestServer(app) as collector:
        tracing = Tracing.to(f"http://127.0.0.1:{collector.port}/")
        with event_of("Slack"), tracing.watch(Stage.EVENT):
            pass
        await asyncio.to_thread(tracing.close)
    (sent,) = (resource for request in taken for resource in request.resource_spans)
    assert [span.name for scope in sent.scope_spans for span in scope.spans] == ["event"]
    assert "counterpoint" in [pair.value.string_value for pair in sent.resource.attributes]


def gzip_or_plain(body: bytes) -> bytes:
    """A body as it was before it was packed."""
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


async def test_a_collector_that_is_away_holds_up_no_ending() -> None:
    tracing = Tracing.to("http://127.0.0.1:9")
    with tracing.watch(Stage.EVENT):
        pass
    tracing.close()
