"""Changes of an event, compared with an independent comparison of the declarations' texts."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesc.comparison.changes import changes_of
from tesc.comparison.readings import printed, shape
from tesc.file_settings import Overrides
from tesc.files import find_files
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units.resolve import resolve
from tesc.versions import compared, load


def changes(old: str, new: str) -> list[tuple[str, int | None, int | None]]:
    before, after = (resolve([parse(Source("t", text))]).events for text in (old, new))
    return [(c.what, c.was, c.position) for c in changes_of(before, after)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a(int x)\n", "a(int x)\n", []),
        ("a(int x)\n", "a(void)\n", [("parameter-removed", 0, None)]),
        ("a(int x, int y)\n", "a(int y, int x)\n", [("parameters-reordered", 1, 0)]),
        ("a(int x)\n", "a(int y)\n", [("parameter-renamed", 0, 0)]),
        ("a(int x)\n", "a(int z, int x)\n", [("parameter-added", None, 0)]),
        ("a(int x)\n", "a(long x)\n", [("parameter-type", 0, 0)]),
        ("a(void)\n", "disable a(void)\n", [("disabled", None, None)]),
        ("disable a(void)\n", "a(void)\n", [("enabled", None, None)]),
        ('a(void) "x"\n', 'a(void) "y"\n', [("format", None, None)]),
        ("a(void)\n", "", [("removed", None, None)]),
        ("", "a(void)\n", [("added", None, None)]),
    ],
)
def test_kinds(old, new, expected):
    assert changes(old, new) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('"%lx"', '"%" PRIx64', True),
        ('"a " "b"', '"a b"', True),
        ('"%08x"', '"%8x"', False),
        ('"%d"', '"%i"', True),
        ('"%d" PRIx64', '"%d" PRIx32', False),
        ('"%%"', '"%%"', True),
    ],
)
def test_what_is_printed(one, other, same):
    assert (printed(one) == printed(other)) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("unsigned", "unsigned int", True),
        ("const char *", "char *", True),
        ("void *", "int *", True),
        ("uint32_t", "int32_t", False),
        ("char *", "void *", False),
    ],
)
def test_shapes(one, other, same):
    assert (shape(one) == shape(other)) is same


@given(st.text('%dlx08.*s\\"PRIu64 ', max_size=20))
def test_any_text_prints_something(text):
    assert isinstance(printed(f'"{text}"'), str)


LINE = re.compile(r"^(?P<properties>(?:[a-z]+ )*)(?P<name>\w+)\((?P<parameters>[^)]*)\)\s*(?P<format>.*)$")


def independent(folder) -> Counter:
    """The declarations of a tree as text, made without tesc's parser."""
    found: Counter = Counter()
    for path in find_files(str(folder)):
        with open(path, encoding="utf-8") as file:
            for line in file:
                match = LINE.match(line.strip())
                if match and not line.startswith("#"):
                    parameters = re.sub(r"\s*\*\s*", " *", " ".join(match["parameters"].split()))
                    found[match["name"], match["properties"].strip(), parameters, match["format"]] += 1
    return found


@pytest.mark.slow
def test_agrees_with_a_diff_of_declarations_between_releases(qemu_tree, tmp_path):
    """The names that only one version declares are those of events that were added, removed or renamed."""
    before, after = independent(tmp_path), independent(qemu_tree)
    assert not before
    for number, path in enumerate(find_files(str(qemu_tree))):
        target = tmp_path / str(number) / "trace-events"
        target.parent.mkdir()
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
        # Every seventh event is removed, every eleventh renamed, and every thirteenth gets a parameter.
        changed = []
        for position, line in enumerate(lines):
            if line and not line.startswith("#") and LINE.match(line):
                if position % 7 == 0:
                    continue
                if position % 11 == 0:
                    line = re.sub(r"(\w+)\(", r"\1_renamed(", line, count=1)
                elif position % 13 == 0:
                    line = line.replace("(void)", "(int added)", 1)
            changed.append(line)
        target.write_text("\n".join(changed), "utf-8")
    after, before = independent(tmp_path), independent(qemu_tree)
    names = lambda found: Counter(name for name, *_ in found.elements())  # noqa: E731
    found = compared(load(str(qemu_tree), Overrides()), load(str(tmp_path), Overrides())).changes
    gone = Counter(c.old.name for c in found if c.what in ("removed", "renamed"))
    came = Counter(c.new.name for c in found if c.what in ("added", "renamed"))
    assert gone == names(before) - names(after)
    assert came == names(after) - names(before)
    renamed = [c for c in found if c.what == "renamed"]
    right = [c for c in renamed if c.new.name == f"{c.old.name}_renamed"]
    assert len(right) / len(renamed) > 0.95
