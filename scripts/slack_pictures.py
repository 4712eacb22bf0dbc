"""Takes the pictures of docs/slack.md: what `counterpoint serve` says to an emulated Slack, drawn by a page of our own.

`python -m scripts.slack_pictures` from the project's folder. Needs Chromium (CHROMIUM, default /usr/bin/chromium).
"""

import argparse
import asyncio
import html
import re
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from bot.settings import Settings
from tests.browsing import CHROMIUM, FLAGS
from tests.emulators.slack import Slack
from tests.slack.serving import served

Block = dict[str, Any]
ANECDOTE = "Half our hospitals still communicate by fax, the NHS is the world's biggest buyer of fax machines!"
LOOKUP = "prescriptions"
BOT = "Counterpoint"
STYLE = """
body { margin: 0; background: #fff; font: 15px/1.47 Lato, "Noto Sans", "DejaVu Sans", sans-serif; color: #1d1c1d }
main { width: 700px; padding: 14px 20px 18px; box-sizing: border-box }
.message { display: grid; grid-template-columns: 36px 1fr; gap: 10px; margin: 10px 0 }
.face { width: 36px; height: 36px; border-radius: 6px; color: #fff; font-weight: 700; text-align: center;
  line-height: 36px; background: #8a5a83 }
.face.bot { background: #12455c }
.name { font-weight: 700 } .app { font-size: 10px; font-weight: 700; background: #e8e8e8; border-radius: 3px;
  padding: 1px 4px; margin-left: 5px; color: #616061 }
.time, .only, .small { color: #616061; font-size: 12px } .time { margin-left: 6px } .only { margin: 12px 0 -6px 46px }
.thread { margin-left: 46px; border-left: 2px solid #ddd; padding-left: 12px }
.block { margin: 6px 0; overflow-wrap: anywhere } .small { line-height: 1.5 }
a { color: #1264a3; text-decoration: none } b { font-weight: 700 }
code { font: 12px/1.5 "DejaVu Sans Mono", monospace; color: #c01343; background: #f6f6f6; border: 1px solid #ddd;
  border-radius: 3px; padding: 1px 3px }
.row { display: flex; flex-wrap: wrap; gap: 8px }
button { font: 700 13px/1 inherit; font-family: inherit; color: #1d1c1d; background: #fff; border: 1px solid #bbb;
  border-radius: 4px; padding: 8px 11px }
button.primary { background: #007a5a; border-color: #007a5a; color: #fff }
h1 { font-size: 18px; margin: 10px 0 4px } hr { border: 0; border-top: 1px solid #ddd; margin: 14px 0 }
.beside { display: flex; justify-content: space-between; align-items: start; gap: 16px }
label { font-weight: 700; display: block; margin-bottom: 4px }
.field { border: 1px solid #bbb; border-radius: 4px; padding: 8px 11px; color: #616061 }
"""


def page(body: str) -> str:
    """A whole page."""
    return f"<!doctype html><meta charset=utf-8><title>Slack</title><style>{STYLE}</style><main>{body}</main>"


def message(name: str, body: str, bot: bool = False) -> str:
    """Somebody's message."""
    app = '<span class="app">APP</span>' if bot else ""
    face = f'<div class="face{" bot" * bot}">{name[0]}</div>'
    head = f'<span class="name">{name}</span>{app}<span class="time">10:42</span>'
    return f'<div class="message">{face}<div>{head}{body}</div></div>'


def words(text: str) -> str:
    """A person's words."""
    return f'<div class="block">{html.escape(text)}</div>'


def blocks(given: list[Block]) -> str:
    """Block Kit as Slack draws it, more or less; LookupError for a kind that is not known here."""
    return "".join(_block(block) for block in given)


def _block(block: Block) -> str:
    match block["type"]:
        case "section":
            text = f'<div class="block">{_markup(block["text"])}</div>'
            beside = block.get("accessory")
            return f'<div class="beside">{text}{_button(beside)}</div>' if beside else text
        case "context":
            return f'<div class="block small">{" ".join(_markup(one) for one in block["elements"])}</div>'
        case "actions":
            return f'<div class="block row">{"".join(_button(one) for one in block["elements"])}</div>'
        case "header":
            return f"<h1>{_markup(block['text'])}</h1>"
        case "divider":
            return "<hr>"
        case "input":
            hint = _markup(block["element"].get("placeholder", {"type": "plain_text", "text": ""}))
            return f'<div class="block"><label>{_markup(block["label"])}</label><div class="field">{hint}</div></div>'
    raise LookupError(f"a block of the kind {block['type']} cannot be drawn")


def _button(button: Block) -> str:
    return f'<button class="{button.get("style", "")}">{_markup(button["text"])}</button>'


def _markup(text: Block) -> str:
    """Slack's markup as HTML; its text has &, < and > escaped already, and nothing else in it may become a tag."""
    said = str(text["text"])
    if text["type"] == "plain_text":
        return html.escape(said)
    parts = re.split(r"(<[^>]*>)", said)
    return "".join(_link(part) if part.startswith("<") else _inline(part) for part in parts)


def _inline(text: str) -> str:
    safe = text.replace('"', "&quot;").replace("\n", "<br>")
    safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", safe)
    return re.sub(r"(?<![\w*])\*([^*<]+)\*(?![\w*])", r"<b>\1</b>", safe)


def _link(token: str) -> str:
    address, _, label = token[1:-1].partition("|")
    if address.startswith("#"):
        return f"<a>#{label or 'general'}</a>"
    return f"<a>{(label or address).replace(chr(34), '&quot;')}</a>"


async def converse(slack: Slack) -> dict[str, str]:
    """Turn a channel on, say an anecdote, look something up, mute, open the home tab; the pages to draw by name."""
    ada, boss = slack.user("Ada"), slack.user("Grace", admin=True)
    general = slack.channel("general", ada, boss)
    ack = await slack.types(boss, general, "on")
    await slack.wait_for(lambda: slack.responses(ack), timeout=20)
    await slack.says(ada, general, ANECDOTE)
    (reply,) = await slack.wait_for(lambda: slack.posts(general), timeout=20)
    await slack.types(ada, general, LOOKUP)
    (private,) = await slack.wait_for(lambda: slack.whispers(general, ada), timeout=20)
    await slack.presses(ada, reply, "reply_helpful")
    await slack.wait_for(lambda: len(slack.whispers(general, ada)) == 2)
    await slack.presses(boss, reply, "reply_mute")
    await slack.wait_for(lambda: len(slack.whispers(general, boss)) == 2)
    await slack.opens_home(boss)
    home = await slack.wait_for(lambda: slack.home(boss))
    assert home  # noqa: S101  the emulator waited for it
    said, asked = message("Ada", words(ANECDOTE)), message("Ada", words(f"/counterpoint {LOOKUP}"))
    answer, whisper = (message(BOT, blocks(one.blocks), bot=True) for one in (reply, private))
    return {
        "slack-reply": f'{said}<div class="thread">{answer}</div>',
        "slack-private": f'{asked}<div class="only">Only visible to you</div>{whisper}',
        "slack-home": blocks(home.json["blocks"]),
    }


async def take(browser: Browser, body: str, out: Path) -> None:
    """One picture."""
    tab = await browser.new_page(viewport={"width": 700, "height": 100}, device_scale_factor=1.5)
    await tab.set_content(page(body))
    await tab.locator("main").screenshot(path=out)
    await tab.close()


async def take_all(folder: Path) -> None:
    """All of it."""
    with tempfile.TemporaryDirectory(prefix="counterpoint-pictures-") as data:
        async with Slack() as slack, served(slack, Path(data), Settings().cache_path):
            bodies = await converse(slack)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for name, body in bodies.items():
            await take(browser, body, folder / f"{name}.png")
        await browser.close()
    print(f"{', '.join(f'{name}.png' for name in bodies)} are in {folder}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--folder", type=Path, default=Path("docs"))
    asyncio.run(take_all(parser.parse_args().folder))


if __name__ == "__main__":
    main()
