"""The console's pages, opened and used as a browser would."""

import httpx
import pytest
import yaml
from fastapi import FastAPI

from bot.message import Mode
from bot.platforms.console.access import ATTEMPTS
from bot.platforms.console.platform import Console
from bot.service import utc_now
from bot.settings import BadSettings, read_settings
from bot.store import StoreUnavailable, Verdict
from tests.console.conftest import Browser
from tests.console.serving import PAGES, SUGGESTION, TOKEN, WORKSPACE

GUARDED = [page for page in PAGES if page != "/nowhere"]


@pytest.mark.parametrize("page", GUARDED)
async def test_nobody_sees_a_page_without_signing_in(browser: Browser, page: str) -> None:
    seen = await browser.client.get(f"/console{page}")
    assert (seen.status_code, seen.headers["location"]) == (303, "/console/signin")
    assert seen.text == ""


@pytest.mark.parametrize("path", ["/channels", "/pause", "/suggestions/x", "/playground", "/signout"])
async def test_nobody_changes_anything_without_signing_in_or_from_elsewhere(browser: Browser, path: str) -> None:
    fields = {"workspace": WORKSPACE, "channel": "C0DIGITAL", "mode": "off", "paused": "true", "text": "fax"}
    refused = await browser.sends(path, **fields)
    assert (refused.status_code, refused.headers["location"]) == (303, "/console/signin")
    await browser.signs_in()
    browser.csrf = "guessed"
    assert (await browser.sends(path, **fields)).status_code == 403
    await browser.sees("/channels")
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        url, data = f"/console{path}", {"csrf": browser.csrf, **fields}
        assert (await browser.client.post(url, data=data, headers=headers)).status_code == 403
    assert await browser.bot.store.mode(WORKSPACE, "C0DIGITAL") is Mode.REPLY
    assert not await browser.bot.store.paused(WORKSPACE, utc_now())


async def test_a_wrong_token_is_refused_and_soon_not_looked_at(browser: Browser) -> None:
    for _ in range(ATTEMPTS):
        refused = await browser.signs_in("wrong")
        assert (refused.status_code, "not the token" in refused.text) == (403, True)
    blocked = await browser.signs_in(TOKEN)
    assert (blocked.status_code, "Wait a minute" in blocked.text) == (429, True)


async def test_a_cookie_that_was_changed_is_nobodys(operator: Browser) -> None:
    cookie = operator.client.cookies["counterpoint_console"]
    operator.client.cookies.clear()
    forged = {"cookie": f"counterpoint_console={'A' + cookie[1:]}"}
    assert (await operator.client.get("/console/", headers=forged)).status_code == 303


async def test_the_cookie_is_for_the_console_and_for_no_script(browser: Browser) -> None:
    cookie = (await browser.signs_in()).headers["set-cookie"].lower()
    for wanted in ("httponly", "samesite=lax", "path=/console", "max-age=28800"):
        assert wanted in cookie


@pytest.mark.parametrize("page", PAGES)
async def test_every_page_forbids_scripts_frames_and_keeping(operator: Browser, page: str) -> None:
    seen = await operator.client.get(f"/console{page}")
    assert seen.status_code == (404 if page == "/nowhere" else 200)
    policy = seen.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert (seen.headers["cache-control"], seen.headers["x-content-type-options"]) == ("no-store", "nosniff")
    for never in ("<script", "<style", " style=", "onclick", "http-equiv"):
        assert never not in seen.text


async def test_the_overview_counts_what_the_store_counts(operator: Browser) -> None:
    found = await operator.bot.store.statistics(None, 12)
    page = await operator.sees("/")
    assert str(found.total) in page
    for trope, tally in found.tropes.items():
        assert f'{trope}</a></th><td class="number">{tally.replies}</td>' in page
    assert "channel cooled down" in page
    assert f"{(await operator.bot.store.statistics(None, 4)).total}" in await operator.sees("/?weeks=4")


async def test_a_workspace_without_history_says_what_to_do(operator: Browser) -> None:
    assert "Nothing was said" in await operator.sees("/?workspace=T0EMPTY")
    assert "No channel has been set yet" in await operator.sees("/channels?workspace=T0EMPTY")


async def test_a_channels_mode_is_changed(operator: Browser) -> None:
    page = await operator.sees(f"/channels?workspace={WORKSPACE}")
    assert "gov-it-fails" in page
    assert "C0HEALTH" in page
    done = await operator.sends("/channels", workspace=WORKSPACE, channel="C0HEALTH", mode="react")
    assert (done.status_code, done.headers["location"]) == (303, f"/console/channels?workspace={WORKSPACE}")
    assert await operator.bot.store.mode(WORKSPACE, "C0HEALTH") is Mode.REACT
    assert (await operator.sends("/channels", workspace=WORKSPACE, channel="CX", mode="reply")).status_code == 404
    assert (await operator.sends("/channels", workspace=WORKSPACE, channel="C0HEALTH", mode="loud")).status_code == 400


async def test_a_workspace_is_paused_and_resumed(operator: Browser) -> None:
    await operator.sees("/channels")
    await operator.sends("/pause", workspace=WORKSPACE, paused="true")
    assert await operator.bot.store.paused(WORKSPACE, utc_now())
    assert "Paused: the bot is silent here" in await operator.sees(f"/channels?workspace={WORKSPACE}")
    await operator.sends("/pause", workspace=WORKSPACE, paused="false")
    assert not await operator.bot.store.paused(WORKSPACE, utc_now())


async def test_a_suggestion_is_accepted_downloaded_and_put_back(operator: Browser) -> None:
    store = operator.bot.store
    one = (await store.suggestions(WORKSPACE))[0]
    assert SUGGESTION["title"] in await operator.sees("/suggestions")
    await operator.sends(f"/suggestions/{one.id}", verdict="accepted")
    kept = await store.suggestion(one.id)
    assert kept and (kept.verdict, kept.decided_at is not None) == (Verdict.ACCEPTED, True)
    assert "Download YAML" in await operator.sees("/suggestions")
    file = await operator.client.get(f"/console/suggestions/{one.id}.yaml")
    story = yaml.safe_load(file.text)
    assert (story["title"], story["claims"][0]["sources"][0]["url"]) == (SUGGESTION["title"], SUGGESTION["url"])
    assert f'filename="{story["id"]}.yaml"' in file.headers["content-disposition"]
    await operator.sends(f"/suggestions/{one.id}")
    kept = await store.suggestion(one.id)
    assert kept and (kept.verdict, kept.decided_at) == (None, None)


async def test_what_people_typed_is_shown_and_not_run(operator: Browser) -> None:
    page = await operator.sees("/suggestions")
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; &#34;quoted&#34; {{ 7 * 7 }}" in page
    hostile = "<script>alert(1)</script>"
    assert hostile not in await operator.sees(f"/entries?q={hostile}")
    judged = await operator.sends("/playground", text=hostile + " the biggest buyer of fax machines")
    assert hostile not in judged.text
    assert "It would speak" in judged.text


async def test_an_entry_shows_its_claims_dates_and_sources(operator: Browser) -> None:
    trope = await operator.sees("/tropes/nhs-fax-machines")
    for wanted in ("As of June 2024", "Example Audit Office: What became of it", "/console/stories/secure-email"):
        assert wanted in trope
    assert 'href="https://example.org/report?a=1&amp;b=2"' in trope
    assert "no success story answers that" in await operator.sees("/tropes/post-office-horizon")
    story = await operator.sees("/stories/secure-email")
    for wanted in ("What the bot tells", "headline", "review by 1 January 2030", "/console/tropes/gov-it-fails"):
        assert wanted in story
    for missing in ("/tropes/none", "/stories/none"):
        assert (await operator.client.get(f"/console{missing}")).status_code == 404


async def test_the_browser_searches_words_and_meaning(operator: Browser) -> None:
    page = await operator.sees("/entries?q=fax")
    assert "Near in meaning" in page
    assert "How secure email went well" in page
    assert "Nothing here has those words" in await operator.sees("/entries?q=zzzzqqq")


async def test_the_playground_explains_and_keeps_nothing(operator: Browser) -> None:
    await operator.sees("/playground")
    before = await operator.bot.store.export_workspace(WORKSPACE)
    speaks = (await operator.sends("/playground", text="It is the biggest buyer of fax machines")).text
    for wanted in ("It would speak", "Nearest example of it", "What it would say", "95.0 %"):
        assert wanted in speaks
    assert "It would hold back" in (await operator.sends("/playground", text="Who has the fax number?")).text
    assert await operator.bot.store.export_workspace(WORKSPACE) == before
    assert (await operator.sends("/playground", text="x" * 40_001)).status_code == 400
    assert (await operator.sends("/playground", text="é" * 200_000)).status_code == 413


async def test_signed_out_nothing_is_seen(operator: Browser) -> None:
    assert (await operator.sends("/signout")).headers["location"] == "/console/signin"
    assert (await operator.client.get("/console/")).status_code == 303


async def test_while_it_starts_and_without_a_database_the_page_says_so(
    operator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(operator.bot.store, "statistics", away)
    page = await operator.client.get("/console/")
    assert (page.status_code, "database cannot be reached" in page.text) == (503, True)


async def test_before_there_is_a_bot(browser: Browser, tmp_path: object) -> None:
    from tests.console.serving import settings

    console, app = Console(settings(tmp_path)), FastAPI()  # type: ignore[arg-type]
    console.mount(app)
    assert not console.condition.connected
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://console") as client:
        early = Browser(client, browser.bot)
        await client.post("/console/signin", data={"token": TOKEN})
        page = await early.client.get("/console/")
        assert (page.status_code, "is starting" in page.text) == (503, True)


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ({"CONSOLE_TOKEN": "short"}, "at least 32 random characters"),
        ({"CONSOLE_TOKEN": "x" * 32, "CONSOLE_URL": "http://bot.example.org"}, "must start with https://"),
        ({"CONSOLE_URL": "https://bot.example.org"}, "set CONSOLE_TOKEN too"),
    ],
)
def test_settings_that_open_nothing_or_too_much(
    given: dict[str, str], advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=advice):
        read_settings()
