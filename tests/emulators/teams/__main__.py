"""`python -m tests.emulators.teams --port N`: says in JSON where it is, then every post, a line each."""

import argparse
import asyncio
import contextlib
import json
import sys
from dataclasses import asdict

from tests.emulators.teams import Teams


async def serve(port: int) -> None:
    """Listen until interrupted."""
    async with Teams(port=port) as teams:
        _tell({"serviceUrl": teams.address, "openIdMetadata": teams.metadata})
        told = 0
        while True:
            for post in teams.posts[told:]:
                _tell(asdict(post))
                told += 1
            await asyncio.sleep(0.2)


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.emulators.teams", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="a port of loopback; 0 for a free one")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args().port))


def _tell(said: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
