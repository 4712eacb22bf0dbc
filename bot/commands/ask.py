"""`counterpoint ask` and `counterpoint match`: one text, or many as JSON lines by the evaluation contract."""

import json
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.panel import Panel

from bot import reply
from bot.commands.loading import load_core
from bot.commands.terminal import console, fail
from bot.reply import Reply, ReplyKind

if TYPE_CHECKING:
    from bot.core import Core

Jsonl = Annotated[bool, typer.Option("--jsonl", help='read lines {"id": …, "text": …}, write one line for each')]


def ask(
    text: Annotated[str | None, typer.Argument(help="what to look up, such as 'fax machines'")] = None,
    jsonl: Jsonl = False,
) -> None:
    """Look up a sourced story, as a mention or a slash command would."""
    core = load_core(quiet=jsonl)
    if jsonl:
        answer_lines(lambda line: asked(core, line))
    else:
        show(core.answer(_given(text, "ask 'fax machines'")).reply)


def match(
    text: Annotated[str | None, typer.Argument(help="a message as somebody would write it")] = None,
    jsonl: Jsonl = False,
) -> None:
    """Say whether the bot would reply to a message in a channel that is on, and why."""
    core = load_core(quiet=jsonl)
    if jsonl:
        answer_lines(lambda line: matched(core, line))
        return
    judgement = core.judge(_given(text, "match 'the NHS still runs on fax machines'"))
    colour, word = ("green", "speaks") if judgement.decision.speak else ("yellow", "holds back")
    console.print(f"[bold {colour}]Counterpoint {word}[/]: {escape(judgement.decision.reason)}.")
    for line in reply.explain(judgement.match, ""):
        console.print(f"  {escape(line)}", highlight=False, soft_wrap=True)
    if judgement.decision.speak and judgement.match.trope and judgement.story:
        show(core.reply_to(judgement.match.trope, judgement.story))


def matched(core: "Core", text: str) -> dict[str, Any]:
    """What `match --jsonl` says about a text."""
    judgement = core.judge(text)
    speaks = judgement.decision.speak and judgement.story is not None
    return {
        "trope": judgement.match.trope,
        "probability": round(judgement.match.probability, 6),
        "decision": "speak" if speaks else "hold",
        "reason": judgement.decision.reason,
        "story": judgement.story if speaks else None,
    }


def asked(core: "Core", text: str) -> dict[str, Any]:
    """What `ask --jsonl` says about a text."""
    found = core.answer(text).lookup
    return {
        "trope": found.trope.id if found.trope else None,
        "stories": [
            {"id": r.story.id, "title": r.story.title, "summary": r.story.summary, "score": round(r.score, 4)}
            for r in found.stories
        ],
        "found": found.found,
    }


def answer_lines(answer: Callable[[str], dict[str, Any]]) -> None:
    """Answer each line of standard input with one line of standard output, in order, whatever the line holds."""
    out = sys.stdout.buffer
    for raw in _lines():
        identity: Any = None
        try:
            line = json.loads(raw.decode("utf-8", "replace"))
            if not isinstance(line, dict):
                raise ValueError('expected an object such as {"id": 1, "text": "…"}')
            identity = line.get("id")
            if not isinstance(line.get("text"), str):
                raise ValueError('"text" is missing or is not text')
            said = {"id": identity, **answer(line["text"])}
        except (ValueError, RecursionError) as error:
            said = {"id": identity, "error": f"this line is not valid: {error}"}
        out.write(json.dumps(said).encode() + b"\n")
        out.flush()


def _lines() -> Iterator[bytes]:
    for raw in sys.stdin.buffer:
        if raw.strip():
            yield raw


def _given(text: str | None, example: str) -> str:
    if text is None:
        fail(f"nothing to look at; type: counterpoint {example.replace(chr(39), chr(34))}")
    return text


def show(said: Reply) -> None:
    """Print a reply for a person."""
    body = [escape(part) for part in (said.conceded, f"[bold]{escape(said.told)}[/]" if said.told else "") if part]
    if said.told:
        body[-1] = f"[bold]{escape(said.told)}[/]"
    if said.caveat:
        body.append(f"[dim]Caveat: {escape(said.caveat)}[/]")
    if said.because:
        body.append(f"[dim]Why this story: {escape(said.because)}[/]")
    body += [
        f"[link={source.url}]{escape(source.label)}[/link]\n  [cyan]{escape(source.url)}[/]" for source in said.sources
    ]
    style = "yellow" if said.kind in (ReplyKind.NOTHING, ReplyKind.HARM) else "green"
    console.print(
        Panel(
            "\n".join(body),
            title=escape(said.title) or None,
            border_style=style,
            width=min(100, console.width),
        )
    )
