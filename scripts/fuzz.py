"""Feeds hostile bytes, guided by which code they reach, to what reads input from outside.

    python -m scripts.fuzz cleaner --seconds 60

A crash, or more than five seconds over one input, ends it with that input and status 77 or 70. Needs the extra `dev`.
"""

import argparse
import resource
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["bot"]):
    from bot.cleaning import clean
    from bot.directives import parse
    from bot.entries import Story
    from bot.platforms.slack import events
    from bot.platforms.teams import activities
    from bot.reading import BadFile, Document
    from bot.service import utc_now
    from bot.signals import personal_harm
    from bot.wording import figures

from microsoft_teams.api.activities.message import MessageActivity
from pydantic import ValidationError

SECONDS_EACH = 5
"""How long one input may take."""
LONGEST = 20_000
"""Bytes of an input."""
LIMIT_MB = 2048
"""How much memory the target may take beside what its parent process had."""


def cleaner(data: bytes) -> None:
    """A message's way to the encoder, the signs of harm in it, and what it orders."""
    text = data.decode("utf-8", "surrogateescape")
    clean(text)
    personal_harm(text)
    figures(text)
    parse(text, {"nhs-fax-machines"}, utc_now())


def slack(data: bytes) -> None:
    """An event of Slack's, as far as its signature goes from the right sender."""
    event = _made_of(data, SLACK_KEYS)
    events.message_from(event, "T1", "U1")
    events.is_shared(event, "T1")
    events.team_of(event)


def teams(data: bytes) -> None:
    """An activity of Teams'."""
    try:
        activity = MessageActivity.model_validate(ACTIVITY | _made_of(data, TEAMS_KEYS))
    except ValidationError:
        return
    activities.message_from(activity, utc_now())


def knowledge(data: bytes) -> None:
    """A knowledge file."""
    PLACE.write_bytes(data)
    try:
        Document(PLACE).model(Story)
    except BadFile:
        return


def _made_of(data: bytes, keys: Sequence[str]) -> dict[str, object]:
    """An object with some of the keys, and whatever values the bytes make."""
    given = atheris.FuzzedDataProvider(data)
    return {key: _value(given, keys) for key in keys if given.ConsumeBool()}


def _value(given: atheris.FuzzedDataProvider, keys: Sequence[str], depth: int = 2) -> object:
    kind = given.ConsumeIntInRange(0, 7 if depth else 5)
    if kind < 3:
        return given.ConsumeUnicode(given.ConsumeIntInRange(0, 60))
    if kind == 6:
        return [_value(given, keys, depth - 1) for _ in range(given.ConsumeIntInRange(0, 3))]
    if kind == 7:
        return {given.PickValueInList(list(keys)): _value(given, keys, depth - 1) for _ in range(3)}
    return (given.ConsumeInt(8), given.ConsumeRegularFloat(), None)[kind - 3]


SLACK_KEYS = (
    "type subtype channel channel_type user bot_id ts thread_ts text team user_team source_team edited message "
    "parent_user_id authorizations team_id enterprise_id is_ext_shared_channel files blocks"
).split()
TEAMS_KEYS = (
    "id text textFormat timestamp from recipient conversation channelData entities replyToId serviceUrl attachments "
    "conversationType tenantId isGroup name role"
).split()
ACTIVITY: dict[str, object] = {
    "type": "message",
    "id": "1",
    "from": {"id": "29:1"},
    "recipient": {"id": "28:1"},
    "conversation": {"id": "19:x;messageid=1", "conversationType": "channel"},
    "channelId": "msteams",
}
TARGETS: dict[str, Callable[[bytes], None]] = {
    "cleaner": cleaner,
    "slack": slack,
    "teams": teams,
    "knowledge": knowledge,
}
SEEDS = {
    "cleaner": "> quoted\n<@U1> *the NHS* still `runs` on fax machines: https://example.org, my mum waited 3 months",
    "slack": "1700000000.000100 <@U1> fax C1 U2",
    "teams": "<at>bot</at> fax 19:x;messageid=1 2026-11-23T10:00:00Z",
    "knowledge": "id: hostile\ntitle: A title\nclaims:\n  - text: 41 services\n    as_of: '2024-01'\n    sources: []\n",
}
FOLDER = Path(tempfile.gettempdir()) / "counterpoint-fuzz"
PLACE = FOLDER / "knowledge.yaml"


def main() -> None:
    """Fuzz one target; the process ends with it, and leaves the input that broke it in FOLDER."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60)
    given = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    seed = FOLDER / f"{given.target}.seed"
    seed.write_text(SEEDS[given.target])
    inherited = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024  # a child's peak begins at its parent's
    memory = f"-rss_limit_mb={inherited + LIMIT_MB}"
    limits = (f"-max_total_time={given.seconds}", f"-timeout={SECONDS_EACH}", f"-max_len={LONGEST}", memory)
    places = (f"-seed_inputs={seed}", f"-artifact_prefix={FOLDER}/{given.target}-")
    atheris.Setup([sys.argv[0], *limits, *places], TARGETS[given.target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
