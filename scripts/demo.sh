#!/bin/sh
# Sets Counterpoint up and opens the demo: no tokens, no server, no account. Safe to run again.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh
exec .venv/bin/counterpoint demo "$@"
