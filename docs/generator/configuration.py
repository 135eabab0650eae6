"""A page on the configuration, from the JSON Schema of tesc.toml."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from prose import markdown

from tesc.config.settings import PROFILES
from tesc.config.toml_text import toml_value
from tesc.config.validation import schema_text

_HEAD = """\
# Configuration

tesc needs no configuration. `tesc init` writes a `tesc.toml` that changes nothing yet. `tesc config` shows
which settings apply to a file, and which line of which file sets them.

The nearest `tesc.toml` above a file applies to it, or `[tool.tesc]` in a `pyproject.toml`; the two are never
merged. Command-line options override the configuration. Paths in it are relative to its folder, and mistakes
in it are reported with line and column. `tesc config --schema` prints the JSON Schema, for editors that check
TOML against one.

[Profiles](profiles.md) set the defaults for each kind of project.
"""

# Keys whose values are paths, in examples.
_PATHS = {"path": "hw/scsi/trace-events", "name": "qemu.stp", "binary": "/usr/bin/qemu-system-x86_64"}

Schema = dict[str, Any]


def page() -> str:
    """The page's text."""
    schema = json.loads(schema_text())
    lines = [_HEAD]
    for name, key in schema["properties"].items():
        lines += _key(name, key, schema)
    return "\n".join(lines).rstrip("\n") + "\n"


def _key(
    name: str, key: Schema, schema: Schema, prefix: str = "", shown_above: bool = False
) -> Iterator[str]:
    path = f"{prefix}{name}"
    key = _resolved(key, schema)
    item = _resolved(key.get("items", {}), schema)
    table = item if item.get("properties") else key
    is_table = "properties" in table
    shown = f"[[{path}]]" if is_table and table is item else f"[{path}]" if is_table else path
    yield from (f"{'###' if prefix else '##'} `{shown}`", "", markdown(key["description"]), "")
    if is_table:
        if table is item:
            yield from _table_example(path, table, schema)
        for inner, value in table["properties"].items():
            if prefix:
                resolved = _resolved(value, schema)
                yield f"- `{inner}`: {_kind(resolved, schema)}. {markdown(resolved['description'])}"
            else:
                yield from _key(inner, value, schema, f"{name}.", table is item)
        if prefix:
            needed = ", ".join(f"`{one}`" for one in table["required"])
            form = table["if"]["properties"]["format"]["const"]
            also = ", ".join(f"`{one}`" for one in table["then"]["required"])
            yield from ("", f'{needed} are required; with `format = "{form}"`, {also} too.', "")
        return
    yield from (f"- Type: {_kind(key, schema)}", f"- Default: {_default(name, key)}")
    yield ""
    if not shown_above:
        yield from _example(path, key, item)


def _table_example(path: str, table: Schema, schema: Schema) -> Iterator[str]:
    """A table of a list, with a value for each key."""
    yield from ("```toml", f"[[{path}]]")
    for name, value in table["properties"].items():
        key = _resolved(value, schema)
        item = _resolved(key.get("items", {}), schema)
        examples = [*key.get("examples", ())[:1], *key.get("enum", ())[:1], _PATHS.get(name)]
        if key.get("type") == "array":
            examples = [item["examples"][:1]]
        yield f"{name} = {toml_value(next(one for one in examples if one and one != 'hw/net'))}"
    yield from ("```", "")


def _resolved(key: Schema, schema: Schema) -> Schema:
    """A key with its $ref resolved; its own entries take precedence."""
    if "$ref" in key:
        return {**schema["$defs"][key["$ref"].rpartition("/")[2]], **key}
    return key


def _kind(key: Schema, schema: Schema) -> str:
    key = _resolved(key, schema)
    if "enum" in key:
        return "one of " + ", ".join(f"`{toml_value(value)}`" for value in key["enum"])
    if key["type"] == "array":
        return f"a list; each item is {_kind(key['items'], schema)}"
    if key["type"] == "object":
        return f"a table; each value is {_kind(key['additionalProperties'], schema)}"
    if key["type"] == "integer":
        return f"a number, at least {key['minimum']}"
    return f"a string ({key['title']})" if "title" in key else "a string"


def _default(name: str, key: Schema) -> str:
    if "default" not in key:
        return "none"
    text = f"`{toml_value(key['default'])}`"
    field = name.replace("-", "_")
    values = {p: getattr(settings, field, None) for p, settings in PROFILES.items()}
    plain = values["default"]
    other = [
        f"`{toml_value(value)}` in profile `{profile}`"
        for profile, value in values.items()
        if value != plain and name != "profile"
    ]
    return ", ".join([text, *other])


def _example(path: str, key: Schema, item: Schema) -> Iterator[str]:
    """A line of TOML with a value from the key's examples, or its items'."""
    if "path" in (key.get("title"), item.get("title")):
        return  # a path needs no example
    if key.get("examples"):
        value = key["examples"][0]
    elif item.get("examples"):
        value = item["examples"][:1]
    elif item.get("enum"):
        value = item["enum"][:2]
    elif "enum" in key:
        value = key["enum"][-1]
    elif key.get("type") == "integer":
        value = key["default"] + 2
    else:
        return
    table, _, name = path.rpartition(".")
    head = [f"[{table}]"] if table else []
    yield from ("```toml", *head, f"{name} = {toml_value(value)}", "```", "")
