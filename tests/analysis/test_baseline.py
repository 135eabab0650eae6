"""Baselines accept old findings wherever they move, and nothing else."""

from __future__ import annotations

import re

import pytest

from tesc.analysis import baseline
from tesc.analysis.check import check
from tesc.analysis.diagnostic import Diagnostic
from tesc.analysis.fingerprint import fingerprints
from tesc.analysis.registry import selected
from tesc.config.settings import Settings
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units.resolve import resolve


def findings(text: str, path: str = "hw/trace-events") -> list[Diagnostic]:
    tree = parse(Source(path, text))
    return check([resolve([tree])], selected(["TE30", "TE406", "TE002"], []), {tree.source: Settings()}, {})


def written(found: list[Diagnostic]) -> bytes:
    return baseline.written(found).encode()


OLD = 'a(int x, int x) "%d"\nb(hwaddr y) "y\\n"\n'


def test_moved_findings_are_not_new():
    accepted = baseline.read(written(findings(OLD)))
    assert len(findings(OLD)) == 3
    assert baseline.new(findings("# more\n\n" + OLD), accepted) == []
    lines = OLD.splitlines(keepends=True)
    assert baseline.new(findings(lines[1] + lines[0]), accepted) == []
    assert baseline.new(findings(OLD.replace(" ", "  ")), accepted) == []


def test_another_event_file_or_mistake_is_new():
    accepted = baseline.read(written(findings(OLD)))
    more = baseline.new(findings(OLD + 'c() "c"\n'), accepted)
    assert [(d.code, d.event) for d in more] == [("TE303", "c")]
    assert len(baseline.new(findings(OLD, "other/trace-events"), accepted)) == 3


def test_of_equal_findings_the_last_ones_are_new():
    one = 'a(int x, int x) "%d"\n'
    two = 'a(int x, int x, int x) "%d"\n'
    accepted = baseline.read(written(findings(one)))
    more = baseline.new(findings(two), accepted)
    assert [d.source.place(d.span.start) for d in more] == [(1, 21)]


def test_findings_outside_events_are_known_by_their_line():
    accepted = baseline.read(written(findings("# end")))
    assert baseline.new(findings("# more\n# end"), accepted) == []
    assert [d.code for d in baseline.new(findings("# another"), accepted)] == ["TE002"]


ENTRY = '{"code": "TE401", "path": "x", "place": "y", "message": "z", "count": COUNT}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 100_000,
        "{}",
        "\udcff",
        '{"version": 1, "findings": 3}',
        '{"version": 1, "findings": [{}]}',
        f'{{"version": 1, "findings": [{ENTRY.replace("COUNT", "1e400")}]}}',
        f'{{"version": 1, "findings": [{ENTRY.replace("COUNT", "null")}]}}',
    ],
)
def test_a_file_that_is_not_a_baseline_is_refused(text):
    with pytest.raises(baseline.BadBaseline) as refused:
        baseline.read(text.encode("utf-8", "surrogateescape"))
    # Nothing of Python's own: only where the JSON ends being JSON.
    said = str(refused.value)
    assert re.fullmatch(r"not a baseline that .* wrote( \(.* \(char \d+\)\))?", said)


def test_a_baseline_of_another_version():
    with pytest.raises(baseline.BadBaseline, match=r"^a baseline of version 2, not 1$"):
        baseline.read(b'{"version": 2, "findings": []}')


def test_fingerprints_are_distinct_and_stable():
    first = fingerprints(findings(OLD + 'd(int x, int x, int x) "%d"\n'))
    assert len(set(first)) == len(first) == 5
    assert set(fingerprints(findings("\n\n" + OLD))) <= set(first)
