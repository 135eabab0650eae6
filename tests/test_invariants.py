"""Invariants of all the code; docs/explanation/architecture.md names these tests."""

from __future__ import annotations

import ast
import importlib
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/explanation/architecture.md").read_text("utf-8")


def modules(folder: str, but: str = "") -> list[Path]:
    return [p for p in sorted((ROOT / folder).rglob("*.py")) if not but or but not in p.as_posix()]


@cache
def nodes(path: Path) -> list[ast.AST]:
    """All nodes of a module."""
    return list(ast.walk(ast.parse(path.read_text("utf-8"))))


@cache
def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """Each call in a module: the called expression as text, and the node."""
    return [(ast.unparse(node.func), node) for node in nodes(path) if isinstance(node, ast.Call)]


def test_codegen_never_writes():
    """It returns texts; only codegen/tree, which generates the files of a whole tree, writes them."""
    found = []
    for path in modules("tesc/codegen", but="codegen/tree/"):
        for name, node in calls(path):
            modes = [
                a.value
                for a in [*node.args[1:2], *(k.value for k in node.keywords if k.arg == "mode")]
                if isinstance(a, ast.Constant)
            ]
            writes = name == "open" and any(
                isinstance(mode, str) and set(mode) & set("wax+") for mode in modes
            )
            if writes or name.rpartition(".")[2] in (
                "write_text",
                "write_bytes",
                "write_output",
                "replace_file",
            ):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {name}")
    assert found == []


def test_no_stage_reads_a_types_text_again():
    """Outside tesc/syntax, code uses a type's `base`, `pointers` and `words`, and only repeats its text.

    Except for code that reads types as other tools do: tracetool.py for Rust, dtrace and simpletrace.
    """
    taken_apart = {"split", "startswith", "endswith", "replace", "find", "index", "partition", "rpartition"}
    found = []
    for path in modules("tesc", but="tesc/syntax/"):
        for name, node in calls(path):
            subject, _, method = name.rpartition(".")
            apart = method in taken_apart and subject.endswith("type.text")
            searched = subject == "re" and any(ast.unparse(a).endswith("type.text") for a in node.args)
            if apart or searched:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {name}")
    assert found == []


# The modules of rules that match text with regular expressions, each with what that text is. In a format it
# is the text between two conversions of the parsed format: prose, which only a rule can read.
MATCHED_BY_RULES = {
    "argument_types.py": "arguments of calls in C",
    "calls.py": "C sources",
    "declaring.py": "C sources",
    "headings.py": "comments",
    "meson.py": "meson.build",
    "name_families.py": "names of events",
    "near_rules.py": "codes and names of rules, as somebody typed them",
    "plain.py": "formats, to tell in a fraction of the parser's time that no rule need look at one",
    "source_suppressions.py": "comments in sources",
    "suppressions.py": "comments",
    "visibility.py": "names of headers and events",
    "formats/drafting.py": "names of parameters",
    "formats/labels.py": "what is printed before a conversion",
    "rules/te005_not_utf_8.py": "lines, which may be anything",
    "rules/te007_control_character.py": "lines, which may be anything",
    "rules/te407_hex_without_0x.py": "what is printed around a conversion",
    "rules/te418_misspelt_conversion.py": "what is printed, and looks like a conversion's parts",
    "rules/te425_swapped_labels.py": "what is printed, and arguments of calls in C",
    "rules/te428_mixed_radix.py": "names of parameters",
    "rules/te429_unbalanced_bracket.py": "what is printed",
    "rules/te431_label_names_another_parameter.py": "what is printed between conversions",
    "rules/te601_unused_event.py": "names of files",
    "rules/te606_null_for_string.py": "arguments of calls in C",
    "rules/te703_misspelt_word.py": "comments, names, and what is printed between conversions",
}
# Regular expressions for conversions outside tesc/syntax.
MATCHES_CONVERSIONS = {
    "tesc/analysis/plain.py": "see above",
    "tesc/comparison/likeness.py": "words of two texts, of which it says only how much they have in common",
    "tesc/units/compat.py": "what the reference replaces in formats for SystemTap",
}
RE = re.compile(r"re\.(?:compile|search|match|fullmatch|findall|finditer|sub|split)$")
IN_BRACKETS = re.compile(r"\[\^?\]?(?:[^\]\\]|\\.)*\]|\(\?P?[<!=][^)]*\)|%%")


def test_no_rule_reads_a_formats_text_again():
    found = set()
    for path in modules("tesc/analysis"):
        for name, node in calls(path):
            of_format = [a for a in node.args if ast.unparse(a).endswith(("form.text", "format.text"))]
            if RE.match(name):
                found.add(path.relative_to(ROOT / "tesc/analysis").as_posix())
            method = name.rpartition(".")[2]
            assert not of_format or method not in (
                "search",
                "match",
                "fullmatch",
                "findall",
                "finditer",
                "sub",
            ), f"{path}:{node.lineno}: {name}"
    assert found == set(MATCHED_BY_RULES)


def test_conversions_are_matched_in_one_module():
    found = set()
    for path in modules("tesc", but="tesc/syntax/"):
        constants = {
            ast.unparse(node.targets[0]): node.value.value
            for node in nodes(path)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        }
        for name, node in calls(path):
            if RE.match(name) and not isinstance(node.args[0], ast.BinOp):
                parts = [
                    constants.get(part.id) if isinstance(part, ast.Name) else getattr(part, "value", None)
                    for part in ast.walk(node.args[0])
                ]
                pattern = "".join(part for part in parts if isinstance(part, str))
                if "%" in IN_BRACKETS.sub("", pattern):
                    found.add(path.relative_to(ROOT).as_posix())
    assert found == set(MATCHES_CONVERSIONS)


def test_handlers_never_wait():
    """Between two keystrokes, nothing sleeps, waits for another thread, or starts a program."""
    waits = {"time.sleep", "subprocess.run", "subprocess.Popen", "os.system", "asyncio.run"}
    found = []
    for path in modules("tesc/lsp/features"):
        found += [
            f"{path.name}:{node.lineno}: {name}"
            for name, node in calls(path)
            if name in waits or name.endswith(".result")
        ]
    assert found == []


def test_one_module_runs_git():
    """No other module starts a program, except bpftrace, to get its version."""
    starts = {"run", "Popen", "call", "check_call", "check_output", "create_subprocess_exec", "system"}
    found = set()
    for path in modules("tesc"):
        for name, _ in calls(path):
            subject, _, method = name.rpartition(".")
            if subject in ("subprocess", "os", "asyncio") and (
                (method in starts and (subject, method) != ("asyncio", "run"))
                or method.startswith(("exec", "spawn", "posix_spawn"))
            ):
                found.add(path.relative_to(ROOT).as_posix())
    assert found == {"tesc/git.py", "tesc/cli/bpftrace.py"}


def test_records_of_many_fields_are_built_with_their_names():
    """Nobody can read `Conversion(0, 2, "", "", "", None, ...)`: more than four values need names."""
    records = {
        node.name
        for path in modules("tesc")
        for node in nodes(path)
        if isinstance(node, ast.ClassDef) and any(ast.unparse(d) == "record" for d in node.decorator_list)
    }
    # Classes that have the name of a record elsewhere, but are not records.
    namesakes = {("tesc/trace/reader.py", "Made"), ("tesc/analysis/rules/te702_file_comment.py", "_File")}
    found = []
    for path in modules("tesc"):
        shown = path.relative_to(ROOT).as_posix()
        for name, node in calls(path):
            if name in records and len(node.args) > 4 and (shown, name) not in namesakes:
                found.append(f"{shown}:{node.lineno}: {name}")
    assert found == []


def test_cli_holds_no_rules():
    """A command reads options and prints: no module of cli looks into formats or types."""
    found = []
    for path in modules("tesc/cli"):
        text = path.read_text("utf-8")
        found += [
            f"{path.name}: {name}"
            for name in ("parse_format", "parse_type", "parse_declaration", ".parsed", ".type.words")
            if name in text
        ]
    assert found == []


def test_one_module_uses_argparses_private_names():
    """A Python release may rename it. Annotations may name a group's class, which has no public name."""
    private = re.compile(r"\._(actions|action_groups|check_value|HelpAction|SubParsersAction|optionals)\b")
    found = {path.name for path in modules("tesc/cli") if private.search(path.read_text("utf-8"))}
    assert found == {"suggesting.py"}


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(tesc(?:\.\w+)+)`", PAGE))))
def test_the_architecture_page_names_what_exists(name):
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[end:]:
            found = getattr(found, attribute)
        return
    raise AssertionError(f"nothing is called {name}")


def test_the_architecture_page_names_existing_tests():
    for path, test in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE):
        assert (ROOT / path).is_file(), path
        assert not test or f"def {test}(" in (ROOT / path).read_text("utf-8"), test


def test_every_package_is_in_the_layout_once():
    layout = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("## Layout")[1].split("## Conventions")[0]
    named = re.findall(r"^    tesc/([\w./, ]+?)  ", layout, re.M)
    names = [name.strip(" /") for entry in named for name in entry.split(",")]
    there = {p.name for p in (ROOT / "tesc").iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert there <= set(names)
    assert len(names) == len(set(names))


def test_names_of_generated_code_are_spelled_in_one_module():
    """Only tesc.units.identifiers puts `trace_` or `TRACE_` before a name, or `_ENABLED` after it."""
    found = []
    begins = re.compile(r"(?:^|[^A-Za-z0-9_])_?(?:trace_|TRACE_|QEMU_|_nocheck__|simple_trace_)$")
    for path in modules("tesc", but="units/identifiers.py"):
        for node in nodes(path):
            values = node.values if isinstance(node, ast.JoinedStr) else []
            for text, value in zip(values, values[1:]):
                if isinstance(text, ast.Constant) and isinstance(value, ast.FormattedValue):
                    found += [f"{path}:{node.lineno}"] if begins.search(text.value) else []
            if isinstance(node, ast.Constant) and node.value in ("_ENABLED", "_enabled", b"_ENABLED"):
                found.append(f"{path}:{node.lineno}")
            if isinstance(node, ast.Constant) and node.value in (
                "trace-ust",
                "trace-ust.h",
                "trace-dtrace.h",
            ):
                found.append(f"{path}:{node.lineno}")
    assert found == []
