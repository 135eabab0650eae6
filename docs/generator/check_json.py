"""A page on the JSON of `tesc check`, from its schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

_HEAD = """\
# JSON of `tesc check`

`tesc check --output-format json` prints one array with one object per finding. Lines and columns count
from 1, columns in Unicode code points; a range ends after its last character.

Every key is always present; a missing value is `null` or an empty list.
"""

Schema = dict[str, Any]


def page() -> str:
    """The page's text."""
    text = files("tesc").joinpath("schemas/check-output.schema.json").read_text("utf-8")
    schema = json.loads(text)
    lines = [_HEAD]
    for name in ("diagnostic", "related", "fix", "edit", "range", "place"):
        lines += _object(name, schema["$defs"][name], schema)
    lines += ["## Schema", "", "It is in the package as `tesc/schemas/check-output.schema.json`.", ""]
    lines += ["```json", text.rstrip("\n"), "```"]
    return "\n".join(lines) + "\n"


def _object(name: str, definition: Schema, schema: Schema) -> Iterator[str]:
    yield from (f"## {name}", "")
    if "description" in definition:
        yield from (definition["description"], "")
    yield from ("| key | value | |", "| --- | --- | --- |")
    for key, value in definition["properties"].items():
        description = value.get("description") or _target(value, schema).get("description", "")
        yield f"| `{key}` | {_kind(value, schema)} | {description} |"
    yield ""


def _target(value: Schema, schema: Schema) -> Schema:
    reference = value.get("$ref", "")
    return schema["$defs"][reference.rpartition("/")[2]] if reference else {}


def _kind(value: Schema, schema: Schema) -> str:
    if "$ref" in value:
        target = _target(value, schema)
        name = value["$ref"].rpartition("/")[2]
        return f"[{name}](#{name})" if target["type"] == "object" else _kind(target, schema)
    if "enum" in value:
        return ", ".join(f"`{one}`" for one in value["enum"])
    if "oneOf" in value:
        return " or ".join(_kind(one, schema) for one in value["oneOf"])
    if value["type"] == "array":
        return f"list of {_kind(value['items'], schema)}"
    kinds = value["type"] if isinstance(value["type"], list) else [value["type"]]
    return " or ".join(kinds)
