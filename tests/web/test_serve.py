"""The commands that serve say what is wrong before anything slow is done."""

import socket

import pytest
import typer

from bot.commands.serve import _address, _listen


def test_a_busy_port_is_answered_with_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(typer.Exit):
            _listen("127.0.0.1", port, "demo")
    said = " ".join(capsys.readouterr().err.split())
    assert f"port {port}" in said
    assert f"counterpoint demo --port {port + 1}" in said


def test_the_address_printed_can_be_opened() -> None:
    with _listen("0.0.0.0", 0, "serve") as listening:  # noqa: S104
        assert _address(listening).startswith("http://127.0.0.1:")
