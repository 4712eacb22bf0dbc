"""What comes from outside can neither hang the process nor fill its memory."""

import importlib
import pkgutil
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from regexploit.ast.sre import SreOpParser
from regexploit.redos import find

import bot
from bot.reading import BadFile, Document

ENTRY_POINTS = re.compile(r"__main__$|^bot\.migrations")
"""Modules that do something when they are imported."""


def patterns() -> Iterator[tuple[str, "re.Pattern[str]"]]:
    """Every regular expression that a module of ours keeps, and its name."""
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if ENTRY_POINTS.search(module.name):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            several = list(value.values()) if isinstance(value, dict) else value
            for pattern in several if isinstance(several, tuple | list) else [several]:
                if isinstance(pattern, re.Pattern):
                    yield f"{module.name}.{name}", pattern


def takes_too_long(pattern: "re.Pattern[str]") -> bool:
    """Whether some text makes a search take more than about the square of its length."""
    return any(found.starriness > 2 for found in find(SreOpParser().parse_sre(pattern.pattern, pattern.flags)))


def test_no_regular_expression_can_be_made_to_hang() -> None:
    known = list(patterns())
    assert len(known) > 40
    assert [name for name, pattern in known if takes_too_long(pattern)] == []


def test_one_that_can_is_found() -> None:
    assert takes_too_long(re.compile(r"(?:a+)+$"))


@pytest.mark.parametrize(
    "text",
    [
        "&a [*a]",
        "a: &a [x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nd: [*c, *c, *c, *c]",
        "!!python/object/apply:os.system ['true']",
        "- " * 5000 + "x",
        "[" * 5000,
        "\x00",
        "a: " + "9" * 100_000,
        "a: !!bool perhaps",
        "a: !!int one",
        "a: !!float ''",
        "a: !!binary ü",
        "a: !!timestamp later",
        "a: !!pairs [1]",
        "a: 1:99:1_",
        "? {a: b}\n: c",
    ],
)
def test_a_hostile_file_is_refused_or_read_as_data(text: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.yaml"
    path.write_text(text)
    try:
        read = Document(path).data
    except BadFile as error:
        assert "hostile.yaml" in str(error)
    else:
        assert isinstance(read, dict | list | str | int | None)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("abc:-[]{}&*!|>'\"#%@`\n \t0\\?,~é🙂\x07")))
def test_any_text_is_a_file_or_is_refused(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.yaml"
        path.write_text(text)
        try:
            Document(path)
        except BadFile as error:
            assert error.problems
