"""The opening discussion and the things to try show, with the real core, what they are there to show."""

import pytest

from bot.core import Core
from bot.platforms.web.cast import CHANNELS, OPENING, SUGGESTIONS
from bot.reply import ReplyKind

MODES = {channel.id: channel.mode for channel in CHANNELS}
ANECDOTES = [line.text for line in OPENING if "biggest buyer" in line.text or "always fail" in line.text]


@pytest.mark.parametrize("text", [*ANECDOTES, SUGGESTIONS[0][1]])
def test_the_anecdotes_are_answered(core: Core, text: str) -> None:
    judged = core.judge(text)
    assert judged.decision.speak, judged.decision.reason
    assert judged.story


@pytest.mark.parametrize(
    "text",
    [
        *(line.text for line in OPENING if MODES[line.channel] != "off" and line.text not in ANECDOTES),
        SUGGESTIONS[1][1],
    ],
)
def test_everything_else_is_met_with_silence(core: Core, text: str) -> None:
    assert not core.judge(text).decision.speak


@pytest.mark.parametrize(
    "text", [OPENING[-1].text.removeprefix("@Counterpoint "), "vaccination booking", "shared care records"]
)
def test_what_is_asked_is_found(core: Core, text: str) -> None:
    assert core.answer(text).reply.kind in (ReplyKind.ANSWER, ReplyKind.STORY)
