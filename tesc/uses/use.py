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
REFERENCE: Final = "reference"  # trace_NAME, if the function's address is taken or its path imported
STATE: Final = "state"  # TRACE_NAME_ENABLED, trace_event_get_state(TRACE_NAME), trace_NAME_enabled() etc.
DECLARATION: Final = "declaration"  # written by hand at file scope: not a use
PASTED: Final = "pasted"  # a partly known name, with `*` for the rest


@record
class Argument:
    """One argument of a call.

    `text` is its code, with single spaces and empty literals (`""`, `''`). `type` is the declared type if it
    is a variable of the function around the call, `char[]` for an array; empty if unknown, or if there are
    several declarations.
    """

    text: str
    type: str = ""


@record
class Use:
    """One place where a source names an event.

    `name` is the event's name, in capitals if `capitals` is true, with `*` if it is pasted. `start` and `end`
    are the offsets of the whole identifier in code points, `name_start` is that of the name; `line` and
    `column` count from 1. `function` is the function around it, or the macro in whose definition it is
    (`behind_macro`); None if there is none or it is unknown.

    `arguments` is the number of a call's arguments, None if a macro may hide some; `given` are those that
    could be read, and `hiding` are the macros that may be several arguments. `expanded` is true if the
    macro's name occurs elsewhere in the text, `dead` if the use is within `#if 0`.

    If `macro` is not None, that macro pastes the name together from a word that it is called with: `start`
    and `end` are that word's offsets, and `before` and `after` what the macro adds to it.
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
        """The span of the whole identifier, or of the word that a macro is called with."""
        return Span(self.start, self.end)

    @property
    def name_span(self) -> Span:
        """The span that renaming the event replaces; for a pasted name, its known part."""
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
        """The event of a Rust state test that is a call: trace_NAME_enabled() may call NAME_enabled."""
        return rust_enabled(self.name).removeprefix(c_function(""))

    def renamed(self, name: str) -> str | None:
        """The text that replaces `name_span` when the event is renamed; None if the macro must change too."""
        name = name.upper() if self.capitals else name
        within = name[len(self.before) : len(name) - len(self.after)]
        fits = len(name) > len(self.before) + len(self.after)
        return within if fits and self.before + within + self.after == name else None
