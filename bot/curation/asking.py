"""Asks servers for pages: many servers at once, each politely, one page after the other."""

import asyncio
import socket
from collections import defaultdict
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

import aiohttp

from bot import __version__
from bot.curation.links import PAUSE, TIMEOUT, TOO_MANY_REQUESTS, Answer, Fault

AT_ONCE = 12
"""Requests under way at the same time, each to another server."""
MOST_REDIRECTS = 10
HEADERS = {
    "User-Agent": f"Mozilla/5.0 (compatible; counterpoint-links/{__version__}; checks the sources of a knowledge base)",
    "Accept": "*/*",
}

Answered = Callable[[str, Answer], None]


async def ask_all(
    urls: Iterable[str], answered: Answered, pause: float = PAUSE, timeout_seconds: float = TIMEOUT
) -> None:
    """Ask for every page and hand over each answer as it comes.

    A server that says 429 is left alone for the rest of the run: its other pages get no answer.
    """
    hosts: defaultdict[str, list[str]] = defaultdict(list)
    for url in urls:
        hosts[urlsplit(url).netloc.lower()].append(url)
    slots = asyncio.Semaphore(AT_ONCE)
    limits = aiohttp.ClientTimeout(total=timeout_seconds)
    async with aiohttp.ClientSession(headers=HEADERS, timeout=limits, trust_env=True) as session:

        async def visit(pages: list[str]) -> None:
            for number, url in enumerate(pages):
                if number:
                    await asyncio.sleep(pause)
                async with slots:
                    answer = await ask(session, url, pause)
                answered(url, answer)
                if answer.status == TOO_MANY_REQUESTS:
                    return

        async with asyncio.TaskGroup() as group:
            for pages in hosts.values():
                group.create_task(visit(pages))


async def ask(session: aiohttp.ClientSession, url: str, pause: float = 0.0) -> Answer:
    """Ask whether a page is there: by HEAD, and by GET where the server does not like that; no page is read."""
    answer = await _request(session, "HEAD", url)
    fine = answer.status is not None and answer.status < 300
    final = fine or answer.status == TOO_MANY_REQUESTS or answer.fault in (Fault.NO_HOST, Fault.REFUSED)
    if final:
        return answer
    await asyncio.sleep(pause)
    return await _request(session, "GET", url)


async def _request(session: aiohttp.ClientSession, method: str, url: str) -> Answer:
    try:
        async with session.request(method, url.partition("#")[0], max_redirects=MOST_REDIRECTS) as response:
            return Answer(response.status, str(response.url))
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Answer(fault=fault(error))


def fault(error: Exception) -> Fault:
    """What an exception of the HTTP client means."""
    match error:
        case TimeoutError():
            return Fault.TIMEOUT
        case aiohttp.ClientConnectorDNSError():
            unsure = isinstance(error.os_error, socket.gaierror) and error.os_error.errno == socket.EAI_AGAIN
            return Fault.TIMEOUT if unsure else Fault.NO_HOST
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return Fault.CERTIFICATE
        case aiohttp.TooManyRedirects():
            return Fault.REDIRECTS
        case aiohttp.ClientConnectorError():
            return Fault.REFUSED
        case _:
            return Fault.BROKEN
