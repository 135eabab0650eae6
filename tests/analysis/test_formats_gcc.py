"""The format rules against the compilers: random events, the same verdict on each.

The calls are those of the log backend. `gcc -Wformat` judges them for LP64 (-m64), ILP32 (-m32) and newlib
(arm-none-eabi-gcc), clang's targets for the other data models, if gcc and clang judge a format alike. The
environment variable TESC_FORMAT_EVENTS says how many events (default: 2000), TESC_FORMAT_SEED which ones.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tesc.analysis.rule import Report
from tesc.analysis.rules import (
    te401_format_type_mismatch,
    te402_missing_argument,
    te403_unused_argument,
    te404_format_not_portable,
    te409_invalid_conversion,
    te413_signedness_mismatch,
    te415_string_from_non_string,
)
from tesc.config.settings import Settings
from tesc.syntax.data_models import DATA_MODELS, expansion
from tesc.syntax.inttypes import PRI_MACROS
from tesc.syntax.nodes import Event, Tree
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tests.analysis.random_formats import BATCH, INTEGERS, LENGTHS, MACROS, random_events

_RULES = [
    te401_format_type_mismatch.RULE,
    te402_missing_argument.RULE,
    te403_unused_argument.RULE,
    te404_format_not_portable.RULE,
    te409_invalid_conversion.RULE,
    te415_string_from_non_string.RULE,
]
_COUNT = int(os.environ.get("TESC_FORMAT_EVENTS", "2000"))
_SEED = int(os.environ.get("TESC_FORMAT_SEED", "1"))

# What the headers of C libraries define, by compilers' predefined macros; clang has the PRI macros too.
_PREAMBLE = """
typedef __INT8_TYPE__ int8_t; typedef __UINT8_TYPE__ uint8_t;
typedef __INT16_TYPE__ int16_t; typedef __UINT16_TYPE__ uint16_t;
typedef __INT32_TYPE__ int32_t; typedef __UINT32_TYPE__ uint32_t;
typedef __INT64_TYPE__ int64_t; typedef __UINT64_TYPE__ uint64_t;
typedef __INTPTR_TYPE__ intptr_t; typedef __UINTPTR_TYPE__ uintptr_t;
typedef __SIZE_TYPE__ size_t; typedef __INTPTR_TYPE__ ssize_t; typedef __PTRDIFF_TYPE__ ptrdiff_t;
#define bool _Bool
#ifdef __clang__
# define PFAST ""
# define P32 ""
#elif __SIZEOF_LONG__ == 8
# define P64 "l"
# define PPTR "l"
# define PFAST "l"
# define P32 ""
# define PMAX P64
#elif __SIZEOF_POINTER__ == 8
# define P64 "ll"
# define PPTR "ll"
# define PFAST ""
# define P32 ""
# define PMAX P64
#else
# define P64 "ll"
# define PPTR ""
# define PFAST ""
# ifdef __arm__
#  define P32 "l"
# else
#  define P32 ""
# endif
# define PMAX P64
#endif
void qemu_log(const char *format, ...) __attribute__((format(FORMAT_KIND, 1, 2)));
"""


def _preamble() -> str:
    lengths = {"64": "P64", "LEAST64": "P64", "FAST64": "P64", "MAX": "PMAX", "PTR": "PPTR"}
    lengths.update({"FAST16": "PFAST", "FAST32": "PFAST", "32": "P32", "LEAST32": "P32"})
    macros = []
    for name in sorted(PRI_MACROS):
        length, letter = lengths.get(name[4:], ""), name[3]
        if length in ("P64", "PMAX", "PPTR"):
            # clang's own macros include the letter: __INT64_FMTd__, or for unsigned letters __UINT64_FMTx__.
            sign = "" if letter in "di" else "U"
            type_ = {"P64": "INT64", "PMAX": "INTMAX", "PPTR": "INTPTR"}[length]
            whole = f"__{sign}{type_}_FMT{letter}__"
            macros += ["#ifdef __clang__", f"# define {name} {whole}", "#else"]
        macros.append(f'#define {name} {length} "{letter}"')
        if length in ("P64", "PMAX", "PPTR"):
            macros.append("#endif")
    return _PREAMBLE + "\n".join(macros) + "\n"


def _source(tree: Tree, kind: str = "printf") -> str:
    """The calls of the log backend, each with its event's line number."""
    parts = [f"#define FORMAT_KIND {kind}\n", _preamble()]
    for event in tree.events:
        declared = ", ".join(p.type.before(p.name) for p in event.parameters) or "void"
        arguments = "".join(f", {p.name}" for p in event.parameters)
        text = event.format.text if event.format else ""
        call = f'qemu_log("{event.name} " {text} "\\n"{arguments});'
        parts.append(f'# {event.line} "ev"\nvoid f{event.line}({declared}) {{ {call} }}\n')
    return "".join(parts)


def _compiler_faults(command: list[str], source: str, path: Path) -> set[int]:
    """The lines in which a compiler finds a format error."""
    path.write_text(source, encoding="utf-8")
    options = ["-std=gnu11", "-ffreestanding", "-nostdinc", "-fsyntax-only", "-Wformat"]
    environment = {**os.environ, "LC_ALL": "C"}
    ran = subprocess.run([*command, *options, str(path)], capture_output=True, check=False, env=environment)
    output = ran.stderr.decode("utf-8", "replace")
    assert ran.returncode == 0, output[:2000]
    return {int(line) for line in re.findall(r"^ev:(\d+):\d+: warning: .*\[-Wformat[^]]*\]$", output, re.M)}


def _our_faults(tree: Tree, models: tuple[str, ...]) -> set[int]:
    settings = Settings(data_models=models)
    return {event.line for event in tree.events if any(True for _ in _findings(event, tree, settings))}


def _findings(event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
    for rule in _RULES:
        yield from rule.check(event, tree, settings)


def _assert_same(ours: set[int], theirs: set[int], tree: Tree) -> None:
    lines = tree.source.text.splitlines()
    only_ours = [lines[number - 1] for number in sorted(ours - theirs)]
    only_theirs = [lines[number - 1] for number in sorted(theirs - ours)]
    assert (only_ours[:5], only_theirs[:5]) == ([], [])


@pytest.mark.parametrize(
    ("model", "compiler", "package", "option"),
    [
        ("lp64", "gcc", "gcc", "-m64"),
        ("ilp32", "gcc", "gcc", "-m32"),
        ("newlib", "arm-none-eabi-gcc", "gcc-arm-none-eabi", "-mthumb"),
    ],
)
def test_errors_are_those_of_gcc(model, compiler, package, option, need, tmp_path):
    gcc = need(compiler, package)
    for tree in random_events(_COUNT, _SEED):
        theirs = _compiler_faults(
            [gcc, option, "-fno-diagnostics-show-caret"], _source(tree), tmp_path / "ev.c"
        )
        assert 0.3 < len(theirs) / len(tree.events) < 0.7
        _assert_same(_our_faults(tree, (model,)), theirs, tree)


def _judged_alike(event: Event) -> bool:
    """Whether gcc and clang judge an event's format by the same rules.

    clang has no %b, %B, %m, %Z and no flag I, rejects %hd with an int and %c with a bool, and wants
    exactly wint_t and wchar_t. It takes `%5%`, `%.p`, `%.c`, repeated flags, and 0 with a precision.
    """
    parsed = event.format.parsed if event.format else None
    if parsed is None:
        return True
    letters = "diouxXsp" if any(p.type.base == "bool" for p in event.parameters) else "diouxXcsp"
    return "\0" not in parsed.joined and all(
        # Some C libraries have narrow and fast macros with `hh` and `h`.
        (c.macro is None or c.macro.name[4:] in ("32", "64", "LEAST32", "LEAST64", "FAST64", "MAX", "PTR"))
        and (c.letter in letters or c.text == "%%")
        and c.length in ("", "l", "ll", "j", "z", "t")
        and f"{c.length}{c.letter}" not in ("lc", "ls")
        and not set(c.flags) & {"I", "'"}
        and len(set(c.flags)) == len(c.flags)
        and (c.precision is None or ("0" not in c.flags and c.letter not in "cp"))
        for c in parsed.conversions
    )


@pytest.mark.parametrize(
    ("model", "target"),
    [
        ("llp64", "x86_64-pc-windows-msvc"),
        ("darwin", "arm64-apple-darwin"),
        ("darwin", "x86_64-apple-darwin"),
        ("openbsd", "x86_64-unknown-openbsd"),
        ("wasm32", "wasm32-unknown-emscripten"),
        ("wasm64", "wasm64-unknown-emscripten"),
        ("newlib-clang", "arm-none-eabi"),
        ("newlib64", "riscv64-unknown-elf"),
    ],
)
def test_errors_on_other_models_are_those_of_clang(model, target, need, tmp_path):
    clang = [shutil.which("clang-14") or need("clang", "clang-14"), f"--target={target}"]
    clang += ["-fno-caret-diagnostics", "-ferror-limit=0"]
    for tree in random_events(_COUNT, _SEED):
        theirs = _compiler_faults(clang, _source(tree), tmp_path / "ev.c")
        alike = {event.line for event in tree.events if _judged_alike(event)}
        assert len(alike) > len(tree.events) / 4
        _assert_same(_our_faults(tree, (model,)) & alike, theirs & alike, tree)


def test_several_models_report_what_any_of_them_does():
    for tree in random_events(min(_COUNT, BATCH), _SEED + 1):
        each = [_our_faults(tree, (model,)) for model in DATA_MODELS]
        _assert_same(_our_faults(tree, DATA_MODELS), set.union(*each), tree)


@pytest.mark.parametrize(("model", "option"), [("lp64", "-m64"), ("ilp32", "-m32")])
def test_signedness_is_judged_as_by_gcc(model, option, need, tmp_path):
    """TE413 against -Wformat-signedness, except for bool and conversions that truncate their argument."""
    lengths = [length for length in LENGTHS if length not in ("h", "hh")]
    texts = [f"%{length}{letter}" for length in ["", *lengths] for letter in "diouxX"]
    events = [f'ev({type_} p) "{text}"' for type_ in INTEGERS if type_ != "bool" for text in texts]
    tree = parse(Source("trace-events", "\n".join(events) + "\n"))
    command = [need("gcc", "gcc"), option, "-fno-diagnostics-show-caret"]
    faulty = _compiler_faults(command, _source(tree), tmp_path / "ev.c")
    theirs = _compiler_faults([*command, "-Wformat-signedness"], _source(tree), tmp_path / "ev.c") - faulty
    settings = Settings(data_models=(model,))
    rule = te413_signedness_mismatch.RULE
    ours = {event.line for event in tree.events if any(True for _ in rule.check(event, tree, settings))}
    assert len(ours) > 100
    _assert_same(ours, theirs, tree)


def test_fixes_remove_what_was_found():
    """Once a broken conversion is fixed, it may turn out not to fit its parameter."""
    settings = Settings(data_models=DATA_MODELS)
    fixed = 0
    for tree in random_events(min(_COUNT, BATCH), _SEED + 2):
        for event in tree.events:
            findings = list(_findings(event, tree, settings))
            before = [finding.message for finding in findings]
            misused = any(", but " not in message for message in before)
            for finding in findings:
                if finding.fix is None:
                    continue
                (edit,) = finding.fix.edits
                text = tree.source.text
                line = text[event.start : edit.span.start] + edit.text + text[edit.span.end : event.end]
                after = parse(Source("trace-events", line + "\n"))
                left = [f.message for f in _findings(after.events[0], after, settings)]
                assert not after.errors, line
                assert left.count(finding.message) < before.count(finding.message), line
                assert misused or len(left) < len(before), line
                fixed += 1
    assert fixed > 100


def test_macros_are_those_of_the_c_library(need, tmp_path):
    """The <inttypes.h> for -m32 depends on what is installed; for -m64 there always is one."""
    source = tmp_path / "macros.c"
    source.write_text("#include <inttypes.h>\n" + "".join(f"{name}_ {name}\n" for name in MACROS))
    ran = subprocess.run([need("gcc", "gcc"), "-E", "-P", source], capture_output=True, check=True, text=True)
    texts = dict(line.split(" ", 1) for line in ran.stdout.splitlines() if line.startswith("PRI"))
    assert {name: re.sub('[" ]', "", texts[f"{name}_"]) for name in MACROS} == {
        name: expansion(name, "lp64") for name in MACROS
    }
