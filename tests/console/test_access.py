"""Who is signed in, for how long, and what counts as their own form."""

from typing import Any

import pytest

from bot.platforms.console.access import (
    ATTEMPT_SECONDS,
    ATTEMPTS,
    SESSION_SECONDS,
    TokenCheck,
    is_own_form,
    sign_in,
    visitor,
)

TOKEN = "x" * 32


def test_a_session_ends() -> None:
    session: dict[str, Any] = {"left": "over"}
    sign_in(session, "T1", now=1000.0)
    who = visitor(session, now=1000.0 + SESSION_SECONDS)
    assert who is not None
    assert who.workspace == "T1"
    assert "left" not in session
    assert visitor(session, now=1001.0 + SESSION_SECONDS) is None


@pytest.mark.parametrize("session", [{}, {"workspace": None}, {"until": 9e12, "workspace": None}])
def test_a_session_without_a_sign_in_is_nobodys(session: dict[str, Any]) -> None:
    assert visitor(session) is None


def test_an_admin_sees_their_own_workspace_and_the_operator_all() -> None:
    admin: dict[str, Any] = {}
    operator: dict[str, Any] = {}
    sign_in(admin, "T1")
    sign_in(operator, None)
    one, other = visitor(admin), visitor(operator)
    assert one and other
    assert (one.may_see("T1"), one.may_see("T2")) == (True, False)
    assert (other.may_see("T1"), other.may_see("T2")) == (True, True)


def test_only_the_sessions_own_form_counts() -> None:
    session: dict[str, Any] = {}
    assert not is_own_form(session, "")
    sign_in(session, None)
    assert is_own_form(session, session["csrf"])
    for strange in ("", "x", "é", None, 7):
        assert not is_own_form(session, strange)


def test_wrong_tokens_are_looked_at_only_so_often() -> None:
    check = TokenCheck(TOKEN)
    assert check.right(f" {TOKEN}\n", 0.0)
    for attempt in range(ATTEMPTS):
        assert not check.blocked(float(attempt))
        assert not check.right("wrong é\ud800", float(attempt))
    assert check.blocked(float(ATTEMPTS))
    assert not check.right(TOKEN, float(ATTEMPTS))
    assert check.right(TOKEN, ATTEMPT_SECONDS + 0.5)
