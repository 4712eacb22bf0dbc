"""The app's home tab, and the prompts in its messages tab."""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from slack_bolt.async_app import AsyncAck, AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.management import introduction
from bot.message import Message, Mode
from bot.platforms.slack import blocks as block
from bot.platforms.slack.listening import Listening
from bot.platforms.slack.manifest import PROMPTS
from bot.policy import EVERYTHING
from bot.reply import SORRY, Reply
from bot.store import StoreUnavailable

if TYPE_CHECKING:
    from bot.platforms.slack.adapter import SlackAdapter

SEARCH, SEARCH_BLOCK = "home_search", "home_search_block"
UNMUTE = "home_unmute"
RESUME = "home_resume"
MAX_ROWS = 12
ASK = "Mention me, send me a message, or type `/counterpoint` and what you look for."
KEPT = (
    "*What I keep:* settings, ids of replies and what became of them, and keyed hashes of people's ids where a "
    "rule needs them. Never the text of a message. Everything goes when I am uninstalled."
)


class Home:
    """Listeners for the home tab."""

    def __init__(self, adapter: "SlackAdapter"):
        self._adapter = adapter
        self._bot = adapter.bot

    def listen(self, to: Listening) -> None:
        """Register them."""
        to.event("app_home_opened", self.on_opened)
        to.action(SEARCH, self.on_search)
        to.action(UNMUTE, self.on_unmute)
        to.action(RESUME, self.on_resume)

    async def on_opened(self, event: Mapping[str, Any], context: AsyncBoltContext, client: AsyncWebClient) -> None:
        """Show the home tab, or suggest prompts in the messages tab."""
        user, team = str(event["user"]), str(context.team_id or "")
        if event.get("tab") == "messages":
            try:
                # The client's own method asks for a thread; an app with an agent view has to leave it out.
                prompts = [{"title": prompt, "message": prompt} for prompt in PROMPTS]
                said = {"channel_id": str(event.get("channel")), "prompts": prompts}
                await client.api_call("assistant.threads.setSuggestedPrompts", json=said)
            except SlackApiError:
                return  # a workspace without the agent view shows none
            return
        await self.publish(client, team, user)

    async def publish(self, client: AsyncWebClient, team: str, user: str, found: Reply | None = None) -> None:
        """Draw the home tab for one person, with what a search found."""
        person = await self._adapter.people.person(client, team, user)
        try:
            blocks = await self._everyone(team, user, found)
            if person.admin:
                blocks += await self._admins(team)
        except StoreUnavailable:
            blocks = [*self._about(), block.section(SORRY)]
        await client.views_publish(user_id=user, view={"type": "home", "blocks": blocks[:100]})

    async def on_search(self, ack: AsyncAck, body: Mapping[str, Any], client: AsyncWebClient) -> None:
        """Somebody searches in the home tab."""
        await ack()
        team, user = str(body["team"]["id"]), str(body["user"]["id"])
        text = str(body["actions"][0].get("value") or "")
        asked = Message(team, f"home-{user}", f"search-{body['trigger_id']}", user, text, self._bot.clock())
        outcome = await self._bot.on_lookup(asked)
        await self.publish(client, team, user, outcome.reply)
        await self._bot.posted(outcome, "")

    async def on_unmute(self, ack: AsyncAck, body: Mapping[str, Any], client: AsyncWebClient) -> None:
        """Take a mute back."""
        await ack()
        team, user = str(body["team"]["id"]), str(body["user"]["id"])
        with suppress(StoreUnavailable):  # the tab says so
            await self._bot.store.unmute(team, user, str(body["actions"][0]["value"]))
        await self.publish(client, team, user)

    async def on_resume(self, ack: AsyncAck, body: Mapping[str, Any], client: AsyncWebClient) -> None:
        """End the workspace's pause, for admins."""
        await ack()
        team, user = str(body["team"]["id"]), str(body["user"]["id"])
        if (await self._adapter.people.person(client, team, user)).admin:
            with suppress(StoreUnavailable):  # the tab says so
                await self._bot.store.resume(team)
        await self.publish(client, team, user)

    async def _everyone(self, team: str, user: str, found: Reply | None) -> list[block.Block]:
        mutes = sorted(await self._bot.store.mutes(team, user))[:MAX_ROWS]
        search = {
            "type": "input",
            "block_id": SEARCH_BLOCK,
            "dispatch_action": True,
            "label": {"type": "plain_text", "text": "Look up a success story"},
            "element": {
                "type": "plain_text_input",
                "action_id": SEARCH,
                "max_length": 300,
                "placeholder": {"type": "plain_text", "text": "fax machines, passports, an email migration…"},
            },
        }
        blocks = [*self._about(), search]
        if found:
            blocks += block.reply_blocks(found)
        blocks += [
            block.actions(block.button("Suggest a success story", block.SUGGEST, "home")),
            {"type": "divider"},
            block.section("*Your mutes*" if mutes else "*Your mutes:* none. `/counterpoint mute` leaves you alone."),
        ]
        for trope in mutes:
            name = "Everything" if trope == EVERYTHING else self._claim(trope)
            blocks.append({**block.section(block.escape(name)), "accessory": block.button("Unmute", UNMUTE, trope)})
        return blocks

    async def _admins(self, team: str) -> list[block.Block]:
        store = self._bot.store
        now = self._bot.clock()
        channels = [c for c in await store.channels(team) if c.mode is not Mode.OFF]
        blocks: list[block.Block] = [
            {"type": "divider"},
            {"type": "header", "text": {"type": "plain_text", "text": "For admins"}},
        ]
        if await store.paused(team, now):
            resume = block.button("Resume", RESUME, "resume")
            blocks.append({**block.section("*I am paused in the whole workspace.*"), "accessory": resume})
        shown = "\n".join(f"• <#{c.channel}>: {c.mode}" for c in channels[:MAX_ROWS]) or "None yet."
        more = f"\n… and {len(channels) - MAX_ROWS} more" if len(channels) > MAX_ROWS else ""
        blocks.append(block.section(f"*Channels that are on*\n{shown}{more}"))
        numbers = (await store.statistics(team, 4)).text()
        blocks.append(block.section(block.cut(f"*The last four weeks*\n{block.escape(numbers)}", block.MAX_TEXT)))
        waiting = await store.suggestions(team)
        names = [block.cut(str(suggestion.fields.get("title", "")), 90) for suggestion in waiting[:MAX_ROWS]]
        titles = "\n".join(f"• {block.escape(name)}" for name in names)
        blocks.append(block.section(f"*Suggested stories*\n{titles or 'None yet.'}"))
        return blocks

    def _about(self) -> list[block.Block]:
        header: block.Block = {"type": "header", "text": {"type": "plain_text", "text": "Counterpoint"}}
        return [header, block.section(f"{introduction(self._bot.core.base.about)} {ASK}"), block.context(KEPT)]

    def _claim(self, trope: str) -> str:
        known = self._bot.core.base.tropes.get(trope)
        return known.claim if known else trope
