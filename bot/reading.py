"""Reads one YAML file strictly and tells people, with its line, what is wrong with it and what to type instead."""

import re
from collections.abc import Hashable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[int | str, ...]


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend, said so that somebody who does not program can mend it."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class BadFile(Exception):
    """Raised with every problem found, not just the first."""

    def __init__(self, problems: list[Problem]):
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


_DEEP = re.compile(r"(?:[-?:] +){20}| {200}")
"""What only a file nested deeper than any of ours can hold; with many brackets it would overflow the stack of C."""
MOST_BRACKETS = 2000
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)
"""What YAML's own constructors raise for values such as `!!bool perhaps`, or a number with too many digits."""


class _Loader(yaml.SafeLoader):
    """Safe loading that keeps dates as text; its errors say where and what."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

_Quick: Any = _Loader
if yaml.__with_libyaml__:

    class _Quick(yaml.CSafeLoader):  # type: ignore[no-redef]
        """The same in C, eight times as fast."""

        yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers


class Document:
    """A YAML file as data, and the line on which each part of it stands."""

    def __init__(self, path: Path):
        self.path = path
        self._lines: dict[Location, int] = {(): 1}
        self.data = self._read()

    def line(self, location: Location) -> int:
        """The 1-based line of the nearest enclosing part that the file has."""
        while location not in self._lines:
            location = location[:-1]
        return self._lines[location]

    def problem(self, location: Location, message: str) -> Problem:
        """A problem with the part of this file at `location`."""
        return Problem(str(self.path), self.line(location), message)

    def model(self, kind: type[Model]) -> Model:
        """The file's data as a `kind`; raises BadFile with every field that does not fit."""
        if not isinstance(self.data, dict):
            raise BadFile([self.problem((), "expected `key: value` lines; start with `id: …`")])
        try:
            return kind.model_validate(self.data)
        except ValidationError as error:
            raise BadFile([self._explain(kind, fault) for fault in _causes(error.errors())]) from None

    def _read(self) -> Any:
        try:
            text = self.path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            message = "the file is not UTF-8 text; save it again with the encoding UTF-8"
            raise BadFile([Problem(str(self.path), 1, message)]) from None
        except OSError as error:
            raise BadFile([Problem(str(self.path), 1, f"cannot be read: {error.strerror}")]) from None
        if _may_be_read_in_c(text):
            with suppress(yaml.YAMLError, RecursionError, *_UNREADABLE):
                return self._parse(_Quick, text)
        return self._parse_or_explain(text)

    def _parse_or_explain(self, text: str) -> Any:
        try:
            return self._parse(_Loader, text)
        except yaml.YAMLError as error:
            raise BadFile([self._syntax(error, text)]) from None
        except RecursionError:
            raise BadFile([self.problem((), "is nested too deeply to be a knowledge file")]) from None
        except _UNREADABLE as error:
            message = f"holds a value that cannot be read ({str(error)[:80]}); put quotation marks around it"
            raise BadFile([self.problem((), message)]) from None

    def _parse(self, kind: Any, text: str) -> Any:
        loader = kind(text)
        try:
            node = loader.get_single_node()
            if node is None:
                raise BadFile([self.problem((), "the file is empty; `counterpoint kb new` writes a skeleton")])
            twice = list(self._walk(node, ()))
            if twice:
                raise BadFile(twice)
            return loader.construct_document(node)
        finally:
            loader.dispose()

    def _walk(self, node: yaml.Node, location: Location) -> Iterator[Problem]:
        self._lines[location] = node.start_mark.line + 1
        if isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                yield from self._walk(item, (*location, index))
        elif isinstance(node, yaml.MappingNode):
            seen: set[Hashable] = set()
            for key, value in node.value:
                inner = (*location, str(key.value))
                yield from self._walk(value, inner)
                self._lines[inner] = key.start_mark.line + 1
                if key.value in seen:
                    yield self.problem(inner, f"`{key.value}` is given twice; keep one of them")
                seen.add(key.value)

    def _syntax(self, error: yaml.YAMLError, text: str) -> Problem:
        if isinstance(error, yaml.reader.ReaderError):
            line = text.count("\n", 0, error.position) + 1
            message = "there is an invisible control character; delete it and type the text again"
            return Problem(str(self.path), line, message)
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line = mark.line + 1 if mark else 1
        what = getattr(error, "problem", None) or str(error)
        hint = "check the indentation (spaces, never tabs)"
        if "mapping values are not allowed" in what or "expected <block end>" in what:
            hint = 'a text that holds ": " or starts with a quotation mark must stand in "double quotes" as a whole'
        elif "\\t" in what or "cannot start any token" in what:
            hint = "indent with spaces instead of tabs, and put a text that starts with @, ` or % in double quotes"
        elif "undefined alias" in what or "expected alphabetic" in what:
            hint = 'a text that starts with * or & must stand in "double quotes"'
        return Problem(str(self.path), line, f"this is not valid YAML ({what}): {hint}")

    def _explain(self, kind: type[BaseModel], fault: Any) -> Problem:
        location: Location = tuple(fault["loc"])
        name = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
        match fault["type"]:
            case "missing":
                message = f"`{name}` is missing; add a line `{location[-1]}: …`{_meaning(kind, location)}"
            case "extra_forbidden":
                known = _fields(kind, location[:-1])
                near = get_close_matches(str(location[-1]), known, n=1)
                advice = f"did you mean `{near[0]}`?" if near else "it takes: " + ", ".join(known)
                message = f"`{name}` is not a key this file can have; {advice}"
            case "invalid_key":
                message = 'a key is not text; put a key that reads yes, no, on, off or a number in "double quotes"'
            case "string_type":
                message = f'`{name}` must be text, not {_given(fault["input"])}; put it in "double quotes"'
            case "list_type" | "tuple_type":
                message = f"`{name}` must be a list: one line for each entry, starting with `- `"
            case "model_type" | "model_attributes_type" | "dict_type":
                keys = ", ".join(_fields(kind, location))
                message = f"`{name}` must have keys of its own ({keys}), not {_given(fault['input'])}"
            case "literal_error":
                message = f"`{name}` is {fault['input']!r}; type one of: {fault['ctx']['expected']}"
            case "too_short":
                least = fault["ctx"]["min_length"]
                count = fault["ctx"]["actual_length"]
                message = f"`{name}` has {count} entries and needs at least {least}{_meaning(kind, location)}"
            case "string_too_short":
                message = f"`{name}` is empty{_meaning(kind, location)}"
            case "string_too_long":
                message = f"`{name}` is longer than {fault['ctx']['max_length']} characters; shorten it"
            case _:
                message = (
                    f"`{name}`: {fault['msg'].removeprefix('Value error, ')}"
                    if name
                    else fault["msg"].removeprefix("Value error, ")
                )
        return self.problem(location, message)


def _may_be_read_in_c(text: str) -> bool:
    return text.count("[") + text.count("{") < MOST_BRACKETS and not _DEEP.search(text)


def _causes(faults: Sequence[Any]) -> list[Any]:
    """The faults without those that only follow from others: a list of one bad entry is not an empty list."""
    places = [tuple(fault["loc"]) for fault in faults]
    return [
        fault
        for fault, place in zip(faults, places, strict=True)
        if fault["type"] != "too_short" or not any(other[: len(place)] == place != other for other in places)
    ]


def _given(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "keys and values (is there a ': ' in the text?)"
    if isinstance(value, list):
        return "a list"
    return f"{value!r}"


def _model_at(kind: type[BaseModel], location: Location) -> type[BaseModel] | None:
    """The model that stands at `location` inside `kind`, where there is one."""
    found: type[BaseModel] | None = kind
    for part in location:
        if isinstance(part, int) or found is None:
            continue
        field = found.model_fields.get(part)
        annotation: Any = field.annotation if field else None
        inner = [annotation, *getattr(annotation, "__args__", ())]
        found = next((a for a in inner if isinstance(a, type) and issubclass(a, BaseModel)), None)
    return found


def _fields(kind: type[BaseModel], location: Location) -> list[str]:
    model = _model_at(kind, location)
    return list(model.model_fields) if model else []


def _meaning(kind: type[BaseModel], location: Location) -> str:
    model = _model_at(kind, location[:-1])
    field = model.model_fields.get(str(location[-1])) if model else None
    return f" ({field.description})" if field and field.description else ""
