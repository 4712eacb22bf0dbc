"""The console in a real browser: looked at in every size and scheme, checked by axe-core, used without scripts."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from tests import browsing
from tests.console.serving import PAGES, TOKEN, WORKSPACE, Served, served
from tests.installed import npm_package

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

pytestmark = pytest.mark.slow

SIZES: "dict[str, ViewportSize]" = {"wide": {"width": 1280, "height": 900}, "phone": {"width": 360, "height": 740}}
ColorScheme = Literal["light", "dark"]
SCHEMES: tuple[ColorScheme, ...] = ("light", "dark")
SERIOUS = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.filter((v) => ["serious", "critical"].includes(v.impact))
    .map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(" | ")}`);
}"""


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("console")) as one:
        yield one


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    with browsing.chromium() as browser:
        yield browser


def sign_in(page: "Page", console: Served) -> None:
    page.goto(f"{console.address}/signin")
    page.get_by_label("token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Overview").wait_for()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_accessible_and_fits(
    chromium: "Browser", console: Served, size: str, scheme: ColorScheme
) -> None:
    """Axe-core runs past the content policy, which forbids scripts to everybody else."""
    axe = (npm_package("axe-core") / "axe.min.js").read_text()
    context = chromium.new_context(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    wrong = []
    for path in ("/signin", *PAGES):
        if path == PAGES[0]:
            sign_in(page, console)
        page.goto(f"{console.address}{path}")
        page.evaluate(axe)
        wrong += [f"{path}: {fault}" for fault in page.evaluate(SERIOUS)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wrong.append(f"{path}: scrolls sideways")
    context.close()
    assert wrong == []


def test_it_works_without_scripts_and_breaks_no_policy(chromium: "Browser", console: Served, tmp_path: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    sign_in(page, console)
    page.goto(f"{console.address}/channels?workspace={WORKSPACE}")
    page.get_by_label("Mode of C0DIGITAL", exact=True).select_option("react")
    page.get_by_role("button", name="Set the mode of C0DIGITAL").click()
    assert page.get_by_label("Mode of C0DIGITAL", exact=True).input_value() == "react"
    page.get_by_role("link", name="Suggestions").click()
    page.get_by_role("button", name="Accept: A council answers").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download YAML").click()
    download.value.save_as(tmp_path / "story.yaml")
    assert "A council answers planning queries" in (tmp_path / "story.yaml").read_text()
    page.get_by_role("button", name="Undo: A council answers").click()
    page.get_by_role("link", name="Playground").click()
    page.get_by_label("A message").fill("the biggest buyer of fax machines, you know")
    page.get_by_role("button", name="Judge it").click()
    page.get_by_role("heading", name="It would speak").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in to the console").wait_for()
    context.close()
    assert complaints == []
