"""What the bot says in Teams only, and how its words become Teams' markdown."""

import html

HELLO = (
    "I am Counterpoint: I answer well-worn failure anecdotes about public-sector technology with sourced success "
    "stories. I am silent here until whoever added me types `@Counterpoint on`; mention me whenever you like. "
    "I keep settings and ids, never messages: `@Counterpoint help` says more."
)
HELLO_PERSONAL = (
    "I am Counterpoint: I answer well-worn failure anecdotes about public-sector technology with sourced success "
    "stories. Write me a topic or an anecdote, such as fax machines. I keep settings and ids, never messages: `help` "
    "says more."
)
NO_HISTORY = "I cannot read what was said before, for I have no such right: mention me with the words you mean."
NEEDS_PERMISSION = (
    "I hear messages without a mention only where I was added with the permission to receive them; without it I answer "
    "mentions and nothing else."
)
NO_EMOJI = "Teams tells me of no emoji on other people's messages, so here `react` is `private`."
ONLY_IN_PRIVATE = "I can tell you that only in private. Open a chat with me, and ask there."
TAKEN_DOWN = "This reply was taken down."
DISMISSED = "Taken down."


def markdown(text: str) -> str:
    """Our own words as Teams reads them: each line a paragraph, and nothing a tag."""
    return html.escape(text, quote=False).replace("\n", "\n\n")
