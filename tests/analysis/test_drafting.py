"""Formats drafted for parameters: no rule finds anything in them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tesc.analysis.check import check
from tesc.analysis.formats.drafting import Habits, draft, fitting, habits
from tesc.analysis.registry import selected
from tesc.file_settings import Overrides
from tesc.syntax.c_type import parse_declaration, parse_type
from tesc.syntax.cursor import place_in
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.workspace import Workspace

NONE = Habits({}, " ")
# Except for types that not every tracer accepts, as a rule reports.
TYPES = [
    "int", "unsigned int", "unsigned", "uint8_t", "uint16_t", "uint32_t", "uint64_t", "int8_t",
    "int16_t", "int32_t", "int64_t", "size_t", "ssize_t", "long", "unsigned long", "long long",
    "unsigned long long", "unsigned char", "unsigned short", "bool",
    "ptrdiff_t", "const char *", "char *", "void *", "const void *",
    "uint8_t *", "void **",
]  # fmt: skip


def found_in(text: str) -> list[tuple[str, str]]:
    workspace = Workspace(Overrides(isolated=True))
    workspace.add_source(Source("trace-events", text))
    workspace.resolve()
    found = check(workspace.units, selected((), ()), workspace.settings, {})
    return [(one.code, one.message) for one in found if one.code.startswith(("TE0", "TE4"))]


def drafted(parameters: str, known: Habits = NONE, before: str = "") -> str | None:
    return draft([parse_declaration(one) for one in parameters.split(", ")], known, before)


@pytest.mark.parametrize("spelled", TYPES)
def test_every_conversion_that_fits_is_right(spelled):
    fits = fitting(parse_type(spelled))
    assert fits
    for advice in fits:
        text = f'{advice.before}{advice.head}{advice.tail}"' + (f" {advice.macro}" if advice.macro else "")
        assert found_in(f'f({parse_type(spelled).before("value")}) "value {text}\n') == []


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(st.sampled_from(TYPES), st.sampled_from(["addr", "len", "flags", "a"])),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([" ", "="]),
)
def test_drafts_are_right(made, separator):
    declared = [parse_type(spelled).before(f"{name}{n}") for n, (spelled, name) in enumerate(made)]
    text = draft([parse_declaration(one) for one in declared], Habits({}, separator))
    assert found_in(f'f({", ".join(declared)}) "{text}\n') == []


@pytest.mark.parametrize(
    ("parameters", "before", "wanted"),
    [
        ("uint64_t addr, size_t len", "", 'addr 0x%" PRIx64 " len %zu"'),
        ("size_t len, uint64_t addr", "", 'len %zu addr 0x%" PRIx64'),
        ("uint64_t count, const char *name", "x %d", ' count %" PRIu64 " name %s"'),
        ("int len", "size ", 'len %d"'),
        ("int len", "len ", '%d"'),
        ("int len", "my_len ", 'len %d"'),
        ("int len", "len=", '%d"'),
        ("int len", "len", ' len %d"'),
        ("int len", "len 0x", '%x"'),
        ("void *opaque", "", 'opaque %p"'),
        ("int", "", '%d"'),
        ("hwaddr addr", "", None),
    ],
)
def test_drafts(parameters, before, wanted):
    assert drafted(parameters, NONE, before) == wanted


def test_habits_of_a_file():
    text = (
        'a(uint32_t value, uint32_t size) "value=0x%x size=%u"\n'
        'b(uint64_t value, int n) "value=0x%" PRIx64 " n=%d"\n'
        'c(uint32_t value) "value %u"\n'
        'd(uint32_t size) "%x %d"\n'
    )
    known = habits(parse(Source("f", text)).events)
    assert known == Habits({"value": True, "size": False, "n": False}, "=")
    assert drafted("uint32_t value, uint32_t size", known) == 'value=0x%" PRIx32 " size=%" PRIu32'


@pytest.mark.parametrize(
    ("typed", "spelled", "wanted"),
    [
        ("%", "uint64_t", ['%" PRIu64', '0x%" PRIx64']),
        ("%016", "uint64_t", ['%016" PRIu64', '0x%016" PRIx64']),
        ("%-8", "const char *", ["%-8s"]),
        ("%08", "const char *", ["%8s"]),
        ("%-8", "const uint8_t *", ["%-8p"]),
        ("%l", "unsigned long", ["%lu", "0x%lx"]),
        ("%.*", "const char *", ["%.*s"]),
        ("%", "struct foo", []),
    ],
)
def test_typed_text_stays_if_it_fits(typed, spelled, wanted):
    place = place_in(f'f({spelled} a) "{typed}', len(spelled) + 7 + len(typed))
    fits = fitting(parse_type(spelled), place.partial)
    assert [one.text for one in fits] == wanted


@pytest.mark.parametrize(
    ("spelled", "compat", "wanted"),
    [
        ("const char *", "qemu", ["%s"]),  # if its tracers read text, whatever the conversion
        ("const char *", "fixed", ["%s", "%p"]),
        ("char *", "fixed", ["%s", "%p"]),
        ("char **", "fixed", ["%p"]),
        ("uint8_t *", "fixed", ["%p"]),
    ],
)
def test_an_address_of_text_where_tracers_tell_it_from_text(spelled, compat, wanted):
    fits = fitting(parse_type(spelled), None, compat)
    assert [one.text for one in fits] == wanted
