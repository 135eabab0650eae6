"""A `%` in a parameter's name, in the outputs whose lines tracetool reads as Python formats.

The expected results are those of QEMU 10.2.50's tracetool.py, which fails for a single `%`.
"""

from __future__ import annotations

import pytest

from tesc.cli.main import main

OUTPUTS = {
    ("rs", "dtrace"): "    ::trace::probe!(qemu, a, _x%y);",
    ("ust-events-h", "ust"): "       ctf_integer(int, x%y, x%y)",
    ("stap", "dtrace"): "  x%y = $arg1;",
}


def generate(folder, form, backend, name):
    (folder / "trace-events").write_text(f'a(int {name}) "x %d"\n')
    out = folder / "out"
    words = [f"--format={form}", f"--backends={backend}", "--group=g", "--binary=q", "--probe-prefix=q"]
    status = main(["tracetool", *words, str(folder / "trace-events"), str(out)])
    return status, out.read_text() if out.exists() else None


@pytest.mark.parametrize(("form", "backend"), OUTPUTS)
def test_two_are_one(tmp_path, form, backend):
    status, text = generate(tmp_path, form, backend, "x%%y")
    assert status == 0
    assert OUTPUTS[form, backend] in text.splitlines()


@pytest.mark.parametrize(("form", "backend"), OUTPUTS)
def test_one_is_refused(tmp_path, form, backend, capsys):
    assert generate(tmp_path, form, backend, "x%y") == (1, None)
    assert "'%'" in capsys.readouterr().err


def test_a_header_repeats_the_name(tmp_path):
    status, text = generate(tmp_path, "h", "log", "x%%y")
    assert (status, "static inline void trace_a(int x%%y)" in text) == (0, True)
