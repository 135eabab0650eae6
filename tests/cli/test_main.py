"""`tesc` itself: messages for arguments that no command takes."""

from __future__ import annotations

import pytest

from tesc.cli.formatting import is_table
from tesc.cli.main import main
from tesc.cli.parsers import commands, whole_parser


def test_without_arguments_it_lists_the_commands(capsys):
    assert main([]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("usage: tesc ") and "check  " in captured.err


def test_after_two_dashes_a_dashed_word_is_a_file(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-no").write_text('e(int a) "a %x"\n')
    assert main(["config", "--", "-no"]) == 0
    assert main(["check", "--isolated", "--output-format=concise", "--", "-no"]) == 0
    assert "-no:1:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "end"),
    [
        (
            ["check", "--selct", "TE4"],
            "tesc check: error: unrecognized arguments: --selct; did you mean '--select'?",
        ),
        (["check", "--output-fromat=gcc"], "--output-fromat=gcc; did you mean '--output-format'?"),
        (["decode", "--stas", "t"], "unrecognized arguments: --stas; did you mean '--stats'?"),
        (["query", "t", "--where-not", "x"], "--where-not x; did you mean '--where'?"),
        (["gen", "--drry-run"], "--drry-run; did you mean '--dry-run'?"),
        (["init", "--zzz", "folder"], "tesc init: error: unrecognized arguments: --zzz"),
        (["rules", "TE401"], "tesc rules: error: unrecognized arguments: TE401"),
    ],
)
def test_unknown_arguments(words, end, capsys):
    with pytest.raises(SystemExit) as exit:
        main(words)
    assert exit.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(f"usage: tesc {words[0]} ")
    assert said.endswith(f"{end}\n")


@pytest.mark.parametrize("name", [name for name, _, _ in commands(whole_parser())])
@pytest.mark.parametrize("words", [["--no-such-option"], ["--format"]])
def test_wrong_usage_of_any_command(name, words, capsys):
    """The message does not drown in a list of all options."""
    try:
        status = main([name, *words])
    except SystemExit as exit:
        status = exit.code
    usage, said = capsys.readouterr().err.splitlines()
    assert status in (1, 2)
    assert usage.startswith(f"usage: tesc {name} ")
    assert usage.endswith(f" (see 'tesc {name} --help')")
    assert len(usage) < 120
    assert said.startswith(f"tesc {name}: error: ")
    assert words[0] in said or "required: " in said or name == "completion"


@pytest.mark.parametrize(
    "words", [["check", "--\x1b[2J\nno"], ["che\nck"], ["rules", "--output-format", "\u202e\n"]]
)
def test_wrong_usage_is_one_line_that_a_terminal_does_not_obey(words, capsys):
    with pytest.raises(SystemExit):
        main(words)
    _, said = capsys.readouterr().err.splitlines()
    assert said.isprintable()


def test_usage_names_positional_arguments_and_what_is_required(capsys):
    """Also in those commands whose options may stand between positional arguments."""
    for words, usage in (
        (["check", "--nope"], "tesc check [options] [PATH ...] (see 'tesc check --help')"),
        (["guest"], "tesc guest [options] KIND [FILE] (see 'tesc guest --help')"),
        (["query"], "tesc query [options] TRACE [TRACE ...] [SQL] (see 'tesc query --help')"),
        (["breaking"], "tesc breaking [options] --against VERSION [PATH ...] (see 'tesc breaking --help')"),
        (["chekc"], "tesc [options] COMMAND ... (see 'tesc --help')"),
    ):
        with pytest.raises(SystemExit):
            main(words)
        assert capsys.readouterr().err.startswith(f"usage: {usage}\n")


@pytest.mark.parametrize(
    ("words", "end"),
    [
        (["chekc"], "tesc: error: no command is called 'chekc'; did you mean 'check'?"),
        (["zzz"], "tesc: error: no command is called 'zzz'; 'tesc --help' lists them"),
        (["cache", "claer"], "(choose from 'clear', 'dir'); did you mean 'clear'?"),
        (["check", "--output-format", "xml"], "'gitlab', 'gcc')"),
        (["gen", "--compat", "qmeu"], "(choose from 'qemu', 'fixed'); did you mean 'qemu'?"),
        (["decode", "--format", "jsonnl", "t"], "did you mean 'jsonl'?"),
        (["query", "--format", "tabel", "t", "select 1"], "did you mean 'table'?"),
    ],
)
def test_a_misspelt_word(words, end, capsys):
    with pytest.raises(SystemExit) as exit:
        main(words)
    assert exit.value.code == 2
    assert capsys.readouterr().err.endswith(f"{end}\n")


@pytest.mark.parametrize("words", [["help", "query"], ["query", "--help"]])
def test_the_help_of_query_shows_where_the_sql_goes(words, capsys):
    with pytest.raises(SystemExit):
        main(words)
    said = capsys.readouterr().out
    assert said.startswith("usage: tesc query [options] TRACE [TRACE ...] [SQL]\n\n")
    assert "--span NAME=BEGIN..END" in said


@pytest.mark.parametrize(
    ("words", "same"),
    [([], []), (["check"], ["check"]), (["gen"], ["gen"]), (["help"], []), (["help", "check"], ["check"])],
)
def test_help_is_also_a_command(words, same, capsys):
    said = []
    for one in (["help", *words], [*same, "--help"]):
        with pytest.raises(SystemExit) as exit:
            main(one)
        assert exit.value.code == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert said[0].startswith("usage: tesc ")


def test_help_for_an_unknown_command(capsys):
    with pytest.raises(SystemExit) as exit:
        main(["help", "chekc"])
    assert exit.value.code == 2
    assert capsys.readouterr().err.endswith("no command is called 'chekc'; did you mean 'check'?\n")


@pytest.mark.parametrize("columns", [60, 130])
def test_prose_in_help_fills_the_terminal(columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    seen = 0
    for _, _, parser in commands(whole_parser()):
        shown = parser.format_help().strip("\n").split("\n\n")
        for text in filter(None, (parser.description, parser.epilog)):
            for paragraph in text.strip("\n").split("\n\n"):
                if is_table(paragraph):
                    assert paragraph in shown
                    continue
                (found,) = [one for one in shown if one.split() == paragraph.split()]
                assert all(len(line) < columns for line in found.split("\n"))
                assert len(found.split("\n")) <= 1 + 1.2 * len(found) / columns
                seen += 1
    assert seen > 30


@pytest.mark.parametrize("name", ["decode", "query"])
def test_help_keeps_the_lines_of_tables(name, capsys, monkeypatch):
    """These have a parser of their own."""
    monkeypatch.setenv("COLUMNS", "70")
    with pytest.raises(SystemExit):
        main([name, "--help"])
    shown = capsys.readouterr().out
    tables = [one for _, _, p in commands(whole_parser()) if p.prog == f"tesc {name}" for one in _tables(p)]
    assert tables
    assert all(table in shown for table in tables)


def _tables(parser):
    return [one for one in (parser.epilog or "").strip("\n").split("\n\n") if is_table(one)]
