"""A call's arguments: merged from query, form and JSON, and checked against what the method takes."""

import json
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.emulators.slack.calls import Json, Refusal

TS = re.compile(r"\d{10}\.\d{6}")
COMPOUND = ("list", "object")
EVERYWHERE = frozenset({"team_id"})
"""Bolt names the workspace in every call, which Slack reads in organisation-wide apps alone."""


async def read(request: web.Request) -> Json:
    """Everything that a request carries, wherever it carries it."""
    given: Json = dict(request.query)
    if request.content_type == "application/json":
        body = await request.text()
        try:
            said = json.loads(body) if body else {}
        except ValueError as error:
            raise Refusal("invalid_json") from error
        if not isinstance(said, dict):
            raise Refusal("json_not_object")
        return given | said
    if request.can_read_body:
        given |= dict(await request.post())
    return given


def declared(text: str) -> dict[str, str]:
    """`"channel ts:ts"` as names and kinds; a name alone is text."""
    return {name: kind or "text" for name, _, kind in (part.partition(":") for part in text.split())}


def checked(given: Mapping[str, Any], needs: Mapping[str, str], takes: Mapping[str, str]) -> Json:
    """The arguments in their types; raises Refusal for one that is missing, unknown or of a wrong type."""
    faults: list[str] = []
    known = {**needs, **takes}
    found: Json = {}
    for name, value in given.items():
        if name in EVERYWHERE:
            continue
        if name not in known:
            faults.append(f"no such argument: {name}")
        elif value is None:
            faults.append(f"must not be null [json-pointer:/{name}]")
        elif value != "" or name in needs or known[name] == "blank":
            try:
                found[name] = _typed(value, known[name])
            except ValueError as error:
                faults.append(f"{error} [json-pointer:/{name}]")
    faults += [
        f"missing required field: {name}"
        for name, kind in needs.items()
        if found.get(name) in (None, "")
        and not (kind == "blank" and name in found)
        and not any(f"/{name}]" in fault for fault in faults)
    ]
    if faults:
        raise Refusal("invalid_arguments", *faults)
    return found


def _typed(value: Any, kind: str) -> Any:
    if kind in COMPOUND:
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError as error:
                raise ValueError("must be JSON") from error
        if not isinstance(value, list if kind == "list" else dict):
            raise ValueError(f"must be {'a list' if kind == 'list' else 'an object'}")
        return value
    if kind == "flag":
        if value not in (True, False, "true", "false", "1", "0"):
            raise ValueError("must be a boolean")
        return value in (True, "true", "1")
    if kind == "number":
        if isinstance(value, bool) or not str(value).isdigit():
            raise ValueError("must be a whole number")
        return int(value)
    if not isinstance(value, str):
        raise ValueError("must be a string")
    if kind == "ts" and not TS.fullmatch(value):
        raise ValueError("must be a message's ts")
    return value
