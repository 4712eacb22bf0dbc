"""The link check, against a loopback server that gives every answer there is."""

import asyncio
import datetime as dt
import json
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.curation.asking import ask_all, fault
from bot.curation.journal import Journal
from bot.curation.links import ASKED_AGAIN, GRACE, KEPT, Answer, Fault, Record, Verdict, archived, judge, remember, said
from tests.knowledge.conftest import Run, change

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
URL = "https://example.org/deep/page"


class Server:
    """Gives every answer there is, and counts."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.at_once = 0
        self.most_at_once = 0
        self.loop = asyncio.new_event_loop()
        self.port = self.tls_port = 0
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}/{path}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        name = request.path.strip("/")
        self.asked[f"{request.method} {name}"] += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._said(request, name)
        finally:
            self.at_once -= 1

    async def _said(self, request: web.Request, name: str) -> web.StreamResponse:
        head = request.method == "HEAD"
        if name.isdigit():
            return web.Response(status=int(name))
        match name:
            case "redirect":
                raise web.HTTPFound("/200")
            case "circle":
                raise web.HTTPFound("/circle")
            case "to-front-page":
                raise web.HTTPMovedPermanently("/")
            case "head-refused":
                return web.Response(status=405 if head else 200)
            case "head-lies":
                return web.Response(status=404 if head else 200)
            case "head-drops" if head:
                self._drop(request)
            case "drops":
                self._drop(request)
            case "slow":
                await asyncio.sleep(5)
            case "head-slow" if head:
                await asyncio.sleep(5)
            case "endless":
                response = web.StreamResponse()
                await response.prepare(request)
                while not head:
                    await response.write(b"x" * 65536)
                    await asyncio.sleep(0.01)
                return response
        return web.Response(text="here")

    @staticmethod
    def _drop(request: web.Request) -> None:
        if request.transport is not None:
            request.transport.abort()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._start())
        self.ready.set()
        self.loop.run_forever()

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{name:.*}", self._answer)
        runner = web.AppRunner(app, handler_cancellation=True)
        await runner.setup()
        for host in ("127.0.0.1", "127.0.0.2"):
            site = web.TCPSite(runner, host, self.port)
            await site.start()
            self.port = self.port or runner.addresses[0][1]
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self_signed()).start()
        self.tls_port = runner.addresses[-1][1]


def self_signed() -> ssl.SSLContext:
    """A certificate that nobody trusts."""
    import tempfile

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    start = dt.datetime.now(dt.UTC) - DAY
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(start).not_valid_after(start + 30 * DAY)
    whole = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(whole)
        file.flush()
        context.load_cert_chain(file.name)
    return context


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    server = Server()
    server.thread.start()
    server.ready.wait(10)
    yield server
    server.loop.call_soon_threadsafe(server.loop.stop)


@pytest.fixture
def server(running: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server with its counters at nought, and no proxy in between."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    running.asked.clear()
    running.most_at_once = 0
    return running


async def answers(*urls: str, timeout_seconds: float = 5.0) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    await ask_all(urls, found.__setitem__, pause=0, timeout_seconds=timeout_seconds)
    return found


PAGES = {
    "200": Verdict.REACHABLE,
    "204": Verdict.REACHABLE,
    "redirect": Verdict.REACHABLE,
    "head-refused": Verdict.REACHABLE,
    "head-lies": Verdict.REACHABLE,
    "head-drops": Verdict.REACHABLE,
    "endless": Verdict.REACHABLE,
    "404": Verdict.UNREACHABLE,
    "410": Verdict.UNREACHABLE,
    "circle": Verdict.UNREACHABLE,
    "400": Verdict.UNKNOWN,
    "401": Verdict.UNKNOWN,
    "403": Verdict.UNKNOWN,
    "429": Verdict.UNKNOWN,
    "451": Verdict.UNKNOWN,
    "500": Verdict.UNKNOWN,
    "503": Verdict.UNKNOWN,
    "999": Verdict.UNKNOWN,
    "drops": Verdict.UNKNOWN,
    "to-front-page": Verdict.UNKNOWN,
}


@pytest.mark.parametrize("page", PAGES)
async def test_every_answer_has_its_verdict(page: str, server: Server) -> None:
    url = server.url(page)
    verdict, reason = judge(url, (await answers(url))[url])
    assert verdict is PAGES[page], reason
    assert (reason == "") is (verdict is Verdict.REACHABLE)


async def test_a_slow_page_is_unknown(server: Server) -> None:
    url = server.url("slow")
    assert (await answers(url, timeout_seconds=0.2))[url] == Answer(fault=Fault.TIMEOUT)


async def test_a_server_that_is_slow_to_head_alone_is_asked_by_get(server: Server) -> None:
    url = server.url("head-slow")
    assert (await answers(url, timeout_seconds=0.5))[url].status == 200


async def test_a_port_where_nobody_listens_is_unreachable(server: Server) -> None:
    url = "http://127.0.0.1:1/page"
    assert (await answers(url))[url] == Answer(fault=Fault.REFUSED)


async def test_a_certificate_that_nobody_trusts_is_unknown(server: Server) -> None:
    url = f"https://127.0.0.1:{server.tls_port}/200"
    answer = (await answers(url))[url]
    assert answer == Answer(fault=Fault.CERTIFICATE)
    assert judge(url, answer)[0] is Verdict.UNKNOWN


async def test_what_is_no_http_is_unknown(server: Server) -> None:
    url = f"http://127.0.0.1:{server.tls_port}/200"
    answer = (await answers(url))[url]
    assert judge(url, answer)[0] is Verdict.UNKNOWN


def test_a_host_that_is_not_there_is_unreachable_and_one_that_cannot_be_looked_up_is_unknown() -> None:
    import socket

    key = aiohttp.client_reqrep.ConnectionKey("nothing.invalid", 443, True, True, None, None, None)
    missing = aiohttp.ClientConnectorDNSError(key, socket.gaierror(socket.EAI_NONAME, "no such name"))
    busy = aiohttp.ClientConnectorDNSError(key, socket.gaierror(socket.EAI_AGAIN, "try again"))
    assert judge(URL, Answer(fault=fault(missing)))[0] is Verdict.UNREACHABLE
    assert judge(URL, Answer(fault=fault(busy)))[0] is Verdict.UNKNOWN


async def test_a_good_head_is_enough(server: Server) -> None:
    await answers(server.url("200"))
    assert server.asked == {"HEAD 200": 1}


async def test_one_server_gets_one_request_at_a_time_and_several_are_asked_together(server: Server) -> None:
    await answers(*[server.url(f"{page}?{n}") for n, page in enumerate(["200"] * 12)])
    assert server.most_at_once == 1
    server.most_at_once = 0
    urls = [server.url("slow?1"), server.url("slow?2", "127.0.0.2")]
    await answers(*urls, timeout_seconds=0.5)
    assert server.most_at_once == 2


async def test_a_server_that_asks_for_patience_is_left_alone(server: Server) -> None:
    urls = [server.url("429"), server.url("200"), server.url("204")]
    assert list(await answers(*urls)) == urls[:1]
    assert server.asked == {"HEAD 429": 1}


async def test_the_part_after_the_hash_is_not_sent(server: Server) -> None:
    url = server.url("200#section-3")
    assert (await answers(url))[url].status == 200


GONE, HERE, BUSY = Answer(404), Answer(200, URL), Answer(503)


def after(*visits: tuple[float, Answer]) -> Record:
    """What is known after answers on these days."""
    record = None
    for day, answer in visits:
        record = remember(record, URL, answer, NOW + day * DAY)
    assert record is not None
    return record


def test_a_page_is_dead_only_when_it_was_unreachable_for_the_whole_grace_period() -> None:
    assert not after((0, GONE)).is_dead()
    assert not after((0, GONE), (GRACE.days - 1, GONE)).is_dead()
    assert after((0, GONE), (GRACE.days, GONE)).is_dead()


def test_reaching_a_page_ends_its_grace_and_not_knowing_does_not() -> None:
    assert not after((0, GONE), (7, HERE), (GRACE.days, GONE)).is_dead()
    assert after((0, GONE), (7, BUSY), (GRACE.days, GONE)).is_dead()
    assert not after((0, GONE), (GRACE.days, BUSY)).is_dead()


def test_a_page_that_was_reached_rests_longer_than_one_that_was_not() -> None:
    assert not after((0, HERE)).is_due(NOW + KEPT - DAY)
    assert after((0, HERE)).is_due(NOW + KEPT)
    assert after((0, GONE)).is_due(NOW + ASKED_AGAIN)


def test_a_verdict_is_said_in_words() -> None:
    assert said(after((0, GONE), (20, GONE))).startswith("dead since 23 November 2026: the server says")
    assert said(after((0, GONE))).startswith("unreachable since 23 November 2026")
    assert said(after((0, HERE))) == "reachable"


def test_the_archive_is_asked_for_the_copy_nearest_to_the_day_the_page_was_checked() -> None:
    assert archived(URL, "2026-11") == f"https://web.archive.org/web/202611/{URL}"


def test_the_journal_remembers_the_last_line_of_a_page_and_bears_a_broken_one(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "cache" / "links.jsonl")
    journal.add(after((0, GONE)))
    journal.add(after((0, GONE), (3, BUSY)))
    with (tmp_path / "cache" / "links.jsonl").open("a") as file:
        file.write('{"url": "https://example.org/half\n[]\n\x00\n')
    again = Journal(tmp_path / "cache" / "links.jsonl")
    assert again.records == {URL: after((0, GONE), (3, BUSY))}
    again.tidy(set())
    assert Journal(tmp_path / "cache" / "links.jsonl").records == {}


def cite(garden: Path, *urls: str) -> None:
    """Make the gardening base rest on these pages and no others."""
    for path in garden.glob("*/*.yaml"):
        path.write_text(path.read_text().replace("https://example.org/", urls[0] + "?"))
    story = garden / "stories/shared-compost.yaml"
    source = {"publisher": "P", "title": "T", "date": "2024", "verified": "V", "checked": "2026-11"}
    change(story, lambda entry: entry["claims"][0].update(sources=[{**source, "url": url} for url in urls]))


def test_the_command_tells_what_is_wrong_where_and_where_to_look_for_a_copy(
    kb: Run, garden: Path, server: Server
) -> None:
    cite(garden, server.url("200"), server.url("404"), server.url("403"))
    told = kb("links", "--pause", "0")
    assert told.exit_code == 0, told.output  # within its grace period a link is not dead
    assert f"  {server.url('404')}\n  in shared-compost, claims 1\n" in told.output
    assert f"look for a copy: https://web.archive.org/web/202611/{server.url('404')}" in told.output
    assert "the server does not let programs in (403)" in told.output
    assert "1 unreachable (0 of them dead), 1 unknown, 0 not asked yet" in told.output


def test_the_command_fails_where_a_link_is_dead(kb: Run, garden: Path, server: Server, tmp_path: Path) -> None:
    cite(garden, server.url("200"), server.url("404"))
    long_ago = dt.datetime.now(dt.UTC) - GRACE - DAY
    gone = remember(None, server.url("404"), GONE, long_ago)
    Journal(tmp_path / "cache" / "links.jsonl").add(gone)
    told = kb("links", "--pause", "0", "--json")
    assert told.exit_code == 1
    assert [page["url"] for page in json.loads(told.output) if page["dead"]] == [server.url("404")]


def test_a_second_check_asks_only_for_what_is_due(kb: Run, garden: Path, server: Server) -> None:
    cite(garden, server.url("200"), server.url("204"))
    kb("links", "--pause", "0")
    before = server.asked.total()
    assert "0 not asked yet" in kb("links", "--pause", "0").output
    assert server.asked.total() == before
    kb("links", "--pause", "0", "--again")
    assert server.asked.total() == 2 * before


def test_a_check_that_was_cut_short_goes_on_where_it_was(kb: Run, garden: Path, server: Server, tmp_path: Path) -> None:
    cite(garden, server.url("200"), server.url("429"), server.url("500"))
    assert "1 not asked yet" in kb("links", "--pause", "0").output
    server.asked.clear()
    kb("links", "--pause", "0")
    assert server.asked == {"HEAD 500": 1, "GET 500": 1}


def test_a_machine_without_a_network_blames_no_page(kb: Run, garden: Path, server: Server, tmp_path: Path) -> None:
    cite(garden, "http://127.0.0.1:1/one", "http://127.0.0.1:1/two")
    told = kb("links", "--pause", "0")
    assert told.exit_code == 1
    assert "this machine seems to be offline; nothing was remembered" in told.output
    assert not (tmp_path / "cache" / "links.jsonl").exists()
