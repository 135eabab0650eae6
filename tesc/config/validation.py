"""The errors that the JSON Schema of tesc.toml finds in a configuration, in plain words."""

from __future__ import annotations

import os
from functools import lru_cache

from tesc import cache
from tesc.nearest import did_you_mean
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

    from tesc.config.positions import Path

SCHEMA = os.path.join(os.path.dirname(__file__), "tesc.schema.json")

_KINDS = {
    "string": "a string",
    "integer": "an integer",
    "array": "an array",
    "object": "a table",
}


@record
class Mistake:
    """An error in the value at a path, or in the path's last key."""

    path: Path
    message: str
    of_key: bool = False


def mistakes(values: object, identity: str) -> list[Mistake]:
    """The errors in a configuration's values; `identity` is a text that determines the values."""
    # jsonschema takes longer to import than most commands run, and configurations rarely change, so valid
    # ones are cached.
    good, key = cache.table("configurations"), cache.digest(identity)
    if good.get(key):
        return []
    found = [mistake for error in _validator().iter_errors(values) for mistake in _mistakes_of(error)]
    if not found:
        good.put(key, True)
        good.save()
    return found


def schema_text() -> str:
    """The JSON Schema of tesc.toml."""
    with open(SCHEMA, encoding="utf-8") as file:
        return file.read()


@lru_cache(maxsize=1)
def _schema() -> dict[str, Any]:
    import json

    schema: dict[str, Any] = json.loads(schema_text())
    return schema


@lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(_schema())


def _mistakes_of(error: ValidationError) -> Iterator[Mistake]:
    path: Path = tuple(error.absolute_path)
    schema: Mapping[str, Any] = error.schema  # type: ignore[assignment]
    value: Any = error.instance
    if "propertyNames" in error.absolute_schema_path:
        yield Mistake((*path, value), f"{_is_not(value, schema)}{_such_as(schema)}", of_key=True)
    elif error.validator == "additionalProperties":
        known = schema["properties"]
        for key in value:
            if key not in known:
                yield Mistake((*path, key), _unknown_key(key, path, known), of_key=True)
    elif error.validator == "type":
        kind = _kind_of(value)
        yield Mistake(path, f"{_name_of(path)} must be {_KINDS[str(error.validator_value)]}, not {kind}")
    elif error.validator == "enum":
        yield Mistake(path, _not_one_of(value, path, schema))
    elif error.validator == "pattern":
        yield Mistake(path, f"{_is_not(value, schema)}{_such_as(schema)}")
    elif error.validator == "required":
        for key in error.validator_value:  # type: ignore[union-attr]
            if key not in value and f"'{key}'" in error.message:
                reason = f" for format '{value['format']}'" if key == "binary" else ""
                yield Mistake(path, f"{_name_of(path)} lacks the key '{key}'{reason}")
    else:
        yield Mistake(path, f"{_name_of(path)} {_LIMITS[str(error.validator)].format(error.validator_value)}")


_LIMITS = {
    "minimum": "must be at least {}",
    "minItems": "must have at least {} element(s)",
    "uniqueItems": "has a duplicate element",
}


def _unknown_key(key: str, path: Path, known: Mapping[str, Any]) -> str:
    top = _schema()["properties"]
    inside = f" in {_name_of(path)}" if path else ""
    if path and key in top:
        hint = "; it belongs before the first table"
    elif not path and key in top["generate"]["properties"]:
        hint = "; it belongs in [generate]"
    elif not path and key in ("tesc", "tool"):
        hint = "; in tesc.toml the keys are written without that table"
    else:
        hint = did_you_mean(key, list(known))
    return f"unknown key '{key}'{inside}{hint}"


def _not_one_of(value: object, path: Path, schema: Mapping[str, Any]) -> str:
    allowed: list[str] = schema["enum"]
    listed = f"{', '.join(allowed[:-1])} or {allowed[-1]}"
    if not isinstance(value, str):
        return f"{_name_of(path)} must be {listed}"
    return f"{_is_not(value, schema)}: expected {listed}{did_you_mean(value, allowed)}"


def _is_not(value: str, schema: Mapping[str, Any]) -> str:
    title: str = schema["title"]
    return f"'{value}' is not {'an' if title[0] in 'aeio' else 'a'} {title}"


def _such_as(schema: Mapping[str, Any]) -> str:
    examples = [f"'{example}'" for example in schema.get("examples", ())]
    return f" (such as {' or '.join(examples)})" if examples else ""


def _name_of(path: Path) -> str:
    """The name of the value at a path, for messages."""
    names = [part for part in path if isinstance(part, str)]
    if not names:
        return "the configuration"
    name = f"'{'.'.join(names)}'"
    return f"an element of {name}" if isinstance(path[-1], int) else name


def _kind_of(value: object) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, float):
        return "a float"
    names = {str: "string", int: "integer", list: "array", dict: "object"}
    return _KINDS[names[type(value)]] if type(value) in names else "a date or time"
