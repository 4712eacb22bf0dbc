"""The script that follows the README on an empty machine reads what is there, and says so where it cannot."""

import sys
from pathlib import Path

import pytest

from scripts import empty_machine, image, rootfs
from scripts.empty_machine import NotAsExpected, Run, commands_of, needed_by
from scripts.rootfs import ROOT, installer_settings, named_paths

CERTIFICATE = "/etc/ssl/certs/ca-certificates.crt"


def test_it_follows_the_two_commands_of_the_readme() -> None:
    found = commands_of((ROOT / "README.md").read_text())
    assert found == {"demo": "sh scripts/demo.sh", "tests": "sh scripts/test.sh"}


@pytest.mark.parametrize(
    "readme",
    [
        "",
        "## Two commands\n\nnone here\n",
        "## Two commands\n\n```sh\nsh scripts/demo.sh\n```\n",
        "## Two commands\n\n```sh\nsh demo.sh\nsh demo2.sh\nsh test.sh\n```\n",
    ],
)
def test_a_readme_without_them_is_explained(readme: str) -> None:
    with pytest.raises(NotAsExpected, match="expected a section"):
        commands_of(readme)


def test_what_the_test_command_asks_people_to_install_is_what_it_installs() -> None:
    script = (ROOT / "scripts/test.sh").read_text()
    needed = needed_by(script)
    assert {"npm", "libatomic1"} <= set(needed)
    assert len(needed) == script.count("\nneed ")


def test_installers_are_told_what_they_are_told_here_and_nothing_else() -> None:
    given = {
        "PIP_INDEX_URL": "https://packages.example.org/simple",
        "PIP_CERT": CERTIFICATE,
        "HTTPS_PROXY": "http://proxy.example.org:3128",
        "PIP_CACHE_DIR": "/somewhere/of/mine",
        "SLACK_BOT_TOKEN": "xoxb-secret",
        "HOME": "/home/me",
        "PATH": str(Path(sys.executable).parent),
    }
    told = installer_settings(given)
    assert {name: told[name] for name in ("PIP_INDEX_URL", "PIP_CERT", "HTTPS_PROXY")} == {
        name: given[name] for name in ("PIP_INDEX_URL", "PIP_CERT", "HTTPS_PROXY")
    }
    assert not {"PIP_CACHE_DIR", "SLACK_BOT_TOKEN", "HOME", "PATH"} & set(told)


def test_files_that_settings_name_are_found_once(tmp_path: Path) -> None:
    certificate, index = tmp_path / "ca.pem", tmp_path / "simple"
    certificate.write_text("")
    index.mkdir()
    settings = {"PIP_CERT": str(certificate), "SSL_CERT_FILE": str(certificate), "PIP_FIND_LINKS": f"file://{index}"}
    assert list(named_paths(settings)) == [certificate, tmp_path]
    assert list(named_paths({"PIP_CERT": str(tmp_path / "gone.pem")})) == []


def test_named_files_are_brought_to_the_same_place(tmp_path: Path) -> None:
    certificate = tmp_path / "here/ca.pem"
    certificate.parent.mkdir()
    certificate.write_text("trust me")
    base = tmp_path / "base"
    rootfs.bring_files(base, {"PIP_CERT": str(certificate)})
    assert (base / str(certificate).lstrip("/")).read_text() == "trust me"


@pytest.mark.parametrize("script", [empty_machine, image])
def test_without_root_it_says_what_to_type(script: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "argv", ["script"])
    with pytest.raises(SystemExit, match="debootstrap"):
        script.main()  # type: ignore[attr-defined]


def test_a_run_says_how_it_went() -> None:
    said = str(Run("sh scripts/demo.sh, the first time", 61.4, False))
    assert said == "sh scripts/demo.sh, the first time: FAILED after 61 s"
