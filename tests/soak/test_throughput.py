"""The measurement of throughput measures what it says."""

import asyncio

import pytest

from scripts.throughput import LOADS, Measured, row, throughput


def test_a_row_has_medians_and_the_ratio_of_those_that_took_turns() -> None:
    def took(seconds: float, bot: float) -> Measured:
        return Measured(messages=100, seconds=seconds, bot=bot, database=0.2, script=0.1)

    pairs = [(took(1.0, 0.5), took(0.5, 0.7)), (took(4.0, 0.5), took(4.0, 0.7)), (took(2.0, 0.5), took(0.5, 0.7))]
    told = row("held", pairs).split()
    assert told[:7] == ["held", "50", "200", "2.00", "(1.00", "to", "4.00)"]
    assert told[7:16] == "5.0 / 7.0 2.0 / 2.0 1.0 / 1.0".split(), "milliseconds a message: bot, database, script"
    assert told[16] == "2.0", "a second of processors in half a second"


@pytest.mark.slow
def test_two_processes_take_turns_with_one_and_nothing_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    made = asyncio.run(throughput("stand-in", messages=40, repetitions=1))
    assert list(made.measured) == [load.name for load in LOADS]
    for pairs in made.measured.values():
        for measured in pairs[0]:
            assert measured.messages == 40
            assert measured.bot > 0
            assert measured.database > 0
            assert 0 < measured.rate < 10_000
    assert "answered unasked, one workspace" in capsys.readouterr().out
