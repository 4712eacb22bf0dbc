#!/bin/sh
# Makes .venv with everything Counterpoint needs, or leaves it alone when it is whole and up to date.
# Usage: scripts/setup.sh [EXTRA], such as dev for the tests.
set -eu
cd "$(dirname "$0")/.."
extra="${1:-}"
say() { printf '\033[1m==>\033[0m %s\n' "$*"; }

python=""
for candidate in python3.13 python3.12 python3.11 python3 python; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
        python="$candidate"
        break
    fi
done
if [ -z "$python" ]; then
    echo "Counterpoint needs Python 3.11, 3.12 or 3.13 with venv; install one, such as: apt-get install python3 python3-venv" >&2
    exit 1
fi

stamp=".venv/.counterpoint"
wanted="$(cat pyproject.toml constraints.txt | cksum) $(pwd)"
is_whole() { [ -x .venv/bin/python ] && .venv/bin/python -c 'import pip' 2>/dev/null; }
has() { is_whole && [ -f "$stamp" ] && [ "$(head -n 1 "$stamp")" = "$wanted" ] && grep -qx "$1" "$stamp"; }

if has "extra:${extra:-none}" || has "extra:dev"; then
    say "The environment in .venv is up to date"
    exit 0
fi
if ! is_whole; then
    say "Making a Python environment in .venv with $python"
    rm -rf .venv
    "$python" -m venv .venv
fi
say "Installing Counterpoint's libraries into .venv (the first time takes some minutes)"
target="."
[ -z "$extra" ] || target=".[$extra]"
.venv/bin/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt --editable "$target"
printf '%s\nextra:%s\n' "$wanted" "${extra:-none}" >"$stamp"
say "The environment in .venv is ready"
