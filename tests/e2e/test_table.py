"""docs/reference/tracers.md: its tables show what the harness saw arrive at each tracer.

`tests/run tests/e2e --update-goldens` rewrites them with this machine's versions, and keeps the rows of other
versions. A tool whose version is not on the page must do the same as the newest version there.
"""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from tests.e2e import limits
from tests.e2e.arrivals import (
    fields,
    lines,
    number_row,
    probe_arguments,
    row_of,
    spellings,
    tapset_lines,
    words,
)
from tests.e2e.outputs import called, declared, output, records
from tests.e2e.outputs import lines as read_lines
from tests.e2e.test_bpftrace import ROOTS
from tests.e2e.test_dtrace import notes
from tests.e2e.tracers_page import (
    BY_VERSION,
    TEXT_ROWS,
    Cells,
    cells,
    known_rows,
    read_table,
    table,
    tables,
    write,
    written,
)

LOG, FTRACE, SIMPLE, LTTNG, SDT, TAPSET = (
    "log, syslog, Rust", "ftrace", "simpletrace", "LTTng", "SDT probe, by gdb", "log tapset",
)  # fmt: skip
COLUMNS = [LOG, FTRACE, SIMPLE, LTTNG, SDT, TAPSET]
RULES = "rules (`qemu`)"
# The rules whose pages refer to tracers.md.
TRACER_RULES = ("TE413", "TE414", "TE416", "TE419", "TE430", "TE432", "TE433", "TE437", "TE439")


@pytest.fixture(scope="module")
def by_type(
    text_run, musl_run, syslog_run, rust_run, lttng_fields, probe_program, gdb_values, tapset
) -> Cells:
    """The first table: what arrived for each type."""
    made: Cells = {}
    in_rust = [(event, call) for event, call in called() if None not in call]
    wanted = read_lines(musl_run / "expected")
    of_c = [line for line, (_, call) in zip(read_lines(rust_run / "expected"), called()) if None not in call]
    logged = [
        *lines(called(), wanted, read_lines(musl_run / "log", b"\n")),
        *lines(called(), read_lines(syslog_run[0]), [one.partition(b": ")[2] for one in syslog_run[1]]),
        *lines(in_rust, of_c, read_lines(rust_run / "log", b"\n")),
    ]
    marked, recorded, probed = [], [], []
    for compiler, machine in (("gcc", "-m64"), ("gcc", "-m32"), ("clang", "-m64"), ("clang", "-m32")):
        folder, pointer = text_run(compiler, machine), int(machine[2:])
        expected = read_lines(folder / "expected")
        logged += lines(called(pointer), expected, read_lines(folder / "log", b"\n"))
        marked += lines(called(pointer), expected, limits.cut_lines(folder / "ftrace", expected), 511)
        recorded += words(called(pointer), records(folder / "simple"))
    for how in ("gcc -O0", "gcc -O2", "clang -O2", "gcc -O2 -m32"):
        pointer = 32 if "-m32" in how else 64
        sizes = {name: places[0] for name, places in notes(probe_program(how)).items()}
        probed += probe_arguments(called(pointer), gdb_values(how), sizes, pointer)
    for column, seen in (
        *((LOG, logged), (FTRACE, marked), (SIMPLE, recorded), (SDT, probed)),
        *((LTTNG, fields(called(), lttng_fields)), (TAPSET, tapset_lines(called(), tapset))),
    ):
        made.update(cells(column, seen))
    return made


@pytest.fixture(scope="module")
def tapset(probe_sources, stap, tmp_path_factory, probe_program):
    """The log tapset's text, as resolved by SystemTap against a program."""
    folder = tmp_path_factory.mktemp("tapset")
    (folder / "program").write_bytes(probe_program("gcc -O2").read_bytes())
    (folder / "program").chmod(0o755)
    for form in ("stap", "log-stap"):
        output(form, ("dtrace" if form == "stap" else "log",), folder / f"{form}.stp")
    done = stap("-I", folder, "-p2", "-e", "probe qemu.log.* {}")
    assert b"error" not in done.stderr
    return (folder / "log-stap.stp").read_text()


@pytest.fixture(scope="module")
def rules(reported) -> Cells:
    """The rules that report events with a type, if QEMU's own outputs are generated."""
    found = defaultdict(set)
    for event, call in called():
        if len(event.parameters) == 1:
            found[row_of(event, call)] |= reported.get(event.name, set()) & set(TRACER_RULES)
    return {
        (row, RULES): ", ".join(f"[{code}](../rules/{code}.md)" for code in sorted(codes))
        for row, codes in found.items()
    }


def first_table(by_type: Cells, rules: Cells) -> str:
    numbers = {number_row(p): p for event in declared() for p in event.parameters if not p.is_pointer}
    spelled = spellings(declared())
    order = sorted(numbers, key=lambda row: (numbers[row].bits(64), numbers[row].bits(32), row))
    labels = [(row, ", ".join(f"`{one}`" for one in spelled[row])) for row in order]
    return table("", [*labels, *((row, row) for row in TEXT_ROWS)], [*COLUMNS, RULES], {**by_type, **rules})


@pytest.fixture(scope="module")
def by_version(by_type, lttng_fields, rust_run, musl_run, need, tmp_path_factory):
    """The second table's rows: what each tool and version does at its limits."""
    folder = tmp_path_factory.mktemp("limits")
    gcc, dtrace = need("gcc", "gcc"), need("dtrace", "systemtap-sdt-dev")
    found = {
        ("lttng-tools", limits.version("lttng", "--version")): {
            **{row: by_type[row, LTTNG] for row in TEXT_ROWS if row in BY_VERSION},
            "arguments": str(limits.most(lambda n: limits.lttng_takes(folder, gcc, arguments=n), 9, 12)),
            "name": str(limits.most(lambda n: limits.lttng_takes(folder, gcc, name=n), 248, 253)),
        },
        ("sys/sdt.h and dtrace(1)", limits.version("stap", "--version")): {
            "arguments": str(limits.most(lambda n: limits.dtrace_takes(folder, gcc, dtrace, n), 10, 15)),
        },
    }
    for name, how, log in (
        ("printf of glibc", ("ldd", "--version"), rust_run / "expected"),
        ("printf of musl", limits.MUSL, musl_run / "log"),
    ):
        ends = b"\n" if log.name == "log" else b""
        seen = cells("", lines(called(), read_lines(log.with_name("expected")), read_lines(log, ends)))
        found[name, limits.version(*how)] = {row: seen[row, ""] for row in BY_VERSION if (row, "") in seen}
    return found


@pytest.fixture(scope="module")
def by_bpftrace(need, probe_program, gdb_values, rust_run, tmp_path_factory):
    """The rows of each available bpftrace, or None if the kernel lets it attach to nothing."""
    from tests.e2e.probed import Bpftrace

    found = {}
    expected = read_lines(rust_run / "expected")
    for root in ROOTS:
        tool = Bpftrace(need("bpftrace", "bpftrace"), root)
        if not tool.attaches():
            return None
        program = tmp_path_factory.mktemp("bpftrace") / "program"
        program.write_bytes(probe_program("gcc -O2").read_bytes())
        program.chmod(0o755)
        found["bpftrace", ".".join(map(str, tool.version))] = limits.of_bpftrace(tool, program, expected)
    return found


def test_tables(request, by_type, rules, by_version, by_bpftrace):
    first = first_table(by_type, rules)
    rows = {**by_version, **(by_bpftrace or {})}
    assert [key for key, cell in read_table(first)[1].items() if not cell and key[1] in COLUMNS] == []
    if request.config.getoption("update_goldens"):
        known = known_rows(written()) if len(tables(written())) == 2 else {}
        every = {**known, **rows}
        order = sorted(every, key=lambda row: (row[0], [int(n) for n in re.findall(r"\d+", row[1])]))
        cells_ = {(row, column): cell for row in order for column, cell in every[row].items()}
        second = table("", [(row, f"{row[0]} {row[1]}") for row in order], list(BY_VERSION), cells_)
        write("\n".join([limits.caption(), "", first, "", limits.VERSIONS_SAY, "", second]))
    part = written()
    assert read_table(tables(part)[0]) == read_table(first + "\n"), "run with --update-goldens, and read it"
    known = known_rows(part)
    for (tool, version), cells_ in rows.items():
        versions = [one for name, one in known if name == tool]
        assert versions, f"the page has no row of {tool}"
        page = known[tool, version if version in versions else versions[-1]]
        assert {c: cell for c, cell in page.items() if cell} == cells_, f"{tool} {version} does otherwise"
    if by_bpftrace is None:
        pytest.skip("this kernel, or what confines us, lets bpftrace attach to nothing")
