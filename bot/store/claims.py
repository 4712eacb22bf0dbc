"""The right to reply: decided and taken in one transaction, so that many processes give one reply."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.matcher import Match
from bot.message import Message, Mode, Trigger
from bot.policy import Decision, Rules, Situation, decide, decide_asked
from bot.store.base import Part
from bot.store.facts import gather, mode_of, once, stories_told
from bot.store.outage import StoreUnavailable
from bot.store.records import Asked, Claimed, State, monday
from bot.store.tables import interventions

Choose = Callable[[frozenset[str]], str | None]
"""From the stories told here lately to the one to tell now, or None where none is left."""

HOUR = dt.timedelta(hours=1)
NO_STORY = Decision(False, "story_cooldown", "every story for this anecdote was told in this channel lately")
ANSWERED = Decision(False, "once_a_message", "this message has been answered")

_i = interventions.c


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claim."""

    intervention: str
    state: State
    posted_at: dt.datetime | None = None
    posted_id: str | None = None


class Claims(Part):
    """Claim, then say what became of it."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._unrecorded: list[Outcome] = []

    async def claim(self, message: Message, match: Match, rules: Rules, now: dt.datetime, choose: Choose) -> Claimed:
        """Whether a passive reply is allowed; if so it is taken, and no other process can take it.

        `choose` runs inside the transaction, so it must be quick and only look at what is in memory.
        """
        person = self._people.of(message.workspace, message.author)
        await self._catch_up()
        async with self._database.write(alone=message.workspace) as connection:
            facts = await gather(connection, message, person, match.trope, now)
            decision = decide(Situation(message, match, facts, rules))
            if not decision.speak:
                return Claimed(decision, None, None, facts.mode)
            since = now - rules.story_cooldown
            story = choose(await stories_told(connection, message.workspace, message.channel, since, now))
            if story is None:
                return Claimed(NO_STORY, None, None, facts.mode)
            claimed = Claimed(decision, uuid4().hex, story, facts.mode)
            await _insert(connection, Asked.by(message), person, Trigger.PASSIVE, match, claimed, now)
        return claimed

    async def claim_asked(
        self,
        asked: Message | Asked,
        trigger: Trigger,
        match: Match,
        rules: Rules,
        now: dt.datetime,
        trope: str | None = None,
        story: str | None = None,
    ) -> Claimed:
        """Whether to answer somebody who asked: up to a limit a person, and a mention once."""
        ask = Asked.by(asked) if isinstance(asked, Message) else asked
        person = self._people.of(ask.workspace, ask.person)
        await self._catch_up()
        async with self._database.write(alone=ask.workspace) as connection:
            mode = await mode_of(connection, ask.workspace, ask.channel)
            if trigger is Trigger.MENTION and await _answered(connection, ask):
                return Claimed(ANSWERED, None, None, mode)
            decision = decide_asked(await _asked_last_hour(connection, ask.workspace, person, now), rules)
            if not decision.speak:
                return Claimed(decision, None, None, mode)
            claimed = Claimed(decision, uuid4().hex, story, mode)
            await _insert(connection, ask, person, trigger, match, claimed, now, trope)
        return claimed

    async def posted(self, intervention: str, posted_id: str | None, now: dt.datetime) -> None:
        """The platform took the reply; where the database is away, this is recorded when it is back."""
        await self._record(Outcome(intervention, State.POSTED, now, posted_id))

    async def release(self, intervention: str) -> None:
        """Posting failed: its cooldowns are free, but its message stays answered.

        A failure can hide a success, where only the answer was lost; to try again would be to reply twice.
        """
        await self._record(Outcome(intervention, State.RELEASED))

    async def told(self, workspace: str, channel: str, now: dt.datetime, rules: Rules) -> frozenset[str]:
        """The stories that a channel has been told within the story cooldown."""
        async with self._database.read() as connection:
            return await stories_told(connection, workspace, channel, now - rules.story_cooldown, now)

    async def _record(self, outcome: Outcome) -> None:
        try:
            async with self._database.write() as connection:
                await _conclude(connection, outcome)
        except StoreUnavailable:
            self._unrecorded.append(outcome)

    async def _catch_up(self) -> None:
        """Record what an outage kept from being recorded: it counts before anything new is claimed."""
        if late := self._unrecorded[:]:
            async with self._database.write() as connection:
                for outcome in late:
                    await _conclude(connection, outcome)
            self._unrecorded = [outcome for outcome in self._unrecorded if outcome not in late]


async def _conclude(connection: AsyncConnection, outcome: Outcome) -> None:
    """A withdrawn intervention stays withdrawn, and keeps the id by which its reply can be taken down."""
    state = case((_i.state == State.CLAIMED, outcome.state), else_=_i.state)
    values = {"state": state, "posted_at": outcome.posted_at, "posted_id": outcome.posted_id}
    if outcome.state is State.RELEASED:
        values = {"state": state}
    await connection.execute(update(interventions).where(_i.id == outcome.intervention).values(values))


async def _insert(
    connection: AsyncConnection,
    ask: Asked,
    person: str,
    trigger: Trigger,
    match: Match,
    claimed: Claimed,
    now: dt.datetime,
    trope: str | None = None,
) -> None:
    await connection.execute(
        interventions.insert().values(
            id=claimed.intervention,
            workspace=ask.workspace,
            channel=ask.channel,
            message=ask.message,
            thread=ask.thread,
            person=person,
            trigger=trigger,
            rule=claimed.decision.rule,
            mode=claimed.mode if trigger is Trigger.PASSIVE else Mode.REPLY,
            trope=match.trope if trigger is Trigger.PASSIVE else trope,
            story=claimed.story,
            probability=match.probability,
            phrasing=match.phrasing.index if match.phrasing else None,
            state=State.CLAIMED,
            claimed_at=now,
            week=monday(now),
        )
    )


async def _answered(connection: AsyncConnection, ask: Asked) -> bool:
    query = select(_i.id).where(
        _i.workspace == ask.workspace, _i.channel == ask.channel, _i.message == ask.message, once()
    )
    return (await connection.execute(query)).first() is not None


async def _asked_last_hour(connection: AsyncConnection, workspace: str, person: str, now: dt.datetime) -> int:
    query = select(func.count()).where(
        _i.workspace == workspace,
        _i.person == person,
        _i.claimed_at > now - HOUR,
        _i.trigger != Trigger.PASSIVE,
        _i.state != State.RELEASED,
    )
    return int((await connection.execute(query)).scalar_one())
