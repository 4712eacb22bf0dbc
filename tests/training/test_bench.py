"""`counterpoint bench` over a small core: what it compares, prints and says is missing."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.commands import bench
from bot.core import Core
from bot.encoder import CachedEncoder, ModelMissing, Vectors
from bot.library import Library
from bot.matcher import Matcher
from bot.training import benchmark
from bot.training.benchmark import Contender, DidNotStart, Measured, growth, started
from bot.training.nearest import NearestNeighbour, Phrasings
from tests.web.stand_in import BASE, WordEncoder

CHAT = tuple(f"lunch at half past {hour} then" for hour in range(12))


class PlainWords(WordEncoder):
    """Stands in for a sentence-transformers model."""

    def __init__(self, model: str = ""):
        if model == "missing":
            raise ModelMissing("there is no such model")

    def load(self) -> "PlainWords":
        return self

    def encode(self, texts: Sequence[str], **_: object) -> Vectors:
        return super().encode(texts)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Core:
    """A core with a real matcher, its head fitted to a small base."""
    cache = tmp_path_factory.mktemp("cache")
    base, encoder = replace(BASE, background=CHAT), CachedEncoder(WordEncoder(), cache)
    matcher = Matcher(base, encoder, cache)
    return Core(base, matcher, Library(base, encoder, matcher.phrasings))


@pytest.fixture
def ready(small: Core, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Everything but the models; the code of the processes started."""
    codes: list[str] = []
    monkeypatch.setenv("CACHE_PATH", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.setattr("bot.commands.terminal.console.width", 250)
    monkeypatch.setattr(bench, "load_core", lambda: small)
    monkeypatch.setattr(bench, "TransformerEncoder", PlainWords)
    monkeypatch.setattr("bot.training.nearest.TransformerEncoder", PlainWords)
    monkeypatch.setattr(benchmark, "SIZES", (100, 1_000))

    def note(code: str) -> tuple[float, float]:
        codes.append(code)
        return 2.0, 100.0

    monkeypatch.setattr(benchmark, "started", note)
    return codes


def without_semantic_router(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "semantic_router", None)
    monkeypatch.delitem(sys.modules, "bot.training.routing", raising=False)


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["bench", "--rounds", "1", "--messages", "10", *arguments])
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def test_one_command_prints_both_tables_and_names_the_baseline(
    ready: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    without_semantic_router(monkeypatch)
    printed = run("--baseline", "some-model")
    for row in ("messages a second, ordinary chat", "messages a second, talk about tropes", "MB of memory", "1,000"):
        assert row in printed
    assert "In brackets: times nearest neighbour, plain some-model, the first column." in printed
    assert "2.0 │ 2.0 (1.00)" in printed
    assert "Random unit vectors of 256 dimensions stand in for phrasings and messages." in printed
    assert len(ready) == 2


def test_semantic_router_is_left_out_where_it_is_not_installed(
    ready: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    without_semantic_router(monkeypatch)
    printed = run("--baseline", "some-model")
    assert "semantic-router is left out, for semantic_router is not installed" in printed
    assert "pip install 'counterpoint-bot[bench]'" in printed
    assert "same encoder" not in printed


def test_a_base_without_background_is_measured_on_the_rest(small: Core) -> None:
    first = next(bench.measure(small, [Contender("quick", len, "")], 10, 1, chat=()))
    assert first.measure == "messages a second, talk about tropes"


def test_chat_of_ones_own_is_judged_and_a_file_that_cannot_be_read_is_named(
    ready: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    without_semantic_router(monkeypatch)
    (tmp_path / "chat.txt").write_text("lunch?\n\nsee you at two\n")
    run("--baseline", "some-model", "--chat", str(tmp_path / "chat.txt"))
    done = CliRunner().invoke(app, ["bench", "--chat", str(tmp_path / "none.txt")])
    assert (done.exit_code, "none.txt cannot be read" in " ".join(done.output.split())) == (1, True)


def test_a_model_that_is_missing_and_a_process_that_fails_are_said_plainly(
    ready: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    without_semantic_router(monkeypatch)
    missing = CliRunner().invoke(app, ["bench", "--baseline", "missing"])
    assert (missing.exit_code, "there is no such model" in missing.output) == (1, True)

    def fails(code: str) -> tuple[float, float]:
        raise DidNotStart("no memory left")

    monkeypatch.setattr(benchmark, "started", fails)
    failed = CliRunner().invoke(app, ["bench", "--rounds", "1", "--messages", "10", "--baseline", "some-model"])
    assert (failed.exit_code, "no memory left" in failed.output) == (1, True)


def test_the_default_baseline_is_asked_for_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    done = CliRunner().invoke(app, ["bench"])
    assert done.exit_code == 1
    assert "counterpoint-bot[bench]" in done.output


def test_a_small_ratio_keeps_its_figures() -> None:
    made = bench.table("phrasings", ["one", "other"], [Measured("100", (50.0, 0.02), 3)], "Growth")
    assert list(made.columns[2].cells) == ["0.020 (0.0004)"]


def test_the_nearest_phrasing_gives_the_trope(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By the phrasings as another process reads them."""
    monkeypatch.setattr("bot.training.nearest.TransformerEncoder", PlainWords)
    texts = ("they still send faxes", "nurses carry pagers")
    Phrasings(("fax", "pagers"), texts, WordEncoder().encode(texts)).keep(tmp_path / "kept.npz")
    judge = NearestNeighbour("words", Phrasings.kept(str(tmp_path / "kept.npz")))
    assert judge(["our nurses have pagers", "they send faxes"]) == ["pagers", "fax"]


def test_the_baselines_process_runs_to_its_answer(
    ready: list[str], small: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_semantic_router(monkeypatch)
    baseline, _ = bench.contenders(small, "some-model", "some-model", tmp_path)
    stand_in = (
        "import bot.training.nearest\nfrom tests.training.test_bench import PlainWords\n"
        "bot.training.nearest.TransformerEncoder = PlainWords\n"
    )
    monkeypatch.undo()
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    assert all(value > 0 for value in started(stand_in + baseline.start))


def test_what_grows_is_judged_as_messages_are(small: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """The head gives the probabilities that a match has, and the nearest phrasing is that of its trope."""
    without_semantic_router(monkeypatch)
    text = "failing projects phrasing 3"
    vector = WordEncoder().encode([text])[0]
    plain, head, shown = (build(small.matcher.phrasings)(vector) for build in bench.searches(small).values())
    match = small.matcher.match(text)
    assert plain == match.trope == "gov-it-fails"
    assert isinstance(head, np.ndarray)
    assert head.max() == pytest.approx(match.probability)
    assert shown == match.phrasing


def test_semantic_router_judges_by_the_same_vectors(small: Core) -> None:
    from bot.training.routing import SemanticRouter

    ours = small.matcher.phrasings
    router = SemanticRouter(WordEncoder(), Phrasings(ours.tropes, ours.texts, ours.vectors))
    heard = ["failing projects phrasing 3", "the app phrasing 7", "horizon phrasing 2"]
    assert [router.route(text) for text in heard] == ["gov-it-fails", "nhs-app-useless", "post-office-horizon"]
    router(heard)
    router(heard[:1])


def test_semantic_router_encodes_many_messages_at_once(small: Core) -> None:
    from bot.training.routing import SemanticRouter

    calls: list[int] = []

    class Counting(WordEncoder):
        def encode(self, texts: Sequence[str]) -> Vectors:
            calls.append(len(texts))
            return super().encode(texts)

    ours = small.matcher.phrasings
    SemanticRouter(Counting(), Phrasings(ours.tropes, ours.texts, ours.vectors))(CHAT)
    assert calls == [len(CHAT)]


def test_semantic_routers_index_finds_what_nearest_neighbour_finds(small: Core) -> None:
    from bot.training.routing import local_index

    vector = WordEncoder().encode(["the app phrasing 7"])[0]
    builds = bench.searches(small)
    ours = small.matcher.phrasings
    _, names = local_index(ours.tropes, ours.texts, ours.vectors).query(vector)
    assert names[-1] == builds["nearest neighbour, numpy"](ours)(vector) == "nhs-app-useless"
    (row,) = growth(builds, tuple(small.base.tropes), 256, rounds=1, sizes=(100,), messages=2)
    assert len(row.values) == 4


def test_semantic_router_has_a_column_in_both_tables(ready: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.training.routing.encoder_named", lambda _: WordEncoder())
    printed = run("--baseline", "some-model")
    assert "semantic-router, same encoder" in printed
    assert "semantic-router's local index" in printed
    assert len(ready) == 3
