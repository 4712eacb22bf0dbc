"""What happened: events seen, interventions and what became of them, holds and suggestions."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, delete, select, update

from bot.message import Trigger
from bot.store.base import Part
from bot.store.facts import once
from bot.store.records import Intervention, State, Suggestion, Verdict, monday
from bot.store.tables import feedback, holds, interventions, seen_events, suggestions

_i = interventions.c


class History(Part):
    """Records, by id."""

    async def first_sight(self, workspace: str, event_id: str, now: dt.datetime) -> bool:
        """Whether this event is new; False for a repeat, in whatever process the first one arrived."""
        event = {"workspace": workspace, "event": event_id, "seen_at": now}
        insert = self._database.insert_or_ignore(seen_events, event).returning(seen_events.c.event)
        async with self._database.write() as connection:
            return (await connection.execute(insert)).first() is not None

    async def unsee(self, workspace: str, event_id: str) -> None:
        """What was begun at first sight came to nothing: the next sight is the first again."""
        seen = seen_events.c
        async with self._database.write() as connection:
            await connection.execute(delete(seen_events).where(seen.workspace == workspace, seen.event == event_id))

    async def intervention(self, intervention: str) -> Intervention | None:
        """The record of a reply, by its own id."""
        return await self._intervention(_i.id == intervention)

    async def intervention_for(self, workspace: str, channel: str, message_id: str) -> Intervention | None:
        """The reply to a message."""
        return await self._intervention(
            _i.workspace == workspace, _i.channel == channel, _i.message == message_id, once()
        )

    async def by_posted(self, workspace: str, channel: str, posted_id: str) -> Intervention | None:
        """The record of a reply, by the id that the platform gave it."""
        return await self._intervention(_i.workspace == workspace, _i.channel == channel, _i.posted_id == posted_id)

    async def last_passive(self, workspace: str, channel: str) -> Intervention | None:
        """The latest passive reply in a channel that was said."""
        latest = select(interventions).where(
            _i.workspace == workspace,
            _i.channel == channel,
            _i.trigger == Trigger.PASSIVE,
            _i.state.in_([State.POSTED, State.WITHDRAWN]),
        )
        rows = await self._rows(latest.order_by(_i.claimed_at.desc()).limit(1))
        return _record(rows)

    async def is_author(self, intervention: str, person: str) -> bool:
        """Whether this person wrote the message that was answered, or asked."""
        query = select(_i.workspace, _i.person).where(_i.id == intervention)
        rows = await self._rows(query)
        return any(self._people.of(row.workspace, person) == row.person for row in rows)

    async def withdrawn(self, intervention: str) -> None:
        """The reply was dismissed, or its message deleted."""
        change = update(interventions).where(_i.id == intervention, _i.state != State.RELEASED)
        async with self._database.write() as connection:
            await connection.execute(change.values(state=State.WITHDRAWN))

    async def feedback(self, intervention: str, person: str, helpful: bool, now: dt.datetime) -> None:
        """What a person thinks of a reply; a later opinion replaces the first."""
        async with self._database.write() as connection:
            query = select(_i.workspace).where(_i.id == intervention)
            workspace = (await connection.execute(query)).scalar()
            if workspace is None:
                return
            key = {"intervention": intervention, "person": self._people.of(workspace, person)}
            opinion = {"helpful": helpful, "given_at": now}
            values = {"workspace": workspace, **key, **opinion}
            await connection.execute(self._database.insert_or_update(feedback, values, opinion))

    async def held(self, workspace: str, rule: str, now: dt.datetime) -> None:
        """Count a hold by its week and rule: of whom and of what is not kept."""
        values = {"workspace": workspace, "week": monday(now), "rule": rule, "count": 1}
        insert = self._database.insert_or_update(holds, values, {"count": holds.c.count + 1})
        async with self._database.write() as connection:
            await connection.execute(insert)

    async def suggest(self, workspace: str, fields: Mapping[str, Any], now: dt.datetime) -> str:
        """Keep a story that somebody suggested in a form; returns its id."""
        suggestion = uuid4().hex
        async with self._database.write() as connection:
            await connection.execute(
                suggestions.insert().values(id=suggestion, workspace=workspace, fields=dict(fields), made_at=now)
            )
        return suggestion

    async def suggestions(self, workspace: str | None = None) -> list[Suggestion]:
        """Suggested stories, of one workspace or all, oldest first."""
        query = select(suggestions).order_by(suggestions.c.made_at)
        if workspace is not None:
            query = query.where(suggestions.c.workspace == workspace)
        return [Suggestion.of(row._mapping) for row in await self._rows(query)]

    async def suggestion(self, suggestion: str) -> Suggestion | None:
        """One of them, by its id."""
        rows = await self._rows(select(suggestions).where(suggestions.c.id == suggestion))
        return Suggestion.of(rows[0]._mapping) if rows else None

    async def decide(self, suggestion: str, verdict: Verdict | None, now: dt.datetime) -> None:
        """What a curator makes of a suggestion; None puts it back among those that wait."""
        change = update(suggestions).where(suggestions.c.id == suggestion)
        async with self._database.write() as connection:
            await connection.execute(change.values(verdict=verdict, decided_at=now if verdict else None))

    async def _intervention(self, *where: ColumnElement[bool]) -> Intervention | None:
        rows = await self._rows(select(interventions).where(*where).limit(1))
        return _record(rows)


def _record(rows: Sequence[Any]) -> Intervention | None:
    return Intervention.of(rows[0]._mapping) if rows else None
