"""A unit as a plain file: unchanged without directives, the same events with them."""

from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units.flatten import flatten
from tesc.units.loading import Loader
from tesc.units.outside import outside
from tesc.units.resolve import NOTHING, resolve
from tesc.units.unit import Unit


def unit_of(files: dict[str, str], root: str = "root", given_outside=NOTHING) -> Unit:
    """The unit of files that exist in memory only."""
    trees = {os.path.realpath(path): parse(Source(path, text)) for path, text in files.items()}
    return resolve([trees[os.path.realpath(root)]], Loader(trees=trees), given_outside)


def facts(unit: Unit) -> list[tuple]:
    """What a plain file can express of a unit's events."""
    return [(e.index, e.name, e.disabled, e.parameters, e.format.rstrip(" \t")) for e in unit.events]


PLAIN = '# a comment\r\n\n  foo (int\ta)   "a %d"  \ndisable bar(void)\n\n'


def test_without_directives_it_is_the_file_itself():
    assert flatten(unit_of({"root": PLAIN})) == PLAIN


def test_bytes_that_are_not_utf_8_stay():
    data = b'# caf\xe9\nfoo(void) "x"\n'
    text = data.decode("utf-8", "surrogateescape")
    assert flatten(unit_of({"root": text})).encode("utf-8", "surrogateescape") == data


def test_includes_prefixes_and_patterns_are_resolved():
    files = {
        "root": (
            "# host\n"
            'host_event(int a) "a %d"\n'
            "\n"
            'include "guest" prefix openbios_ base 0x8000000000000000\n'
            "disable openbios_esp_x*\n"
            "# end\n"
        ),
        "guest": (
            "prefix esp_\n"
            "# guest\n"
            'do_command(const char *name, unsigned cmd)  "name %-8s cmd 0x%x"  \n'
            'xfer(void *buf) "buf %p"\n'
            'disable idle(void) "idle"\n'
        ),
    }
    assert flatten(unit_of(files)) == (
        "# host\n"
        'host_event(int a) "a %d"\n'
        "\n"
        "# guest\n"
        'openbios_esp_do_command(const char *name, unsigned cmd)  "name %-8s cmd 0x%x"  \n'
        'disable openbios_esp_xfer(uint64_t buf) "buf 0x%" PRIx64\n'
        'disable openbios_esp_idle(void) "idle"\n'
        "# end\n"
        "# tesc-guest prefix 'openbios_' base 0x8000000000000000\n"
        '# tesc-guest: esp_do_command(const char *name, unsigned cmd)  "name %-8s cmd 0x%x"  \n'
        '# tesc-guest: disable esp_xfer(void *buf) "buf %p"\n'
        '# tesc-guest: disable esp_idle(void) "idle"\n'
    )


def test_a_repeated_include_adds_nothing():
    files = {"root": 'include "a"\ninclude "a"\ninclude "a" prefix b_\n', "a": '# a\nx(void) "x"\n'}
    assert flatten(unit_of(files)) == '# a\nx(void) "x"\n# a\nb_x(void) "x"\n'


def test_directives_from_outside():
    files = {"root": 'x(void) "x"\n', "more": 'y(void) "y"\n'}
    directives = outside(["more,prefix=m_"], ["m_*"], "p_", file="root")
    unit = unit_of(files, given_outside=directives)
    assert flatten(unit) == 'p_x(void) "x"\ndisable p_m_y(void) "y"\n'


def test_what_the_reference_rejects_for_its_spelling_is_respelled():
    files = {"root": 'include "a"\n', "a": ' foo (unsigned\tint a) "%u"\n'}
    assert flatten(unit_of(files)) == 'foo(unsigned int a) "%u"\n'


NAMES = st.sampled_from(["a", "b_c", "do_it", "x1", "disable", "include"])
PREFIXES = st.sampled_from(["p_", "q", "zz_"])
PARAMETERS = st.sampled_from(["void", "int a", "const char *s, void* p", "uint8_t a, size_t len"])
FORMATS = st.sampled_from(["", ' "x"', ' "%d"', '   "%s %p"  ', '"a %" PRIx64 " b"', ' "%*s|%.*s" PRId8'])
EVENTS = st.builds(
    lambda off, name, parameters, form: f"{off}{name}({parameters}){form}",
    st.sampled_from(["", "disable "]),
    NAMES,
    PARAMETERS,
    FORMATS,
)
PATTERNS = st.builds(
    lambda *parts: "disable " + ", ".join(parts), st.sampled_from(["*", "p_*", "?", "*it"]), NAMES
)


def _files(draw: st.DrawFn) -> dict[str, str]:
    names = ["root", "f1", "f2", "f3"]
    files = {}
    for number, name in enumerate(names):
        include = st.builds(
            lambda target, prefix, base: f'include "{target}"{prefix}{base}',
            st.sampled_from([*names[number + 1 :], "root", "nowhere"]),
            st.one_of(st.just(""), PREFIXES.map(" prefix {}".format)),
            st.one_of(st.just(""), st.integers(0, 1 << 64).map(" base {}".format)),
        )
        line = st.one_of(EVENTS, EVENTS, include, PATTERNS, st.just("# comment"), st.just(""))
        lines = draw(st.lists(line, max_size=6))
        if draw(st.booleans()):
            lines.insert(0, f"prefix {draw(PREFIXES)}")
        files[name] = "".join(f"{line}\n" for line in lines)
    return files


@given(st.composite(_files)())
def test_flattening_keeps_the_events_and_is_idempotent(files):
    unit = unit_of(files)
    flat = flatten(unit)
    again = unit_of({"root": flat})
    assert facts(again) == facts(unit)
    assert flatten(again) == flat
    assert not again.errors
