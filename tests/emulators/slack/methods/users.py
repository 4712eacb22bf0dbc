"""users.* and bots.*: who somebody is."""

from tests.emulators.slack.calls import Json, Refusal
from tests.emulators.slack.methods.base import Asked, method


@method("users.info", "users:read", needs="user", takes="include_locale:flag")
def info(asked: Asked) -> Json:
    """One person."""
    user = asked.team.users.get(asked.args["user"])
    if user is None:
        raise Refusal("user_not_found")
    return {"user": user.json()}


@method("bots.info", "users:read", takes="bot")
def bot_info(asked: Asked) -> Json:
    """One bot, and the app behind it."""
    known = {user.bot_id: user for user in asked.team.users.values() if user.is_bot}
    bot = known.get(asked.args.get("bot"))
    if bot is None:
        raise Refusal("bot_not_found")
    own = bot is asked.installation.bot
    app = {"app_id": asked.app.id} if own else {}
    return {"bot": {"id": bot.bot_id, "deleted": False, "name": bot.name, "user_id": bot.id, "icons": {}, **app}}
