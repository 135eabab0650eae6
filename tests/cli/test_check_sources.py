"""`tesc check --sources`: which C and Rust sources are searched for uses of events."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tesc.cli.main import main
from tesc.uses import index

UNUSED = "warning[TE601]: nothing calls trace_"


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch):
    """Two folders with an event and a source each; the second folder calls the first one's event."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "net/trace-events": 'send(int n) "n %d"\n',
        "net/net.c": "void f(void) { trace_heat(1); }\n",
        "heater/trace-events": 'heat(int n) "n %d"\n',
        "heater/heater.rs": "fn f() { trace::trace_cool(1); }\n",
    }.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text)
    return tmp_path


@pytest.fixture
def check(capsys):
    """A function that checks: exit status, findings and other messages."""

    def run(*arguments: str) -> tuple[int, list[str], str]:
        status = main(["check", "--output-format", "concise", *arguments])
        out, err = capsys.readouterr()
        return status, out.splitlines(), err

    return run


SEND = f"net/trace-events:1:1: {UNUSED}send()"
HEAT = f"heater/trace-events:1:1: {UNUSED}heat()"


def test_without_the_option_no_source_is_read(check, monkeypatch):
    monkeypatch.setattr(index, "build", None)
    assert check() == (0, [], "")


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--sources"], [SEND]),
        (["net", "heater", "--sources", "."], [SEND]),
        (["--sources", "net"], [SEND]),
        (["--sources", "heater"], [HEAT, SEND]),
        (["--sources", "heater", "--sources", "net"], [SEND]),
        (["--sources", "heater", "net/net.c"], [SEND]),
        (["net", "--sources"], [SEND]),
        (["heater", "--sources"], []),
        (["--sources", "--select", "unused-event"], [SEND]),
        (["--sources", "--ignore", "TE6"], []),
    ],
)
def test_folders(arguments, found, check):
    status, lines, err = check(*arguments)
    assert (status, sorted(lines), err) == (0, found, "")


def test_files_that_declare_events_are_not_sources(check, work):
    """By its name, guest.inc might be a C file, and the only one."""
    for name in ("net/net.c", "heater/heater.rs"):
        (work / name).unlink()
    (work / "net/trace-events").write_text('include "guest.inc"\n')
    (work / "net/guest.inc").write_text('send(int n) "n %d"\n')
    said = "tesc: warning: net: no C or Rust sources here\n"
    assert check("net", "--sources", "net") == (0, [], said)
    (work / "net/other.inc").write_text("trace_other();\n")
    sent = f"net/guest.inc:1:1: {UNUSED}send()"
    assert check("net", "--sources", "net") == (0, [sent], "")


def test_the_whole_project_is_the_checkout(check, work, monkeypatch):
    (work / ".git").mkdir()
    monkeypatch.chdir(work / "heater")
    assert check("--sources") == (0, [], "")


def test_the_whole_project_is_the_folder_of_the_configuration(check, work, monkeypatch):
    (work / "tesc.toml").touch()
    monkeypatch.chdir(work / "heater")
    assert check("--sources") == (0, [], "")


def test_the_configuration_names_folders(check, work):
    Path("tesc.toml").write_text('sources = ["heater"]\n')
    assert sorted(check()[1]) == [HEAT, SEND]
    assert check("--sources", "net")[1] == [SEND]
    assert check("--isolated")[1] == []


def test_related_places_are_shown_from_here(check, work, monkeypatch):
    Path("net/net.c").write_text("#if 0\nvoid f(void) { trace_heat(1); }\n#endif\n")
    (work / "tesc.toml").touch()
    monkeypatch.chdir(work / "heater")
    _, lines, _ = check("--sources", "--output-format", "json")
    (heat,) = json.loads("\n".join(lines))
    assert [related["path"] for related in heat["related"]] == ["../net/net.c"]
    Path("heater.c").write_text("void f(void) { trace_heat(); }\n")
    (heat,) = json.loads("\n".join(check("--sources", "--output-format", "json")[1]))
    assert [related["path"] for related in heat["related"]] == ["heater.c"]


def test_a_folder_within_another_counts_once(check):
    Path("net/net.c").write_text("#if 0\nvoid f(void) { trace_heat(1); }\n#endif\n")
    _, lines, _ = check("--sources", "net", ".", "net/net.c", "--output-format", "json")
    (heat,) = (found for found in json.loads("\n".join(lines)) if found["event"] == "heat")
    assert [related["path"] for related in heat["related"]] == ["net/net.c"]


def test_fixes_are_the_same_as_without(check):
    Path("net/trace-events").write_text('send(int n) "n %d\\n"\n')
    status, lines, _ = check("--sources", "--fix")
    assert (status, lines) == (0, [SEND])
    assert Path("net/trace-events").read_text() == 'send(int n) "n %d"\n'


def test_fixes_change_no_source(check):
    """`--fix` does not fix a call of an event that does not exist; that is up to an editor or a person."""
    program = '#include "trace.h"\nvoid f(void) { trace_sned(1); trace_send(1); }\n'
    Path("net/net.c").write_text(program)
    Path("heater/heater.rs").write_text("fn f() { trace::trace_heat(1); }\n")
    Path("net/trace-events").write_text('send(int n) "n %d\\n"\n')
    wanted = "net/net.c:2:16: error[TE602]: no event is called 'sned'"
    _, lines, said = check("--sources", "--diff", "--unsafe-fixes")
    assert [line for line in lines if line.startswith("---")] == ["--- net/trace-events"]
    assert said == "tesc: would fix 1 finding\n"
    status, lines, _ = check("--sources", "--fix", "--unsafe-fixes")
    assert (status, lines) == (1, [wanted])
    assert Path("net/trace-events").read_text() == 'send(int n) "n %d"\n'
    assert Path("net/net.c").read_text() == program


def test_no_fix_of_a_source_is_offered(check, capsys):
    Path("net/net.c").write_text('#include "trace.h"\nvoid f(void) { trace_sned(1); trace_send(1); }\n')
    Path("heater/heater.rs").write_text("fn f() { trace::trace_heat(1); }\n")
    assert main(["check", "--sources"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 error in 1 of 2 files"


def test_a_missing_folder(check):
    assert check("--sources", "nowhere") == (
        2,
        [],
        "tesc: error: nowhere: no such source file or folder\n",
    )


def test_a_folder_without_sources_says_nothing_about_events(check):
    Path("empty").mkdir()
    assert check("--sources", "empty") == (0, [], "tesc: warning: empty: no C or Rust sources here\n")


def test_a_rule_that_needs_sources_says_so(check):
    said = "tesc: error: TE601: looks at C and Rust sources: add --sources\n"
    assert check("--select", "TE601") == (2, [], said)


def test_includes_are_found_from_the_working_folder(check):
    """Outside a checkout, the paths of sources begin with `./`."""
    Path("heater/trace.h").write_text('#include "trace/trace-heater.h"\n')
    Path("net/trace.h").write_text('#include "trace/trace-net.h"\n')
    Path("net/net.c").write_text(
        '#include "trace.h"\nvoid f(void) { trace_send(1); trace_sned(1); trace_heat(1); }\n'
    )
    status, lines, _ = check("--sources", "--select", "TE602,TE604")
    assert status == 1
    assert [line.partition("]")[0] for line in lines] == [
        "net/net.c:2:31: error[TE602",
        "net/net.c:2:46: error[TE604",
    ]


def test_statistics_count_the_calls_that_were_not_judged(check):
    Path("net/net.c").write_text(
        """\
#define TWO(x) x, x
#if 0
void e(void) { trace_send(1); }
#endif
void f(void) { trace_send(1); trace_send(1, 2); trace_send(TWO(1), 3); }
void g(void)
{
    trace_send(
#ifdef A
        1
#else
        2
#endif
    );
}
"""
    )
    Path("heater/heater.rs").write_text("fn f() { trace::trace_heat(1); }\n")
    _, lines, _ = check("--sources", "--statistics", "--select", "TE601,TE603")
    assert lines == [
        "1  TE603  wrong-argument-count",
        "",
        "6 calls of events in C and Rust, of which 5 have arguments that were not checked",
        "1  in Rust, where only the number of arguments is checked",
        "1  in code that #if 0 leaves out",
        "1  with a macro that may be several arguments",
        "1  with more or fewer arguments than parameters (TE603)",
        "1  with preprocessor lines among the arguments, without an end, or by a macro's `...`",
    ]
    assert check("--statistics")[1] == []
