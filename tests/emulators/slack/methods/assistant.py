"""assistant.threads.*: the messages tab of an agent."""

from tests.emulators.slack.blockkit import check_prompts
from tests.emulators.slack.calls import Json, Refusal
from tests.emulators.slack.methods.base import Asked, method


@method(
    "assistant.threads.setSuggestedPrompts",
    "assistant:write",
    needs="channel_id prompts:list",
    takes="thread_ts:ts title",
)
def set_suggested_prompts(asked: Asked) -> Json:
    """Offer up to four prompts. An agent app that names a thread is answered well, and nothing is shown."""
    channel = asked.channel("channel_id")
    faults = check_prompts(asked.args["prompts"])
    if faults:
        raise Refusal("invalid_arguments", *faults)
    if "thread_ts" in asked.args and asked.app.agent:
        asked.state.complain("setSuggestedPrompts with thread_ts: Slack shows nothing in an app with agent_view")
    else:
        channel.prompts.append(asked.args)
    return {}


@method(
    "assistant.threads.setStatus",
    "assistant:write",
    "chat:write",
    needs="channel_id thread_ts:ts status:blank",
    takes="loading_messages:list icon_emoji icon_url username",
)
def set_status(asked: Asked) -> Json:
    """Say what the bot is doing; an empty status clears it."""
    channel = asked.channel("channel_id")
    asked.message(channel, "thread_ts")
    channel.statuses.append(asked.args)
    return {}
