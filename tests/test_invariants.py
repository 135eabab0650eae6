"""What holds for all of the code: docs/explanation/architecture.md names these tests."""

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
    """Each call of a module: what is called, as text, and the node."""
    return [(ast.unparse(node.func), node) for node in nodes(path) if isinstance(node, ast.Call)]


def test_codegen_never_writes():
    """Texts are returned; only codegen/tree, which makes the files of a whole tree, puts them on disk."""
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
    """Outside of tesc/syntax a type is asked (`base`, `pointers`, `words`), its text is only repeated.

    But for what copies another tool's reading: tracetool.py's of types for Rust, dtrace's and simpletrace's.
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


def test_handlers_never_wait():
    """Between two keystrokes nothing sleeps, waits for another thread, or starts a program."""
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
    """Others start no program, but for the bpftrace whose version a script is written for."""
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
    """`Conversion(0, 2, "", "", "", None, ...)` is read by nobody: more than four values have names."""
    records = {
        node.name
        for path in modules("tesc")
        for node in nodes(path)
        if isinstance(node, ast.ClassDef) and any(ast.unparse(d) == "record" for d in node.decorator_list)
    }
    # Classes that are no records, and have the name of one elsewhere.
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


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(tesc(?:\.\w+)+)`", PAGE))))
def test_the_architecture_page_names_what_there_is(name):
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


def test_the_architecture_page_names_tests_that_there_are():
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
    """Nobody but tesc.units.identifiers puts `trace_`, `TRACE_` or `QEMU_` before a name."""
    found = []
    begins = re.compile(r"(?:^|[^A-Za-z0-9_])_?(?:trace_|TRACE_|QEMU_|_nocheck__|simple_trace_)$")
    for path in modules("tesc", but="units/identifiers.py"):
        for node in nodes(path):
            values = node.values if isinstance(node, ast.JoinedStr) else []
            for text, value in zip(values, values[1:]):
                if isinstance(text, ast.Constant) and isinstance(value, ast.FormattedValue):
                    found += [f"{path}:{node.lineno}"] if begins.search(text.value) else []
    assert found == []
