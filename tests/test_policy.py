"""When the bot may speak: the paragraph of manners, as a table."""

import dataclasses
import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import policy
from bot.matcher import NOTHING, Match
from bot.message import AuthorKind, Mode
from bot.policy import EVERYTHING, Facts, Rules, Situation, decide, decide_asked, gone_quiet
from bot.signals import Signal
from tests.store.samples import DAY, FAX, HOUR, MINUTE, NOW, message

LONDON = ZoneInfo("Europe/London")
NIGHT = Rules(quiet_hours=(dt.time(22), dt.time(7)), timezone=LONDON)
LUNCH = Rules(quiet_hours=(dt.time(12), dt.time(13)))
NO_COOLDOWN = Rules(person_cooldown=dt.timedelta(0))
ELECTION = Rules(paused=(dt.date(2026, 11, 20), dt.date(2026, 11, 23)))


def situation(**changes: Any) -> Situation:
    """One in which nothing speaks against a reply, with changes to whatever has a field of that name."""
    facts: dict[str, Any] = {"now": NOW, "mode": Mode.REPLY}
    fields = {field.name for field in dataclasses.fields(Facts)}
    facts |= {name: changes.pop(name) for name in list(changes) if name in fields}
    rules, match = changes.pop("rules", Rules()), changes.pop("match", FAX)
    return Situation(message(**changes), match, Facts(**facts), rules)


def but(**changes: Any) -> Match:
    return dataclasses.replace(FAX, **changes)


def utc(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=dt.UTC)


HOLDS = [
    ("a channel nobody turned on", "switched_on", {"mode": Mode.OFF}),
    ("a workspace an admin has paused", "workspace_not_paused", {"workspace_paused": True}),
    ("the last day of an election period", "not_in_paused_period", {"rules": ELECTION}),
    ("late in the evening", "not_in_quiet_hours", {"rules": NIGHT, "now": utc(23, 22), "at": utc(23, 22)}),
    ("before seven", "not_in_quiet_hours", {"rules": NIGHT, "now": utc(23, 6, 59), "at": utc(23, 6, 59)}),
    ("within quiet hours of a day", "not_in_quiet_hours", {"rules": LUNCH}),
    ("a bot", "from_a_member", {"author_kind": AuthorKind.BOT}),
    ("a guest", "from_a_member", {"author_kind": AuthorKind.GUEST}),
    ("a channel shared with others", "in_our_own_channel", {"shared_channel": True}),
    ("an edit", "first_version", {"edited": True}),
    ("an answer to the bot", "not_to_the_bot", {"to_bot": True}),
    ("a message from before an outage", "recent", {"at": NOW - 11 * MINUTE}),
    ("no trope at all", "recognised", {"match": NOTHING}),
    ("a trope that is not sure", "recognised", {"match": but(threshold=0.95)}),
    ("a harm trope", "nobody_harmed", {"match": but(harm=True)}),
    ("first-person harm", "nobody_harmed", {"match": but(signals=frozenset({Signal.PERSONAL_HARM}))}),
    ("an escalate hit", "nobody_harmed", {"match": but(signals=frozenset({Signal.ESCALATE}))}),
    ("an author who muted everything", "author_has_not_muted", {"author_mutes": frozenset({EVERYTHING})}),
    ("an author who muted this", "author_has_not_muted", {"author_mutes": frozenset({"nhs-fax-machines"})}),
    ("a channel that muted this", "channel_has_not_muted", {"channel_mutes": frozenset({"nhs-fax-machines"})}),
    ("replies found not relevant here", "welcome", {"helpful": 1, "not_relevant": 2}),
    ("an answered message", "once_a_message", {"answered": True}),
    ("a thread with a reply", "once_a_thread", {"thread_replies": 1}),
    ("the same trope 6 days ago", "trope_cooled_down", {"last_of_trope": NOW - 6 * DAY}),
    ("a reply here 3 hours ago", "channel_cooled_down", {"last_in_channel": NOW - 3 * HOUR}),
    ("a reply to this person 2 days ago", "person_cooled_down", {"last_to_person": NOW - 2 * DAY}),
    ("a full day", "under_the_cap", {"replies_today": 12}),
]

SPEAKS = [
    ("nothing against it", {}),
    ("every mode but off", {"mode": Mode.PRIVATE}),
    ("every mode but off", {"mode": Mode.REACT}),
    ("the day after an election period", {"rules": ELECTION, "now": utc(24, 12), "at": utc(24, 12)}),
    ("seven in the morning", {"rules": NIGHT, "now": utc(23, 7), "at": utc(23, 7)}),
    ("the end of quiet hours", {"rules": LUNCH, "now": utc(23, 13), "at": utc(23, 13)}),
    ("a message 10 minutes old", {"at": NOW - 10 * MINUTE}),
    ("a clock that is a little behind", {"at": NOW + MINUTE}),
    ("an author who muted something else", {"author_mutes": frozenset({"nhs-pagers"})}),
    ("a channel that muted something else", {"channel_mutes": frozenset({"nhs-pagers"})}),
    ("one opinion against it", {"not_relevant": 1}),
    ("as many for as against", {"helpful": 2, "not_relevant": 2}),
    ("the same trope 7 days ago", {"last_of_trope": NOW - 7 * DAY}),
    ("a reply here 4 hours ago", {"last_in_channel": NOW - 4 * HOUR}),
    ("a reply to this person 3 days ago", {"last_to_person": NOW - 3 * DAY}),
    ("no cooldown, by clocks that differ", {"last_to_person": NOW + MINUTE, "rules": NO_COOLDOWN}),
    ("one less than the cap", {"replies_today": 11}),
]


@pytest.mark.parametrize(("when", "rule", "changes"), HOLDS, ids=[row[0] for row in HOLDS])
def test_the_bot_holds(when: str, rule: str, changes: dict[str, Any]) -> None:
    """One thing against it is enough, and the reason can be read."""
    decision = decide(situation(**changes))
    assert (decision.speak, decision.rule, str(decision)) == (False, rule, "hold")
    assert " " in decision.reason


@pytest.mark.parametrize(("when", "changes"), SPEAKS, ids=[row[0] for row in SPEAKS])
def test_the_bot_speaks(when: str, changes: dict[str, Any]) -> None:
    """Just beyond each limit."""
    assert str(decide(situation(**changes))) == "speak"


def test_each_mode_has_its_own_threshold() -> None:
    between = but(threshold=0.99, lower_thresholds={Mode.PRIVATE: 0.5})
    assert decide(situation(match=between, mode=Mode.PRIVATE)).speak
    assert decide(situation(match=between, mode=Mode.REPLY)).rule == "recognised"
    assert decide(situation(match=between, mode=Mode.REACT)).rule == "recognised", "no threshold of its own"


def test_every_rule_has_a_row() -> None:
    """A rule that is added needs one too."""
    assert {rule for _, rule, _ in HOLDS} == {rule.__name__ for rule in policy.ALL_RULES}


def test_quiet_hours_follow_the_clock_of_the_place() -> None:
    """In summer, 22:00 in London is 21:00 UTC."""
    summer = dt.datetime(2026, 7, 1, 21, 30, tzinfo=dt.UTC)
    assert decide(situation(rules=NIGHT, now=summer, at=summer)).rule == "not_in_quiet_hours"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"at": NOW - HOUR}, "it is older than 10 minutes"),
        ({"last_of_trope": NOW}, "there was a reply to this anecdote in this channel less than 7 days ago"),
        ({"last_in_channel": NOW}, "there was a reply in this channel less than 4 hours ago"),
        ({"rules": LUNCH}, "these are quiet hours, 12:00 to 13:00"),
        ({"match": but(threshold=0.95)}, "the probability is under 95%"),
    ],
)
def test_reasons_name_the_limit(changes: dict[str, Any], reason: str) -> None:
    """So that an operator knows which setting to turn."""
    assert decide(situation(**changes)).reason == reason


def test_who_asks_is_answered_up_to_a_limit() -> None:
    """And told so."""
    assert decide_asked(29, Rules()).speak
    refused = decide_asked(30, Rules())
    assert not refused.speak
    assert "30 times in an hour" in refused.reason


@given(st.integers(0, 50), st.integers(0, 50))
def test_a_trope_goes_quiet_only_when_more_find_it_irrelevant(helpful: int, not_relevant: int) -> None:
    """And never on a single opinion."""
    if gone_quiet(helpful, not_relevant, Rules()):
        assert not_relevant > helpful
        assert helpful + not_relevant >= 2


@given(
    st.lists(st.sampled_from(HOLDS), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_reasons_to_hold_never_cancel_out(rows: list[tuple[str, str, dict[str, Any]]], random: Any) -> None:
    """Whatever else is changed, in whatever order."""
    random.shuffle(rows)
    changes: dict[str, Any] = {}
    for _, _, more in rows:
        if {"now", "at", "rules", "match"}.isdisjoint(more):
            changes |= more
    assert decide(situation(**changes)).speak is (changes == {})
