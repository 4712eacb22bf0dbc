"""What the database knows when a message arrives."""

import datetime as dt

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.message import Message, Mode, Trigger
from bot.policy import Facts
from bot.store.records import State
from bot.store.tables import channel_mutes, channels, feedback, interventions, mutes, workspaces

CLAIM_LIFE = dt.timedelta(minutes=2)
"""How long a claim that nobody confirms holds cooldowns; posting must fail sooner than that."""
DAY = dt.timedelta(days=1)

_i = interventions.c


async def gather(
    connection: AsyncConnection, message: Message, person: str, trope: str | None, now: dt.datetime
) -> Facts:
    """The facts about a message, in three queries; `person` is the author's pseudonym."""
    workspace, channel = message.workspace, message.channel
    here = (_i.workspace == workspace, _i.channel == channel)
    passive = (_i.trigger == Trigger.PASSIVE, said(now))
    latest = select(func.max(_i.claimed_at))
    number = select(func.count()).select_from(interventions)
    opinions = number.join(feedback, feedback.c.intervention == _i.id).where(*here, _i.trope == trope, *passive[:1])
    thread = message.thread or message.id
    row = (
        await connection.execute(
            select(
                paused(workspace, now).label("workspace_paused"),
                exists(select(_i.id).where(*here, _i.message == message.id, once())).label("answered"),
                number.where(*here, _i.thread == thread, *passive).scalar_subquery().label("thread_replies"),
                latest.where(*here, _i.trope == trope, public(), said(now)).scalar_subquery().label("last_of_trope"),
                latest.where(*here, *passive).scalar_subquery().label("last_in_channel"),
                latest.where(_i.workspace == workspace, _i.person == person, *passive)
                .scalar_subquery()
                .label("last_to_person"),
                number.where(_i.workspace == workspace, _i.claimed_at > now - DAY, *passive)
                .scalar_subquery()
                .label("replies_today"),
                opinions.where(feedback.c.helpful == true()).scalar_subquery().label("helpful"),
                opinions.where(feedback.c.helpful != true()).scalar_subquery().label("not_relevant"),
            )
        )
    ).one()
    author, place = await muted(connection, workspace, channel, person)
    return Facts(
        now=now,
        mode=await mode_of(connection, workspace, channel),
        author_mutes=author,
        channel_mutes=place,
        **row._asdict(),
    )


async def muted(
    connection: AsyncConnection, workspace: str, channel: str, person: str
) -> tuple[frozenset[str], frozenset[str]]:
    """The tropes that a person has muted, and those that a channel has."""
    of_person = select(literal_column("1").label("personal"), mutes.c.trope).where(
        mutes.c.workspace == workspace, mutes.c.person == person
    )
    of_channel = select(literal_column("0"), channel_mutes.c.trope).where(
        channel_mutes.c.workspace == workspace, channel_mutes.c.channel == channel
    )
    rows = (await connection.execute(of_person.union_all(of_channel))).all()
    return (
        frozenset(trope for personal, trope in rows if personal),
        frozenset(trope for personal, trope in rows if not personal),
    )


async def mode_of(connection: AsyncConnection, workspace: str, channel: str) -> Mode:
    """What passive means in a channel; off until somebody turns it on."""
    query = select(channels.c.mode).where(channels.c.workspace == workspace, channels.c.channel == channel)
    return Mode((await connection.execute(query)).scalar() or Mode.OFF)


async def stories_told(
    connection: AsyncConnection, workspace: str, channel: str, since: dt.datetime, now: dt.datetime
) -> frozenset[str]:
    """The stories that a channel has been told since then."""
    query = select(_i.story).where(
        _i.workspace == workspace,
        _i.channel == channel,
        _i.claimed_at > since,
        _i.story.is_not(None),
        public(),
        said(now),
    )
    return frozenset((await connection.execute(query)).scalars())


def paused(workspace: str, now: dt.datetime) -> ColumnElement[bool]:
    """Whether an admin has paused a workspace."""
    w = workspaces.c
    return exists(select(w.workspace).where(w.workspace == workspace, w.paused_until > now))


def said(now: dt.datetime) -> ColumnElement[bool]:
    """Posted, or claimed so lately that it may be on its way."""
    return or_(
        _i.state.in_([State.POSTED, State.WITHDRAWN]),
        and_(_i.state == State.CLAIMED, _i.claimed_at > now - CLAIM_LIFE),
    )


def once() -> ColumnElement[bool]:
    """Triggers that answer a message at most once."""
    return _i.trigger.in_([Trigger.PASSIVE, Trigger.MENTION])


def public() -> ColumnElement[bool]:
    """Triggers whose replies the channel hears; a lookup is shown to one person."""
    return once()
