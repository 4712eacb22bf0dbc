"""What the tests need from npm, where the test command installs it."""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent / "npm"
NPM = Path(sys.prefix) / "npm"
"""Where the test command installs what package.json names."""


class Missing(Exception):
    """Something that has to be installed first; the message says what to type."""


def npm_package(name: str) -> Path:
    """Where an npm package is installed.

    Raises:
        Missing: if it is not.
    """
    folder = NPM / "node_modules" / name
    if not folder.is_dir():
        raise Missing(f"npm's {name} is not in {NPM}; type: sh scripts/test.sh")
    return folder


def node() -> str:
    """The Node to run.

    Raises:
        Missing: if there is none.
    """
    found = shutil.which("node")
    if found is None:
        raise Missing("no Node here; install Node 20 or later with npm, such as: apt-get install nodejs npm")
    return found
