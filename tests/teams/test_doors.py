"""What gets past the endpoint: tokens, service addresses, sizes and shapes."""

import dataclasses
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from microsoft_teams.api.auth.cloud_environment import PUBLIC

from bot.platforms.teams.endpoint import MAX_BYTES, SERVICES, is_service
from bot.platforms.teams.platform import TeamsPlatform
from bot.service import Bot
from bot.settings import LOOPBACK, Settings
from tests.emulators.teams import Signer, Somebody, Teams
from tests.teams.conftest import FAX, LOCAL, Office, rooms

OWN = rooms()[2]
OUR_TOKEN = (
    "eyJhbGciOiJub25lIn0.eyJhcHBpZCI6ImJvdC1hcHAtaWQiLCJleHAiOjQxMDI0NDQ4MDAsInNlcnZpY2V1cmwiOiIifQ."  # exp in 2100
)


@pytest.fixture
async def guarded(bot: Bot) -> AsyncIterator[tuple[Teams, Somebody]]:
    """A bot with credentials, that checks tokens by keys of our own and sends a token of its own."""
    async with Teams(token=OUR_TOKEN) as teams:
        cloud = dataclasses.replace(PUBLIC, openid_metadata_url=teams.metadata)
        own = Settings.model_validate({"client_id": "bot-app-id", "client_secret": "secret"})
        platform = TeamsPlatform(own, cloud=cloud, token=lambda *_: OUR_TOKEN, services=LOOPBACK)
        api = FastAPI()
        platform.mount(api)
        teams.deliver_to(api)
        await platform.start(bot)
        yield teams, teams.somebody("Ada")
        await platform.stop()


def ask(teams: Teams, ada: Somebody) -> dict[str, Any]:
    """A question in a personal chat."""
    return teams.made("message", ada, OWN, text=FAX)


async def test_a_request_with_a_good_token_is_answered_with_the_bots_own(guarded: tuple[Teams, Somebody]) -> None:
    teams, ada = guarded
    assert (await teams.send(ask(teams, ada), teams.signer.token(teams.address))).status_code == 200
    await teams.wait_for(lambda: teams.shown(OWN.id))


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "another-bot"},
        {"aud": None},
        {"iss": "https://example.org"},
        {"iss": None},
        {"exp": 1_577_836_800},  # the first day of 2020
        {"exp": None},
        {"serviceurl": "https://smba.trafficmanager.net/other"},
        {"serviceurl": None},
        {"iss": "https://sts.windows.net/somebody/", "tid": "somebody"},
    ],
    ids=str,
)
async def test_a_token_that_is_not_right_is_refused(guarded: tuple[Teams, Somebody], changed: dict[str, Any]) -> None:
    teams, ada = guarded
    answer = await teams.send(ask(teams, ada), teams.signer.token(teams.address, **changed))
    assert answer.status_code == 401
    assert not teams.posts


@pytest.mark.parametrize("token", [None, "", "no token at all", "a.b.c"])
async def test_no_token_is_refused(guarded: tuple[Teams, Somebody], token: str | None) -> None:
    teams, ada = guarded
    assert (await teams.send(ask(teams, ada), token)).status_code == 401


@pytest.mark.parametrize("kid", ["our-key", "unknown-key"])
async def test_a_token_of_another_key_is_refused(guarded: tuple[Teams, Somebody], kid: str) -> None:
    teams, ada = guarded
    token = Signer("bot-app-id", kid).token(teams.address)
    assert (await teams.send(ask(teams, ada), token)).status_code == 401


async def test_the_environment_cannot_turn_the_check_off(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS", "true")
    async with Teams() as teams:
        cloud = dataclasses.replace(PUBLIC, openid_metadata_url=teams.metadata)
        own = Settings.model_validate({"client_id": "bot-app-id", "client_secret": "secret"})
        platform, api = TeamsPlatform(own, cloud=cloud, services=LOOPBACK), FastAPI()
        platform.mount(api)
        teams.deliver_to(api)
        await platform.start(bot)
        assert (await teams.send(ask(teams, teams.somebody("Ada")))).status_code == 401
        await platform.stop()


async def test_without_tokens_only_this_machine_may_call(office: Office) -> None:
    office.teams.deliver_to(office.api, client="192.0.2.7")
    assert (await office.teams.send(ask(office.teams, office.ada))).status_code == 403


async def test_a_service_that_is_not_microsofts_is_refused(office: Office) -> None:
    made = {**ask(office.teams, office.ada), "serviceUrl": "https://example.org/teams"}
    assert (await office.teams.send(made)).status_code == 403


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("https://smba.trafficmanager.net/uk/", True),
        ("https://smba.trafficmanager.net:443/uk/", True),
        ("https://smba.infra.gcc.teams.microsoft.com/gcc", True),
        ("http://smba.trafficmanager.net/uk/", False),
        ("https://smba.trafficmanager.net:8443/", False),
        ("https://smba.trafficmanager.net.example.org/", False),
        ("https://smba.trafficmanager.net@example.org/", False),
        ("https://user@smba.trafficmanager.net/", False),
        ("https://notbotframework.com/", False),
        ("http://127.0.0.1:3978", False),
        ("https://[half", False),
        ("", False),
    ],
)
def test_only_microsofts_own_services_are_known(url: str, known: bool) -> None:
    assert is_service(url, SERVICES) is known


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"type": 7, "serviceUrl": "x"}', 400),
        (b" " * (MAX_BYTES + 1), 413),
    ],
)
async def test_what_is_no_activity_is_refused(office: Office, content: bytes, status: int) -> None:
    assert (await office.teams.send_raw(content)).status_code == status


async def test_before_the_bot_is_ready_teams_is_asked_to_come_back(teams: Teams) -> None:
    platform, api = TeamsPlatform(LOCAL), FastAPI()
    platform.mount(api)
    teams.deliver_to(api)
    answer = await teams.send(ask(teams, teams.somebody("Ada")))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
KINDS = ["message", "invoke", "conversationUpdate", "installationUpdate", "messageDelete", "event", "x"]
WRONG = [
    "id",
    "from",
    "conversation",
    "recipient",
    "channelData",
    "text",
    "entities",
    "value",
    "name",
    "timestamp",
    "action",
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(KINDS),
    junk=st.dictionaries(st.sampled_from(WRONG), JUNK, max_size=4),
)
async def test_whatever_arrives_is_answered_and_never_breaks_the_bot(
    office: Office, kind: str, junk: dict[str, Any]
) -> None:
    made = {**ask(office.teams, office.ada), "type": kind, **junk}
    assert (await office.teams.send(json.loads(json.dumps(made)))).status_code in (200, 400)
    await office.settled()


async def test_what_cannot_be_read_is_logged_without_its_words(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "a very private sentence"
    await office.teams.send({**ask(office.teams, office.ada), "text": [secret]})
    await office.teams.send({**ask(office.teams, office.ada), "text": secret})
    await office.settled()
    assert secret not in caplog.text
