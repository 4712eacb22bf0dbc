"""Opens the console over a made-up quarter in a browser without a window, and takes pictures of its pages.

Writes docs/console.png; with --all DIR every page, light and dark, wide and narrow. Needs Chromium (CHROMIUM, default
/usr/bin/chromium) and `pip install -e .[dev]`.
"""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Page, ViewportSize

from tests.browsing import chromium
from tests.console.serving import PAGES, TOKEN, Served, served

WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 360, "height": 740}


def main() -> None:
    """Serve, sign in, look."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/console.png"))
    parser.add_argument("--all", type=Path, help="a folder for a picture of every page")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as console, chromium() as browser:
        for scheme in ("light", "dark") if options.all else ("light",):
            for name, size in (("wide", WIDE), ("narrow", NARROW)) if options.all else (("wide", WIDE),):
                page = browser.new_context(viewport=size, color_scheme=scheme).new_page()
                sign_in(page, console)
                if options.all:
                    for path in PAGES:
                        page.goto(f"{console.address}{path}")
                        what = path.strip("/").replace("/", "-").replace("?", "-") or "overview"
                        page.screenshot(path=options.all / f"{what}-{scheme}-{name}.png", full_page=True)
                else:
                    page.screenshot(path=options.out)


def sign_in(page: Page, console: Served) -> None:
    """By the token."""
    page.goto(f"{console.address}/")
    page.get_by_label("token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector("h1")


if __name__ == "__main__":
    main()
