"""`tesc` itself: messages on arguments that no command takes."""

from __future__ import annotations

import pytest

from tesc.cli.main import main


def test_without_arguments_it_says_what_there_is(capsys):
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
