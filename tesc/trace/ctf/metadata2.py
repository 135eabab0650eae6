"""Metadata of CTF 2: JSON fragments, each after a record separator."""

from __future__ import annotations

import json
from uuid import UUID

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from tesc.trace.ctf.classes import EventClass
    from tesc.trace.ctf.writing import Clock
    from tesc.trace.values import Kind

_SEPARATOR = "\x1e"


def metadata(classes: Iterable[EventClass], clock: Clock, uuid: str) -> str:
    """The text of the file `metadata`."""
    fragments: list[dict[str, Any]] = [
        {"type": "preamble", "version": 2, "uuid": list(UUID(uuid).bytes)},
        {"type": "trace-class", "packet-header-field-class": _HEADER, "environment": {"tracer_name": "tesc"}},
        {
            "type": "clock-class",
            "id": clock.name,
            "name": clock.name,
            "description": clock.description,
            "frequency": 10**9,
            **({"origin": "unix-epoch"} if clock.absolute else {}),
        },
        {
            "type": "data-stream-class",
            "id": 0,
            "default-clock-class-id": clock.name,
            "packet-context-field-class": _CONTEXT,
            "event-record-header-field-class": _structure(
                ("timestamp", _number(64, "default-clock-timestamp")),
                ("id", _number(32, "event-record-class-id")),
            ),
        },
        *map(_event, classes),
    ]
    return "".join([f"{_SEPARATOR}{json.dumps(one, ensure_ascii=False)}\n" for one in fragments])


def _event(one: EventClass) -> dict[str, Any]:
    return {
        "type": "event-record-class",
        "id": one.id,
        "data-stream-class-id": 0,
        "name": one.name,
        "payload-field-class": _structure(*[(name, _field(kind)) for name, kind in one.fields]),
    }


def _structure(*members: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "structure",
        "member-classes": [{"name": name, "field-class": member} for name, member in members],
    }


def _number(bits: int, *roles: str, signed: bool = False, base: int = 10) -> dict[str, Any]:
    made = {
        "type": f"fixed-length-{'' if signed else 'un'}signed-integer",
        "length": bits,
        "byte-order": "little-endian",
        "alignment": 8,
        "preferred-display-base": base,
    }
    return {**made, "roles": list(roles)} if roles else made


def _field(kind: Kind) -> dict[str, Any]:
    if kind.text:
        return {"type": "null-terminated-string"}
    if kind.truth:
        return {
            "type": "fixed-length-boolean",
            "length": 8,
            "byte-order": "little-endian",
            "alignment": 8,
        }
    return _number(kind.bits, signed=kind.signed, base=16 if kind.pointer else 10)


_HEADER = _structure(
    ("magic", _number(32, "packet-magic-number")),
    ("uuid", {"type": "static-length-blob", "length": 16, "roles": ["metadata-stream-uuid"]}),
    ("stream_id", _number(32, "data-stream-class-id")),
)
_CONTEXT = _structure(
    ("packet_size", _number(64, "packet-total-length")),
    ("content_size", _number(64, "packet-content-length")),
    ("timestamp_begin", _number(64, "default-clock-timestamp")),
    ("timestamp_end", _number(64, "packet-end-default-clock-timestamp")),
    ("events_discarded", _number(64, "discarded-event-record-counter-snapshot")),
    ("pid", _number(64, signed=True)),
)
