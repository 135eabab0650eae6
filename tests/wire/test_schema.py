"""The hash of declarations, and how arguments are sent."""

from __future__ import annotations

import hashlib

from tesc.wire.schema import first_difference, schema_of_range


def test_kinds_and_letters(schema):
    assert [str(one) for one in schema.signatures] == [
        "start()",
        "finish(i32)",
        "heartbeat(u32)",
        "limits(i64,i64)",
        "bytes(i8,u8,bool,char)",
        "bus(u16,u32,i32,u64)",
        "text(text,pointer,pointer)",
        "eight(i32,i32,i32,i32,i32,i32,i32,i32)",
    ]
    assert [one.letters for one in schema.signatures][3:7] == ["ss", "111s", "uusu", "tuu"]


def test_the_hash_is_what_the_page_says(schema):
    lines = "".join(f"{one}\n" for one in schema.signatures)
    assert schema.shown == hashlib.sha256(lines.encode()).hexdigest()[:16]


def test_formats_names_and_disabling_do_not_matter(unit_of):
    one = unit_of('a(int x) "%d"\ndisable b(const char *s) "%s"\n')
    other = unit_of('disable a(signed int y) "y %d"\nb(char *text) "text %s"\n')
    assert schema_of_range(one, 0) == schema_of_range(other, 0)


def test_a_prefix_is_not_the_guests(tmp_path, monkeypatch):
    from tesc.trace.events import load_unit

    monkeypatch.chdir(tmp_path)
    (tmp_path / "fw").write_text('a(int x) "%d"\nb(void) "b"\n')
    (tmp_path / "host").write_text('h(void) "h"\ninclude "fw" prefix fw_ base 0x8000\n')
    host, own = load_unit("host"), load_unit("fw")
    assert schema_of_range(host, 1) == schema_of_range(own, 0)


def test_the_first_difference(unit_of):
    def of(text):
        return schema_of_range(unit_of(text), 0)

    mine = of('a(int x) "%d"\nb(void) "b"\n')
    assert first_difference(mine, of('a(int x) "%d"\nc(int y) "%d"\nb(void) "b"\n')) == (
        "event 1 is b() here, and c(i32) in the firmware"
    )
    assert first_difference(mine, of('a(int x) "%d"\n')) == (
        "event 1 is b() here, and missing in the firmware"
    )
    assert first_difference(of('a(int x) "%d"\n'), mine) == (
        "event 1 is b() in the firmware, and missing here"
    )
