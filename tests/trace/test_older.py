"""Traces of older QEMUs, of 32-bit programs, and of programs whose records are out of order."""

from __future__ import annotations

import pytest

from tesc.trace import sorting
from tesc.trace.events import Catalogue
from tesc.trace.older import second_formats
from tesc.trace.opening import open_reader
from tesc.trace.printf import compile_format
from tesc.trace.selection import ALWAYS
from tesc.trace.values import MODELS, kind_of

EVENTS = """\
vcpu tcg load(TCGv vaddr, uint16_t info, TCGv_i32 low) "info=%d", "vaddr=0x%016"PRIx64" info=%d low %u"
disable tcg store(TCGv_ptr p) "", "p %p"
vcpu reset(void)
vcpu call(uint64_t num) "num=0x%" PRIx64
ready(int a) "a %d"
"""
DECLARED = {
    "load_trans": ([("void *", "__cpu"), ("uint16_t", "info")], "cpu=0xaa info=5"),
    "load_exec": (
        [("void *", "__cpu"), ("uint64_t", "vaddr"), ("uint16_t", "info"), ("uint32_t", "low")],
        "cpu=0xaa vaddr=0x0000000000000005 info=6 low 7",
    ),
    "store_trans": ([], ""),
    "store_exec": ([("void *", "p")], "p 0xaa"),
    "reset": ([("void *", "__cpu")], "cpu=0xaa "),
    "call": ([("void *", "__cpu"), ("uint64_t", "num")], "cpu=0xaa num=0x5"),
    "ready": ([("int", "a")], "a 170"),
}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_events_of_vcpus_and_of_guest_code(unit_of, end):
    unit = unit_of(EVENTS.replace("\n", end))
    catalogue = Catalogue(unit)
    values = (0xAA, 5, 6, 7)
    found = {}
    for event in catalogue.events:
        show = compile_format(event.format, event.kinds)
        found[event.name] = (list(event.parameters), show(values[: len(event.parameters)]))
    assert found == DECLARED
    assert list(found) == list(DECLARED)  # an ID that is a position counts both events
    _, void = second_formats(unit)
    assert void == {id(error) for tree in unit.trees for error in tree.errors}


def test_a_second_format_of_another_event_is_an_error(unit_of):
    unit = unit_of('vcpu a(int x) "%d", "%d"\n')
    assert second_formats(unit) == ({}, set())
    assert len(unit.trees[0].errors) == 1


@pytest.mark.parametrize(
    ("text", "type_", "word", "lp64", "ilp32"),
    [
        ('"%lx"', "long", -1, "ffffffffffffffff", "ffffffff"),
        ('"%lu"', "long", -1, "18446744073709551615", "4294967295"),
        ('"%zx"', "ssize_t", -2, "fffffffffffffffe", "fffffffe"),
        ('"%tx"', "ptrdiff_t", -1, "ffffffffffffffff", "ffffffff"),
        ('"%ld"', "unsigned long", 0xFFFFFFFF, "4294967295", "-1"),
        ('"%zd"', "size_t", 0xFFFFFFFE, "4294967294", "-2"),
        ('"%jd"', "int64_t", -3, "-3", "-3"),
        ('"%" PRIdPTR', "intptr_t", -4, "-4", "-4"),
        ('"%" PRIx64', "int64_t", -1, "ffffffffffffffff", "ffffffffffffffff"),
        ('"%p"', "void *", 0xFFFFFFF0, "0xfffffff0", "0xfffffff0"),
    ],
)
def test_data_models(text, type_, word, lp64, ilp32):
    """What a 32-bit program prints; a record extends its negative numbers to 64 bits."""
    for name, expected in (("lp64", lp64), ("ilp32", ilp32)):
        model = MODELS[name]
        show = compile_format(text, [kind_of(type_, True, model)], model=model)
        assert show((word & (1 << 64) - 1,)) == expected


@pytest.mark.parametrize(
    ("model", "text", "type_", "word", "expected"),
    [
        ("darwin", '"%" PRIx8', "int8_t", -128, "80"),
        ("openbsd", '"%" PRIx8', "int8_t", -128, "ffffff80"),
        ("newlib", '"%" PRIx16', "int16_t", -1, "ffff"),
        ("newlib", '"%lx"', "long", -1, "ffffffff"),
        ("wasm32", '"%zx"', "ssize_t", -1, "ffffffff"),
        ("wasm64", '"%" PRIxPTR', "intptr_t", -1, "ffffffffffffffff"),
    ],
)
def test_models_of_other_targets(model, text, type_, word, expected):
    """The macros also expand as in the program's C library."""
    show = compile_format(text, [kind_of(type_, True, MODELS[model])], model=MODELS[model])
    assert show((word & (1 << 64) - 1,)) == expected


def test_order(writer, catalogue, tmp_path, monkeypatch):
    made = writer().mapped()
    times = [5, 3, 9, 9, 1, 10, 2]
    for number, time in enumerate(times):
        made.record(14, time, number, number)
    path = tmp_path / "trace"
    path.write_bytes(made.data)
    reader = open_reader(str(path), catalogue)
    batches = list(reader.batches(lambda event: lambda values: (event.name, values), ALWAYS))
    reader.source.close()
    assert (reader.steps_back, list(reader.errors)) == (3, [])
    rows = [row for batch in batches for row in batch]
    for run in (1, 3, 100):
        monkeypatch.setattr(sorting, "RUN", run)
        found = [row for batch in sorting.by_time([[row] for row in rows]) for row in batch]
        assert found == sorted(rows, key=lambda row: row[0])
        assert [row[1] for row in found] == [4, 6, 1, 0, 2, 3, 5]
