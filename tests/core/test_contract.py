"""The evaluation contract: `match --jsonl` and `ask --jsonl`, driven as another program drives them."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from bot.core import Core
from bot.settings import Settings

HOSTILE: list[str] = [
    "",
    " ",
    "a",
    "\x00\x01\x1b[31m",
    "\ud800\udfff lone surrogates \udc00",
    "\u202eright to left\u202c override",
    "The NHS still runs on fax machines " * 3000,
    "x" * 100_000,
    "<" * 100_000,
    "😀" * 25_000,
    "\n" * 100_000,
    "```" * 30_000,
    "'; DROP TABLE interventions; --",
    "{{7*7}} ${7*7} %s %n",
    "\ufeff\u200b\u2060",
]
BAD_LINES = [
    b"not json",
    b"[1, 2]",
    b'{"id": "no-text"}',
    b'{"id": 7, "text": 5}',
    b"\xff\xfe\x00",
    b"null",
    b"[" * 5000,
]


def run(settings: Settings, command: str, lines: list[bytes]) -> list[dict[str, Any]]:
    environment = {
        **os.environ,
        "CACHE_PATH": str(settings.cache_path),
        "KNOWLEDGE_PATH": str(settings.knowledge_path[0]),
    }
    done = subprocess.run(
        [sys.executable, "-m", "bot", command, "--jsonl"],
        input=b"\n".join(lines),
        capture_output=True,
        timeout=240,
        check=True,
        env=environment,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def encoded(texts: list[str]) -> list[bytes]:
    return [json.dumps({"id": number, "text": text}).encode() for number, text in enumerate(texts)]


@pytest.mark.parametrize("command", ["match", "ask"])
def test_every_line_gets_an_answer_in_order_whatever_it_holds(core: Core, settings: Settings, command: str) -> None:
    lines = [
        *encoded(HOSTILE),
        *BAD_LINES,
        *encoded(["The NHS is the biggest buyer of fax machines in the world"]),
    ]
    answers = run(settings, command, lines)
    assert len(answers) == len(lines)
    assert [answer["id"] for answer in answers[: len(HOSTILE)]] == list(range(len(HOSTILE)))
    for bad in answers[len(HOSTILE) : -1]:
        assert set(bad) == {"id", "error"}
    assert answers[len(HOSTILE) + 2]["id"] == "no-text"
    assert answers[-1]["trope"] == "nhs-fax-machines"
    if command == "match":
        for answer in [*answers[: len(HOSTILE)], answers[-1]]:
            assert set(answer) == {"id", "trope", "probability", "decision", "reason", "story"}
            assert 0 <= answer["probability"] <= 1
            assert answer["decision"] in ("speak", "hold")
            assert (answer["story"] is not None) == (answer["decision"] == "speak")
            assert answer["reason"]
        assert answers[-1]["decision"] == "speak"
        assert answers[-1]["story"] == "axe-the-fax"
    else:
        assert set(answers[-1]) == {"id", "trope", "stories", "found"}
        assert set(answers[-1]["stories"][0]) == {"id", "title", "summary", "score"}
        scores = [story["score"] for story in answers[-1]["stories"]]
        assert scores == sorted(scores, reverse=True)
