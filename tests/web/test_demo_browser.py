"""The demo page in a real browser: typed at, looked at, walked through with the keyboard alone."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from tests import browsing
from tests.web.conftest import NewApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.slow

CHECKS = (Path(__file__).parent / "accessibility.js").read_text()
FAX = "The NHS is the world's biggest buyer of fax machines, you know."
APP = "Honestly the NHS App is useless."
FOCUSED = """() => {
  const node = document.activeElement, style = getComputedStyle(node);
  const ringed = style.outlineStyle !== "none" && style.outlineWidth !== "0px";
  return [node === document.body ? "" : node.textContent.trim().slice(0, 40), ringed];
}"""
NewPage = Callable[..., "Page"]


@pytest.fixture
def address(new_app: NewApp) -> Iterator[str]:
    """The demo page, served on a free port."""
    app, parts = new_app()
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="on"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not (server.started and parts.settled.is_set()):
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/demo"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """A browser without a window."""
    with browsing.chromium() as browser:
        yield browser


@pytest.fixture
def new_page(chromium: "Browser", address: str) -> Iterator[NewPage]:
    """Opens the demo page in a window of its own; whatever the browser complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_page(**options: Any) -> "Page":
        size: Any = {"width": 1280, "height": 800}
        context = chromium.new_context(**{"viewport": size, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        page.wait_for_selector(".card")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def say(page: "Page", text: str) -> None:
    """Type a text and send it."""
    page.get_by_label("Message to").fill(text)
    page.keyboard.press("Enter")


def message(page: "Page", text: str) -> "Locator":
    """The message with a text, and its thread."""
    return page.locator(".log > .post", has_text=text).last


def test_a_trope_is_answered_with_sources_as_links(new_page: NewPage, tmp_path: Path) -> None:
    page = new_page()
    say(page, APP)
    reply = message(page, APP).locator(".card")
    reply.wait_for()
    link = reply.locator(".sources a").first
    assert link.get_attribute("href") == "https://example.org/report?a=1&b=2"
    assert link.get_attribute("target") == "_blank"
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert "checked 11/2026" in link.inner_text()
    reply.get_by_role("button", name="Why am I seeing this?").click()
    reply.locator(".reasons li").first.wait_for()
    reply.get_by_role("button", name="Helpful").click()
    reply.get_by_text("Thank you").wait_for()
    assert reply.get_by_role("button", name="Helpful").get_attribute("aria-pressed") == "true"
    page.screenshot(path=tmp_path / "light.png")


def test_a_near_miss_is_met_with_silence_and_explained(new_page: NewPage) -> None:
    page = new_page()
    say(page, "Who has the fax number of the lab?")
    held = message(page, "Who has the fax number")
    held.get_by_text("Held back: 10% sure, speaks from 80%").click()
    assert "fax machines contrast 0" in held.locator(".why-body").inner_text()
    assert held.locator(".card").count() == 0


def test_a_lookup_is_private_and_shared_on_request(new_page: NewPage) -> None:
    page = new_page()
    say(page, "/counterpoint electronic prescriptions")
    found = message(page, "You looked up")
    found.get_by_text("Only you can see this").wait_for()
    found.get_by_role("button", name="Share to channel").click()
    page.get_by_text("Shared by Amara Osei").wait_for()
    assert page.get_by_text("Only you can see this").count() == 0


def test_cooldowns_can_be_tried_by_skipping_ahead(new_page: NewPage) -> None:
    page = new_page()
    say(page, APP)
    message(page, APP).locator(".card").wait_for()
    page.get_by_label("Speak as").select_option("priya")
    say(page, FAX)
    held = message(page, FAX)
    held.locator(".why summary").click()
    held.get_by_role("button", name="Skip ahead").click()
    page.get_by_role("button", name="Settings", exact=True).first.click()
    page.get_by_text("ahead. Cooldowns go by this clock").wait_for()


def test_hostile_text_is_shown_as_text(new_page: NewPage) -> None:
    page = new_page()
    hostile = '<img src=x onerror="document.title=1"><b>bold</b>'
    say(page, hostile)
    message(page, "onerror").wait_for()
    assert page.locator(".log img, .log b").count() == 0
    assert "Counterpoint demo" in page.title()


def test_everything_is_reached_by_the_keyboard_alone(new_page: NewPage) -> None:
    page = new_page()
    keys = page.keyboard
    keys.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    keys.press("Enter")
    keys.type(APP)
    keys.press("Enter")
    reply = message(page, APP).locator(".card")
    reply.wait_for()
    assert page.evaluate("document.activeElement.id") == "text"
    reached = set()
    for _ in range(60):
        keys.press("Shift+Tab")
        seen = page.evaluate(FOCUSED)
        reached.add(seen[0])
        assert seen[1] or seen[0] == "", f"no focus ring on {seen[0]}"
    assert {"Dismiss", "Mute", "Helpful", "Reply in thread", "Delete", "Settings"} <= reached
    page.locator(".card").last.get_by_role("button", name="Dismiss").focus()
    keys.press("Enter")
    reply.wait_for(state="detached")
    assert page.evaluate("document.activeElement.id") == "text"
    page.locator("#panel-toggle").focus()
    keys.press("Enter")
    assert page.evaluate("document.activeElement.id") == "panel-title"
    keys.press("Escape")
    assert page.evaluate("document.activeElement.id") == "panel-toggle"


def test_a_thread_is_answered_and_left_by_the_keyboard(new_page: NewPage) -> None:
    page = new_page()
    page.locator(".log > .post").first.get_by_role("button", name="Reply in thread").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("In the thread")
    page.keyboard.press("Enter")
    page.locator(".thread").first.get_by_text("In the thread").wait_for()
    page.keyboard.press("Escape")
    assert page.get_by_label("Message to #digital-health").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (640, 400), (360, 740)])
def test_it_is_readable_in_every_colour_and_width(
    new_page: NewPage, tmp_path: Path, scheme: str, width: int, height: int
) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": height}, reduced_motion="reduce")
    say(page, "/counterpoint secure email")
    page.get_by_text("You looked up").wait_for()
    page.locator(".why summary").last.click()
    assert page.evaluate(CHECKS) == []
    page.screenshot(path=tmp_path / f"{scheme}-{width}.png")
    page.locator("#panel-toggle").click()
    page.wait_for_selector("#panel h3")
    assert page.evaluate(CHECKS) == []


def test_colours_can_be_changed_and_stay_changed(new_page: NewPage) -> None:
    page = new_page(color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Dark colours").click()
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    page.wait_for_selector(".card")
    assert page.evaluate(ground) == dark


def test_another_tab_sees_what_is_said(new_page: NewPage) -> None:
    page = new_page()
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector(".card")
    say(page, APP)
    message(other, APP).locator(".card").wait_for(timeout=10_000)
