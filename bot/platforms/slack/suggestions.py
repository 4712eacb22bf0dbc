"""The form in which people suggest a success story."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.knowledge import web_address
from bot.platforms.slack import blocks as block
from bot.store import StoreUnavailable

if TYPE_CHECKING:
    from bot.platforms.slack.adapter import SlackAdapter

FORM = "suggestion"
FIELDS = {
    "title": ("What worked?", "NHS login passed ten million users", 90, False),
    "organisation": ("Who did it?", "NHS England", 120, False),
    "figure": ("One figure, and its date", "41 million accounts, 2022", 200, False),
    "url": ("Where can it be checked?", "https://…", 500, False),
    "different": ("What was done differently?", "A small team built it in the open", 600, True),
}
"""Label, example, length, and whether it has several lines."""


class Suggestions:
    """Listeners that open the form and take what is sent."""

    def __init__(self, adapter: "SlackAdapter"):
        self._bot = adapter.bot

    def listen(self, app: AsyncApp) -> None:
        """Register them."""
        app.shortcut("suggest_story")(self.on_open)
        app.action(block.SUGGEST)(self.on_open)
        app.view(FORM)(self.on_sent)

    async def on_open(self, ack: AsyncAck, body: Mapping[str, Any], client: AsyncWebClient) -> None:
        """Open the form."""
        await ack()
        await client.views_open(trigger_id=str(body["trigger_id"]), view=form())

    async def on_sent(self, ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        """Check the fields and keep the suggestion; faults are shown beside their fields."""
        fields = {name: _value(view, name) for name in FIELDS}
        faults = check(fields)
        if faults:
            await ack(response_action="errors", errors=faults)
            return
        try:
            await self._bot.store.suggest(str(body["team"]["id"]), fields, self._bot.clock())
        except StoreUnavailable:
            await ack(response_action="errors", errors={"title": "I cannot save this at the moment; try again soon."})
            return
        await ack(response_action="update", view=_thanks())


def check(fields: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with a suggestion, by field."""
    faults = {}
    for name, (label, example, length, _) in FIELDS.items():
        if not fields.get(name, "").strip():
            faults[name] = f"{label} For example: {example}"
        elif len(fields[name]) > length:
            faults[name] = f"Please use at most {length} characters."
    if "url" not in faults:
        try:
            web_address(fields["url"])
        except ValueError:
            faults["url"] = "Type a whole web address, starting with https://"
    if "figure" not in faults and not any(character.isdigit() for character in fields["figure"]):
        faults["figure"] = "Type a figure with its date, such as: 41 million accounts, 2022"
    return faults


def form() -> dict[str, Any]:
    """The empty form."""
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": {"type": "plain_text", "text": "Suggest a story"},
        "submit": {"type": "plain_text", "text": "Send"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": [
            block.context("Curators look at it and check its source before it is ever told. Your name is not kept."),
            *(
                {
                    "type": "input",
                    "block_id": name,
                    "label": {"type": "plain_text", "text": label},
                    "element": {
                        "type": "plain_text_input",
                        "action_id": "value",
                        "multiline": several,
                        "max_length": length,
                        "placeholder": {"type": "plain_text", "text": example},
                    },
                }
                for name, (label, example, length, several) in FIELDS.items()
            ),
        ],
    }


def _thanks() -> dict[str, Any]:
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Thank you"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [block.section("Your suggestion is kept for the curators.")],
    }


def _value(view: Mapping[str, Any], name: str) -> str:
    values = (view.get("state") or {}).get("values") or {}
    return str(((values.get(name) or {}).get("value") or {}).get("value") or "").strip()
