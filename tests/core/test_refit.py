"""What a base adds to the trained one is learned at a start, and what it does not touch stays as it was trained."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from bot.artefact import Artefact
from bot.core import Core
from bot.encoder import ModelMissing, Vectors
from bot.head import Head
from bot.knowledge import load
from bot.refit import brought_up_to_date
from bot.settings import Settings
from bot.training.corpus import Labels
from tests.processes import ROOT

OWN = Path(__file__).parent / "own"
GARDENING = ROOT / "tests" / "knowledge" / "gardening"
METERS = "smart-meters-dumb"
FAX = "nhs-fax-machines"
CALIBRATION, THRESHOLDS = np.array([1.0, 1.0, 0.0]), np.array([0.9, 0.6, 0.5])


def taught(topics: int, seed: int = 0) -> tuple[Labels, Vectors]:
    """Texts about so many topics, and chat: the first dimension tells assertion, each of the others a topic."""
    random = np.random.default_rng(seed)
    about = np.concatenate([np.repeat(np.arange(topics), 60), np.full(60, -1)])
    asserted = (np.arange(len(about)) % 2 == 0) & (about >= 0)
    vectors = random.normal(0, 0.2, (len(about), 8))
    vectors[:, 0] += np.where(asserted, 1, -1)
    vectors[np.arange(len(about)), about + 2] += 1.5
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Labels(tuple("abcde"[:topics]), asserted, about), vectors.astype(np.float32)


def trained(topics: int) -> Head:
    labels, vectors = taught(topics)
    nothing = Head(np.zeros(8), np.zeros(1), np.zeros((0, 8)), np.zeros(0), CALIBRATION, THRESHOLDS)
    return brought_up_to_date(nothing, (), labels, vectors, np.ones(len(vectors), bool))


def test_where_nothing_is_new_the_head_stays_as_it_was_trained() -> None:
    labels, vectors = taught(3)
    head = trained(3)
    same = brought_up_to_date(head, labels.tropes, labels, vectors, np.zeros(len(vectors), bool))
    assert same.assertion == pytest.approx(head.assertion)
    assert (same.topic == head.topic).all()
    assert (same.calibration == head.calibration).all()
    assert (same.thresholds == head.thresholds).all()


def test_a_new_trope_is_told_from_the_others_whose_rows_stay() -> None:
    head = trained(3)
    labels, vectors = taught(4)
    more = brought_up_to_date(head, "abc", labels, vectors, labels.topics == 3)
    assert (more.topic[:3] == head.topic).all()
    shares = more.scores(vectors)[1][labels.topics >= 0]
    assert (shares.argmax(axis=1) == labels.topics[labels.topics >= 0]).mean() > 0.97


def test_several_new_tropes_are_told_from_one_another() -> None:
    labels, vectors = taught(5)
    more = brought_up_to_date(trained(2), "ab", labels, vectors, labels.topics >= 2)
    shares = more.scores(vectors)[1][labels.topics >= 0]
    assert (shares.argmax(axis=1) == labels.topics[labels.topics >= 0]).mean() > 0.97


def test_the_share_of_a_trope_that_is_gone_goes_to_the_others() -> None:
    head = trained(3)
    labels, vectors = taught(3)
    left = labels.topics != 1
    fewer = Labels(("a", "c"), labels.asserted[left], np.array([0, 9, 1, -1])[labels.topics[left]])
    less = brought_up_to_date(head, "abc", fewer, vectors[left], np.zeros(left.sum(), bool))
    kept = head.scores(vectors[left])[1][:, [0, 2]]
    assert less.scores(vectors[left])[1] == pytest.approx(kept / kept.sum(axis=1, keepdims=True))
    assert less.assertion == pytest.approx(head.assertion)


def test_a_trope_without_examples_is_never_the_likeliest() -> None:
    labels, vectors = taught(2)
    more = replace(labels, tropes=("a", "b", "z"))
    head = brought_up_to_date(trained(2), "ab", more, vectors, np.zeros(len(vectors), bool))
    assert head.scores(vectors)[1][:, 2].max() < 1e-6


def test_a_base_of_one_trope_is_brought_up_to_date_too() -> None:
    labels, vectors = taught(1)
    head = brought_up_to_date(trained(1), "a", labels, vectors, labels.topics == 0)
    assert (head.scores(vectors)[1] == 1).all()


def with_folder(settings: Settings, *folders: Path) -> Core:
    return Core.load(settings.model_copy(update={"knowledge_path": (ROOT / "knowledge", *folders)}))


@pytest.fixture(scope="module")
def with_meters(settings: Settings) -> Core:
    return with_folder(settings, OWN)


@pytest.mark.parametrize(
    "said",
    [
        "smart meters are the dumbest thing Whitehall ever bought",
        "every promise about smart meters was broken, why would this be different",
        "twenty years of smart meters and we still get a man round with a torch",
    ],
)
def test_a_trope_of_ones_own_is_recognised(core: Core, with_meters: Core, said: str) -> None:
    match = with_meters.matcher.match(said)
    assert match.trope == METERS
    assert match.sure
    assert core.matcher.match(said).trope != METERS


@pytest.mark.parametrize(
    "said",
    [
        "which supplier fits smart meters fastest in Leeds?",
        "the smart meter started sending readings again after the firmware update",
        "I don't agree that smart meters failed, mine has saved us a fortune",
    ],
)
def test_talk_about_the_same_is_not(with_meters: Core, said: str) -> None:
    assert with_meters.matcher.match(said).probability < 0.2


def test_what_ours_assert_is_recognised_as_before(core: Core, with_meters: Core) -> None:
    texts = [trope.phrasings[0] for trope in core.base.tropes.values()]
    pairs = zip(core.matcher.match_many(texts), with_meters.matcher.match_many(texts), strict=True)
    apart = [(one.trope, other.trope) for one, other in pairs if (one.trope, one.sure) != (other.trope, other.sure)]
    assert len(apart) <= 1, apart
    assert with_meters.matcher.threshold == core.matcher.threshold


def test_a_trope_that_is_switched_off_is_not_recognised_and_the_others_are(
    core: Core, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "off.yaml").write_text(f"entries: [{FAX}]\n")
    without = with_folder(settings, tmp_path)
    assert without.matcher.match(core.base.tropes[FAX].phrasings[0]).trope != FAX
    pagers = core.base.tropes["nhs-pagers"].phrasings[0]
    assert without.matcher.match(pagers).trope == "nhs-pagers"
    assert without.matcher.match(pagers).sure


def test_new_examples_of_a_known_trope_are_learned(core: Core, settings: Settings, tmp_path: Path) -> None:
    said = "hospitals would grind to a halt without their rolls of thermal paper, what a joke"
    file = yaml.safe_load((ROOT / "knowledge" / "tropes" / f"{FAX}.yaml").read_text())
    file["phrasings"] += [
        "the thermal paper joke again, and again it is true of every hospital we work with",
        "Every ward has its roll of thermal paper, a joke that is still no joke",
        "thermal paper by the mile, that is how hospitals talk to one another",
        "no ward would last a morning without its rolls of thermal paper, what a joke of a hospital",
        "no hospital would get through a day without its roll of thermal paper, laughable",
        "take their thermal paper away and hospitals would halt, how is that not a joke",
    ]
    (tmp_path / "tropes").mkdir()
    (tmp_path / "tropes" / f"{FAX}.yaml").write_text(yaml.safe_dump(file))
    before, after = core.matcher.match(said), with_folder(settings, tmp_path).matcher.match(said)
    assert not (before.trope == FAX and before.sure)
    assert after.trope == FAX
    assert after.sure


def test_a_base_of_its_own_without_scikit_learn_says_what_to_type(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delitem(sys.modules, "bot.training.fit", raising=False)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    garden = settings.model_copy(update={"knowledge_path": (GARDENING,), "cache_path": tmp_path})
    with pytest.raises(ModelMissing, match=r"less than half.*pip install 'counterpoint-bot\[fit\]'"):
        Core.load(garden)


def test_a_match_imports_neither_what_fits_nor_what_trains(settings: Settings) -> None:
    heavy = ("sklearn", "scipy", "threadpoolctl", "torch", "sentence_transformers", "huggingface_hub")
    script = (
        "import json, sys, bot.app\nfrom bot.core import Core\nfrom bot.settings import read_settings\n"
        "match = Core.load(read_settings()).matcher.match('smart meters, what a waste of billions')\n"
        f"print(json.dumps([match.trope, [name for name in {heavy!r} if name in sys.modules]]))"
    )
    paths = {"KNOWLEDGE_PATH": f"{ROOT / 'knowledge'}:{OWN}", "PYTHONPATH": str(ROOT), "HOME": str(settings.cache_path)}
    done = subprocess.run([sys.executable, "-c", script], env=paths, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [METERS, []]


def test_the_trained_model_has_not_seen_the_folder_of_these_tests() -> None:
    trope = load([ROOT / "knowledge", OWN]).tropes[METERS]
    assert not [text for text in (*trope.phrasings, *trope.contrasts) if Artefact().examples.knows(text)]
