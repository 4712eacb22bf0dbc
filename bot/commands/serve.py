"""The commands that serve: the demo page, and every platform that is configured."""

import asyncio
import logging
import os
import signal
import socket
import tempfile
import webbrowser
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bot.commands.loading import settings_or_fail
from bot.commands.terminal import console, errors, fail
from bot.logs import configure
from bot.platforms import Platform
from bot.settings import LOOPBACK, BadSettings, Settings

if TYPE_CHECKING:  # what serves is slow to import, and other commands need none of it
    import uvicorn

    from bot.app import Parts
    from bot.platforms.web.tracing import Tracing

log = logging.getLogger(__name__)

Host = Annotated[str, typer.Option(help="the address to listen on; 0.0.0.0 is every network of this machine")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="the port to listen on; 0 takes any free one")]


def demo(
    host: Host = "127.0.0.1",
    port: Port = 8765,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="open the page in a browser")] = True,
) -> None:
    """Open a local page on which you can talk to the bot; nothing needs to be configured."""
    from bot.app import Parts
    from bot.platforms.web.clock import travelled_now
    from bot.platforms.web.demo import DemoPage

    settings = settings_or_fail()
    with ExitStack() as leave:
        data_path = None
        if settings.database_url is None:
            data_path = Path(leave.enter_context(tempfile.TemporaryDirectory(prefix="counterpoint-demo-")))
        parts = Parts(settings, data_path, travelled_now)
        configure(settings.log_level, settings.log_format, parts.metrics.complaint)
        page = DemoPage(lambda: (parts.stage, parts.failure is not None))
        listening = leave.enter_context(_listen(host, port, "demo"))
        address = _address(listening) + "/demo"
        if host not in LOOPBACK:
            errors.print("[yellow]Whoever can reach this machine can use the demo page; it asks for no password.[/]")
        console.print(f"The demo page is at [bold]{address}[/] (Ctrl+C ends it)", soft_wrap=True)
        _run(settings, parts, [page], listening, address if open_browser else None)


def serve(host: Host = "127.0.0.1", port: Port = 3000) -> None:
    """Serve every platform that is configured, with /healthz, /readyz and /metrics."""
    from bot.app import Parts, configured_platforms

    settings = settings_or_fail()
    if settings.teams_allow_unauthenticated and host not in LOOPBACK:
        fail(
            f"TEAMS_ALLOW_UNAUTHENTICATED lets anybody who can reach {host} speak for Microsoft Teams. "
            "Leave it out and set CLIENT_ID, CLIENT_SECRET and TENANT_ID, or type: counterpoint serve --host 127.0.0.1"
        )
    platforms = configured_platforms(settings)
    parts = Parts(settings, tracing=_tracing(settings))
    configure(settings.log_level, settings.log_format, parts.metrics.complaint)
    with _listen(host, port, "serve") as listening:
        if platforms:
            _say(settings, f"Platforms configured: {', '.join(platform.name for platform in platforms)}")
        else:
            errors.print(
                "[yellow]No platform is configured, so nobody can talk to the bot here.[/] "
                "To try it, type: counterpoint demo"
            )
        address = _address(listening)
        _say(settings, f"Listening on [bold]{address}[/] (Ctrl+C ends it)")
        _run(settings, parts, platforms, listening, None)


def _say(settings: Settings, text: str) -> None:
    """Tell whoever started it; where the log is JSON, in the log, so that nothing else is mixed into it."""
    if settings.log_format == "json":
        log.info("%s", Text.from_markup(text).plain)
    else:
        console.print(text, soft_wrap=True, highlight=False)


def _listen(host: str, port: int, command: str) -> socket.socket:
    """The socket to serve on, taken before anything slow is done."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        fail(
            f"cannot listen on {host}, port {port} ({reason}). "
            f"Type another port: counterpoint {command} --port {port + 1 if port < 65535 else 8000}"
        )


def _tracing(settings: Settings) -> "Tracing | None":
    """What sends traces, where there is an address to send them to."""
    if settings.otel_exporter_otlp_endpoint is None:
        return None
    from bot.platforms.web.tracing import Tracing

    try:
        return Tracing.to(settings.otel_exporter_otlp_endpoint)
    except BadSettings as error:
        fail(str(error))


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"


def _run(
    settings: Settings, parts: "Parts", platforms: Sequence[Platform], listening: socket.socket, page: str | None
) -> None:
    import uvicorn

    from bot.app import create_app

    config = uvicorn.Config(
        create_app(parts, platforms),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=settings.answering_seconds,
    )
    server = uvicorn.Server(config)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # being told to end is no less orderly than Ctrl+C
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve_and_tell(settings, server, parts, listening, page))
    if parts.failure:
        fail(str(parts.failure) or type(parts.failure).__name__)


async def _serve_and_tell(
    settings: Settings, server: "uvicorn.Server", parts: "Parts", listening: socket.socket, page: str | None
) -> None:
    telling = asyncio.create_task(_tell(settings, server, parts, page))
    try:
        await server.serve(sockets=[listening])
    finally:
        telling.cancel()


async def _tell(settings: Settings, server: "uvicorn.Server", parts: "Parts", page: str | None) -> None:
    """Say what is going on until the bot is ready; end the server where it never will be."""
    while not server.started:  # noqa: ASYNC110  (uvicorn offers no event)
        await asyncio.sleep(0.05)
    if page:
        await asyncio.to_thread(webbrowser.open, page)
    if console.is_terminal:
        with console.status(parts.stage) as status:
            while not parts.settled.is_set():
                status.update(parts.stage)
                await asyncio.sleep(0.2)
    elif not parts.settled.is_set():
        _say(settings, parts.stage)
    await parts.settled.wait()
    if parts.failure:
        server.should_exit = True
    elif parts.bot:
        base = parts.bot.core.base
        _say(settings, f"Ready: {len(base.tropes)} anecdotes, {len(base.stories)} stories.")
