"""A prompt for queries, which completes the names of events and columns with the Tab key."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tesc.trace.query.session import Session

HELP = """\
A query ends with ';'. Tab completes events, columns and SQL keywords.
.events  the events, and the number of records of each
.columns EVENT  the columns of a view
.quit  or Ctrl-D
"""
_SQL = """
    AND AS ASC BETWEEN BY CASE COUNT DESC DISTINCT ELSE END FROM GROUP HAVING IN IS JOIN LEFT LIKE LIMIT
    MAX MEDIAN MIN NOT NULL ON OR ORDER OVER PARTITION QUANTILE_CONT SELECT SUM SUMMARIZE THEN UNION USING
    WHEN WHERE WITH
""".split()
_WORD = re.compile(r"[\w.]+")


class Completer:
    """Completes a word, taking the rest of the query into account."""

    def __init__(self, session: Session) -> None:
        self._views = {view.name: view.columns for view in session.views.values()}

    def matches(self, line: str, begun: str) -> list[str]:
        """The words that begin with `begun`: columns of the line's views, views, SQL keywords."""
        if begun.startswith("."):
            return [word for word in (".events", ".columns", ".help", ".quit") if word.startswith(begun)]
        named = {word.casefold() for word in _WORD.findall(line)} - {begun.casefold()}
        columns = {
            column for name, columns in self._views.items() if name.casefold() in named for column in columns
        }
        if not columns:
            columns = {"ts", "time", "pid", "trace", "seq", "duration"}
        known = [*sorted(columns), *sorted(self._views), *_SQL]
        return [word for word in known if word.casefold().startswith(begun.casefold())]


def read_queries(
    session: Session,
    answer: Callable[[str], object],
    say: Callable[[str], object],
    read: Callable[[str], str],
) -> None:
    """Read queries until the input ends: `answer` is called with each, `say` with other output."""
    begun: list[str] = []
    while True:
        try:
            line = read("  ... " if begun else "tesc> ")
        except EOFError:
            say("\n")
            return
        except KeyboardInterrupt:
            say("\n")
            begun = []
            continue
        if not begun and line.strip().startswith("."):
            if line.split()[0] in (".quit", ".exit"):
                return
            say(_command_output(session, line.split()))
            continue
        begun += [line] if line.strip() or begun else []
        if line.rstrip().endswith(";"):
            answer("\n".join(begun))
            begun = []


def _command_output(session: Session, words: Sequence[str]) -> str:
    """The output of a command such as .events."""
    if words[0] == ".events":
        rows = session.dataset.rows
        return "".join(f"{count:>12,}  {name}\n" for name, count in sorted(rows.items()))
    if words[0] == ".columns" and len(words) == 2:
        view = session.views.get(words[1].casefold())
        return "".join(f"{name}\n" for name in view.columns) if view else f"no view is called {words[1]}\n"
    return HELP


def read_line(session: Session) -> Callable[[str], str]:
    """A function that reads a line after a prompt, with completion if Python has readline."""
    try:
        import readline
    except ImportError:
        return input
    completer = Completer(session)
    readline.set_completer_delims(" \t\n,;()=<>+-*/\"'")

    def complete(begun: str, number: int) -> str | None:
        found = completer.matches(readline.get_line_buffer(), begun)
        return found[number] if number < len(found) else None

    readline.set_completer(complete)
    libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")
    return input
