"""The Teams app package: what an admin uploads is what Microsoft's schema asks for."""

import datetime as dt
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from bot.cli import app
from bot.directives import Directive, parse
from bot.platforms.teams.manifest import (
    EVERYWHERE,
    IN_TEAMS,
    PERMISSIONS,
    SCHEMA_VERSION,
    manifest,
    package,
)
from bot.platforms.teams.organisation import BadPackage, Organisation
from tests.installed import HERE, NPM, Missing, node, npm_package

BOT = "12345678-1234-1234-1234-123456789abc"
PAGE = "https://www.example.gov.uk/counterpoint"
OURS = Organisation(
    bot_id=BOT,
    app_id="87654321-1234-1234-1234-123456789abc",
    website=PAGE,
    privacy=PAGE + "/privacy",
    terms=PAGE + "/terms",
    developer="Department of Examples",
    version="1.0.0",
    domains=("bot.example.gov.uk", "*.example.gov.uk"),
)
Json = dict[str, Any]


def faults(of: Json, folder: Path) -> list[str]:
    """What Microsoft's schema says against a manifest."""
    schemas = npm_package("@microsoft/app-manifest") / "build" / "json-schemas" / "teams"
    path = folder / "manifest.json"
    path.write_text(json.dumps(of))
    command = [node(), str(HERE / "validate.cjs"), str(path)]
    schema = schemas / f"v{SCHEMA_VERSION}" / "MicrosoftTeams.schema.json"
    ran = subprocess.run(
        [*command, str(schema)],
        env={"NODE_PATH": str(NPM / "node_modules")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not ran.stderr, ran.stderr
    return ran.stdout.splitlines()


@pytest.mark.parametrize("passive", [True, False])
def test_microsofts_schema_accepts_it(tmp_path: Path, passive: bool) -> None:
    assert faults(manifest(OURS, passive), tmp_path) == []


def test_microsofts_schema_refuses_what_is_wrong(tmp_path: Path) -> None:
    wrong = manifest(OURS, False)
    wrong["bots"][0]["scopes"] = ["everywhere"]
    del wrong["developer"]
    assert len(faults(wrong, tmp_path)) >= 2


def test_only_the_passive_variant_asks_for_messages() -> None:
    with_passive, without = manifest(OURS, True), manifest(OURS, False)
    asked = with_passive["authorization"]["permissions"]["resourceSpecific"]
    assert [one["name"] for one in asked] == list(PERMISSIONS)
    assert with_passive["webApplicationInfo"]["id"] == BOT
    assert "authorization" not in without
    assert "webApplicationInfo" not in without
    assert with_passive["description"]["full"] != without["description"]["full"]


def test_every_command_of_the_menu_is_understood() -> None:
    topics = {"prescriptions"}
    for title, _ in [*EVERYWHERE, *IN_TEAMS]:
        meant = parse(title, (), dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
        assert isinstance(meant, Directive) != (title in topics), title


def test_the_same_organisation_gets_the_same_bytes() -> None:
    assert package(OURS, True) == package(OURS, True)
    with zipfile.ZipFile(io.BytesIO(package(OURS, True))) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_package_holds_the_manifest_and_two_icons_as_teams_wants_them() -> None:
    with zipfile.ZipFile(io.BytesIO(package(OURS, False))) as packed:
        assert sorted(packed.namelist()) == ["color.png", "manifest.json", "outline.png"]
        assert json.loads(packed.read("manifest.json")) == manifest(OURS, False)
        colour = Image.open(io.BytesIO(packed.read("color.png")))
        outline = Image.open(io.BytesIO(packed.read("outline.png"))).convert("RGBA")
    assert colour.size == (192, 192)
    assert colour.mode == "RGB"
    assert outline.size == (32, 32)
    pixels = np.asarray(outline)
    drawn = pixels[..., 3] > 0
    assert 0.2 < drawn.mean() < 0.8
    assert (pixels[drawn][:, :3] == 255).all()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("bot_id", "counterpoint", "Microsoft App ID"),
        ("app_id", "00000000-0000-0000-0000-000000000000", "--app-id"),
        ("website", "www.example.gov.uk", "type a whole web address"),
        ("website", "https://[", "type a whole web address"),
        ("privacy", "http://www.example.gov.uk/privacy", "--privacy"),
        ("terms", "https://www.example.gov.uk/our terms", "--terms"),
        ("developer", "x" * 33, "at most 32"),
        ("developer", " ", "--developer"),
        ("version", "1.0", "three numbers"),
        ("domains", ("https://bot.example.gov.uk",), "without https://"),
        ("domains", ("bot.example.gov.uk",) * 17, "at most 16"),
    ],
)
def test_what_teams_would_refuse_is_refused_with_what_to_type(field: str, value: Any, said: str) -> None:
    with pytest.raises(BadPackage, match=said):
        replace(OURS, **{field: value})


def test_the_command_writes_a_package_to_upload(tmp_path: Path) -> None:
    output = tmp_path / "app.zip"
    done = run("--website", PAGE, "--output", str(output), "--passive", CLIENT_ID=BOT)
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(output) as packed:
        written = json.loads(packed.read("manifest.json"))
    assert written["id"] == written["bots"][0]["botId"] == BOT
    assert written["developer"]["privacyUrl"] == PAGE
    assert "authorization" in written


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--website", PAGE, "--bot-id", "1"), "type the id"),
        (("--website", PAGE, "--bot-id", BOT, "--output", "app"), "type a name such as app.zip"),
        (("--website", PAGE, "--bot-id", BOT, "--output", "no-such-folder/app.zip"), "type another file"),
    ],
)
def test_a_mistake_is_answered_with_what_to_type(options: tuple[str, ...], said: str) -> None:
    done = run(*options)
    assert done.exit_code == 1
    assert said in " ".join(done.output.split())


def run(*options: str, **environment: str) -> Any:
    """Run `counterpoint manifest teams`."""
    return CliRunner(env={"CLIENT_ID": "", "COLUMNS": "200", **environment}).invoke(
        app, ["manifest", "teams", *options]
    )


def test_what_is_missing_is_said_with_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Missing, match=r"type: sh scripts/test\.sh"):
        npm_package("no-such-package")
    monkeypatch.setenv("PATH", str(Path(sys.prefix) / "nowhere"))
    with pytest.raises(Missing, match="apt-get install nodejs npm"):
        node()
