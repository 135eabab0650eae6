"""A use of an event in a C or Rust source, and the arguments of a call."""

from __future__ import annotations

from tesc.records import record
from tesc.syntax.source import Span
from tesc.units.identifiers import c_function, rust_enabled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal

    UseKind = Literal["call", "reference", "state", "declaration", "pasted"]

CALL: Final = "call"  # trace_NAME(...)
REFERENCE: Final = "reference"  # trace_NAME where a function's address is taken, or its path imported
STATE: Final = "state"  # TRACE_NAME_ENABLED, trace_event_get_state(TRACE_NAME), trace_NAME_enabled() etc.
DECLARATION: Final = "declaration"  # by hand, at file scope: not a use
PASTED: Final = "pasted"  # a name that is only partly known, with `*` for the rest


@record
class Argument:
    """One argument of a call.

    `text` is its code, with single spaces and empty literals (`""`, `''`). `type` is the
    type that the function around the call declares for it where it is a variable's name, `char[]` for
    an array; empty if unknown, or if there are several declarations.
    """

    text: str
    type: str = ""


@record
class Use:
    """One place where a source names an event.

    `name` is the text between `trace_` and the like: the event's name, for `capitals` that in
    capitals, for a pasted one with `*`. `start` and `end` are the offsets of the whole identifier in
    code points, `name_start` is that of the name; `line` and `column` count from 1. `function` is the
    one around it, or the macro whose definition it is in (`behind_macro`), None where neither is or
    it is unknown.

    `arguments` counts those of a call, None where a macro may hide some; `given` are those that could be
    read, and `hiding` names the macros that may be several of them.
    `expanded` is true if the same text has its macro's name elsewhere, `dead` if the use is within `#if 0`.

    Where `macro` is not None, that macro pastes the name together from a word that it is called with:
    `start` and `end` are that word's, and `before` and `after` are what the macro adds to it.
    """

    kind: UseKind
    name: str
    start: int
    end: int
    name_start: int
    line: int
    column: int
    function: str | None = None
    arguments: int | None = None
    capitals: bool = False
    behind_macro: bool = False
    expanded: bool = False
    dead: bool = False
    given: tuple[Argument, ...] = ()
    hiding: tuple[str, ...] = ()
    macro: str | None = None
    before: str = ""
    after: str = ""

    @property
    def span(self) -> Span:
        """The whole identifier, or the word that a macro is called with."""
        return Span(self.start, self.end)

    @property
    def name_span(self) -> Span:
        """What renaming the event replaces; for a pasted name, its known part."""
        if self.kind == PASTED:
            return Span(self.name_start, self.end)
        return Span(self.name_start, self.name_start + len(self.word))

    @property
    def word(self) -> str:
        """The text at `name_span`."""
        if self.kind == PASTED:
            return self.name.partition("*")[0]
        return self.name[len(self.before) : len(self.name) - len(self.after)]

    @property
    def name_if_called(self) -> str:
        """The event of a test in Rust that is a call: trace_NAME_enabled() may be that of NAME_enabled."""
        return rust_enabled(self.name).removeprefix(c_function(""))

    def renamed(self, name: str) -> str | None:
        """What replaces `name_span` if the event is called `name`; None if that also depends on its macro."""
        name = name.upper() if self.capitals else name
        within = name[len(self.before) : len(name) - len(self.after)]
        fits = len(name) > len(self.before) + len(self.after)
        return within if fits and self.before + within + self.after == name else None
