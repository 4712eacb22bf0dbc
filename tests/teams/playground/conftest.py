"""The bot, the playground and a browser, started once for all the tests of a file."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from bot.settings import Settings
from tests import browsing
from tests.installed import Missing
from tests.teams.playground.page import PICTURE_SIZE, Person
from tests.teams.playground.servers import LOCAL, bot_served, playground_served

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def playground(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the playground's page, in front of a bot with the real model and an empty database."""
    folder = tmp_path_factory.mktemp("teams")
    try:
        with bot_served(settings.cache_path, folder, LOCAL) as bot, playground_served(bot, folder) as address:
            yield address
    except Missing as error:
        pytest.fail(str(error))


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """A browser without a window; its loop of events must end before tests that have one of their own."""
    try:
        with browsing.chromium() as made:
            yield made
    except Missing as error:
        pytest.fail(str(error))


@pytest.fixture
def amara(playground: str, chromium: "Browser") -> Iterator[Person]:
    """Somebody who has just opened the page."""
    context = chromium.new_context(viewport=PICTURE_SIZE)
    yield Person(context.new_page(), playground)
    context.close()
