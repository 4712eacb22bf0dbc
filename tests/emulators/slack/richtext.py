"""Rich text: paragraphs, lists, quotes and code, with their inline parts.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from tests.emulators.slack.shape import address, each, flag, number, one_of, record, string, tagged

_MARKS = dict.fromkeys(
    ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), flag
)
_STYLE = {"style": record({}, _MARKS)}
_INLINE = tagged(
    {
        "text": record({"text": string(12_000)}, _STYLE),
        "link": record({"url": address()}, {"text": string(3_000), "unsafe": flag, **_STYLE}),
        "emoji": record({"name": string(100)}, {"unicode": string(100), "skin_tone": number(1, 6), **_STYLE}),
        "user": record({"user_id": string(32)}, _STYLE),
        "usergroup": record({"usergroup_id": string(32)}, _STYLE),
        "channel": record({"channel_id": string(32)}, _STYLE),
        "team": record({"team_id": string(32)}, _STYLE),
        "broadcast": record({"range": one_of("here", "channel", "everyone")}, _STYLE),
        "color": record({"value": string(32)}, _STYLE),
        "date": record(
            {"timestamp": number(0, 2**40), "format": string(255)},
            {"url": address(), "fallback": string(255), **_STYLE},
        ),
    }
)
_INLINES = each(_INLINE, least=0)
_SECTION = {"rich_text_section": record({"elements": _INLINES})}
PARTS = tagged(
    {
        **_SECTION,
        "rich_text_list": record(
            {"style": one_of("bullet", "ordered"), "elements": each(tagged(_SECTION))},
            {"indent": number(0, 8), "offset": number(0, 10_000), "border": number(0, 1)},
        ),
        "rich_text_preformatted": record({"elements": _INLINES}, {"border": number(0, 1), "language": string(50)}),
        "rich_text_quote": record({"elements": _INLINES}, {"border": number(0, 1)}),
    }
)
RICH_TEXT = record({"elements": each(PARTS)})
