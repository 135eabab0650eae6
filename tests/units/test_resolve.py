"""Units, as in the language reference."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesc.records import replace
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units import directives
from tesc.units import resolve as resolving
from tesc.units.directives import MAX_DEPTH, MAX_INCLUDES
from tesc.units.loading import Loader
from tesc.units.outside import outside
from tesc.units.resolve import NOTHING, Outside, resolve
from tesc.units.unit import MAX_EVENTS, MAX_ID, Unit

GUEST = 0x8000000000000000


def unit_of(files: dict[str, str] | str, root: str = "root", given: Outside = NOTHING) -> Unit:
    """The unit of files that exist in memory only."""
    if isinstance(files, str):
        files = {root: files}
    trees = {os.path.realpath(path): parse(Source(path, text)) for path, text in files.items()}
    assert not [problem for tree in trees.values() for problem in tree.errors]
    return resolve([trees[os.path.realpath(root)]], Loader(trees=trees), given)


def names(unit: Unit) -> list[str]:
    return [event.name for event in unit.events]


def problems(unit: Unit) -> list[tuple[str, str, int]]:
    """The code, file and line of each problem."""
    return [(p.code, p.source.path, p.source.place(p.span.start)[0]) for p in unit.errors]


class TestOrder:
    def test_each_include_is_replaced_by_its_file(self):
        files = {
            "root": 'a(void)\ninclude "one"\nb(void)\n',
            "one": 'c(void)\ninclude "two"\nd(void)\n',
            "two": "e(void)\n",
        }
        unit = unit_of(files)
        assert names(unit) == ["a", "c", "e", "d", "b"]
        assert [event.index for event in unit.events] == [0, 1, 2, 3, 4]
        assert [[link.include.path for link in event.chain] for event in unit.events] == [
            [],
            ["one"],
            ["one", "two"],
            ["one"],
            [],
        ]
        assert [tree.source.path for tree in unit.trees] == ["root", "one", "two"]

    def test_several_roots_are_read_one_after_the_other(self):
        trees = {
            os.path.realpath(path): parse(Source(path, text))
            for path, text in {"a": 'include "c"\n', "b": "y(void)\n", "c": "x(void)\n"}.items()
        }
        unit = resolve([trees[os.path.realpath(path)] for path in "ab"], Loader(trees=trees))
        assert names(unit) == ["x", "y"]
        assert [event.stream_id for event in unit.events] == [0, 1]

    def test_disabled_events_are_counted(self):
        unit = unit_of("disable a(void)\nb(void)\ndisable c\nc(void)\n")
        assert [(e.name, e.disabled, e.index, e.wire_id, e.stream_id) for e in unit.events] == [
            ("a", True, 0, 0, 0),
            ("b", False, 1, 1, 1),
            ("c", True, 2, 2, 2),
        ]


class TestPaths:
    def test_they_are_relative_to_the_including_file(self):
        files = {
            "sub/root": 'include "a/x"\n',
            "sub/a/x": 'include "y"\ninclude "../../z"\n',
            "sub/a/y": "y(void)\n",
            "z": "z(void)\n",
        }
        assert names(unit_of(files, "sub/root")) == ["y", "z"]

    def test_one_that_is_found_nowhere(self):
        unit = unit_of('a(void)\ninclude "sub/nowhere"\nb(void)\n')
        assert names(unit) == ["a", "b"]
        (one,) = unit.errors
        assert (one.code, one.help) == ("TE501", "there is no 'sub/nowhere'")
        assert unit.roots[0].source.text[one.span.start : one.span.end] == '"sub/nowhere"'


class TestSkipping:
    def test_the_very_same_is_skipped(self):
        files = {"root": 'include "a"\ninclude "./a"\ninclude "b"\n', "a": "x(void)\n", "b": 'include "a"\n'}
        assert names(unit_of(files)) == ["x"]

    def test_under_another_prefix_it_is_another_set(self):
        files = {
            "root": 'include "a" prefix p_\ninclude "a" prefix q_\ninclude "a"\ninclude "a" prefix p_\n',
            "a": "x(void)\n",
        }
        assert names(unit_of(files)) == ["p_x", "q_x", "x"]

    def test_prefixes_are_compared_as_they_are_joined(self):
        files = {
            "root": 'include "a" prefix p_q_\ninclude "b" prefix p_\n',
            "b": 'include "a" prefix q_\n',
            "a": "x(void)\n",
        }
        assert names(unit_of(files)) == ["p_q_x"]

    def test_the_root_itself_cannot_come_again(self):
        unit = unit_of({"root": 'x(void)\ninclude "a"\n', "a": 'include "root"\n'})
        assert names(unit) == ["x"]
        assert problems(unit) == [("TE502", "a", 1)]

    def test_a_range_knows_nothing_of_what_its_host_includes(self):
        """It has the events of a guest that is built from the file; the host's includes do not matter."""
        files = {
            "root": f'include "common"\ninclude "guest" base {GUEST}\n',
            "guest": 'include "common"\nboot(void)\ninclude "common"\n',
            "common": "log(void)\n",
        }
        unit = unit_of(files)
        assert [(e.name, e.range, e.wire_id) for e in unit.events] == [
            ("log", 0, 0),
            ("log", 1, 0),
            ("boot", 1, 1),
        ]
        alone = unit_of(files, "guest")
        assert [(e.name, e.wire_id) for e in alone.events] == [
            (e.name, e.wire_id) for e in unit.events if e.range
        ]

    def test_the_same_with_the_same_base_is_skipped_and_with_another_is_not(self):
        files = {"root": 'include "a" base 5\ninclude "a" base 0x5\ninclude "a" base 6\n', "a": "x(void)\n"}
        unit = unit_of(files)
        assert [event.stream_id for event in unit.events] == [5, 6]
        assert [one.base for one in unit.ranges] == [0, 5, 6]


class TestCycles:
    @pytest.mark.parametrize("more", ["", " prefix p_", " base 7", " prefix q_ base 9"])
    def test_whatever_the_prefix_and_base(self, more):
        files = {
            "root": 'a(void)\ninclude "one"\nb(void)\n',
            "one": 'include "two"\nc(void)\n',
            "two": f'include "one"{more}\nd(void)\n',
        }
        unit = unit_of(files)
        assert names(unit) == ["a", "d", "c", "b"]
        assert problems(unit) == [("TE502", "two", 1)]
        assert unit.errors[0].message == "the file includes itself: one -> two -> one"
        assert [link.include.path for link in unit.errors[0].chain] == ["one", "two"]

    def test_it_is_a_cycle_before_it_is_known_already(self):
        """The file is also in `seen`, but must not be skipped silently."""
        unit = unit_of({"root": 'include "a" prefix p_\n', "a": 'include "a"\ninclude "root"\n'})
        assert problems(unit) == [("TE502", "a", 1), ("TE502", "a", 2)]

    def test_a_file_is_reported_once_however_often_it_is_included(self):
        unit = unit_of({"root": 'include "a" prefix p_\ninclude "a" prefix q_\n', "a": 'include "a"\n'})
        assert problems(unit) == [("TE502", "a", 1)]

    def test_symbolic_links_do_not_hide_it(self, tmp_path):
        (tmp_path / "root").write_text('include "link"\n')
        (tmp_path / "link").symlink_to("root")
        path = str(tmp_path / "root")
        unit = resolve([parse(Source(path, 'include "link"\n'))], Loader())
        assert [p.code for p in unit.errors] == ["TE502"]


class TestPrefixes:
    def test_they_nest_outermost_first(self):
        files = {"root": 'include "guest" prefix openbios_\n', "guest": "prefix esp_\ndo_command(void)\n"}
        assert names(unit_of(files)) == ["openbios_esp_do_command"]

    def test_a_files_own_does_not_reach_what_it_includes(self):
        files = {
            "root": 'prefix r_\na(void)\ninclude "x" prefix x_\n',
            "x": 'prefix s_\nb(void)\ninclude "y" prefix y_\n',
            "y": "c(void)\n",
        }
        assert names(unit_of(files)) == ["r_a", "x_s_b", "x_y_c"]

    def test_one_from_outside_is_an_includers(self):
        files = {"root": 'prefix r_\na(void)\ninclude "x" prefix x_\n', "x": "b(void)\n", "y": "c(void)\n"}
        unit = unit_of(files, given=outside(["y,prefix=y_"], ["r_a", "y_*"], "o_", file="root"))
        assert [(e.name, e.disabled) for e in unit.events] == [
            ("o_r_a", True),
            ("o_x_b", False),
            ("o_y_c", True),
        ]

    def test_one_that_comes_too_late_still_applies(self):
        unit = unit_of("a(void)\nprefix p_\nprefix q_\n")
        assert names(unit) == ["p_a"]
        assert problems(unit) == [("TE505", "root", 2), ("TE505", "root", 3)]


class TestPatterns:
    def test_they_apply_to_a_file_and_what_it_includes_wherever_they_are(self):
        files = {
            "root": 'disable g_*_late\ninclude "guest" prefix g_\nhost(void)\n',
            "guest": "prefix e_\ndisable e_first\nfirst(void)\nsecond(void)\nlate(void)\ndisable g_*\n",
        }
        unit = unit_of(files)
        assert [(e.name, e.disabled) for e in unit.events] == [
            ("g_e_first", True),
            ("g_e_second", False),
            ("g_e_late", True),
            ("host", False),
        ]
        assert {p.text: p.matches for p in unit.patterns} == {"g_*_late": 1, "e_first": 1, "g_*": 0}

    def test_they_do_not_apply_to_an_includer(self):
        files = {"root": 'x(void)\ninclude "a"\n', "a": "disable *\ny(void)\n"}
        assert [event.disabled for event in unit_of(files).events] == [False, True]

    def test_matches_of_a_file_that_is_included_twice_add_up(self):
        files = {
            "root": 'include "a" prefix p_\ninclude "a" prefix q_\n',
            "a": "disable x, y, nothing\nx(void)\ny(void)\n",
        }
        assert [(p.text, p.matches) for p in unit_of(files).patterns] == [("x", 2), ("y", 2), ("nothing", 0)]


THREE_LEVELS = {
    "root": f'a(void)\ninclude "board" prefix b_ base {GUEST}\nz(void)\n',
    "board": 'x(void)\ninclude "more"\ninclude "firmware" prefix f_ base 0x9000000000000000\ny(void)\n',
    "more": "m(void)\n",
    "firmware": "disable boot(void)\nhalt(void)\n",
}


class TestRanges:
    def test_events_below_a_deeper_base_belong_there_only(self):
        unit = unit_of(THREE_LEVELS)
        assert [(e.name, e.range, e.wire_id, e.stream_id) for e in unit.events] == [
            ("a", 0, 0, 0),
            ("b_x", 1, 0, GUEST),
            ("b_m", 1, 1, GUEST + 1),
            ("b_f_boot", 2, 0, 0x9000000000000000),
            ("b_f_halt", 2, 1, 0x9000000000000001),
            ("b_y", 1, 2, GUEST + 2),
            ("z", 0, 1, 1),
        ]
        assert [(one.base, one.size, one.prefix) for one in unit.ranges] == [
            (0, 2, ""),
            (GUEST, 3, "b_"),
            (0x9000000000000000, 2, "b_f_"),
        ]

    def test_wire_ids_are_those_of_the_file_by_itself(self):
        host, board = unit_of(THREE_LEVELS), unit_of(THREE_LEVELS, "board")
        mine = [(e.name, e.wire_id) for e in host.events if e.range == 1]
        assert mine == [(f"b_{e.name}", e.wire_id) for e in board.events if e.range == 0]

    @pytest.mark.parametrize("crosses", [False, True])
    def test_who_crosses(self, crosses):
        unit = unit_of(THREE_LEVELS, given=Outside(crosses=crosses))
        assert [e.crosses for e in unit.events] == [crosses, True, True, True, True, True, crosses]

    def test_pointers_of_crossing_events_are_numbers_except_for_text_in_frames(self):
        files = {
            "root": 'include "g" base 9\nh(char *s) "%s"\n',
            "g": 'g(const char *s, int **p, int n) "%s %p %d"\n',
        }
        guest, host = unit_of(files).events
        assert guest.parameters == [("const char *", "s"), ("uint64_t", "p"), ("int", "n")]
        assert guest.format == '"%s 0x%" PRIx64 " %d"'
        worded = replace(guest, wire="words")
        assert worded.parameters == [("uint64_t", "s"), ("uint64_t", "p"), ("int", "n")]
        assert worded.format == '"0x%" PRIx64 " 0x%" PRIx64 " %d"'
        assert (host.parameters, host.format) == ([("char *", "s")], '"%s"')

    def test_bases_that_python_does_not_read(self):
        unit = unit_of({"root": f'include "a" base {"9" * 5000}\n', "a": "x(void)\n"})
        assert unit.ranges[1].base == MAX_ID + 1


class TestLimits:
    def test_nesting(self):
        files = {f"f{n}": f'e{n}(void)\ninclude "f{n + 1}"\n' for n in range(MAX_DEPTH + 5)}
        unit = unit_of(files, "f0")
        assert names(unit) == [f"e{n}" for n in range(MAX_DEPTH + 1)]
        assert problems(unit) == [("TE506", f"f{MAX_DEPTH}", 2)]

    def test_includes(self):
        """Seventeen files, each of which includes the next one twice, under two prefixes."""
        files = {f"f{n}": f'include "f{n + 1}" prefix a\ninclude "f{n + 1}" prefix b\n' for n in range(17)}
        files["f17"] = "x(void)\n"
        unit = unit_of(files, "f0")
        assert [p.code for p in unit.errors] == ["TE506"]
        assert f"{MAX_INCLUDES:,} includes" in unit.errors[0].message
        assert len(unit.expansions) == MAX_INCLUDES

    @pytest.mark.slow
    def test_that_many_missing_files(self):
        unit = unit_of("".join(f'include "no/{n}"\n' for n in range(MAX_INCLUDES + 3)))
        assert [p.code for p in unit.errors] == ["TE501"] * MAX_INCLUDES + ["TE506"]

    @pytest.mark.parametrize("where", ["plain", "nested", "twice"])
    def test_events(self, where, monkeypatch):
        for module in (resolving, directives):
            monkeypatch.setattr(module, "MAX_EVENTS", 10)
        many = "".join(f"e{n}(void)\n" for n in range(6))
        files = {
            "plain": {"root": many + many},
            "nested": {"root": f'{many}include "a"\n', "a": many},
            "twice": {
                "root": 'include "a" prefix p\ninclude "a" prefix q\nlast(void)\ninclude "b"\n',
                "a": many,
                "b": many,
            },
        }[where]
        unit = unit_of(files)
        assert len(unit.events) == 10
        assert [p.code for p in unit.errors] == ["TE506"]
        assert MAX_EVENTS == 1_048_576

    def test_events_at_the_limit(self, monkeypatch):
        for module in (resolving, directives):
            monkeypatch.setattr(module, "MAX_EVENTS", 10)
        assert not unit_of("".join(f"e{n}(void)\n" for n in range(10))).errors


NAMES = st.sampled_from(["a", "ab", "abc", "b", "b_c", "c", "x1"])
PATTERNS = st.one_of(NAMES, st.text("ab_c*?", min_size=1, max_size=4))
LINES = st.lists(
    st.one_of(
        st.builds("{}{}(void)".format, st.sampled_from(["", "disable "]), NAMES),
        st.builds(
            'include "f{}"{}'.format,
            st.integers(1, 2),
            st.sampled_from(["", " prefix a", " prefix b_ base 9"]),
        ),
    ),
    max_size=6,
)


def with_patterns(lines: list[str], patterns: list[str], order: list[int]) -> str:
    """The lines, with a directive for each pattern inserted at some place."""
    made = list(lines)
    for pattern, at in zip(patterns, order):
        made.insert(at % (len(made) + 1), f"disable {pattern}")
    return "".join(f"{line}\n" for line in made)


def facts(unit: Unit) -> tuple:
    events = [(e.name, e.disabled, e.index, e.range, e.wire_id, e.stream_id, e.crosses) for e in unit.events]
    return (
        events,
        unit.ranges and [(r.base, r.size, r.prefix) for r in unit.ranges],
        [p.code for p in unit.errors],
    )


@given(st.tuples(LINES, LINES, LINES), st.lists(PATTERNS, max_size=5), st.data())
def test_any_order_of_disable_directives_gives_the_same_unit(lines, patterns, data):
    rest = {f"f{n}": "".join(f"{line}\n" for line in some) for n, some in enumerate(lines[1:], 1)}
    units = []
    for _ in range(2):
        shuffled = data.draw(st.permutations(patterns))
        order = data.draw(st.lists(st.integers(0, 9), min_size=len(patterns), max_size=len(patterns)))
        units.append(unit_of({"root": with_patterns(lines[0], shuffled, order), **rest}))
    assert facts(units[0]) == facts(units[1])
    assert sorted((p.text, p.matches) for p in units[0].patterns) == sorted(
        (p.text, p.matches) for p in units[1].patterns
    )


@given(st.tuples(LINES, LINES, LINES), st.lists(PATTERNS, max_size=3))
def test_enabling_an_event_changes_no_index(lines, patterns):
    texts = {f"f{n}": "".join(f"{line}\n" for line in some) for n, some in enumerate(lines)}
    enabled = {path: text.replace("disable ", "") for path, text in texts.items()}
    texts["f0"] += "".join(f"disable {pattern}\n" for pattern in patterns)
    one, other = unit_of(texts, "f0"), unit_of(enabled, "f0")
    assert [(e.name, e.index, e.wire_id, e.stream_id) for e in one.events] == [
        (e.name, e.index, e.wire_id, e.stream_id) for e in other.events
    ]


@given(st.tuples(LINES, LINES, LINES))
def test_ids_follow_from_positions(lines):
    unit = unit_of({f"f{n}": "".join(f"{line}\n" for line in some) for n, some in enumerate(lines)}, "f0")
    assert [e.index for e in unit.events] == list(range(len(unit.events)))
    for number, one in enumerate(unit.ranges):
        mine = [e for e in unit.events if e.range == number]
        assert [e.wire_id for e in mine] == list(range(one.size))
        assert [e.stream_id for e in mine] == [one.base + n for n in range(one.size)]
        assert all(e.name.startswith(one.prefix) for e in mine)
