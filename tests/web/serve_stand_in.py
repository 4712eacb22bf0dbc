"""`counterpoint` with a small core instead of the real one: `python -m tests.web.serve_stand_in serve`."""

from unittest.mock import patch

from bot.cli import main
from bot.core import Core
from bot.encoder import Progress
from bot.settings import Settings
from tests.web.stand_in import small_core


def _load(settings: Settings, _: Progress | None = None) -> Core:
    return small_core(settings.cache_path)


if __name__ == "__main__":
    with patch.object(Core, "load", _load):
        main()
