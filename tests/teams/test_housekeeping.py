"""Added, removed, renamed, deleted."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.message import Mode
from bot.store import outage
from tests.emulators.teams.activities import BOT
from tests.teams.conftest import FAX, Office

ADDED: dict[str, Any] = {"membersAdded": [BOT]}
REMOVED: dict[str, Any] = {"membersRemoved": [BOT]}


async def happens(office: Office, kind: str, event: str | None = None, **more: Any) -> None:
    """Something around the messages."""
    place = office.general
    made = office.teams.made(kind, office.bob, place, **more)
    if event:
        made["channelData"] = {**place.data, "eventType": event}
    assert (await office.teams.send(made)).status_code == 200
    await office.settled()


async def test_added_it_introduces_itself_once_and_stays_off(office: Office) -> None:
    await happens(office, "installationUpdate", action="add")
    await happens(office, "conversationUpdate", **ADDED)
    (hello,) = office.teams.shown(office.general.id)
    assert "I am silent here until" in hello.words
    assert await office.bot.store.mode(office.general.workspace, office.general.id) is Mode.OFF


async def test_who_added_it_manages_it(office: Office) -> None:
    assert not await office.bot.store.is_installer(office.general.workspace, office.bob.id)
    await happens(office, "conversationUpdate", **ADDED)
    assert await office.bot.store.is_installer(office.general.workspace, office.bob.id)


async def test_who_installed_it_is_kept_by_pseudonym_alone(office: Office) -> None:
    await happens(office, "installationUpdate", action="add")
    exported = await office.bot.store.export_workspace(office.general.workspace)
    assert len(exported["installers"]) == 2
    assert office.bob.id not in str(exported["installers"])


async def test_other_members_come_and_go_without_a_word(office: Office) -> None:
    await happens(office, "conversationUpdate", membersAdded=[office.ada.account])
    await happens(office, "conversationUpdate", membersRemoved=[office.ada.account])
    assert not office.teams.posts


@pytest.mark.parametrize(
    ("kind", "event", "more"),
    [
        ("installationUpdate", None, {"action": "remove"}),
        ("conversationUpdate", None, REMOVED),
        ("conversationUpdate", "teamDeleted", {}),
        ("conversationUpdate", "teamHardDeleted", {}),
    ],
)
async def test_removed_everything_is_forgotten(office: Office, kind: str, event: str | None, more: Any) -> None:
    await office.turn_on()
    await office.teams.says(office.ada, office.general, FAX)
    await office.shown()
    await office.settled()
    await happens(office, kind, event, **more)
    assert not any((await office.bot.store.export_workspace(office.general.workspace)).values())


async def test_removed_while_the_database_is_away_it_is_forgotten_later(
    office: Office,
    lose_database: Callable[[], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outage, "RETRY_SECONDS", 0.01)
    await office.turn_on()
    with monkeypatch.context() as away:
        away.setattr("aiosqlite.connect", lambda *_, **__: (_ for _ in ()).throw(OSError("gone")))
        await office.bot.store.engine.dispose()
        made = office.teams.made("installationUpdate", office.bob, office.general, action="remove")
        assert (await office.teams.send(made)).status_code == 200
        await office.teams.wait_for(lambda: office.bot.store.outage.going_on)
    await office.settled()
    assert not any((await office.bot.store.export_workspace(office.general.workspace)).values())


@pytest.mark.parametrize("event", ["teamRenamed", "channelRenamed", "channelCreated", "teamArchived"])
async def test_names_and_archives_change_nothing(office: Office, event: str) -> None:
    await office.turn_on()
    await happens(office, "conversationUpdate", event)
    assert await office.bot.store.mode(office.general.workspace, office.general.id) is Mode.REPLY


async def test_a_deleted_channel_is_off(office: Office) -> None:
    await office.turn_on()
    await happens(office, "conversationUpdate", "channelDeleted")
    assert await office.bot.store.mode(office.general.workspace, office.general.id) is Mode.OFF


async def test_a_deleted_message_takes_its_reply_with_it(office: Office) -> None:
    await office.turn_on()
    id_ = await office.teams.says(office.ada, office.general, FAX)
    post = await office.shown()
    await office.settled()
    await happens(office, "messageDelete", "softDeleteMessage", id=id_)
    assert post.deleted
