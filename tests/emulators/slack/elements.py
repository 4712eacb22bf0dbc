"""Block Kit's elements and the blocks they may stand in.

https://docs.slack.dev/reference/block-kit/block-elements
"""

from typing import Any

from tests.emulators.slack.objects import (
    CONFIRM,
    DISPATCH,
    FEEDBACK,
    FILTER,
    GROUP,
    MAX_OPTIONS,
    OPTION,
    SLACK_FILE,
    option,
    plain,
)
from tests.emulators.slack.richtext import RICH_TEXT
from tests.emulators.slack.shape import (
    Check,
    address,
    both,
    each,
    fault,
    flag,
    number,
    one_of,
    record,
    string,
    tagged,
)

_ID = {"action_id": string(255)}
_FOCUS = {**_ID, "focus_on_load": flag}
_INPUT = {**_FOCUS, "placeholder": plain(150)}
_MENU = {**_INPUT, "confirm": CONFIRM}
_MANY = {**_MENU, "max_selected_items": number(1, 100)}
_TYPED = {**_INPUT, "dispatch_action_config": DISPATCH}
_STYLE = {"style": one_of("primary", "danger")}
_USER = string(32)
_DATE = string(10, 10)


def exactly_one(*keys: str) -> Check:
    """One of some fields, and not two of them."""

    def check(value: Any, at: str, faults: list[str]) -> None:
        if isinstance(value, dict) and sum(key in value for key in keys) != 1:
            faults.append(fault(f"must define exactly one of {', '.join(keys)}", at))

    return check


def chosen_from_options(value: Any, at: str, faults: list[str]) -> None:
    """What is chosen at first is one of the options."""
    if not isinstance(value, dict):
        return
    groups = [group.get("options") for group in value.get("option_groups") or [] if isinstance(group, dict)]
    offered = [one for some in [value.get("options"), *groups] if isinstance(some, list) for one in some]
    initial = value.get("initial_options", [])
    chosen = [
        *(initial if isinstance(initial, list) else []),
        *([value["initial_option"]] if "initial_option" in value else []),
    ]
    if any(one not in offered for one in chosen):
        faults.append(fault("the initial option is none of the options", at))


_STATIC = {"options": each(OPTION, most=MAX_OPTIONS), "option_groups": each(GROUP, most=MAX_OPTIONS)}
_BOXES = {"options": each(option(markup=True), most=10)}
_IMAGE = {"image_url": address(), "slack_file": SLACK_FILE}

ELEMENTS: dict[str, Check] = {
    "button": record(
        {"text": plain(75)},
        {
            **_ID,
            **_STYLE,
            "url": address(),
            "value": string(2_000),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
            "agent_prompt": string(4_000),
            "agent_prompt_display": string(75),
            "visible_to_user_ids": each(_USER, most=10),
        },
    ),
    "workflow_button": record(
        {
            "text": plain(75),
            "workflow": record(
                {
                    "trigger": record(
                        {"url": address()},
                        {"customizable_input_parameters": each(record({"name": string(255), "value": string(3_000)}))},
                    )
                }
            ),
        },
        {**_ID, **_STYLE, "accessibility_label": string(75)},
    ),
    "feedback_buttons": record({"positive_button": FEEDBACK, "negative_button": FEEDBACK}, _ID),
    "icon_button": record(
        {"icon": one_of("trash"), "text": plain(75)},
        {
            **_ID,
            "value": string(2_000),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
            "visible_to_user_ids": each(_USER, most=10),
        },
    ),
    "image": both(record({"alt_text": string(2_000)}, _IMAGE), exactly_one("image_url", "slack_file")),
    "overflow": record({"options": each(option(with_url=True), most=5)}, {**_ID, "confirm": CONFIRM}),
    "checkboxes": both(
        record(_BOXES, {**_FOCUS, "confirm": CONFIRM, "initial_options": each(option(markup=True), most=10)}),
        chosen_from_options,
    ),
    "radio_buttons": both(
        record(_BOXES, {**_FOCUS, "confirm": CONFIRM, "initial_option": option(markup=True)}), chosen_from_options
    ),
    "static_select": both(
        record({}, {**_MENU, **_STATIC, "initial_option": OPTION}),
        exactly_one("options", "option_groups"),
        chosen_from_options,
    ),
    "multi_static_select": both(
        record({}, {**_MANY, **_STATIC, "initial_options": each(OPTION, most=100)}),
        exactly_one("options", "option_groups"),
        chosen_from_options,
    ),
    "external_select": record({}, {**_MENU, "initial_option": OPTION, "min_query_length": number(0, 100)}),
    "multi_external_select": record(
        {}, {**_MANY, "initial_options": each(OPTION, most=100), "min_query_length": number(0, 100)}
    ),
    "users_select": record({}, {**_MENU, "initial_user": _USER}),
    "multi_users_select": record({}, {**_MANY, "initial_users": each(_USER)}),
    "channels_select": record({}, {**_MENU, "initial_channel": _USER, "response_url_enabled": flag}),
    "multi_channels_select": record({}, {**_MANY, "initial_channels": each(_USER)}),
    "conversations_select": record(
        {},
        {
            **_MENU,
            "initial_conversation": _USER,
            "default_to_current_conversation": flag,
            "response_url_enabled": flag,
            "filter": FILTER,
        },
    ),
    "multi_conversations_select": record(
        {},
        {
            **_MANY,
            "initial_conversations": each(_USER),
            "default_to_current_conversation": flag,
            "filter": FILTER,
        },
    ),
    "datepicker": record({}, {**_MENU, "initial_date": _DATE}),
    "timepicker": record({}, {**_MENU, "initial_time": string(5, 5), "timezone": string(64)}),
    "datetimepicker": record({}, {**_FOCUS, "confirm": CONFIRM, "initial_date_time": number(10**9, 10**10 - 1)}),
    "plain_text_input": record(
        {},
        {
            **_TYPED,
            "initial_value": string(3_000, 0),
            "multiline": flag,
            "min_length": number(0, 3_000),
            "max_length": number(1, 3_000),
        },
    ),
    "email_text_input": record({}, {**_TYPED, "initial_value": string(3_000, 0)}),
    "url_text_input": record({}, {**_TYPED, "initial_value": string(3_000, 0)}),
    "number_input": record(
        {"is_decimal_allowed": flag},
        {**_TYPED, "initial_value": string(100, 0), "min_value": string(100), "max_value": string(100)},
    ),
    "rich_text_input": record({}, {**_TYPED, "initial_value": tagged({"rich_text": RICH_TEXT})}),
    "file_input": record({}, {**_ID, "filetypes": each(string(32)), "max_files": number(1, 10)}),
}

_PICKERS = frozenset(
    f"{many}{what}_select"
    for many in ("", "multi_")
    for what in ("static", "external", "users", "channels", "conversations")
) | {"datepicker", "timepicker", "checkboxes", "radio_buttons"}
IN_SECTION = _PICKERS | {"button", "workflow_button", "image", "overflow"}
IN_ACTIONS = _PICKERS | {"button", "workflow_button", "overflow", "datetimepicker"}
IN_INPUT = _PICKERS | {
    "datetimepicker",
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
}
IN_CONTEXT_ACTIONS = frozenset({"feedback_buttons", "icon_button"})
