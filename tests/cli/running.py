"""tesc as users run it, but in this process: its output and exit status."""

from __future__ import annotations

import io
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import tesc
from tesc import cache
from tesc.cli import terminal
from tesc.cli.main import main

ROOT = Path(tesc.__file__).parent
GOOD = 'lamp_level(int level) "level %d"\n'
NOTED = "lamp_reset(void)\n"
BAD = 'lamp_failed(void) "%m"\n'
ERRNO = "error[TE405]: '%m' prints errno, which tracers do not keep"


class Ran:
    """A finished run."""

    def __init__(self, status: int, out: bytes, err: bytes) -> None:
        self.status = status
        self.out = out.decode("utf-8")
        self.err = err.decode("utf-8")
        assert "Traceback" not in self.err
        assert "internal error" not in self.err

    @property
    def findings(self) -> list[str]:
        return self.out.splitlines()


def environment(**changes: str | None) -> dict[str, str]:
    """The environment of a user who has set nothing; a variable changed to None is removed."""
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("GIT_", "LC_")) and k not in ("LANG", "NO_COLOR")
    }
    kept.update(
        {"PYTHONPATH": str(ROOT.parent), "PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"}
    )
    return {key: value for key, value in {**kept, **changes}.items() if value is not None}


def run_in(variables: dict[str, str], *arguments: object, data: bytes = b"") -> Ran:
    """Run tesc with an environment and standard input.

    Starting a process takes most of a run's time. Tests of what only a process has (streams that are
    closed, terminals, signals) start one.
    """
    words = [os.fspath(argument) for argument in arguments]
    given, out, err = (io.TextIOWrapper(io.BytesIO(start), "utf-8") for start in (data, b"", b""))
    with ExitStack() as patched:
        patched.enter_context(mock.patch.dict(os.environ, variables, clear=True))
        patched.enter_context(mock.patch.multiple(sys, stdin=given, stdout=out, stderr=err))
        patched.enter_context(mock.patch.object(cache, "_enabled", True))
        patched.enter_context(mock.patch.object(terminal, "_reported", 0))
        try:
            status = main(words)
        except SystemExit as ended:  # by argparse
            status = ended.code
        out.flush()
        err.flush()
    return Ran(status, out.buffer.getvalue(), err.buffer.getvalue())


def run(*arguments: object, data: bytes = b"", **changes: str | None) -> Ran:
    """Run tesc; `changes` are made to the environment."""
    return run_in(environment(**changes), *arguments, data=data)


def check(*arguments: object, data: bytes = b"", **changes: str | None) -> Ran:
    return run("check", *arguments, data=data, **changes)


def concise(*arguments: object, data: bytes = b"", **changes: str | None) -> Ran:
    return check("--output-format", "concise", *arguments, data=data, **changes)


def write(path: str, text: str | bytes = BAD) -> Path:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(text.encode() if isinstance(text, str) else text)
    return Path(path)


def excerpt(data: str | bytes, *options: str, **changes: str | None) -> str:
    """The text output for a file, up to the summary."""
    write("trace-events", data)
    ran = check("trace-events", *options, **changes)
    assert ran.err == ""
    return ran.out.rpartition("\n\n")[0] + "\n"
