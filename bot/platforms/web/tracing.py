"""Traces by OpenTelemetry, for who runs a collector: how long the work on an event took, and where.

Spans carry no text, no address and no id of anybody's: whatever a library attaches beyond the names below is taken off
before a span leaves. Imports nothing of OpenTelemetry unless traces are asked for.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot import __version__
from bot.settings import BadSettings
from bot.stages import Stage, current_event

if TYPE_CHECKING:
    from fastapi import FastAPI
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter

PLATFORM, EVENT = "counterpoint.platform", "counterpoint.event"
KEPT = frozenset(
    {PLATFORM, EVENT}
    | {"http.method", "http.route", "http.status_code"}
    | {"http.request.method", "http.response.status_code"}
)
"""The attributes that a span may carry: names, numbers, and our own random id of an event, as in the log."""
UNTRACED = "healthz,readyz,metrics"
EXPORT_SECONDS = 5
"""How long one attempt to send spans may take, and how long the last ones may take at the end."""
MISSING = (
    "OTEL_EXPORTER_OTLP_ENDPOINT is set, but the packages that send traces are missing; "
    "type: pip install 'counterpoint-bot[otel]', or leave the setting out"
)


class Tracing:
    """Makes spans of stages and of web requests, and sends them in the background.

    `exporter` is where they go, stripped to what may leave. Raises BadSettings where a package is missing.
    """

    def __init__(self, exporter: "Callable[[], SpanExporter]"):
        try:
            from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
            from opentelemetry.trace import get_current_span

            target = exporter()
        except ModuleNotFoundError as error:
            raise BadSettings(MISSING) from error
        named = Resource.create({"service.name": "counterpoint", "service.version": __version__})
        self._provider = TracerProvider(resource=named, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(_stripping(target)))
        self._tracer = self._provider.get_tracer("counterpoint", __version__)
        self._current = get_current_span
        self._instrument = FastAPIInstrumentor.instrument_app

    @classmethod
    def to(cls, endpoint: str) -> "Tracing":
        """Traces to a collector at an address, over HTTP."""

        def over_http() -> "SpanExporter":
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            return OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_SECONDS)

        return cls(over_http)

    @contextmanager
    def watch(self, stage: Stage) -> Iterator[None]:
        """A span for a stage, within that of the stage around it; none for what belongs to no event and no request."""
        event = current_event()
        if not event.id and not self._current().is_recording():
            yield
            return
        about = {PLATFORM: event.platform, EVENT: event.id} if event.id else {}
        with self._tracer.start_as_current_span(stage.value, attributes=about, record_exception=False):
            yield

    def instrument(self, app: "FastAPI") -> None:
        """A span for each web request, except those of an operator's tools."""
        from opentelemetry.metrics import NoOpMeterProvider

        self._instrument(
            app,
            tracer_provider=self._provider,
            meter_provider=NoOpMeterProvider(),
            excluded_urls=UNTRACED,
            exclude_spans=["receive", "send"],
        )

    def close(self) -> None:
        """Send what is left, for some seconds at the most: a collector that is away holds up no ending."""
        ending = threading.Thread(target=self._provider.shutdown, name="tracing", daemon=True)
        ending.start()
        ending.join(EXPORT_SECONDS)


def _stripping(target: "SpanExporter") -> "SpanExporter":
    """The same exporter, given spans without what may not leave: their events and descriptions quote errors."""
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
    from opentelemetry.trace.status import Status

    class Stripping(SpanExporter):
        def export(self, spans: "Sequence[ReadableSpan]") -> SpanExportResult:
            return target.export([stripped(span) for span in spans])

        def shutdown(self) -> None:
            target.shutdown()

        def force_flush(self, timeout_millis: int = 30_000) -> bool:
            return target.force_flush(timeout_millis)

    def stripped(span: ReadableSpan) -> ReadableSpan:
        attributes = {name: value for name, value in (span.attributes or {}).items() if name in KEPT}
        return ReadableSpan(
            span.name,
            span.context,
            span.parent,
            span.resource,
            attributes,
            kind=span.kind,
            status=Status(span.status.status_code),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    return Stripping()
