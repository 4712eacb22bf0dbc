"""auth.* and the way in: who a token is, its end, and where the socket is."""

from tests.emulators.slack.calls import Json
from tests.emulators.slack.methods.base import Asked, method


@method("auth.test")
def test(asked: Asked) -> Json:
    """Whose token this is."""
    team, bot = asked.team, asked.installation.bot
    return {
        "url": f"https://{team.name.lower().replace(' ', '-')}.slack.com/",
        "team": team.name,
        "user": bot.json()["name"],
        "team_id": team.id,
        "user_id": bot.id,
        "bot_id": bot.bot_id,
        "is_enterprise_install": False,
        **({"enterprise_id": team.organisation} if team.organisation else {}),
    }


@method("auth.revoke", takes="test:flag")
def revoke(asked: Asked) -> Json:
    """Give the token back."""
    if not asked.args.get("test"):
        asked.installation.revoked = True
    return {"revoked": not asked.args.get("test")}
