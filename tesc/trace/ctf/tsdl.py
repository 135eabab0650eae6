"""Metadata of CTF 1.8, in its Trace Stream Description Language.

Each field's name gets a leading underscore, which readers remove, so that no name is a keyword.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from tesc.trace.ctf.classes import EventClass
    from tesc.trace.ctf.writing import Clock
    from tesc.trace.values import Kind

_HEAD = """\
/* CTF 1.8 */

typealias integer {{ size = 8; align = 8; }} := u8;
typealias integer {{ size = 16; align = 8; }} := u16;
typealias integer {{ size = 32; align = 8; }} := u32;
typealias integer {{ size = 64; align = 8; }} := u64;
typealias integer {{ size = 8; align = 8; signed = true; }} := s8;
typealias integer {{ size = 16; align = 8; signed = true; }} := s16;
typealias integer {{ size = 32; align = 8; signed = true; }} := s32;
typealias integer {{ size = 64; align = 8; signed = true; }} := s64;
typealias integer {{ size = 32; align = 8; base = x; }} := address32;
typealias integer {{ size = 64; align = 8; base = x; }} := address64;
typealias enum : u8 {{ "false" = 0, "true" = 1 }} := truth;

trace {{
    major = 1;
    minor = 8;
    uuid = "{uuid}";
    byte_order = le;
    packet.header := struct {{ u32 magic; u8 uuid[16]; u32 stream_id; }};
}};

env {{
    tracer_name = "tesc";
}};

clock {{
    name = "{clock.name}";
    description = "{clock.description}";
    freq = 1000000000;
    offset = 0;{absolute}
}};

typealias integer {{ size = 64; align = 8; map = clock.{clock.name}.value; }} := stamp;

stream {{
    id = 0;
    packet.context := struct {{
        u64 packet_size; u64 content_size; stamp timestamp_begin; stamp timestamp_end;
        u64 events_discarded; s64 pid;
    }};
    event.header := struct {{ stamp timestamp; u32 id; }};
}};
"""


def metadata(classes: Iterable[EventClass], clock: Clock, uuid: str) -> str:
    """The text of the file `metadata`."""
    absolute = "\n    absolute = true;" if clock.absolute else ""
    return _HEAD.format(uuid=uuid, clock=clock, absolute=absolute) + "".join(map(_event, classes))


def _event(one: EventClass) -> str:
    fields = "".join([f" {_type(kind)} _{name};" for name, kind in one.fields])
    return (
        f'\nevent {{\n    name = "{one.name}";\n    id = {one.id};\n    stream_id = 0;\n'
        f"    fields := struct {{{fields} }};\n}};\n"
    )


def _type(kind: Kind) -> str:
    if kind.text:
        return "string"
    if kind.truth:
        return "truth"
    return f"address{kind.bits}" if kind.pointer else f"{'s' if kind.signed else 'u'}{kind.bits}"
