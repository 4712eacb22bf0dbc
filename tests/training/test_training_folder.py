"""What the repository trains on is well formed, and is not what it is measured on."""

from pathlib import Path

from bot.curation.repeats import learned, near_repeats, twins
from bot.knowledge import load
from bot.training.corpus import read_training

ROOT = Path(__file__).parent.parent.parent


def test_every_training_message_is_about_a_trope_there_is() -> None:
    base = load([ROOT / "knowledge"])
    files = read_training(ROOT / "knowledge" / "training", base)
    assert sum(len(texts) for file in files for texts in (*file.asserts.values(), *file.near.values())) >= 600


def test_no_training_message_nearly_repeats_a_test_message() -> None:
    exam = [placed.text for placed in twins(ROOT / "tests" / "messages")]
    lessons = [placed.text for placed in learned(ROOT / "knowledge" / "training")]
    for repeat in near_repeats([*exam, *lessons]):
        sides = {repeat.later < len(exam), repeat.earlier < len(exam)}
        assert sides != {True, False}, (repeat, [*exam, *lessons][repeat.later])
