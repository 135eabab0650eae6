"""The command line of the 2011 tracetool, as builds of that time use it."""

from __future__ import annotations

import subprocess
import sys

import pytest


def classic(*arguments: str, stdin: str = 'foo(int a) "a %d"\n'):
    command = [sys.executable, "-m", "tesc", "tracetool-classic", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True)


def test_an_output():
    done = classic("--simple", "-c")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-3:] == ['{.tp_name = "foo", .state=1},', "", "};"]


@pytest.mark.parametrize(
    "arguments", [[], ["--help"], ["--simple"], ["-h"], ["-g"], ["--simple", "", "-h"], ["x"]]
)
def test_usage(arguments):
    done = classic(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("usage: tesc tracetool-classic BACKEND OUTPUT")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--no-such-option"], "unknown argument: --no-such-option"),
        (
            ["--simple", "-h", "--probe-prefx", "p"],
            "unknown argument: --probe-prefx; did you mean '--probe-prefix'?",
        ),
        (["x"], "unknown argument: x"),
        (["-h"], "no backend given: one of --nop, --simple, --stderr, --ust, --dtrace"),
        (["--simple"], "no output given: one of -h, -c, -d, -g, --stap"),
        (["--simple", "-g", "--release", "qemu-1.0"], "qemu-1.0 has no -g"),
        (
            ["--dtrace", "--stap", "--probe-prefix=p"],
            "unknown argument: --probe-prefix=p; did you mean '--probe-prefix'?",
        ),
        (
            ["--dtrace", "--stap", "--probe-prefix", "p", "--release", "qemu-0.14"],
            "qemu-0.14 has no --probe-prefix",
        ),
    ],
)
def test_wrong_usage_is_named(arguments, said):
    done = classic(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[1:] == [f"tesc tracetool-classic: error: {said}"]


def test_the_last_backend_and_output_win_up_to_an_empty_argument():
    assert classic("--nop", "-c", "--simple", "-h", "", "--dtrace").stdout == classic("--simple", "-h").stdout


@pytest.mark.parametrize(
    ("arguments", "status", "stdout"),
    [
        (["--list-backends", "--nonsense"], 0, "nop simple stderr ust dtrace\n"),
        (["--nonsense2", "--list-backends"], 1, ""),
        (["--nop", "--check-backend"], 0, ""),
        (["--simple", "-d"], 1, "DTrace probe generator not applicable to simple backend\n"),
        (["--nop", "--stap"], 1, "SystemTAP tapset generator not applicable to nop backend\n"),
        (["--dtrace", "--stap"], 1, "--binary is required for SystemTAP tapset generator\n"),
        (
            ["--dtrace", "--stap", "--binary", "b"],
            1,
            "--target-type is required for SystemTAP tapset generator\n",
        ),
        (
            ["--dtrace", "--stap", "--binary", "b", "--target-type", "t"],
            1,
            "--target-arch is required for SystemTAP tapset generator\n",
        ),
    ],
)
def test_refusals_are_those_of_2011(arguments, status, stdout):
    done = classic(*arguments)
    assert (done.returncode, done.stdout) == (status, stdout)


def test_an_option_without_its_value():
    assert classic("--dtrace", "--stap", "--binary").returncode == 2


def test_probe_prefix():
    done = classic("--dtrace", "--stap", "--binary", "/b", "--probe-prefix", "my.probes", "--guest-trace")
    assert 'probe my.probes.foo = process("/b").mark("foo")' in done.stdout
    done = classic("--dtrace", "--stap", "--binary", "/b", "--target-type", "user", "--target-arch", "arm")
    assert 'probe qemu.user.arm.foo = process("/b").mark("foo")' in done.stdout


def test_empty_input_gives_a_complete_output():
    assert classic("--nop", "-h", stdin="").stdout.endswith("#endif /* TRACE_H */\n")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("foo(int a, int b, int c, int d, int e, int f, int g)\n", "<stdin>:1:47: error[TE301]: 7 arguments"),
        ('foo(int a "x"\n', "<stdin>:1:10: error[TE001]: expected ')'"),
        ('\ninclude "x"\n', "<stdin>:2:1: error: the tracetool of 2011 has no directives"),
        ('foo() "x"\n', "<stdin>:1:4: error[TE303]: the parameter list is empty"),
    ],
)
def test_what_would_not_compile_is_refused_with_its_place(text, place):
    done = classic("--simple", "-h", stdin=text)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(place)


def test_text_after_an_event_is_dropped_with_a_warning():
    done = classic("--stderr", "-h", stdin='foo(int a) "a %d" # c\n')
    assert done.returncode == 0
    assert '    printk("foo a %d\\n" , a);' in done.stdout.splitlines()
    assert done.stderr.startswith("<stdin>:1:19: warning[TE004]: ")
