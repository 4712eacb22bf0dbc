#!/bin/sh
# Sets Counterpoint up and runs every check and test. Safe to run again. Arguments go to pytest.
set -eu
cd "$(dirname "$0")/.."
say() { printf '\033[1m==>\033[0m %s\n' "$*"; }

sh scripts/setup.sh dev
need() { # need PACKAGE, which is there if the command after it succeeds
    package="$1"
    shift
    "$@" >/dev/null 2>&1 && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "Installing $package for the browser tests"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null
    else
        echo "The browser tests need $package; install it, such as: sudo apt-get install $package" >&2
        exit 1
    fi
}
need chromium command -v chromium
need nodejs command -v node
need npm command -v npm
need libatomic1 .venv/bin/playwright --version
wanted=tests/npm/package-lock.json
if ! cmp -s "$wanted" .venv/npm/installed; then
    say "Installing Microsoft's Teams playground and schemas, and axe-core, into .venv/npm (tests only)"
    mkdir -p .venv/npm
    cp tests/npm/package.json "$wanted" .venv/npm/
    npm ci --prefix .venv/npm --ignore-scripts --no-audit --no-fund --loglevel=error
    cp "$wanted" .venv/npm/installed
fi
bin=.venv/bin
say "Style"
$bin/ruff check .
$bin/ruff format --check .
say "Types"
$bin/mypy
say "Knowledge base"
$bin/counterpoint kb check --training knowledge/training --messages tests/messages
$bin/counterpoint kb schema --check
$bin/counterpoint kb export --format markdown --output docs/catalogue.md --check
say "Tests, in two processes"
$bin/python -m pytest --numprocesses 2 --dist loadfile "$@"
