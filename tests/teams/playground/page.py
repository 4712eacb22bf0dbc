"""What a person does at the playground's page, and what she sees there."""

import datetime as dt
import time
import uuid
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, ViewportSize

PERSONAL, GROUP, CHANNEL = "Personal Chat", "Lunch", "Digital services - Health"
PICTURE_SIZE: "ViewportSize" = {"width": 1280, "height": 860}
WAIT = 20_000
"""Milliseconds for an answer; a slow machine needs some."""
Json = dict[str, Any]


class Person:
    """Somebody at the page; what she does is done with the mouse and the keyboard."""

    def __init__(self, page: "Page", address: str):
        self.page = page
        self._address = address
        page.set_default_timeout(WAIT)
        page.goto(address)
        page.get_by_role("treeitem").first.wait_for()
        self._config: Json = httpx.get(f"{address}/_internal/v1/config", trust_env=False).json()["config"]

    def close_log(self) -> None:
        """Close the playground's log at the right."""
        self.page.locator("xpath=//*[text()='Log Panel']/following::button[2]").click()

    def enter(self, place: str) -> None:
        """Open a chat or channel."""
        self.page.locator(f'[role=treeitem][aria-label="{place}"]').click()
        self._box.wait_for()
        self.place = place

    def say(self, text: str, mention: bool = False) -> Json:
        """Send a message; returns what the playground made of it: its id, and in a channel its post's."""
        self._box.click()
        keys = self.page.keyboard
        if mention:
            keys.type("@")
            self.page.get_by_role("menuitem", name=self._config["bot"]["name"]).click()
            keys.type(" ")
        keys.insert_text(text)
        with self.page.expect_response("**/messages") as answer:
            if self.place == CHANNEL:
                self.page.get_by_role("button", name="Post", exact=True).click()
            else:
                keys.press("Enter")
        return dict(answer.value.json())

    def be_overheard(self, text: str) -> None:
        """Send a message without a mention, and let the bot have it as it has with the team's or chat's permission."""
        sent = self.say(text)
        team = self._config["teams"][0]
        in_channel = self.place == CHANNEL
        where = sent["postConversationId"] if in_channel else self._config["groupChats"][0]["id"]
        tenant = self._config["tenantId"]
        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        data: Json = {"tenant": {"id": tenant}}
        if in_channel:
            data |= {"team": {"id": team["id"]}, "channel": {"id": team["channels"][-1]["id"]}}
        activity = {
            "type": "message",
            "id": str(uuid.uuid4()),
            "text": text,
            "textFormat": "plain",
            "from": {key: self._config["currentUser"][key] for key in ("id", "name", "aadObjectId")},
            "recipient": self._config["bot"],
            "timestamp": now,
            "localTimestamp": now,
            "locale": "en-GB",
            "serviceUrl": self._address.replace("127.0.0.1", "localhost") + "/_connector",
            "channelId": "msteams",
            "conversation": {
                "id": where,
                "isGroup": True,
                "conversationType": "channel" if in_channel else "groupChat",
                "tenantId": tenant,
            },
            "channelData": data,
            "entities": [{"type": "clientInfo", "locale": "en-GB", "country": "GB", "platform": "Web"}],
        }
        httpx.post(f"{self._address}/_internal/v1/customActivities", json=activity, trust_env=False).raise_for_status()

    def extension(self, command: str, on: str | None = None) -> "Locator":
        """Open a command of the message extension from where one writes, or on a message; gives its dialog."""
        if on is None:
            self.page.get_by_role("button", name="Trigger Message Extension App").last.click()
        else:
            self.page.get_by_text(on, exact=True).first.hover()
            self.page.get_by_role("button", name="Show more information").last.click()
        self.page.get_by_role("menuitem", name="Action Command").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("textbox").first.fill(command)
        dialog.get_by_role("button", name="Create").click()
        return dialog

    def look_up(self, command: str, parameter: str, text: str) -> None:
        """Search with the message extension."""
        self.page.get_by_role("button", name="Trigger Message Extension App").last.click()
        self.page.get_by_role("menuitem", name="Search Command").click()
        self.page.get_by_role("button", name="Specify Command ID").click()
        self.page.get_by_placeholder("Command ID").fill(command)
        self.page.get_by_placeholder("Parameter name").fill(parameter)
        self.page.get_by_placeholder("Enter a search term").fill(text)

    def card(self) -> "Locator":
        """The newest card."""
        found = self.page.locator(".ac-adaptiveCard").last
        found.wait_for()
        return found

    def press(self, button: str) -> None:
        """Press a button of the newest card."""
        self.card().get_by_role("button", name=button, exact=True).click()

    def take_first(self) -> None:
        """Put the first result of a search where one writes."""
        self.page.locator("xpath=//input[@placeholder='Enter a search term']/following::h1[1]").click()

    def changes(self, words: str) -> None:
        """Wait until the newest card no longer shows these words."""
        self.page.wait_for_function(
            "words => [...document.querySelectorAll('.ac-adaptiveCard')].at(-1)?.innerText !== words", arg=words
        )

    def see(self, text: str) -> None:
        """Wait until the page shows a text."""
        self.page.get_by_text(text).last.wait_for()

    def hears_nothing(self, seconds: float = 3) -> bool:
        """Whether the bot stays silent for a while."""
        before = self.page.locator(".ac-adaptiveCard").count()
        time.sleep(seconds)
        return self.page.locator(".ac-adaptiveCard").count() == before

    @property
    def _box(self) -> "Locator":
        """Where one writes: a new post in a channel, the chat's line elsewhere."""
        return self.page.locator("div[role=textbox]").first
