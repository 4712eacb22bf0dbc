"""`python -m tests.emulators.slack --port N`: a small workspace, and one line of JSON that says where it is."""

import argparse
import asyncio
import contextlib
import json
import sys

from tests.emulators.slack import Slack


async def serve(port: int) -> None:
    """Listen until interrupted."""
    async with Slack(port=port) as slack:
        ada, grace = slack.user("Ada"), slack.user("Grace", admin=True)
        general = slack.channel("general", ada, creator=grace)
        said = {
            "base_url": slack.base_url,
            "bot_token": slack.bot_token,
            "app_token": slack.app.app_token,
            "signing_secret": slack.app.signing_secret,
            "team": slack.team.id,
            "bot_user": slack.bot.id,
            "channel": general.id,
            "member": ada.id,
            "admin": grace.id,
        }
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.emulators.slack", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="a port of loopback; 0 for a free one")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
