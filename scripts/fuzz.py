"""Fuzzes one of the places where text from outside comes in, guided by which lines an input reaches.

Begins with real texts, looks for an input that raises, hangs or fills memory, and ends with 1 where it finds one:

    python -m scripts.fuzz cleaning --seconds 600
"""

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import yaml

from scripts.rootfs import ROOT, say

TARGETS = ("cleaning", "slack", "teams", "knowledge")
SEEDS = 60
LONGEST = 20_000
"""Bytes; more than two texts as long as the cleaner reads."""
HANG_SECONDS = 10
MEMORY = 2_048
"""MB."""
TOKENS = {
    "cleaning": ["```", "`", "&gt;", "<blockquote>", "</at>", "<@U0BOT>", "<!here>", "<https://a.b|", "&lt;", ":tada:"],
    "slack": ["null", "[]", "{}", "<@U0BOT>", "bot_id", "edited", "is_ext_shared_channel", "subtype", "thread_ts"],
    "teams": [
        "null",
        "[]",
        "{}",
        "<at>",
        "</at>",
        "<quoted ",
        "channelData",
        "entities",
        ";messageid=",
        "@thread.tacv2",
    ],
    "knowledge": ["- ", ": ", "!!int ", "!!binary ", "&a ", "*a", "|\n", "? ", "<<: ", "---\n", "%YAML 1.1\n"],
}
"""What is unlikely to be found letter by letter."""


def seeds(target: str) -> Iterator[bytes]:
    """Real inputs of a target, to begin with."""
    files = sorted((ROOT / "knowledge/tropes").glob("*.yaml")) + sorted((ROOT / "knowledge/stories").glob("*.yaml"))
    if target == "knowledge":
        yield from (path.read_bytes() for path in files)
        return
    texts = [text for path in files for text in yaml.safe_load(path.read_text()).get("phrasings", [])[:1]]
    texts.insert(0, f" {TOKENS['cleaning'][0]} ".join(texts))  # so long that it is judged by windows
    for text in texts:
        yield text.encode() if target == "cleaning" else json.dumps(_payload(target, text)).encode()


def _payload(target: str, text: str) -> dict[str, object]:
    """A message as Slack or Teams sends it."""
    if target == "slack":
        told = {"type": "message", "user": "U1", "channel": "C1", "ts": "1700000000.000100", "thread_ts": "1.2"}
        return {
            "team_id": "T1",
            "authorizations": [{"team_id": "T1", "user_id": "U0BOT"}],
            "event": {**told, "text": f"<@U0BOT> {text}", "source_team": "T1", "parent_user_id": "U0BOT"},
        }
    channel = {"id": "19:room@thread.tacv2", "type": "shared"}
    return {
        "type": "message",
        "id": "1",
        "timestamp": "2026-05-01T10:00:00Z",
        "serviceUrl": "https://smba.trafficmanager.net/emea/",
        "channelId": "msteams",
        "from": {"id": "29:ada", "name": "Ada", "role": "user"},
        "recipient": {"id": "28:bot", "name": "Counterpoint"},
        "conversation": {"id": "19:room@thread.tacv2;messageid=1", "conversationType": "channel", "tenantId": "t"},
        "channelData": {"team": {"id": "19:team@thread.tacv2"}, "channel": channel, "tenant": {"id": "t"}},
        "entities": [{"type": "mention", "text": "<at>Bot</at>", "mentioned": {"id": "28:bot", "name": "Bot"}}],
        "text": f"<at>Bot</at> {text} &amp; more",
    }


def fuzz(target: str, seconds: int, found: Path) -> int:
    """The exit status of fuzzing a target for so long; an input that breaks it is written to the folder `found`."""
    found.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="counterpoint-fuzz-") as work:
        corpus, tokens = Path(work) / "corpus", Path(work) / "tokens"
        corpus.mkdir()
        for number, seed in enumerate(islice(seeds(target), SEEDS)):
            (corpus / str(number)).write_bytes(seed[:LONGEST])
        tokens.write_text("".join(f"{_quoted(token)}\n" for token in TOKENS[target]))
        options = {
            "max_total_time": seconds,
            "max_len": LONGEST,
            "keep_seed": 1,
            "timeout": HANG_SECONDS,
            "rss_limit_mb": MEMORY,
            "dict": tokens,
            "artifact_prefix": f"{found}/",
            "print_final_stats": 1,
        }
        told = [f"-{name}={value}" for name, value in options.items()]
        return subprocess.run(
            [sys.executable, "-m", "scripts.fuzz_targets", target, *told, str(corpus)], cwd=ROOT
        ).returncode


def _quoted(token: str) -> str:
    """A token as libFuzzer's dictionaries have it."""
    return '"' + "".join(c if c.isalnum() else f"\\x{ord(c):02x}" for c in token) + '"'


def main() -> None:
    """Fuzz, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--found", type=Path, default=ROOT / "build/fuzz", help="where inputs that break it are kept")
    given = parser.parse_args()
    if not importlib.util.find_spec("atheris"):
        sys.exit("this needs atheris, which has packages for Linux on x86_64; type: pip install atheris")
    status = fuzz(given.target, given.seconds, given.found.resolve())
    say(
        f"{given.target}: "
        + (f"broken, by the input in {given.found}" if status else "nothing was found that breaks it")
    )
    sys.exit(bool(status))


if __name__ == "__main__":
    main()
