"""Block Kit's composition objects.

https://docs.slack.dev/reference/block-kit/composition-objects
"""

from tests.emulators.slack.shape import Check, address, each, flag, one_of, record, string, tagged

MAX_OPTIONS = 100


def plain(most: int) -> Check:
    """Text without markup."""
    return tagged({"plain_text": record({"text": string(most)}, {"emoji": flag})})


def text(most: int) -> Check:
    """Text with markup or without."""
    return tagged(
        {
            "plain_text": record({"text": string(most)}, {"emoji": flag}),
            "mrkdwn": record({"text": string(most)}, {"verbatim": flag}),
        }
    )


def option(with_url: bool = False, markup: bool = False) -> Check:
    """One choice; only an overflow menu's may lead to an address, only boxes and radio buttons have markup."""
    words = text(75) if markup else plain(75)
    extra = {"url": address()} if with_url else {}
    return record({"text": words, "value": string(150)}, {"description": words, **extra})


OPTION = option()
GROUP = record({"label": plain(75), "options": each(OPTION, most=MAX_OPTIONS)})
CONFIRM = record(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
DISPATCH = record({}, {"trigger_actions_on": each(one_of("on_enter_pressed", "on_character_entered"), most=2)})
FILTER = record(
    {},
    {
        "include": each(one_of("im", "mpim", "private", "public"), most=4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)
SLACK_FILE = record({}, {"id": string(255), "url": address()})
FEEDBACK = record({"text": plain(75), "value": string(2_000)}, {"accessibility_label": string(75)})
