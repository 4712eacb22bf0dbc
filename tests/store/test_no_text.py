"""No text of a message is anywhere on the disk or in the logs."""

import logging
from pathlib import Path

import pytest

from bot.matcher import Candidate, Match, Neighbour
from bot.message import Mode, Trigger
from bot.policy import Rules
from bot.store import Store
from tests.store.conftest import KEY
from tests.store.samples import NOW, WORKSPACE, first_story, message

PHRASING = Neighbour("nhs-fax-machines", 3, "an example from the knowledge base", 0.9)
MATCH = Match((Candidate("nhs-fax-machines", 0.9),), threshold=0.8, phrasing=PHRASING)
MARK, AUTHOR = "xylophone-quartz", "U-distinctive-author"


async def test_a_thousand_messages_leave_no_text(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Claimed, held, asked, failed; at the chattiest level; while open, with its log, and after closing."""
    caplog.set_level(logging.DEBUG)
    for name in ("sqlalchemy.engine", "aiosqlite", "bot", "alembic"):
        caplog.set_level(logging.DEBUG, name)
    folder = tmp_path / "data"
    store = await Store.open(None, folder, KEY)
    spoken = 0
    for number in range(1000):
        channel = f"C{number % 200}"
        one = message(str(number), channel=channel, author=f"{AUTHOR}-{number}", text=f"{MARK}-{number} fax")
        if number < 150:
            await store.set_mode(WORKSPACE, channel, Mode.REPLY, NOW)
        if number % 5:
            claimed = await store.claim(one, MATCH, Rules(daily_cap=1000), NOW, first_story)
        else:
            claimed = await store.claim_asked(one, Trigger.MENTION, MATCH, Rules(), NOW, MATCH.trope, "nhs-app")
        if claimed.intervention is None:
            await store.held(WORKSPACE, claimed.decision.rule, NOW)
        elif number % 7:
            await store.posted(claimed.intervention, f"r{number}", NOW)
            await store.feedback(claimed.intervention, one.author, True, NOW)
            spoken += 1
        else:
            await store.release(claimed.intervention)
    assert spoken > 100
    found = b"".join(file.read_bytes() for file in folder.iterdir())
    assert (folder / "counterpoint.db-wal").stat().st_size
    await store.close()
    found += b"".join(file.read_bytes() for file in folder.iterdir()) + caplog.text.encode()
    assert b"nhs-fax-machines" in found, "the search looks in the wrong place"
    for secret in (MARK, AUTHOR, PHRASING.text):
        assert secret.encode() not in found
        assert secret.encode("utf-16-le") not in found


async def test_what_is_deleted_is_gone_from_the_disk(tmp_path: Path) -> None:
    """Not only unlinked: a data-protection officer may look with a hex editor."""
    store = await Store.open(None, tmp_path / "data", KEY)
    for number in range(200):
        await store.set_mode("T-forgotten", f"C{number}", Mode.REPLY, NOW)
    await store.forget_workspace("T-forgotten")
    assert all(b"T-forgotten" not in file.read_bytes() for file in (tmp_path / "data").iterdir())
    await store.close()
