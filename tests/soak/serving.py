"""`python -m tests.soak.serving serve`: `counterpoint serve` as it is, but for a small core that needs no model."""

from functools import partial
from unittest.mock import patch

import bot.app
from bot import cli
from bot.core import Core
from bot.settings import Settings
from tests.web.stand_in import small_core


def load(settings: Settings, _: object) -> Core:
    """The core that knows words."""
    return small_core(settings.cache_path)


if __name__ == "__main__":
    with patch("bot.app.Parts", partial(bot.app.Parts, load=load)):
        cli.main()
