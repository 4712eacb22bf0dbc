"""A Reply as Block Kit, inside every limit by construction, with text that can never mention anyone.

Limits: https://docs.slack.dev/reference/block-kit/blocks (50 blocks; a section's text 3,000 characters; 10 elements in
a context block; a button's text 75; a button's value 2,000).
"""

from collections.abc import Sequence
from typing import Any

from bot.reply import Reply, ReplyKind

Block = dict[str, Any]

MAX_TEXT = 2_900
MAX_CONTEXT = 1_900
MAX_SOURCES = 5
MAX_BUTTON = 75

HELPFUL = "reply_helpful"
NOT_RELEVANT = "reply_not_relevant"
WHY = "reply_why"
MORE = "reply_more"
DISMISS = "reply_dismiss"
MUTE = "reply_mute"
SHARE = "reply_share"
KEEP = "reply_keep"
SUGGEST = "suggest_story"


def escape(text: str) -> str:
    """Text as Slack's markup shows it literally: it can neither mention, nor link, nor break a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, limit: int) -> str:
    """The text within a limit of characters, with an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def link(url: str, label: str) -> str:
    """A named link; a bar or an angle bracket cannot end it early."""
    address = url.replace("<", "%3C").replace(">", "%3E").replace("|", "%7C").replace(" ", "%20")
    return f"<{address}|{escape(label).replace('|', '/')}>"


def section(text: str) -> Block:
    """A paragraph; `text` is markup already."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def context(text: str) -> Block:
    """Small print; `text` is markup already."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}


def button(text: str, action: str, value: str, style: str | None = None) -> Block:
    """A button; `value` comes back when it is pressed."""
    made: Block = {
        "type": "button",
        "text": {"type": "plain_text", "text": cut(text, MAX_BUTTON), "emoji": True},
        "action_id": action,
        "value": value,
    }
    return {**made, "style": style} if style else made


def actions(*buttons: Block) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(buttons)}


def reply_blocks(reply: Reply, intervention: str | None = None, controls: Sequence[Block] = ()) -> list[Block]:
    """The blocks of a reply; `controls` take the place of the buttons that a reply in a channel has."""
    blocks = [section(cut(escape(reply.conceded), MAX_TEXT))] if reply.conceded else []
    if reply.told:
        title = f"*{cut(escape(reply.title), 200)}*\n" if reply.title else ""
        blocks.append(section(title + cut(escape(reply.told), MAX_TEXT - 300)))
    small = [f"Caveat: {escape(reply.caveat)}"] if reply.caveat else []
    small += [f"Why this story: {escape(reply.because)}"] if reply.because else []
    if small:
        blocks.append(context(cut("\n".join(small), MAX_CONTEXT)))
    blocks += [context(f"Source: {link(s.url, cut(s.label, 300))}") for s in reply.sources[:MAX_SOURCES]]
    if controls:
        blocks.append(actions(*controls))
    elif intervention and reply.kind in (ReplyKind.ANSWER, ReplyKind.STORY):
        blocks += public_controls(intervention, reply)
    return blocks or [section("…")]


def public_controls(intervention: str, reply: Reply) -> list[Block]:
    """What can be done with a reply that stands in a channel."""
    feedback = [button("Helpful", HELPFUL, intervention), button("Not relevant", NOT_RELEVANT, intervention)]
    return [
        actions(*feedback, *_everywhere(intervention, reply), button("Dismiss", DISMISS, intervention)),
        context("Counterpoint is a bot. It keeps ids and settings, never messages."),
    ]


def private_controls(intervention: str, reply: Reply) -> list[Block]:
    """What can be done with a reply that only one person sees."""
    share = button("Share to channel", SHARE, intervention, "primary")
    return [share, button("Keep to myself", KEEP, intervention), *_everywhere(intervention, reply)]


def _everywhere(intervention: str, reply: Reply) -> list[Block]:
    """More of the same and muting are about an anecdote; a story that was looked up may answer none."""
    why = button("Why am I seeing this?", WHY, intervention)
    if not reply.trope:
        return [why]
    return [button("More like this", MORE, intervention), why, button("Mute", MUTE, intervention)]


def plain(text: str) -> list[Block]:
    """A few words as blocks; `text` is literal."""
    return [section(cut(escape(text), MAX_TEXT))]
