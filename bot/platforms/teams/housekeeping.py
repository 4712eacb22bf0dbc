"""Added and removed, renamed and deleted: what happens around the messages."""

import logging
from typing import TYPE_CHECKING, Any

from microsoft_teams.api.activities.conversation import ConversationUpdateActivity
from microsoft_teams.api.activities.install_update import InstalledActivity, UninstalledActivity
from microsoft_teams.api.activities.message import MessageDeleteActivity
from microsoft_teams.apps import ActivityContext, App

from bot.management import greeting, introduction
from bot.message import Mode
from bot.platforms.teams.connector import reach
from bot.platforms.teams.words import PERSONAL, markdown
from bot.store import until_done

if TYPE_CHECKING:
    from bot.platforms.teams.adapter import TeamsAdapter

log = logging.getLogger(__name__)


class Housekeeping:
    """Listeners for whatever is no message."""

    def __init__(self, adapter: "TeamsAdapter"):
        self._adapter = adapter
        self._bot = adapter.bot

    def listen(self, app: App) -> None:
        """Register them; a message that was changed, and a name, need nothing."""
        app.on_install_add(self.on_installed)
        app.on_install_remove(self.on_removed)
        app.on_conversation_update(self.on_members)
        app.on_message_delete(self.on_deleted)
        app.on_channel_deleted(self.on_channel_deleted)
        app.on_team_deleted(self.on_removed)
        app.on_team_hard_deleted(self.on_removed)

    async def on_installed(self, ctx: ActivityContext[InstalledActivity] | ActivityContext[Any]) -> None:
        """Added to a team or chat: the bot introduces itself once, and stays off; who added it manages it there."""
        connector, person = reach(ctx), ctx.activity.from_.id
        place = connector.place
        await until_done(lambda: self._bot.store.installed_by(place.workspace, person, self._bot.clock()))
        if await self._bot.first(place.workspace, "hello"):
            about = self._bot.core.base.about
            alone = f"{introduction(about)} {PERSONAL}"
            hello = alone if place.personal else greeting(about, "whoever added me", "@Counterpoint")
            await connector.say(ctx.activity.conversation.id, markdown(hello))

    async def on_members(self, ctx: ActivityContext[ConversationUpdateActivity]) -> None:
        """Somebody was added or removed; it matters only if it is the bot."""
        own = ctx.activity.recipient.id
        if any(member.id == own for member in ctx.activity.members_added or []):
            await self.on_installed(ctx)
        if any(member.id == own for member in ctx.activity.members_removed or []):
            await self.on_removed(ctx)
        await ctx.next()

    async def on_removed(self, ctx: ActivityContext[UninstalledActivity] | ActivityContext[Any]) -> None:
        """Removed from a team or chat, or the team is gone: everything of it goes."""
        place = reach(ctx).place
        await until_done(lambda: self._bot.store.forget_workspace(place.workspace))
        log.info("the app was removed from a team or chat; everything of it is deleted")

    async def on_channel_deleted(self, ctx: ActivityContext[ConversationUpdateActivity]) -> None:
        """A channel is gone: off there, so that it stays silent should somebody restore it."""
        place = reach(ctx).place
        await until_done(lambda: self._bot.store.set_mode(place.workspace, place.channel, Mode.OFF, self._bot.clock()))

    async def on_deleted(self, ctx: ActivityContext[MessageDeleteActivity]) -> None:
        """A message is gone: its reply goes too."""
        connector = reach(ctx)
        place = connector.place
        known = await self._bot.on_deleted(place.workspace, place.channel, ctx.activity.id)
        if known:
            await self._adapter.poster.take_down(connector, known)
