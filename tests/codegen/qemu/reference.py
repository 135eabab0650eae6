"""QEMU's own tracetool.py, called in this process as a build calls it."""

from __future__ import annotations

import contextlib
import io
import sys
import warnings
from pathlib import Path

FORMATS = {
    **dict.fromkeys(("h", "c", "rs"), ("nop", "dtrace", "ftrace", "log", "simple", "syslog", "ust")),
    **dict.fromkeys(("d", "stap", "log-stap", "simpletrace-stap"), ("dtrace",)),
    **dict.fromkeys(("ust-events-c", "ust-events-h"), ("ust",)),
}
# What a build with several tracers asks for.
COMBINED = ("log,simple", "dtrace,ftrace,log,simple,syslog,ust", "syslog,nop,ust,log")


def triples(rust: bool = True) -> list[tuple[str, str]]:
    """Pairs of format and backends, each a different output."""
    alone = [(form, backends) for form, of in FORMATS.items() for backends in of]
    both = [(form, backends) for form in ("h", "c", "rs") for backends in COMBINED]
    return [(form, backends) for form, backends in alone + both if rust or form != "rs"]


def arguments(form: str, backends: str, group: str) -> list[str]:
    """The options for an output."""
    made = [f"--format={form}", f"--backends={backends}", f"--group={group}"]
    if "stap" in form:
        made += ["--binary=/usr/bin/qemu", "--probe-prefix=qemu.system"]
    return made


class Reference:
    """The tracetool of one tree, by the folder of its scripts."""

    def __init__(self, scripts: Path) -> None:
        self._path = str(scripts)
        self._modules: dict[str, object] = {}
        with self._loaded():
            self._main = _script(scripts)
            # A release has a module for each format.
            self.has_rust = (scripts / "tracetool" / "format" / "rs.py").exists()

    @contextlib.contextmanager
    def _loaded(self):
        """Make `import tracetool` import this tree's while it runs."""
        sys.path.insert(0, self._path)
        sys.modules.update(self._modules)
        written = sys.dont_write_bytecode
        sys.dont_write_bytecode = True
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about escapes in older releases, for example
                yield
        finally:
            sys.dont_write_bytecode = written
            sys.path.remove(self._path)
            mine = {n: m for n, m in sys.modules.items() if n.partition(".")[0] == "tracetool"}
            self._modules.update(mine)
            for name in mine:
                del sys.modules[name]

    def run(self, arguments: list[str], output: Path | None = None) -> bytes | None:
        """The text written to `output`, or without one to standard output; None if it refuses."""
        with self._loaded():
            tracetool = sys.modules["tracetool"]
            tracetool.out_lineno = 1
            said = io.StringIO()
            try:
                with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
                    self._main(["tracetool.py", *arguments, *([str(output)] if output else [])])
            except (Exception, SystemExit):  # it refuses most things with a traceback
                return None
            finally:
                if output is not None and getattr(tracetool, "out_fobj", sys.stdout) is not sys.stdout:
                    tracetool.out_fobj.close()
                    tracetool.out_fobj = sys.stdout
            return said.getvalue().encode() if output is None else output.read_bytes()


def _script(scripts: Path):
    """The function `main` of tracetool.py, which has the package's own name."""
    code = compile((scripts / "tracetool.py").read_text("utf-8"), "tracetool.py", "exec")
    names: dict[str, object] = {"__name__": "script"}
    exec(code, names)
    return names["main"]
