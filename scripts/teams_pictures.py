"""Takes the pictures of docs/teams.md: the bot in Microsoft's playground, seen by a browser without a window.

Needs Chromium (CHROMIUM, default /usr/bin/chromium) and what scripts/test.sh installs.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bot.platforms.teams.manifest import FIND
from bot.settings import Settings
from tests.browsing import chromium
from tests.installed import Missing
from tests.teams.playground.page import CHANNEL, GROUP, PICTURE_SIZE, Person
from tests.teams.playground.servers import LOCAL, bot_served, playground_served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FAX = "The NHS is still the world's biggest buyer of fax machines."
LIMIT = 150_000
"""Bytes of a picture at the most."""


def main() -> None:
    """Start both processes, look at them, end them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("docs"))
    folder = parser.parse_args().folder.resolve()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="counterpoint-pictures-") as work,
            bot_served(Settings().cache_path, Path(work), LOCAL) as bot,
            playground_served(bot, Path(work)) as address,
            chromium() as window,
        ):
            unasked(new_person(window, address), folder / "teams-reply.png")
            privately(new_person(window, address), folder / "teams-find.png")
    except Missing as error:
        sys.exit(str(error))


def unasked(amara: Person, path: Path) -> None:
    """A channel that was turned on, an anecdote in it, and the reply."""
    amara.enter(CHANNEL)
    amara.say("on", mention=True)
    amara.see("I answer well-worn anecdotes")
    amara.be_overheard(FAX)
    amara.card().scroll_into_view_if_needed()
    take(amara, path)


def privately(amara: Person, path: Path) -> None:
    """The dialog of "Find a counterpoint" on a message."""
    amara.enter(GROUP)
    amara.say(FAX)
    amara.extension(FIND, on=FAX).get_by_role("link").first.wait_for()
    take(amara, path)


def new_person(chromium: "Browser", address: str) -> Person:
    """Somebody at a page of her own, without the playground's log."""
    person = Person(chromium.new_context(viewport=PICTURE_SIZE).new_page(), address)
    person.close_log()
    return person


def take(amara: Person, path: Path) -> None:
    """The picture, once the page is still; a large one is an error."""
    amara.page.wait_for_timeout(500)
    amara.page.screenshot(path=path)
    size = path.stat().st_size
    if size > LIMIT:
        sys.exit(f"{path} has {size} bytes, more than {LIMIT}; make PICTURE_SIZE smaller")
    print(f"{path} is taken")


if __name__ == "__main__":
    main()
