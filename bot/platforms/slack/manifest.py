"""The app manifest that an admin pastes into Slack: least scopes, the history scopes optional."""

from typing import Any, Literal

SCOPES = {
    "app_mentions:read": "to answer when somebody mentions it",
    "assistant:write": "to suggest prompts in its messages tab",
    "chat:write": "to post its replies",
    "commands": "for /counterpoint and the message shortcut",
    "im:history": "to answer direct messages",
    "users:read": "to tell guests and admins from members",
    "channels:read": "to tell a channel shared with other organisations, and to leave politely",
    "groups:read": "the same, in private channels",
}
OPTIONAL_SCOPES = {
    "channels:history": "passive replies in public channels, and reading a thread it is mentioned in",
    "groups:history": "the same in private channels",
    "reactions:read": "to notice that somebody asks for the story with an emoji",
    "reactions:write": "to put the emoji on a message in react mode",
}
EVENTS = [
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_left",
    "group_left",
    "member_joined_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "tokens_revoked",
]
Way = Literal["socket", "http"]


def manifest(way: Way, address: str = "https://counterpoint.example.org") -> dict[str, Any]:
    """The manifest for Socket Mode, or for signed HTTP at a public address."""
    http = way == "http"
    address = address.rstrip("/")
    request = {"request_url": f"{address}/slack/events"} if http else {}
    oauth: dict[str, Any] = {
        "scopes": {"bot": [*SCOPES, *OPTIONAL_SCOPES], "bot_optional": list(OPTIONAL_SCOPES)},
    }
    if http:
        oauth["redirect_urls"] = [f"{address}/slack/oauth_redirect"]
    command: dict[str, Any] = {
        "command": "/counterpoint",
        "description": "Look up a sourced success story, or change how Counterpoint behaves here",
        "usage_hint": "fax machines | help | on | off | mute | why | stats",
        "should_escape": True,
        **({"url": f"{address}/slack/events"} if http else {}),
    }
    return {
        "display_information": {
            "name": "Counterpoint",
            "description": "Answers recycled public-sector IT failure anecdotes with sourced success stories",
            "background_color": "#12455c",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Counterpoint", "always_online": True},
            "agent_view": {
                "agent_description": "Looks up sourced success stories of digital public services",
                "suggested_prompts": [{"title": prompt, "message": prompt} for prompt in PROMPTS],
            },
            "shortcuts": [
                {
                    "name": "Find a counterpoint",
                    "type": "message",
                    "callback_id": "find_counterpoint",
                    "description": "Look for a sourced success story that answers this message",
                },
                {
                    "name": "Suggest a success story",
                    "type": "global",
                    "callback_id": "suggest_story",
                    "description": "Tell the curators of a success they should look at",
                },
            ],
            "slash_commands": [command],
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": {**request, "bot_events": EVENTS},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not http,
            "token_rotation_enabled": False,
        },
    }


PROMPTS = ["What replaced fax machines?", "A big email migration that worked", "Anything good on prescriptions?"]
