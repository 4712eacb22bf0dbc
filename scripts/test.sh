#!/bin/sh
# Sets Counterpoint up and runs every check and test. Safe to run again. Arguments go to pytest.
set -eu
cd "$(dirname "$0")/.."
say() { printf '\033[1m==>\033[0m %s\n' "$*"; }

sh scripts/setup.sh dev
if ! command -v chromium >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "Installing Chromium for the browser tests"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
    else
        echo "The browser tests need Chromium at 'chromium'; install it, such as: sudo apt-get install chromium" >&2
        exit 1
    fi
fi
# The SDKs under test send only to loopback; a proxy would carry that away.
unset HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy
bin=.venv/bin
say "Style"
$bin/ruff check .
$bin/ruff format --check .
say "Types"
$bin/mypy
say "Knowledge base"
$bin/counterpoint kb check --messages tests/messages
$bin/counterpoint kb schema --check
$bin/counterpoint kb export --format markdown --output docs/catalogue.md --check
say "Tests"
$bin/python -m pytest "$@"
