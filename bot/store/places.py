"""What people have set: modes, pauses and mutes."""

import datetime as dt

from sqlalchemy import Table, case, delete, func, select, union

from bot.message import Mode, Trigger
from bot.policy import EVERYTHING
from bot.store.base import Part
from bot.store.facts import mode_of, paused
from bot.store.records import ChannelSettings
from bot.store.tables import (
    FOREVER,
    channel_mutes,
    channels,
    feedback,
    holds,
    installers,
    interventions,
    mutes,
    suggestions,
    workspaces,
)

_i, _c = interventions.c, channels.c


class Places(Part):
    """Settings of workspaces, channels and persons."""

    async def mode(self, workspace: str, channel: str) -> Mode:
        """What passive means in a channel."""
        async with self._database.read() as connection:
            return await mode_of(connection, workspace, channel)

    async def set_mode(self, workspace: str, channel: str, mode: Mode, now: dt.datetime) -> None:
        """Turn a channel on or off."""
        changed = {"mode": mode, "changed_at": now}
        values = {"workspace": workspace, "channel": channel, **changed}
        async with self._database.write() as connection:
            await connection.execute(self._database.insert_or_update(channels, values, changed))

    async def channels(self, workspace: str) -> list[ChannelSettings]:
        """The channels of a workspace in which somebody has set a mode or muted a trope."""
        muted: dict[str, set[str]] = {}
        query = select(channel_mutes.c.channel, channel_mutes.c.trope)
        for channel, trope in await self._rows(query.where(channel_mutes.c.workspace == workspace)):
            muted.setdefault(channel, set()).add(trope)
        modes = await self._rows(
            select(_c.channel, _c.mode, _c.changed_at).where(_c.workspace == workspace).order_by(_c.channel)
        )
        listed = [
            ChannelSettings(channel, Mode(mode), changed_at, frozenset(muted.pop(channel, ())))
            for channel, mode, changed_at in modes
        ]
        return listed + [
            ChannelSettings(channel, Mode.OFF, None, frozenset(tropes)) for channel, tropes in muted.items()
        ]

    async def workspaces(self) -> list[str]:
        """Every workspace that anything but an installation is kept of, in order."""
        tables = (channels, channel_mutes, mutes, interventions, holds, suggestions, workspaces, installers)
        return [name for (name,) in await self._rows(union(*(select(table.c.workspace) for table in tables)))]

    async def last_spoken(self, workspace: str) -> dict[str, dt.datetime]:
        """When a reply was last posted in each channel, by its id."""
        query = select(_i.channel, func.max(_i.posted_at)).where(_i.workspace == workspace, _i.posted_at.is_not(None))
        return dict(await self._rows(query.group_by(_i.channel)))

    async def channel_feedback(self, workspace: str, channel: str) -> dict[str, tuple[int, int]]:
        """How often passive replies in a channel were marked helpful and not relevant, by trope."""
        helpful = func.sum(case((feedback.c.helpful, 1), else_=0))
        query = (
            select(_i.trope, helpful, func.count())
            .join(feedback, feedback.c.intervention == _i.id)
            .where(_i.workspace == workspace, _i.channel == channel, _i.trigger == Trigger.PASSIVE)
            .group_by(_i.trope)
        )
        return {trope: (good, total - good) for trope, good, total in await self._rows(query)}

    async def pause(self, workspace: str, until: dt.datetime | None = None) -> None:
        """No passive replies in a workspace until then; without an end, until `resume`."""
        end = {"paused_until": until or FOREVER}
        async with self._database.write() as connection:
            await connection.execute(self._database.insert_or_update(workspaces, {"workspace": workspace, **end}, end))

    async def resume(self, workspace: str) -> None:
        """End a pause."""
        async with self._database.write() as connection:
            await connection.execute(delete(workspaces).where(workspaces.c.workspace == workspace))

    async def paused(self, workspace: str, now: dt.datetime) -> bool:
        """Whether an admin has paused a workspace."""
        return bool(await self._scalar(select(paused(workspace, now))))

    async def mute(self, workspace: str, person: str, trope: str) -> None:
        """No passive replies to a person about a trope, or EVERYTHING."""
        await self._add(mutes, workspace=workspace, person=self._people.of(workspace, person), trope=trope)

    async def unmute(self, workspace: str, person: str, trope: str) -> None:
        """The way back from `mute`; EVERYTHING clears every mute of that person."""
        await self._remove(mutes, trope, workspace=workspace, person=self._people.of(workspace, person))

    async def mutes(self, workspace: str, person: str) -> frozenset[str]:
        """What a person has muted."""
        query = select(mutes.c.trope).where(
            mutes.c.workspace == workspace, mutes.c.person == self._people.of(workspace, person)
        )
        return frozenset(trope for (trope,) in await self._rows(query))

    async def channel_mute(self, workspace: str, channel: str, trope: str) -> None:
        """No passive replies about a trope in a channel."""
        await self._add(channel_mutes, workspace=workspace, channel=channel, trope=trope)

    async def channel_unmute(self, workspace: str, channel: str, trope: str) -> None:
        """The way back from `channel_mute`; EVERYTHING clears every mute of that channel."""
        await self._remove(channel_mutes, trope, workspace=workspace, channel=channel)

    async def channel_mutes(self, workspace: str, channel: str) -> frozenset[str]:
        """What a channel has muted."""
        query = select(channel_mutes.c.trope).where(
            channel_mutes.c.workspace == workspace, channel_mutes.c.channel == channel
        )
        return frozenset(trope for (trope,) in await self._rows(query))

    async def _add(self, table: Table, **values: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(self._database.insert_or_ignore(table, values))

    async def _remove(self, table: Table, trope: str, **values: str) -> None:
        query = delete(table).where(*(table.c[name] == value for name, value in values.items()))
        if trope != EVERYTHING:
            query = query.where(table.c.trope == trope)
        async with self._database.write() as connection:
            await connection.execute(query)
