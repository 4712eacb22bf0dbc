"""Opens the demo page in a browser without a window and takes the README's picture of it: docs/demo.png.

Needs Chromium (CHROMIUM, default /usr/bin/chromium) and `pip install -e .[dev]`.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

from tests.browsing import chromium


def main() -> None:
    """Start the demo, look at it, end it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/demo.png"))
    parser.add_argument("--scheme", choices=("light", "dark"), default="light")
    options = parser.parse_args()
    command = [sys.executable, "-m", "bot", "demo", "--no-open", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        try:
            said = demo.stdout or ()
            address = next(found[0] for line in said if (found := re.search(r"http\S+", line)))
            take(address, options.scheme, options.out)
        finally:
            demo.terminate()
    print(f"{options.out} is taken")


def take(address: str, scheme: str, out: Path) -> None:
    """The picture, once the opening discussion stands."""
    with chromium() as browser:
        page = browser.new_context(
            viewport={"width": 1280, "height": 840}, color_scheme="dark" if scheme == "dark" else "light"
        ).new_page()
        page.goto(address)
        page.wait_for_selector(".card", timeout=600_000)
        page.wait_for_timeout(500)
        page.screenshot(path=out)


if __name__ == "__main__":
    main()
