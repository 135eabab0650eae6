"""Errors in a configuration: exact places, wording, suggestions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tesc.codegen.qemu import BACKENDS, FORMATS
from tesc.codegen.tree.plan import FORMATS as TREE_FORMATS
from tesc.config.errors import BadConfiguration
from tesc.config.loading import load
from tesc.config.settings import PROFILES, settings_at
from tesc.config.toml import loads
from tesc.config.toml_text import toml_value
from tesc.config.validation import schema_text
from tesc.syntax.data_models import DATA_MODELS

SCHEMA = json.loads(schema_text())
RULES = "(such as 'TE401' or 'TE4' or 'missing-format')"

# For each key of the schema a wrong value, and the error.
_MODELS = "lp64, ilp32, llp64, darwin, openbsd, wasm32, wasm64, newlib, newlib-clang or newlib64"
WRONG = {
    "profile": (
        '"qemuu"',
        "'qemuu' is not a profile: expected qemu, guest, classic or default; did you mean 'qemu'?",
    ),
    "max-args": ("0", "'max-args' must be at least 1"),
    "data-models": (
        '["lp46"]',
        f"'lp46' is not a data model: expected {_MODELS}; did you mean 'lp64'?",
    ),
    "types": ('["struct x"]', "'struct x' is not a word of a type (such as 'hwaddr')"),
    "include-path": ('"hw"', "'include-path' must be an array, not a string"),
    "disable": ('["a b"]', "'a b' is not a pattern of event names (such as 'net_*')"),
    "guest-files": ("[1]", "an element of 'guest-files' must be a string, not an integer"),
    "guest": ("1", "'guest' must be a table, not an integer"),
    "guest.wire": ('"word"', "'word' is not a wire: expected frames or words; did you mean 'words'?"),
    "sources": ("true", "'sources' must be an array, not a boolean"),
    "select": ('["TE4*"]', f"'TE4*' is not a rule {RULES}"),
    "ignore": ("true", "'ignore' must be an array, not a boolean"),
    "severity": (
        '{ TE4 = "hint" }',
        "'hint' is not a severity: expected error, warning, information or off",
    ),
    "per-file-ignores": ('{ a = "TE4" }', "'per-file-ignores.a' must be an array, not a string"),
    "exclude": ('["!a"]', "'!a' is not a pattern of paths (such as 'tests/' or 'hw/*/old.trace-events')"),
    "exclusive": ('[["a"]]', "an element of 'exclusive' must have at least 2 element(s)"),
    "compat": ("1.5", "'compat' must be qemu or fixed"),
    "qemu-release": ('"4.1"', "'4.1' is not a release of QEMU from 4.2 on (such as '7.2')"),
    "unit": ("{}", "'unit' must be an array, not a table"),
    "unit.path": ("1979-05-27", "'unit.path' must be a string, not a date or time"),
    "unit.include": (
        '["a,base=x"]',
        "'a,base=x' is not an include (such as 'guest.trace-events,prefix=guest_,base=0x8000000000000000')",
    ),
    "unit.event-prefix": ('""', "'' is not a prefix (such as 'esp_')"),
    "unit.disable": ('["a,b"]', "'a,b' is not a pattern of event names (such as 'net_*')"),
    "span": ("{}", "'span' must be an array, not a table"),
    "span.name": ('"a b"', "'a b' is not a name of a span (such as 'disk_read')"),
    "span.begin": ("[]", "'span.begin' must have at least 1 element(s)"),
    "span.end": ('["a b"]', "'a b' is not a pattern of event names (such as 'virtio_blk_handle_read')"),
    "span.key": ('["a.b"]', "'a.b' is not a name of a parameter (such as 'req')"),
    "generate": ("[]", "'generate' must be a table, not an array"),
    "generate.groups": ('["a", "a"]', "'generate.groups' has a duplicate element"),
    "generate.backends": ('["a b"]', "'a b' is not a backend (such as 'log')"),
    "generate.formats": (
        '["rust"]',
        "'rust' is not a format: expected h, c, rs, d, ust-events-h or ust-events-c; did you mean 'rs'?",
    ),
    "generate.out": ("2.5", "'generate.out' must be a string, not a float"),
    "generate.tapset": ("1", "'generate.tapset' must be an array, not an integer"),
    "generate.tapset.name": ('""', "'' is not a path (such as 'hw/net')"),
    "generate.tapset.format": (
        '"stp"',
        (
            "'stp' is not a format of a tapset: expected stap, log-stap or simpletrace-stap; "
            "did you mean 'stap'?"
        ),
    ),
    "generate.tapset.binary": ("1", "'generate.tapset.binary' must be a string, not an integer"),
    "generate.tapset.probe-prefix": ('"a b"', "'a b' is not a probe prefix (such as 'qemu.system.x86_64')"),
}
WHOLE_UNIT = {"path": '"a"'}
WHOLE_SPAN = {"begin": '["a"]', "end": '["b"]'}
WHOLE_TAPSET = {"name": '"t"', "format": '"stap"', "binary": '"b"', "probe-prefix": '"p"'}
WHOLE = {"unit": WHOLE_UNIT, "span": WHOLE_SPAN, "generate.tapset": WHOLE_TAPSET}


def keys(schema, before: str = ""):
    """All keys that the schema knows, dotted."""
    for key, inner in schema.get("properties", {}).items():
        yield f"{before}{key}"
        yield from keys(inner.get("items", inner), f"{before}{key}.")


def placed(key: str, value: str) -> tuple[str, int, int]:
    """A configuration with one key, and the line and column of its value."""
    *tables, name = key.split(".")
    others = WHOLE.get(".".join(tables), {})
    if ".".join(tables) in WHOLE:
        header = f"[[{'.'.join(tables)}]]"
    else:
        header = f"[{'.'.join(tables)}]" if tables else "# no table"
    pairs = {**others, name: value}
    text = "".join([f"{header}\n", *(f"{other} = {pairs[other]}\n" for other in pairs)])
    return text, 2 + list(pairs).index(name), len(name) + 4


class TestSchema:
    def test_is_one(self):
        Draft202012Validator.check_schema(SCHEMA)

    def test_every_key_is_described(self):
        def check(schema):
            for inner in schema.get("properties", {}).values():
                assert inner["description"].endswith(".")
                check(inner.get("items", inner))

        check(SCHEMA)

    def test_every_table_refuses_unknown_keys(self):
        text = json.dumps(SCHEMA)
        assert text.count('"properties"') == text.count('"additionalProperties": false') + text.count('"if"')

    def test_defaults_are_those_of_the_default_profile(self, work):
        text = "".join(
            f"{key} = {toml_value(schema['default'])}\n"
            for key, schema in SCHEMA["properties"].items()
            if "default" in schema
        )
        Path("tesc.toml").write_text(text)
        settings = settings_at("trace-events")
        for field in type(settings).__match_args__:
            # A max-args that is set, even to its default, also limits events in frames.
            if field not in ("root", "frame_args"):
                assert getattr(settings, field) == getattr(PROFILES["default"], field)
        assert text.count("\n") == len(SCHEMA["properties"])

    def test_names_are_those_of_the_code(self):
        assert set(SCHEMA["properties"]["profile"]["enum"]) == set(PROFILES)
        assert SCHEMA["properties"]["data-models"]["items"]["enum"] == list(DATA_MODELS)
        generate = SCHEMA["properties"]["generate"]["properties"]
        assert generate["formats"]["items"]["enum"] == list(TREE_FORMATS)
        assert set(generate["tapset"]["items"]["properties"]["format"]["enum"]) < set(FORMATS)
        Draft202012Validator(SCHEMA).validate({"generate": {"backends": list(BACKENDS)}})

    def test_examples_are_right(self):
        def check(schema):
            for example in schema.get("examples", ()):
                Draft202012Validator({**schema, "$defs": SCHEMA["$defs"]}).validate(example)
            for inner in schema.values():
                if isinstance(inner, dict):
                    check(inner)

        check(SCHEMA)


class TestMistakes:
    def test_every_key_has_an_example(self):
        assert list(keys(SCHEMA)) == list(WRONG)

    @pytest.mark.parametrize("key", WRONG)
    def test_wrong_value(self, key, wrong):
        value, message = WRONG[key]
        text, line, column = placed(key, value)
        if value[0] == "[" and not message.startswith(f"'{key}'"):
            column += 1  # the place of its element
        if key == "severity":
            column += len("{ TE4 = ")
        elif key == "per-file-ignores":
            column += len("{ a = ")
        assert wrong(text) == [f"{line}:{column}: {message}"]

    @pytest.mark.parametrize("key", WRONG)
    def test_misspelled_key(self, key, wrong):
        text, line, _ = placed(key, "1")
        *tables, name = key.split(".")
        misspelled = text.replace(f"\n{name} =", f"\n{name}s =") + "#"
        (found,) = [one for one in wrong(misspelled) if "unknown" in one]
        inside = {"": "", "guest": " in 'guest'", "generate": " in 'generate'"}.get(
            ".".join(tables), f" in an element of '{'.'.join(tables)}'"
        )
        assert found == f"{line}:1: unknown key '{name}s'{inside}; did you mean '{name}'?"

    @pytest.mark.parametrize(
        ("key", "near"),
        [
            ("max_args", "max-args"),
            ("MaxArgs", "max-args"),
            ("per_file_ignores", "per-file-ignores"),
            ("units", "unit"),
        ],
    )
    def test_ways_to_misspell(self, key, near, wrong):
        assert wrong(f"# first\n  {key} = 1\n") == [f"2:3: unknown key '{key}'; did you mean '{near}'?"]

    def test_nothing_is_near(self, wrong):
        assert wrong("zebra = 1\n") == ["1:1: unknown key 'zebra'"]

    @pytest.mark.parametrize(("header", "key"), [("[tesc]", "tesc"), ("[tool.tesc]", "tool")])
    def test_the_table_of_a_pyproject_toml(self, header, key, wrong):
        [told] = wrong(f"{header}\nmax-args = 3\n")
        assert told.endswith(f"unknown key '{key}'; in tesc.toml the keys are written without that table")

    def test_a_key_of_another_table(self, wrong):
        assert wrong('groups = ["a"]\n[generate]\nselect = ["TE4"]\n') == [
            "1:1: unknown key 'groups'; it belongs in [generate]",
            "3:1: unknown key 'select' in 'generate'; it belongs before the first table",
        ]

    def test_all_at_once_in_the_order_of_the_text(self, wrong):
        assert wrong(
            'select = ["TE 4", 3]\nprofil = ""\n\n[generate]\nout = []\n\n[[unit]]\n[[unit]]\nx = 1\n'
        ) == [
            f"1:11: 'TE 4' is not a rule {RULES}",
            "1:19: an element of 'select' must be a string, not an integer",
            "2:1: unknown key 'profil'; did you mean 'profile'?",
            "5:7: 'generate.out' must be a string, not an array",
            "7:1: an element of 'unit' lacks the key 'path'",
            "8:1: an element of 'unit' lacks the key 'path'",
            "9:1: unknown key 'x' in an element of 'unit'",
        ]

    def test_names_of_rules_as_keys(self, wrong):
        assert wrong('[severity]\nTE401 = "off"\n"a b" = "off"\n') == [f"3:1: 'a b' is not a rule {RULES}"]

    def test_patterns_of_paths_as_keys(self, wrong):
        assert wrong('per-file-ignores = { "!a" = [] }') == [
            "1:22: '!a' is not a pattern of paths (such as 'tests/' or 'hw/*/old.trace-events')"
        ]

    def test_missing_keys_of_tapsets(self, wrong):
        assert wrong('[[generate.tapset]]\nformat = "stap"\n[[generate.tapset]]\nformat = "log-stap"\n') == [
            "1:1: an element of 'generate.tapset' lacks the key 'binary' for format 'stap'",
            "1:1: an element of 'generate.tapset' lacks the key 'name'",
            "1:1: an element of 'generate.tapset' lacks the key 'probe-prefix'",
            "3:1: an element of 'generate.tapset' lacks the key 'name'",
            "3:1: an element of 'generate.tapset' lacks the key 'probe-prefix'",
        ]

    def test_columns_count_characters(self, wrong):
        assert wrong('exclude = ["\U0001f600é", 1]') == [
            "1:18: an element of 'exclude' must be a string, not an integer"
        ]

    @pytest.mark.parametrize(
        "include", ["a", "a b/c.x", "a,prefix=b", "a,base=0x1F", "a,prefix=b,base=1", "a,base=1,prefix=b"]
    )
    def test_includes_as_the_command_line_has_them(self, include, wrong):
        assert wrong(f'unit = [{{ path = "r", include = ["{include}"] }}]') == []

    @pytest.mark.parametrize("include", ["", ",prefix=a", "a,base=1,base=1", "a,prefix", "a,b=1", 'a\\"b'])
    def test_invalid_includes(self, include, wrong):
        assert len(wrong(f'unit = [{{ path = "r", include = ["{include}"] }}]')) == 1


class TestPyproject:
    def test_places_are_those_of_the_whole_file(self, wrong):
        text = '[project]\nname = "x"\n\n[tool.tesc]\nmax-args = "x"\n\n[tool.tesc.generate]\nfoo = 1\n'
        assert wrong(text, "pyproject.toml") == [
            "5:12: 'max-args' must be an integer, not a string",
            "8:1: unknown key 'foo' in 'generate'",
        ]

    def test_it_must_be_a_table(self, wrong):
        text = "[tool]\nother = {}\ntesc = 1"
        assert wrong(text, "pyproject.toml") == ["3:8: the configuration must be a table, not an integer"]

    @pytest.mark.parametrize("text", ["", "tool = 1", "[tool.tesco]", "[tesc]"])
    def test_it_must_exist(self, text):
        Path("pyproject.toml").write_text(text)
        with pytest.raises(BadConfiguration, match=r"pyproject.toml: error: has no table \[tool.tesc\]"):
            load("pyproject.toml")


# Right values as well as wrong ones.
VALUES = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(),
        st.text("aT4-,.*=! ", max_size=4),
        st.sampled_from(["off", "stap", "qemu", "TE4"]),
    ),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["path", "format", "name", "TE4"]), inner)
    ),
    max_leaves=5,
)
ANY_KEY = st.sampled_from(
    [*SCHEMA["properties"], *SCHEMA["properties"]["generate"]["properties"], "x", "paths"]
)


def settle(text: str) -> None:
    """Load a text: the result is settings, or a BadConfiguration with places in the text."""
    Path("tesc.toml").write_bytes(text.encode())
    try:
        settings_at("trace-events")
    except BadConfiguration as error:
        lines = text.replace("\r\n", "\n").split("\n")
        for problem in error.errors:
            assert problem.line <= len(lines)
            assert not problem.line or 1 <= problem.column <= len(lines[problem.line - 1]) + 1


@given(st.dictionaries(ANY_KEY, VALUES, max_size=4))
def test_any_values(values):
    text = "".join(f"{key} = {toml_value(value)}\n" for key, value in values.items())
    assert loads(text) == values
    settle(text)


@given(st.text("ab.='\"[]{},# \n\r1é\\", max_size=30) | st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text(text):
    settle(text)


@given(st.data())
def test_a_right_text_with_something_else_in_it(data):
    text = "".join(
        f"{key} = {value}\n" for key, (value, _) in WRONG.items() if "." not in key and key != "generate"
    )
    at = data.draw(st.integers(0, len(text)))
    settle(
        text[:at]
        + data.draw(st.text("[]{}=\"'\n#.,x", max_size=3))
        + text[at + data.draw(st.integers(0, 3)) :]
    )
