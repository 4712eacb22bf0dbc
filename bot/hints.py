"""Forms of words in which a claim is seldom made: they explain why a message was not taken for one, and forbid nothing.

The matcher has learned from examples what is a question or a rebuttal, also where it looks like neither, and that some
questions assert. So these are no rules: how often each is right about what was held back is measured by `eval`.
"""

import re
from enum import StrEnum


class Hint(StrEnum):
    """What a message reads like."""

    QUESTION = "a question"
    REBUTTAL = "a rebuttal or a correction"
    QUOTATION = "somebody else's words"


_ASKING = (
    "who|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|can|could|has|have|should|would|will|"
    "any ?one|any ?body|anything|any"
)
_PATTERNS = {
    Hint.QUESTION: (
        rf"(?:^|[.!?,;:]\s+|\bso\s+)(?:{_ASKING})\b[^.!?]{{0,300}}\?\W{{0,20}}$",
        r"\b(?:does|has|did) any ?(?:one|body)\b|\bany ?(?:one|body) (?:know|got|have|seen|remember)",
        r"\b(?:source|citation|reference|link) (?:for|on|to) (?:this|that|the)\b",
        r"\b(?:could someone|can someone|where (?:can|do) i find)\b",
    ),
    Hint.REBUTTAL: (
        r"\b(?:myths?|debunk\w*|misquot\w*|cherry[- ]pick\w*)\b",
        r"\b(?:not|isn['’]?t|wasn['’]?t|never) (?:actually |really |quite )?(?:true|fair|the case|right(?! now))\b",
        r"\b(?:no longer|not any ?more|not since|that was before|hasn['’]?t been)\b",
        r"\bpeople (?:always |still |keep |love to )(?:say\w*|repeat\w*|bring\w*|trot\w*|quot\w*|bang\w*)",
        r"\b(?:tired|sick|bored) of (?:hearing|people)\b|\bstop (?:saying|repeating|quoting)\b",
    ),
    Hint.QUOTATION: (
        r"[“\"][^“”\"\n]{20,400}[”\"]",
        r"(?:^|\n)[ \t]*(?:>|&gt;)",
        r"\b(?:according to|as quoted|the headline|he said|she said|they said|i quote)\b",
    ),
}
_COMPILED = {hint: re.compile("|".join(patterns), re.IGNORECASE) for hint, patterns in _PATTERNS.items()}


def hints(text: str, words: str) -> frozenset[Hint]:
    """What a text reads like, by its words alone; any text is accepted. `words` are its own, without what it quotes."""
    said = {hint: text if hint is Hint.QUOTATION else words for hint in Hint}
    return frozenset(hint for hint, pattern in _COMPILED.items() if pattern.search(said[hint]))
