"""The templates, and how they write days, shares and links."""

import datetime as dt
from pathlib import Path

from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.platforms.console import charts
from bot.wording import spoken_date

TEMPLATES = Path(__file__).parent / "templates"


def make_templates() -> Jinja2Templates:
    """Templates that escape all they are given and stumble over what they are not given."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = lambda day: f"{day.day} {day:%B %Y}"
    environment.filters["moment"] = _moment
    environment.filters["spoken"] = spoken_date
    environment.globals.update(
        page="", width=charts.WIDTH, height=charts.HEIGHT, left=charts.LEFT, right=charts.WIDTH - charts.RIGHT
    )
    return Jinja2Templates(env=environment)


def _moment(at: dt.datetime | None) -> str:
    return f"{at.day} {at:%B %Y, %H:%M} UTC" if at else "never"
