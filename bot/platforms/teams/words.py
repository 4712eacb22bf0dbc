"""What the bot says in Teams only, and how its words become Teams' markdown."""

import html

NO_HISTORY = "I cannot read what was said before, for I have no such right: mention me with the words you mean."
NEEDS_PERMISSION = (
    "I hear messages without a mention only where I was added with the permission to receive them; without it I answer "
    "mentions and nothing else."
)
NO_EMOJI = "Teams tells me of no emoji on other people's messages, so here `react` is `private`."
ONLY_IN_PRIVATE = "I can tell you that only in private. Open a chat with me, and ask there."
PERSONAL = "Write me a topic or an anecdote. I keep settings and ids, never messages: `help` says more."
TAKEN_DOWN = "This reply was taken down."
DISMISSED = "Taken down."


def markdown(text: str) -> str:
    """Our own words as Teams reads them: each line a paragraph, and nothing a tag."""
    return html.escape(text, quote=False).replace("\n", "\n\n")
