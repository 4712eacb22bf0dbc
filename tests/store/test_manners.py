"""No sequence of events breaks a cooldown, answers a message twice or speaks in an off channel."""

import asyncio
import datetime as dt
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.matcher import Candidate, Match
from bot.message import Message, Mode, Trigger
from bot.policy import EVERYTHING, Rules
from bot.store import Store
from tests.store.conftest import KEY
from tests.store.samples import DAY, HOUR, MINUTE, NOW, WORKSPACE, first_story

NONE = dt.timedelta(0)
ONE_BY_ONE = [
    Rules(daily_cap=3),
    Rules(channel_cooldown=NONE, person_cooldown=NONE, trope_cooldown=NONE, story_cooldown=NONE),
    Rules(channel_cooldown=NONE, person_cooldown=NONE, trope_cooldown=NONE, daily_cap=2),
    Rules(channel_cooldown=NONE, trope_cooldown=NONE, story_cooldown=NONE),
    Rules(channel_cooldown=NONE, person_cooldown=NONE, story_cooldown=NONE),
    Rules(person_cooldown=NONE, trope_cooldown=NONE, story_cooldown=NONE),
]
"""All limits together hide each other, so there are runs in which few of them hold."""
RARELY = st.sampled_from([False, False, False, True])
"""What silences the bot is rare, or it would hardly speak and little would be tested."""
CHANNELS, PEOPLE, TROPES = ("C1", "C2", "C3"), ("U1", "U2", "U3"), ("nhs-fax-machines", "nhs-pagers")


@dataclass(frozen=True)
class Said:
    """One reply that people saw."""

    at: dt.datetime
    message: Message
    trope: str
    story: str
    passive: bool


class Manners(RuleBasedStateMachine):
    """Two processes on one database, and people who do what they like; `said` is what people saw."""

    @initialize(rules=st.sampled_from(ONE_BY_ONE))
    def start(self, rules: Rules) -> None:
        """A database in which one channel is off, and two stores on it."""
        self.limits = rules
        self.folder = Path(tempfile.mkdtemp(prefix="counterpoint-manners-"))
        self.loop = asyncio.Runner()
        self.stores = [self.run(Store.open(None, self.folder, KEY)) for _ in range(2)]
        self.now = NOW
        self.said: list[Said] = []
        self.messages: list[Message] = []
        self.mode = dict.fromkeys(CHANNELS[:-1], Mode.REPLY)
        for channel, mode in self.mode.items():
            self.run(self.stores[0].set_mode(WORKSPACE, channel, mode, NOW))
        self.mutes: set[tuple[str, str]] = set()
        self.paused = False

    def run(self, work: Any) -> Any:
        """Wait for it."""
        return self.loop.run(work)

    def teardown(self) -> None:
        """Close and remove."""
        for store in self.stores:
            self.run(store.close())
        self.loop.close()
        shutil.rmtree(self.folder)

    @rule(span=st.sampled_from([MINUTE, 3 * MINUTE, HOUR, 4 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY]))
    def time_passes(self, span: dt.timedelta) -> None:
        """A little or a lot."""
        self.now += span

    @rule(channel=st.sampled_from(CHANNELS), mode=st.sampled_from([Mode.REPLY, Mode.REACT, Mode.PRIVATE, Mode.OFF]))
    def somebody_sets_a_mode(self, channel: str, mode: Mode) -> None:
        """A channel manager."""
        self.run(self.stores[0].set_mode(WORKSPACE, channel, mode, self.now))
        self.mode[channel] = mode

    @rule(person=st.sampled_from(PEOPLE), trope=st.sampled_from([*TROPES, EVERYTHING]), on=RARELY)
    def somebody_mutes(self, person: str, trope: str, on: bool) -> None:
        """Or unmutes."""
        store = self.stores[1]
        self.run((store.mute if on else store.unmute)(WORKSPACE, person, trope))
        if on:
            self.mutes.add((person, trope))
        else:
            self.mutes = {m for m in self.mutes if m[0] != person or trope not in (m[1], EVERYTHING)}

    @rule(on=RARELY)
    def an_admin_pauses(self, on: bool) -> None:
        """Or resumes."""
        self.run(self.stores[0].pause(WORKSPACE) if on else self.stores[0].resume(WORKSPACE))
        self.paused = on

    @rule(
        channel=st.sampled_from(CHANNELS),
        author=st.sampled_from(PEOPLE),
        trope=st.sampled_from(TROPES),
        in_thread=st.booleans(),
        fate=st.sampled_from(["posted", "posted", "posted", "released", "crashed"]),
        store=st.integers(0, 1),
    )
    def somebody_recycles_an_anecdote(
        self, channel: str, author: str, trope: str, in_thread: bool, fate: str, store: int
    ) -> None:
        """A new message, in a thread or not."""
        roots = [one.thread or one.id for one in self.messages if one.channel == channel]
        thread = roots[-1] if in_thread and roots else None
        id = str(len(self.messages))
        self.messages.append(Message(WORKSPACE, channel, id, author, "text", self.now, thread))
        self.deliver(self.messages[-1], trope, fate, store)

    @rule(data=st.data(), author=st.sampled_from(PEOPLE), trope=st.sampled_from(TROPES), store=st.integers(0, 1))
    def somebody_goes_on_under_a_reply(self, data: st.DataObject, author: str, trope: str, store: int) -> None:
        """In the thread that the bot has answered in."""
        if self.said:
            root = data.draw(st.sampled_from(self.said)).message
            thread, id = root.thread or root.id, str(len(self.messages))
            self.messages.append(Message(WORKSPACE, root.channel, id, author, "text", self.now, thread))
            self.deliver(self.messages[-1], trope, "posted", store)

    @rule(data=st.data(), trope=st.sampled_from(TROPES), store=st.integers(0, 1))
    def a_message_is_delivered_again(self, data: st.DataObject, trope: str, store: int) -> None:
        """As platforms do."""
        if self.messages:
            self.deliver(data.draw(st.sampled_from(self.messages)), trope, "posted", store)

    @rule(trope=st.sampled_from(TROPES), number=st.integers(2, 5))
    def many_arrive_at_once(self, trope: str, number: int) -> None:
        """In both processes, at the same moment."""
        first = len(self.messages)
        fresh = [Message(WORKSPACE, "C1", str(first + n), PEOPLE[n % 3], "text", self.now) for n in range(number)]
        self.messages += fresh

        async def claim_all() -> list[Any]:
            return await asyncio.gather(*(self.claim(store, one, trope) for one in fresh for store in self.stores))

        for one, claimed in zip([m for m in fresh for _ in self.stores], self.run(claim_all()), strict=True):
            self.conclude(one, trope, claimed, "posted")

    @rule(channel=st.sampled_from(CHANNELS), author=st.sampled_from(PEOPLE), trope=st.sampled_from(TROPES))
    def somebody_mentions_the_bot(self, channel: str, author: str, trope: str) -> None:
        """Answered whatever the mode, and once."""
        one = Message(WORKSPACE, channel, str(len(self.messages)), author, "text", self.now)
        self.messages.append(one)
        store = self.stores[0]
        told = self.run(store.told(WORKSPACE, channel, self.now, self.limits))
        story = first_story(told) or "another"
        claimed = self.run(store.claim_asked(one, Trigger.MENTION, match(trope), self.limits, self.now, trope, story))
        assert claimed.decision.speak
        self.run(store.posted(claimed.intervention, f"r{one.id}", self.now))
        self.said.append(Said(self.now, one, trope, story, passive=False))

    @rule(data=st.data(), person=st.sampled_from(PEOPLE), helpful=st.booleans())
    def somebody_gives_an_opinion(self, data: st.DataObject, person: str, helpful: bool) -> None:
        """On a reply they saw."""
        if self.said:
            one = data.draw(st.sampled_from(self.said)).message
            known = self.run(self.stores[0].intervention_for(WORKSPACE, one.channel, one.id))
            if known:
                self.run(self.stores[1].feedback(known.id, person, helpful, self.now))

    @rule()
    def housekeeping_comes(self) -> None:
        """It must not forget a cooldown in force."""
        self.run(self.stores[0].expire(self.now))

    @invariant()
    def no_message_is_answered_twice(self) -> None:
        """By whatever trigger."""
        answered = [one.message.id for one in getattr(self, "said", [])]
        assert len(answered) == len(set(answered))

    async def claim(self, store: Store, one: Message, trope: str) -> Any:
        """As the bot does."""
        return await store.claim(one, match(trope), self.limits, self.now, first_story)

    def deliver(self, one: Message, trope: str, fate: str, store: int) -> None:
        """To one of the processes."""
        self.conclude(one, trope, self.run(self.claim(self.stores[store], one, trope)), fate)

    def conclude(self, one: Message, trope: str, claimed: Any, fate: str) -> None:
        """Post, fail or crash; what is posted must have been allowed."""
        if not claimed.decision.speak:
            return
        if fate == "released":
            self.run(self.stores[0].release(claimed.intervention))
        if fate != "posted":
            return
        self.run(self.stores[0].posted(claimed.intervention, f"r{one.id}", self.now))
        self.check(one, trope, claimed.story)
        self.said.append(Said(self.now, one, trope, claimed.story, passive=True))

    def check(self, one: Message, trope: str, story: str) -> None:
        """The manners, written a second time and from what people saw alone."""
        assert self.mode.get(one.channel, Mode.OFF) is not Mode.OFF
        assert not self.paused
        assert self.mutes.isdisjoint({(one.author, trope), (one.author, EVERYTHING)})
        assert self.now - one.sent_at <= self.limits.max_age
        passive = [other for other in self.said if other.passive]
        here = [other for other in passive if other.message.channel == one.channel]
        heard = [other for other in self.said if other.message.channel == one.channel]
        thread = one.thread or one.id
        assert all((other.message.thread or other.message.id) != thread for other in here)
        assert all(self.now - other.at >= self.limits.channel_cooldown for other in here)
        assert all(self.now - other.at >= self.limits.trope_cooldown for other in heard if other.trope == trope)
        assert all(self.now - other.at >= self.limits.story_cooldown for other in heard if other.story == story)
        to_person = [other for other in passive if other.message.author == one.author]
        assert all(self.now - other.at >= self.limits.person_cooldown for other in to_person)
        assert sum(self.now - other.at < DAY for other in passive) < self.limits.daily_cap


def match(trope: str) -> Match:
    """A sure one."""
    return Match((Candidate(trope, 0.9),), threshold=0.8)


Manners.TestCase.settings = settings(
    max_examples=50,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestManners = Manners.TestCase
