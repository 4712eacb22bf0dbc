"""From what a platform sends to the words a person wrote: markup, links, code, quoted lines and mentions go."""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

MAX_CHARACTERS = 8_000
"""What is longer is judged by its start: Slack cuts at 40,000 characters, and time must stay bounded."""
LONG_WORDS = 150
"""A message of more words, of which an encoder reads the start alone, is judged by windows as well."""
WINDOW_WORDS = 100
MAX_WINDOWS = 12

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]{1,500}`", re.DOTALL)
_QUOTED_LINE = re.compile(r"^[ \t]*(?:>|&gt;).*$", re.MULTILINE)
_QUOTED_HTML = re.compile(r"<(blockquote|pre|code|at)\b[^<>]*>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_SLACK_LABEL = re.compile(r"<(?:https?|mailto|tel):[^<>|]*\|([^<>]*)>")
_SLACK_MENTION = re.compile(r"<[@#!][^<>]*>|<(?:https?|mailto|tel):[^<>]*>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_LINK = re.compile(r"\b(?:https?://|www\.)\S+")
_EMOJI_ALIAS = re.compile(r":[a-z0-9_+\-]{2,40}:(?::skin-tone-\d:)?")
_MENTION = re.compile(r"(?<!\w)@[\w.\-]+")
_EMPHASIS = re.compile(r"(?<!\w)[*_~]+(?=\S)|(?<=\S)[*_~]+(?!\w)")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
_SPACES = re.compile(r"[ \t]+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+|\n+")


@dataclass(frozen=True)
class Cleaned:
    """A message's own words: `whole`, and the passages to judge when it is long (`whole` is the first of them)."""

    whole: str
    passages: tuple[str, ...]


def clean(text: str) -> Cleaned:
    """Strip a message to its own words; any text is accepted, and nothing may be left."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS].encode("utf-8", "ignore").decode())
    text = _CODE.sub(" ", text)
    text = _QUOTED_HTML.sub(" ", text)
    text = _QUOTED_LINE.sub(" ", text)
    text = _SLACK_LABEL.sub(r"\1", text)
    text = _SLACK_MENTION.sub(" ", text)
    text = _TAG.sub(" ", text)
    text = html.unescape(text)
    text = _LINK.sub(" ", text)
    text = _EMOJI_ALIAS.sub(" ", text)
    text = _MENTION.sub(" ", text)
    text = _EMPHASIS.sub("", text)
    text = "".join(
        character
        for character in text
        if character in "\n\t\u200d" or unicodedata.category(character) not in _INVISIBLE
    )
    lines = [_SPACES.sub(" ", line).strip() for line in text.splitlines()]
    joined = "\n".join(line for line in lines if line)
    whole = joined.replace("\n", " ")
    passages = (whole, *islice(_windows(joined), MAX_WINDOWS)) if len(whole.split()) > LONG_WORDS else (whole,)
    return Cleaned(whole, passages)


def _windows(text: str) -> Iterator[str]:
    """The sentences, so many together as a window holds; a sentence that is longer still stands alone."""
    window: list[str] = []
    for sentence in _SENTENCE_END.split(text):
        words = sentence.split()
        if window and len(window) + len(words) > WINDOW_WORDS:
            yield " ".join(window)
            window = []
        window += words
    yield " ".join(window)
