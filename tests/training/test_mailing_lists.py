"""Chat for the gate: what people wrote in their mail, and nothing that they quoted."""

from pathlib import Path

import pytest

from scripts.mailing_lists import lines

MAIL = b"""From: someone@example.org
Subject: Re: a shed
Content-Type: text/plain; charset=%s

On Monday another wrote:
> the roof leaks again

I would look at the felt first, it goes
before the boards do.

I would look at the felt first, it goes before the boards do.

#!/bin/sh 2>&1 | 0x1f 443 ::: [[ ]]

yes

--
Someone, somewhere, sometime, signature
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "easy-ham-1").mkdir()
    return tmp_path


def test_only_what_was_written_is_kept_and_once(folder: Path) -> None:
    (folder / "easy-ham-1" / "1.txt").write_bytes(MAIL % b"us-ascii")
    assert list(lines(folder)) == ["I would look at the felt first, it goes before the boards do."]


def test_a_mail_that_breaks_the_rules_is_passed_over(folder: Path) -> None:
    (folder / "easy-ham-1" / "1.txt").write_bytes(MAIL % b"no-such-charset")
    (folder / "easy-ham-1" / "2.txt").write_bytes(b"\xff\xfe\x00")
    assert list(lines(folder)) == []
