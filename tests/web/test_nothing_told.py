"""Whatever happens on both platforms, no log, metric, probe or trace tells a word, a person, a place or a secret."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bot.logs import configure
from bot.message import Mode
from bot.platforms.web.tracing import Tracing
from tests.emulators.slack import Slack, events
from tests.web.both import FAX, HARM, LEAD, Both, serving_both

METRICS_TOKEN = "a-token-for-the-metrics"
KEY = "a-key-to-the-names-that-persons-go-by"
SIGNING = "a-secret-that-signs"
BROKEN = f"{LEAD}this breaks the matcher"


@pytest.fixture
def levels() -> Iterator[None]:
    """Every logger at its level again after the test."""
    manager = logging.root.manager
    before = {name: logging.getLogger(name).level for name in [*manager.loggerDict, ""]}
    yield
    for name in [*manager.loggerDict, ""]:
        logging.getLogger(name).setLevel(before.get(name, logging.NOTSET))
    logging.captureWarnings(False)


def everything_logs() -> None:
    """Every logger there is says all that it can say."""
    for name in [*logging.root.manager.loggerDict, ""]:
        logging.getLogger(name).setLevel(logging.DEBUG)


async def trouble(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both platforms are used, and refuse, and things break."""
    slack, teams, bot = both.slack, both.teams, both.slack.bot.id
    listen = both.bot.core.matcher.listen

    def breaks(messages: list[tuple[str, Mode]]) -> object:
        if any("breaks the matcher" in text for text, _ in messages):
            raise ValueError(f"cannot judge {messages}")
        return listen(messages)

    monkeypatch.setattr(both.bot._matches, "_work", breaks)
    await both.talk()
    for text in (HARM, BROKEN, f"<@{bot}> {FAX}", f"<@{bot}> {BROKEN}"):
        await slack.says(both.ada, both.general, text)
        await teams.says(both.grace, both.channel, text, mention="<@" in text)
    for answer in ("not_in_channel", "missing_scope"):
        slack.faults.error("chat.postMessage", answer)
        await slack.says(both.ada, both.general, f"<@{bot}> {FAX} {answer}")
    teams.refuse(403)
    await teams.says(both.grace, both.channel, FAX, mention=True)
    (reply, *_) = slack.posts(both.general)
    for button in ("reply_why", "reply_dismiss"):
        await slack.presses(both.ada, reply, button)
    await slack.types(both.ada, both.general, FAX)
    await slack.send_event({**events.app_mention(both.general, reply, both.ada), "type": "zebedee", "text": LEAD})
    await slack.sockets.send_raw(f'{{"type": "events_api", "payload": {{"text": "{LEAD}"}}')
    await teams.send_raw(f'{{"type": "{LEAD}"'.encode())
    await teams.send({"type": "message", "serviceUrl": teams.address, "text": LEAD, "from": {"id": both.grace.id}})
    await teams.invokes("composeExtension/query", both.grace, both.channel, {"commandId": LEAD, "parameters": []})
    await both.client.get(f"/nowhere/{both.ada.id}?text={LEAD}", headers={"Authorization": f"Bearer {SIGNING}"})
    slack.sockets.drop()
    monkeypatch.setattr("aiosqlite.connect", _gone)
    await both.bot.store.engine.dispose()
    await both.client.get("/readyz")
    await teams.says(both.grace, both.channel, FAX, mention=True)
    await teams.wait_for(lambda: "cannot reach my records" in repr([post.words for post in teams.posts]))


def _gone(*_: object, **__: object) -> None:
    raise OSError("the database is gone")


def needles(slack: Slack, both: Both) -> set[str]:
    """What must be found nowhere."""
    people = {both.ada.id, both.grace.id, slack.bot.id}
    places = {slack.team.id, both.general.id, both.channel.id, both.channel.workspace}
    secrets = {slack.bot_token, slack.app.app_token, METRICS_TOKEN, KEY, SIGNING}
    return {"Zebedee", "biggest buyer", "accused"} | people | places | secrets


@pytest.mark.usefixtures("levels")
async def test_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    written, naive, collector = io.StringIO(), io.StringIO(), InMemorySpanExporter()
    log, everything = configure("DEBUG", "json", stream=written), logging.StreamHandler(naive)
    logging.getLogger().addHandler(everything)
    everything_logs()
    tracing = Tracing(lambda: collector)
    try:
        async with serving_both(tmp_path, tracing, metrics_token=METRICS_TOKEN, counterpoint_key=KEY) as both:
            everything_logs()
            await trouble(both, monkeypatch)
            told = [(await both.client.get("/readyz")).text]
            told.append(await both.metrics(Authorization=f"Bearer {METRICS_TOKEN}"))
    finally:
        for handler in (log, everything):
            logging.getLogger().removeHandler(handler)
    spans = "".join(span.to_json() for span in collector.get_finished_spans())
    out, err = capfd.readouterr()
    hidden = needles(both.slack, both)
    assert len([needle for needle in hidden if needle in naive.getvalue()]) > len(hidden) / 2  # they went through
    for told_to, text in {"log": written.getvalue(), "traces": spans, "pages": "".join(told), "out": out + err}.items():
        assert [needle for needle in hidden if needle in text] == [], told_to
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert {line["platform"] for line in lines if "could not be handled" in line["message"]} == {
        "Slack",
        "Microsoft Teams",
    }
    assert '"event"' in spans
