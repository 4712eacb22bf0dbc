"""Opening a database: what is made, who may read it, and what is said when it cannot be used."""

import asyncio
import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.privacy import KEY_FILE, Pseudonyms, read_or_make_key
from bot.settings import BadSettings
from bot.store import Outage, Store, StoreUnavailable
from bot.store.address import read_address
from tests.store.conftest import KEY
from tests.store.samples import CHANNEL, NOW, WORKSPACE, message

HERE = Path("data")


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    """Database, write-ahead log, key and folder."""
    folder = tmp_path / "deep" / "data"
    store = await Store.open(None, folder, None)
    await store.mute(WORKSPACE, "U1", "a")
    assert rights(folder) == 0o700
    files = list(folder.iterdir())
    assert {"counterpoint.db", "counterpoint.db-wal", KEY_FILE} <= {file.name for file in files}
    assert {file.name: oct(rights(file)) for file in files} == {file.name: oct(0o600) for file in files}
    await store.close()


async def test_the_key_lasts_from_one_start_to_the_next(tmp_path: Path) -> None:
    """The same person is known again."""
    for _ in range(2):
        store = await Store.open(None, tmp_path / "data", None)
        await store.mute(WORKSPACE, "U1", "a")
        assert await store.mutes(WORKSPACE, "U1") == {"a"}
        await store.close()


@pytest.mark.slow
async def test_a_missing_key_is_said_once_and_not_at_each_attempt_to_open(
    new_postgres: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A database that is away is tried again every few seconds."""
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await Store.open("postgresql://nobody@127.0.0.1:1/nowhere", tmp_path, None)
    assert "COUNTERPOINT_KEY" not in caplog.text
    store = await Store.open(new_postgres, tmp_path, None)
    assert caplog.text.count("no COUNTERPOINT_KEY") == 1
    await store.close()


def test_all_who_make_a_key_at_once_get_the_same(tmp_path: Path) -> None:
    """The first one wins, and nothing is left behind."""
    with ThreadPoolExecutor(16) as threads:
        keys = set(threads.map(lambda _: read_or_make_key(tmp_path), range(64)))
    assert len(keys) == 1
    assert [file.name for file in tmp_path.iterdir()] == [KEY_FILE]


def test_a_broken_key_is_not_replaced_in_silence(tmp_path: Path) -> None:
    """It may be worth restoring."""
    (tmp_path / KEY_FILE).write_text("short")
    with pytest.raises(ValueError, match="restore it from a backup, or delete it"):
        read_or_make_key(tmp_path)


def test_a_pseudonym_depends_on_key_workspace_and_person() -> None:
    """And tells nothing of them."""
    names = {
        Pseudonyms(key).of(workspace, person)
        for key in (b"a" * 32, b"b" * 32)
        for workspace in ("T1", "T2")
        for person in ("U1", "U2")
    }
    assert len(names) == 8
    assert Pseudonyms(KEY).of("T1", "U1") == Pseudonyms(KEY).of("T1", "U1")


async def test_many_can_open_an_empty_database_at_once(url: str, tmp_path: Path) -> None:
    """Migrations run once, under a lock."""
    stores = await asyncio.gather(*(Store.open(url, tmp_path, KEY) for _ in range(8)))
    for store in stores:
        await store.ping()
        await store.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "not the address of a database"),
        ("mysql://user:hunter2@host/name", "'mysql' is not supported"),
        ("postgresql+psycopg2://user:hunter2@host/name", "'postgresql\\+psycopg2' is not supported"),
        ("postgresql://user:hunter2@host", "names no database"),
        ("sqlite+aiosqlite:///:memory:", "lost at every restart"),
        ("sqlite://", "lost at every restart"),
    ],
)
def test_a_bad_address_says_what_to_type(url: str, words: str) -> None:
    """Never showing a password."""
    with pytest.raises(BadSettings, match=words) as error:
        read_address(url, HERE)
    assert "postgresql+asyncpg://user:password@host/database" in str(error.value)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (None, "sqlite+aiosqlite:///data/counterpoint.db"),
        ("", "sqlite+aiosqlite:///data/counterpoint.db"),
        ("sqlite:////var/x.db", "sqlite+aiosqlite:////var/x.db"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql://u:p@h/d?sslmode=require", "postgresql+asyncpg://u:p@h/d?ssl=require"),
    ],
)
def test_usual_addresses_are_understood(url: str | None, address: str) -> None:
    """As hosting services hand them out."""
    assert read_address(url, HERE).render_as_string(hide_password=False) == address


async def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    """With what to check, and without the password."""
    url = "postgresql://user:hunter2@127.0.0.1:1/name"
    with pytest.raises(StoreUnavailable, match="check that it runs and that DATABASE_URL is right") as error:
        await Store.open(url, tmp_path, KEY)
    assert "127.0.0.1:1/name" in str(error.value)
    assert "hunter2" not in str(error.value)


@pytest.mark.slow
async def test_a_database_that_does_not_exist_is_named(postgres: str, tmp_path: Path) -> None:
    """The server is there, the database is not."""
    with pytest.raises(StoreUnavailable, match='database "nowhere" does not exist'):
        await Store.open(postgres.replace("/postgres?", "/nowhere?"), tmp_path, KEY)


async def test_a_folder_that_cannot_be_made_is_an_error_to_read(tmp_path: Path) -> None:
    """A file is in its place."""
    (tmp_path / "data").write_text("")
    with pytest.raises((StoreUnavailable, BadSettings), match="data"):
        await Store.open(None, tmp_path / "data", None)


def test_an_outage_is_logged_once_at_each_end(caplog: pytest.LogCaptureFixture) -> None:
    """However many events meet it."""
    times = iter([100.0, 130.0])
    outage = Outage(lambda: next(times))
    with caplog.at_level(logging.INFO):
        for _ in range(1000):
            outage.met("refused")
        assert outage.going_on
        for _ in range(1000):
            outage.over()
    assert [record.getMessage() for record in caplog.records] == [
        "database unreachable: refused; passive replies are silent until it is back",
        "database back after 30 s",
    ]


async def test_an_outcome_met_by_an_outage_is_recorded_afterwards(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the cooldown of a reply that was posted stands."""
    from bot.policy import Rules
    from tests.store.samples import FAX, MINUTE, first_story

    claimed = await store.claim(message("1"), FAX, Rules(), NOW, first_story)
    with monkeypatch.context() as patch:
        patch.setattr(store.engine.pool, "connect", _refuse)
        await store.posted(claimed.intervention or "", "r1", NOW)
        with pytest.raises(StoreUnavailable):
            await store.mode(WORKSPACE, CHANNEL)
    later = NOW + 5 * MINUTE
    next_one = await store.claim(message("2", later), FAX, Rules(), later, first_story)
    assert next_one.decision.rule == "trope_cooled_down"


def _refuse(*_: object) -> None:
    raise ConnectionRefusedError("refused")
