"""`tesc check --output-format json` and its schema."""

from __future__ import annotations

import json
import os
import stat

import pytest
from jsonschema import Draft202012Validator

from tesc.analysis.registry import all_rules
from tests.cli.running import GOOD, ROOT, check, write

pytestmark = pytest.mark.usefixtures("own_folder")
SCHEMA = json.loads((ROOT / "schemas" / "check-output.schema.json").read_text("utf-8"))


class TestJson:
    def found(self, *arguments: object, data: bytes = b"") -> list[dict]:
        ran = check("--output-format", "json", *arguments, data=data)
        assert ran.err == ""
        entries = json.loads(ran.out)
        Draft202012Validator(SCHEMA).validate(entries)
        return entries

    def test_the_schema_is_valid(self):
        Draft202012Validator.check_schema(SCHEMA)

    @pytest.mark.parametrize("text", ["[]", '[{"code": "TE405"}]', '[{"more": 1}]', "{}"])
    def test_the_schema_is_strict(self, text):
        assert Draft202012Validator(SCHEMA).is_valid(json.loads(text)) == (text == "[]")

    def test_the_schema_allows_nothing_more(self):
        write("trace-events", 'copy(int a, hwaddr a) "%d %d"\n')
        entries = self.found("--select", "TE302,TE304")
        validator = Draft202012Validator(SCHEMA)

        def spoil(value):
            """Each object in a value with one more key, one at a time."""
            if isinstance(value, dict):
                value["more"] = None
                yield
                del value["more"]
            for part in (
                value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
            ):
                yield from spoil(part)

        spoilt = 0
        for _ in spoil(entries):
            assert not validator.is_valid(entries)
            spoilt += 1
        assert validator.is_valid(entries)
        # Objects: one per finding, three per range, one per fix, one per edit, one per related place.
        assert spoilt == 2 * (1 + 3) + (1 + 1 + 3) + (1 + 3)

    def test_nothing_is_an_empty_array(self):
        assert check(write("trace-events", GOOD), "--output-format", "json").out == "[]\n"

    def test_every_key(self):
        write("hw/trace-events", 'disable 日copy(int a) "x"\nmap(hwaddr addr, int addr) "日本 %d %m"\n')
        entries = self.found("--select", "TE302,TE304,TE405")
        path = "hw/trace-events"

        def place(line: int, column: int, end: int) -> dict:
            return {"start": {"line": line, "column": column}, "end": {"line": line, "column": end}}

        assert entries == [
            {
                "code": "TE302",
                "name": "type-not-allowed",
                "severity": "error",
                "message": "type 'hwaddr' is not allowed in an event",
                "path": path,
                "range": place(2, 5, 11),
                "event": "map",
                "help": "declare it 'uint64_t addr'",
                "related": [],
                "fix": {
                    "safety": "unsafe",
                    "edits": [{"path": path, "range": place(2, 5, 12), "text": "uint64_t "}],
                },
            },
            {
                "code": "TE304",
                "name": "duplicate-parameter",
                "severity": "error",
                "message": "parameter 'addr' is declared twice",
                "path": path,
                "range": place(2, 22, 26),
                "event": "map",
                "help": "give it another name",
                "related": [{"path": path, "range": place(2, 12, 16), "message": "first declared here"}],
                "fix": None,
            },
            {
                "code": "TE405",
                "name": "errno-format",
                "severity": "error",
                "message": "'%m' prints errno, which tracers do not keep",
                "path": path,
                "range": place(2, 35, 37),
                "event": "map",
                "help": "pass the error as an argument, such as 'int err' with '%d'",
                "related": [],
                "fix": None,
            },
        ]

    def test_everything_that_rules_find(self):
        """The wrong example of every rule's page."""
        for rule in all_rules():
            wrong = rule.page().split("\nWrong:")[1].split("\nRight:")[0]
            text = "".join(f"{line[4:]}\n" for line in wrong.splitlines() if line.startswith("    "))
            write(f"{rule.code}/trace-events", text.replace("\n", "\r\n") if rule.code == "TE006" else text)
        codes = {entry["code"] for entry in self.found("--select", "ALL", "--profile", "qemu")}
        assert {"TE001", "TE006", "TE007", "TE101", "TE302", "TE405"} <= codes

    def test_bytes_that_are_not_utf_8_give_no_lone_surrogates(self):
        write("trace-events", b'a(str\xe9 b) "x" # \xff\n}\xfe\n')
        out = check("--output-format", "json").out
        assert "\\ud" not in out
        Draft202012Validator(SCHEMA).validate(json.loads(out))


def test_the_schema_ships_with_the_package():
    assert stat.S_ISREG(os.stat(ROOT / "schemas" / "check-output.schema.json").st_mode)
