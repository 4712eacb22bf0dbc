"""What differs from one organisation's app package to another's, checked before Teams would refuse it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from urllib.parse import urlsplit
from uuid import UUID

GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
DOMAIN = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE)
VERSION = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})")
MAX_DEVELOPER, MAX_URL, MAX_DOMAINS = 32, 2048, 16


class BadPackage(Exception):
    """A value of the package cannot be used; the message says which and what to type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """What differs from one organisation's package to another's.

    Raises:
        BadPackage: if a value would make a package that Teams refuses.
    """

    bot_id: str
    """The Azure bot's Microsoft App ID."""
    website: str
    """The organisation's page about the bot."""
    privacy: str
    terms: str
    developer: str
    """Who runs the bot, as shown in Teams."""
    version: str
    """Teams takes a changed package only with a higher one."""
    app_id: str
    """The app's id in the catalogue."""
    domains: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what Teams would refuse."""
        checks: dict[str, Callable[[str, str], None]] = {
            "bot_id": _check_id,
            "app_id": _check_id,
            "website": _check_address,
            "privacy": _check_address,
            "terms": _check_address,
            "developer": _check_developer,
            "version": _check_version,
        }
        for field in fields(self):
            if check := checks.get(field.name):
                check(f"--{field.name.replace('_', '-')}", getattr(self, field.name))
        if len(self.domains) > MAX_DOMAINS:
            raise BadPackage(f"there are {len(self.domains)} domains; Teams takes at most {MAX_DOMAINS}")
        for domain in self.domains:
            if not DOMAIN.fullmatch(domain):
                raise BadPackage(
                    f"--domain is {domain!r}; type a name without https:// and path, such as bot.example.gov.uk"
                )


def _check_id(option: str, value: str) -> None:
    if not GUID.fullmatch(value) or not UUID(value).int:
        raise BadPackage(
            f"{option} is {value!r}; type the id as Azure shows it, such as 00000000-0000-0000-0000-000000000001 "
            "(Azure Bot, Configuration, Microsoft App ID)"
        )


def _check_address(option: str, value: str) -> None:
    try:
        parts = urlsplit(value)
        whole = parts.scheme == "https" and DOMAIN.fullmatch(parts.hostname or "") is not None
    except ValueError:
        whole = False
    if not whole or len(value) > MAX_URL or re.search(r"\s", value):
        raise BadPackage(f"{option} is {value!r}; type a whole web address, such as https://www.example.gov.uk/bot")


def _check_developer(option: str, value: str) -> None:
    if not value.strip() or len(value) > MAX_DEVELOPER:
        raise BadPackage(f"{option} is {value!r}; type the name of who runs the bot, at most {MAX_DEVELOPER} letters")


def _check_version(option: str, value: str) -> None:
    if not VERSION.fullmatch(value):
        raise BadPackage(f"{option} is {value!r}; type three numbers, such as 1.0.1")
