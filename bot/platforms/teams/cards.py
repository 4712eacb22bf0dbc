"""A Reply as an Adaptive Card, made of text that Teams shows literally: no markup is read in it, nobody is mentioned.

Limits: https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-format (version 1.5
of the schema; six buttons; 28 KB a message).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.reply import Reply, ReplyKind
from bot.suggestions import FIELDS, PROMISE

Card = dict[str, Any]

CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"
MAX_TEXT = 2_900
MAX_SMALL = 1_900
MAX_SOURCES = 5
MAX_SUMMARY = 1_000

HELPFUL = "helpful"
NOT_RELEVANT = "not_relevant"
WHY = "why"
MORE = "more"
DISMISS = "dismiss"
MUTE = "mute"
SHARE = "share"
KEEP = "keep"
BOT_SAYS = "Counterpoint is a bot. It keeps ids and settings, never messages."


def cut(text: str, limit: int) -> str:
    """The text within a limit of characters, with an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def literal(text: str) -> str:
    """Text in which cards find no date to reckon: the only thing that plain runs of text are searched for."""
    return text.replace("{{", "{\u200b{")


def run(text: str, **style: Any) -> Card:
    """A piece of plain text."""
    return {"type": "TextRun", "text": literal(text), **style}


def link(text: str, url: str) -> Card:
    """A piece of plain text that opens an address."""
    return run(text, selectAction={"type": "Action.OpenUrl", "url": url})


def paragraph(*runs: Card, **style: Any) -> Card:
    """A paragraph of plain text."""
    return {"type": "RichTextBlock", "inlines": list(runs), **style}


def small(*texts: str) -> list[Card]:
    """Small print, a paragraph each."""
    return [paragraph(run(cut(text, MAX_SMALL), size="Small", isSubtle=True), spacing="Small") for text in texts]


def button(title: str, action: str, intervention: str, private: bool) -> Card:
    """A button whose press comes back with `action` in its data, whoever presses."""
    data = {"action": action, "intervention": intervention, "private": private}
    return {"type": "Action.Execute", "title": title, "verb": action, "data": data}


def card(body: Sequence[Card], actions: Sequence[Card] = (), words: str = "") -> Card:
    """A card; `words` stand in for it where it cannot be shown."""
    made: Card = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "fallbackText": cut(words, MAX_SUMMARY) or "Counterpoint",
        "body": list(body),
    }
    return {**made, "actions": list(actions)} if actions else made


def reply_card(reply: Reply, intervention: str | None = None, private: bool = False, note: str = "") -> Card:
    """The card of a reply, with buttons where there is an intervention.

    `private` is for one that a single person sees; a `note` says below what became of a button that was pressed.
    """
    body = [paragraph(run(cut(reply.conceded, MAX_TEXT)))] if reply.conceded else []
    if reply.title:
        body.append(paragraph(run(cut(reply.title, 200), weight="Bolder")))
    if reply.told:
        body.append(paragraph(run(cut(reply.told, MAX_TEXT))))
    body += small(*([f"Caveat: {reply.caveat}"] if reply.caveat else []))
    body += small(*([f"Why this story: {reply.because}"] if reply.because else []))
    for source in reply.sources[:MAX_SOURCES]:
        body.append(paragraph(run("Source: "), link(cut(source.label, 300), source.url), spacing="Small"))
    body += noted(note) if note else []
    actions: list[Card] = []
    if intervention and reply.kind in (ReplyKind.ANSWER, ReplyKind.STORY):
        actions = _controls(intervention, reply, private)
        body += small(BOT_SAYS)
    return card(body, actions, reply.plain)


def plain_card(text: str) -> Card:
    """A few words as a card."""
    return card([paragraph(run(cut(line, MAX_TEXT))) for line in text.splitlines() if line.strip()], words=text)


def noted(text: str) -> list[Card]:
    """What became of a button that was pressed."""
    lines = [paragraph(run(cut(line, MAX_TEXT))) for line in text.splitlines() if line.strip()]
    return [{"type": "Container", "style": "emphasis", "items": lines}]


def attachment(content: Card) -> Card:
    """A card as it is sent."""
    return {"contentType": CONTENT_TYPE, "content": content}


def preview(reply: Reply) -> Card:
    """How a reply is listed among those that were found."""
    content = {"title": cut(literal(reply.title or reply.text), 100), "text": cut(literal(reply.text), 200)}
    return {"contentType": "application/vnd.microsoft.card.thumbnail", "content": content}


def form(values: Mapping[str, str] | None = None, faults: Mapping[str, str] | None = None) -> Card:
    """The form in which people suggest a story; what is wrong with what they sent stands above each field."""
    values, faults = values or {}, faults or {}
    body = small(PROMISE)
    for name, field in FIELDS.items():
        if name in faults:
            body.append(paragraph(run(faults[name], color="Attention")))
        body.append(
            {
                "type": "Input.Text",
                "id": name,
                "label": field.label,
                "placeholder": field.example,
                "maxLength": field.length,
                "isMultiline": field.several_lines,
                "isRequired": True,
                "errorMessage": f"For example: {field.example}",
                **({"value": values[name]} if values.get(name) else {}),
            }
        )
    return card(body, [{"type": "Action.Submit", "title": "Send", "data": {"action": "suggest"}}], "Suggest a story")


def shareable(reply: Reply, intervention: str | None) -> Card:
    """What a dialog shows: only the one who opened it sees it, and may post it."""
    made = reply_card(reply)
    if intervention and reply.story:
        data = {"action": SHARE, "intervention": intervention}
        made["actions"] = [{"type": "Action.Submit", "title": "Share to channel", "data": data}]
    return made


def _controls(intervention: str, reply: Reply, private: bool) -> list[Card]:
    """More of the same and muting are about an anecdote; a story that was looked up may answer none."""

    def made(title: str, action: str) -> Card:
        return button(title, action, intervention, private)

    shown = [made("Share to channel", SHARE), made("Keep to myself", KEEP)] if private else []
    shown += [] if private else [made("Helpful", HELPFUL), made("Not relevant", NOT_RELEVANT)]
    shown += [made("More like this", MORE)] if reply.trope else []
    shown += [made("Why am I seeing this?", WHY)]
    shown += [made("Mute", MUTE)] if reply.trope else []
    return shown if private else [*shown, made("Dismiss", DISMISS)]
