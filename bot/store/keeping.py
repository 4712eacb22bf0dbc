"""How long, and for whom: statistics, expiry, export and forgetting."""

import asyncio
import datetime as dt
from contextlib import suppress
from typing import Any

from sqlalchemy import case, delete, func, select

from bot.message import Trigger
from bot.privacy import Retention
from bot.store.base import Part
from bot.store.outage import StoreUnavailable
from bot.store.records import State, Statistics, Tally, monday
from bot.store.slack_tables import INSTALLED, installed_in, states, without_secrets
from bot.store.tables import OF_A_WORKSPACE, feedback, holds, interventions, seen_events, suggestions

_i = interventions.c


class Keeping(Part):
    """What is done with the records as a whole."""

    async def statistics(self, workspace: str | None, weeks: int, now: dt.datetime | None = None) -> Statistics:
        """Sums over this week and those before it, `weeks` in all; of every workspace, where it is None."""
        since = monday(now or dt.datetime.now(dt.UTC)) - dt.timedelta(weeks=weeks - 1)
        statistics = Statistics(since)
        spoken = [_i.week >= since, _i.state.in_([State.POSTED, State.WITHDRAWN])]
        held = [holds.c.week >= since]
        if workspace is not None:
            spoken.append(_i.workspace == workspace)
            held.append(holds.c.workspace == workspace)
        by = (_i.trigger, _i.trope, _i.story, _i.week)
        for trigger, trope, story, week, count in await self._rows(
            select(*by, func.count()).where(*spoken).group_by(*by)
        ):
            _count(statistics, trope, story, week, Tally(replies=count))
            by_week = statistics.triggers_by_week.setdefault(week, {})
            for counts in (statistics.triggers, by_week):
                counts[Trigger(trigger)] = counts.get(Trigger(trigger), 0) + count
        good = func.sum(case((feedback.c.helpful, 1), else_=0))
        for trope, story, week, helpful, count in await self._rows(
            select(*by[1:], good, func.count())
            .join(feedback, feedback.c.intervention == _i.id)
            .where(*spoken)
            .group_by(*by[1:])
        ):
            _count(statistics, trope, story, week, Tally(helpful=helpful, not_relevant=count - helpful))
        query = select(holds.c.week, holds.c.rule, func.sum(holds.c.count)).where(*held)
        for week, rule, count in await self._rows(query.group_by(holds.c.week, holds.c.rule)):
            statistics.holds_by_week.setdefault(week, {})[rule] = int(count)
            statistics.holds[rule] = statistics.holds.get(rule, 0) + int(count)
        return statistics

    async def expire(self, now: dt.datetime, retention: Retention | None = None) -> None:
        """Remove what is older than its retention."""
        keep = retention or Retention()
        old = select(_i.id).where(_i.claimed_at < now - keep.interventions)
        async with self._database.write() as connection:
            await connection.execute(delete(feedback).where(feedback.c.intervention.in_(old)))
            await connection.execute(delete(interventions).where(_i.claimed_at < now - keep.interventions))
            await connection.execute(delete(seen_events).where(seen_events.c.seen_at < now - keep.seen_events))
            await connection.execute(delete(holds).where(holds.c.week < monday(now - keep.holds)))
            await connection.execute(delete(suggestions).where(suggestions.c.decided_at < now - keep.suggestions))
            # The SDK compares without a zone, and leaves states behind that nobody came back with.
            expired = now.astimezone(dt.UTC).replace(tzinfo=None)
            await connection.execute(delete(states).where(states.c.expire_at < expired))

    async def housekeeping(self, interval: dt.timedelta, retention: Retention | None = None) -> None:
        """Expire now and every `interval`, for ever: a background task, to be cancelled."""
        while True:
            # An outage has been logged; the next round removes what this one did not.
            with suppress(StoreUnavailable):
                await self.expire(dt.datetime.now(dt.UTC), retention)
            await asyncio.sleep(interval.total_seconds())

    async def forget_workspace(self, workspace: str) -> None:
        """Remove everything of a workspace, its Slack installation included."""
        async with self._database.write(alone=workspace) as connection:
            for table in OF_A_WORKSPACE:
                await connection.execute(delete(table).where(table.c.workspace == workspace))
            for table in INSTALLED:
                await connection.execute(delete(table).where(installed_in(table, workspace)))
        await self._database.empty_log()

    async def export_workspace(self, workspace: str) -> dict[str, list[dict[str, Any]]]:
        """Everything of a workspace by table, ready for JSON; tokens are left out."""
        wanted = [(table, table.c.workspace == workspace) for table in OF_A_WORKSPACE]
        wanted += [(table, installed_in(table, workspace)) for table in INSTALLED]
        async with self._database.read() as connection:
            return {
                table.name: [
                    {name: _plain(value) for name, value in without_secrets(dict(row)).items()}
                    for row in (await connection.execute(select(table).where(where))).mappings()
                ]
                for table, where in wanted
            }


def _count(statistics: Statistics, trope: str | None, story: str | None, week: dt.date, tally: Tally) -> None:
    statistics.total.add(tally)
    statistics.weeks.setdefault(week, Tally()).add(tally)
    if trope is not None:
        statistics.tropes.setdefault(trope, Tally()).add(tally)
    if story is not None:
        statistics.stories.setdefault(story, Tally()).add(tally)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
