"""`counterpoint data` and `counterpoint stats`."""

import asyncio
import json
import stat
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot.commands import data
from bot.commands.stats import stats
from bot.message import Mode, Trigger
from bot.policy import Rules
from bot.store import Store
from tests.store.samples import CHANNEL, FAX, NOW, WORKSPACE, message

run = CliRunner().invoke
alone = typer.Typer()
alone.command()(stats)


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database of our own, with something in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATA_PATH", str(tmp_path / "data"))
    asyncio.run(_fill(tmp_path / "data"))


async def _fill(folder: Path) -> None:
    store = await Store.open(None, folder, None)
    await store.set_mode(WORKSPACE, CHANNEL, Mode.REPLY, NOW)
    asked = await store.claim_asked(message(), Trigger.MENTION, FAX, Rules(), NOW, FAX.trope, "axe-the-fax")
    await store.posted(asked.intervention or "", "r1", NOW)
    await store.held(WORKSPACE, "nobody_harmed", NOW)
    await store.close()


def test_an_export_can_be_printed_and_written(tmp_path: Path) -> None:
    """As JSON; the file is private."""
    printed = run(data.app, ["export", "--workspace", WORKSPACE])
    assert json.loads(printed.stdout)["channels"][0]["channel"] == CHANNEL
    written = run(data.app, ["export", "--workspace", WORKSPACE, "--output", "export.json"])
    assert written.exit_code == 0
    assert json.loads((tmp_path / "export.json").read_text()) == json.loads(printed.stdout)
    assert stat.S_IMODE((tmp_path / "export.json").stat().st_mode) == 0o600


def test_deletion_asks_first() -> None:
    """Silence is no consent."""
    refused = run(data.app, ["delete", "--workspace", WORKSPACE], input="n\n")
    assert (refused.exit_code, "nothing was deleted" in refused.output) == (1, True)
    assert json.loads(run(data.app, ["export", "--workspace", WORKSPACE]).stdout)["channels"]


def test_deletion_deletes_with_yes() -> None:
    """And says so when there is nothing."""
    assert "Deleted 3 rows of T1" in run(data.app, ["delete", "--workspace", WORKSPACE, "--yes"]).output
    again = run(data.app, ["delete", "--workspace", WORKSPACE, "--yes"])
    assert (again.exit_code, "nothing is kept about 'T1'" in again.output) == (1, True)


def test_stats_print_sums() -> None:
    """In tables."""
    printed = run(alone, ["--weeks", "520"])
    assert printed.exit_code == 0, printed.output
    for words in ("1 reply, 0 helpful", "nhs-fax-machines", "axe-the-fax", "nobody harmed"):
        assert words in printed.output


def test_a_bad_database_url_is_an_error_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a traceback."""
    monkeypatch.setenv("DATABASE_URL", "mysql://u:hunter2@h/d")
    failed = run(data.app, ["export", "--workspace", WORKSPACE])
    assert failed.exit_code == 1
    assert "'mysql' is not supported" in failed.output
    assert "hunter2" not in failed.output
