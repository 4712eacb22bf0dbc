"""The form in which people suggest a success story."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack import blocks as block
from bot.platforms.slack.listening import Listening
from bot.suggestions import FIELDS, PROMISE, THANKS

if TYPE_CHECKING:
    from bot.platforms.slack.adapter import SlackAdapter

FORM = "suggestion"


class Suggestions:
    """Listeners that open the form and take what is sent."""

    def __init__(self, adapter: "SlackAdapter"):
        self._bot = adapter.bot

    def listen(self, to: Listening) -> None:
        """Register them."""
        to.shortcut("suggest_story", self.on_open)
        to.action(block.SUGGEST, self.on_open)
        to.view(FORM, self.on_sent)

    async def on_open(self, ack: AsyncAck, body: Mapping[str, Any], client: AsyncWebClient) -> None:
        """Open the form."""
        await ack()
        await client.views_open(trigger_id=str(body["trigger_id"]), view=form())

    async def on_sent(self, ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        """Check the fields and keep the suggestion; faults are shown beside their fields."""
        fields = {name: _value(view, name) for name in FIELDS}
        if faults := await self._bot.on_suggestion(str(body["team"]["id"]), fields):
            await ack(response_action="errors", errors=faults)
        else:
            await ack(response_action="update", view=_thanks())


def form() -> dict[str, Any]:
    """The empty form."""
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": {"type": "plain_text", "text": "Suggest a story"},
        "submit": {"type": "plain_text", "text": "Send"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": [
            block.context(PROMISE),
            *(
                {
                    "type": "input",
                    "block_id": name,
                    "label": {"type": "plain_text", "text": field.label},
                    "element": {
                        "type": "plain_text_input",
                        "action_id": "value",
                        "multiline": field.several_lines,
                        "max_length": field.length,
                        "placeholder": {"type": "plain_text", "text": field.example},
                    },
                }
                for name, field in FIELDS.items()
            ),
        ],
    }


def _thanks() -> dict[str, Any]:
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Thank you"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [block.section(THANKS)],
    }


def _value(view: Mapping[str, Any], name: str) -> str:
    values = (view.get("state") or {}).get("values") or {}
    return str(((values.get(name) or {}).get("value") or {}).get("value") or "").strip()
