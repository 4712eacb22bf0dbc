#!/bin/sh
# Writes requirements/*.txt: what the image installs, each version pinned and each file known by its hash.
# With --check it writes nothing, and fails where they no longer agree with pyproject.toml and constraints.txt.
set -eu
cd "$(dirname "$0")/.."
uv="$(command -v uv || echo .venv/bin/uv)"
target="${TMPDIR:-/tmp}/counterpoint-lock.$$"
trap 'rm -rf "$target"' EXIT
mkdir -p "$target" requirements
cp requirements/*.txt "$target/" 2>/dev/null || true # what is pinned there stays, as long as it fits
lock() {
    "$uv" pip compile --quiet --generate-hashes --no-header --no-emit-index-url --no-annotate \
        --python-version 3.11 --python-platform x86_64-unknown-linux-gnu "$@"
}
# tokenizers asks for huggingface-hub only to download from it: the image loads its tokenizer from a file, so neither
# that nor what it alone brings (fsspec, tqdm, and hf-xet with 11 MB) is in it, and pip is told not to look (--no-deps).
echo huggingface-hub >"$target/left-out"
lock pyproject.toml --extra otel --constraint constraints.txt --excludes "$target/left-out" --output-file "$target/image.txt"
echo 'hatchling' | lock - --output-file "$target/build.txt"
for name in image build; do
    if [ "${1:-}" != --check ]; then
        cp "$target/$name.txt" "requirements/$name.txt"
    elif ! cmp -s "$target/$name.txt" "requirements/$name.txt"; then
        echo "requirements/$name.txt does not agree with pyproject.toml and constraints.txt; type: sh scripts/lock.sh" >&2
        exit 1
    fi
done
