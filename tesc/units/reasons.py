"""The table of reasons why code cannot be generated for a unit, for each consumer.

Generators, tests and a page of the documentation use it. All consumers reject a unit for each reason, except
those that the reason names, each with a cause.
"""

from __future__ import annotations

from types import MappingProxyType

from tesc import codes
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Literal

    Consumer = Literal[
        "qemu", "fixed", "frames", "demux", "guest", "guest demux", "classic", "flatten", "decode"
    ]

# The consumers' names in the documentation.
CONSUMERS: Mapping[Consumer, str] = {
    "qemu": "`tesc tracetool`, `tesc gen`",
    "fixed": '`tesc gen` with `compat = "fixed"`',
    "frames": "`tesc guest header`, `tesc guest source`",
    "demux": "`tesc guest demux`",
    "guest": "`tesc guest header`, `tesc guest source` with `--wire words`",
    "guest demux": "`tesc guest demux` with `--wire words`",
    "classic": "`tesc tracetool-classic`",
    "flatten": "`tesc flatten`, `tesc list`",
    "decode": "`tesc decode`",
}


@record
class Reason:
    """An error of a unit, and the consumers that accept it, each with the cause.

    `code` is the rule's, empty if only a generator reports it. `example` is a file with the error, which may
    include those in `files`.
    """

    code: str
    what: str
    example: str
    accepted: Mapping[Consumer, str]
    files: Mapping[str, str]


# All reasons, in the order below.
REASONS: list[Reason] = []


def _row(
    code: str,
    what: str,
    example: str,
    accepted: Mapping[Consumer, str],
    files: Mapping[str, str] = MappingProxyType({}),
) -> Reason:
    REASONS.append(Reason(code=code, what=what, example=example, accepted=accepted, files=files))
    return REASONS[-1]


def _lines(lines: Iterable[str]) -> str:
    return "".join([f"{line}\n" for line in lines])


_REPEATED = "it repeats declarations without checking them"
_DECODED = "the layout of the records is still known"
READERS: Mapping[Consumer, str] = {"flatten": _REPEATED, "decode": _DECODED}
_COMPILER = "the reference accepts it; the C compiler does not"
_CLASSIC = "the tool of 2011 accepts it; the C compiler does not"
_NOT_PRINTED = "the guest's code contains no formats"
_GUEST_FORMATS: Mapping[Consumer, str] = {
    "frames": _NOT_PRINTED,
    "guest": _NOT_PRINTED,
    "demux": _NOT_PRINTED,
    "guest demux": _NOT_PRINTED,
    "classic": "the tool of 2011 accepts it",
    **READERS,
}
_FRAMED = "a frame holds as many as fit in 254 bytes"
_RENAMED = "parameter names are not part of the interface, so the generated code uses different ones"
_ONLY_QEMU: Mapping[Consumer, str] = {
    consumer: "only QEMU's tracetool rejects it; the meaning is clear"
    for consumer in CONSUMERS
    if consumer != "qemu"
}

SYNTAX = _row(codes.SYNTAX_ERROR, "a line that is not valid syntax", 'a(int x "%d"\n', {})
# `reference.reads` decides which lines these are; for them, `tesc gen` and `tesc tracetool` get no errors.
TAKEN = _row(
    codes.SYNTAX_ERROR,
    "invalid syntax that QEMU's tracetool accepts, such as an array",
    'a(int x[4]) "%p"\n',
    {"qemu": _COMPILER},
)
PROPERTY = _row(codes.UNKNOWN_PROPERTY, "an unknown property", 'vcup a(int x) "%d"\n', {"decode": _DECODED})
TEXT = _row(
    codes.TEXT_AFTER_ITEM,
    "text after the event's parameters, before its format or without one",
    "a(int x) # oops\n",
    {"qemu": "the reference drops it", "classic": "the tool of 2011 drops it; a warning says so"},
)
TEXT_AFTER_FORMAT = _row(
    codes.TEXT_AFTER_ITEM,
    "text after the format",
    'a(int x) "%d" # x\n',
    {"qemu": _COMPILER, "classic": "the tool of 2011 drops it; a warning says so"},
)
NAMELESS = _row(codes.MISSING_PARAMETER_NAME, "a parameter without a name", 'a(int) "%d"\n', {})
TYPELESS = _row(
    codes.MALFORMED_TYPE,
    "a parameter without a type, or a qualified pointer",
    'a(int *const x) "%p"\n',
    {"qemu": _COMPILER},
)
STRING = _row(
    codes.INVALID_STRING, "a format whose quotes do not match", 'a(int x) "%d\n', {"qemu": _COMPILER}
)
UNREADABLE = _row(
    codes.INCLUDE_NOT_FOUND, "an included file that does not exist or cannot be read", 'include "none"\n', {}
)
CYCLE = _row(codes.INCLUDE_CYCLE, "a file that includes itself", 'include "trace-events"\n', {})
PREFIX = _row(codes.MISPLACED_PREFIX, "a prefix after the first event", 'a(int x) "%d"\nprefix x_\n', {})
TOO_LARGE = _row(
    codes.INCLUDE_TOO_DEEP,
    "includes nested deeper than 64 files, or a unit that is too large",
    'include "0"\n',
    {},
    {str(depth): f'include "{depth + 1}"\n' for depth in range(65)},
)
DIRECTIVE = _row(
    "",
    "a directive, such as `prefix`",
    'prefix x_\na(int x) "%d"\n',
    {
        consumer: "directives are resolved ('tesc flatten' does so for the tool of 2011)"
        for consumer in CONSUMERS
        if consumer != "classic"
    },
)
ENCODING = _row(
    codes.NOT_UTF_8,
    "a byte that is not UTF-8",
    "# caf\udce9\n",
    {
        "classic": "the tool of 2011 copies bytes unchanged",
        "decode": "it does not affect names or numbers",
    },
)
CONTROL = _row(
    codes.CONTROL_CHARACTER,
    "a form feed, vertical tab or Unicode space before a name or within a type",
    'a(unsigned\fint x) "%u"\n',
    {consumer: "it is read as a space, and TE007 reports it" for consumer in CONSUMERS if consumer != "qemu"},
)
END = _row(codes.MISSING_LINE_END, "a last line without a line end", 'a(int x) "%d"', _ONLY_QEMU)
TRACETOOL = _row(
    codes.REFUSED_BY_TRACETOOL, "what only QEMU's tracetool rejects", 'a (int x) "%d"\n', _ONLY_QEMU
)
EMPTY = _row(codes.EMPTY_PARAMETER_LIST, "an empty parameter list", 'a() "x"\n', READERS)
SEVEN = _row(
    codes.TOO_MANY_ARGUMENTS,
    "more arguments than a record's six words",
    'a(int a, int b, int c, int d, int e, int f, int g) "%d%d%d%d%d%d%d"\n',
    {
        "qemu": "its tracers take ten",
        "fixed": "its tracers take ten",
        "frames": _FRAMED,
        "demux": _FRAMED,
        **READERS,
    },
)
ELEVEN = _row(
    codes.TOO_MANY_ARGUMENTS,
    "more than ten arguments",
    "a(" + ", ".join(f"int p{number}" for number in range(11)) + ")\n",
    {"frames": _FRAMED, "demux": _FRAMED, **READERS},
)
TYPE = _row(
    codes.TYPE_NOT_ALLOWED,
    "a type that is not allowed",
    'a(hwaddr x) "%d"\n',
    {
        "frames": "firmware compiles it with its own types",
        "guest": "firmware compiles it with its own types",
        "demux": "the host compiles it with its own types",
        "guest demux": "the host compiles it with its own types",
        "classic": "the tool of 2011 accepts all types",
        **READERS,
    },
)
OWN_TYPE = _row(
    codes.TYPE_NOT_ALLOWED,
    "a type that `types` in tesc.toml allows",
    'a(own_t x) "%d"\n',
    {
        consumer: "the project says that its tracers support it"
        for consumer in CONSUMERS
        if consumer != "qemu"
    },
)
FLOATING = _row(
    codes.FLOATING_POINT,
    "a floating-point number",
    'a(double x) "%f"\n',
    {"classic": "the tool of 2011 accepts all types", **READERS},
)
FLOATING_POINTER = _row(
    codes.FLOATING_POINT,
    "a pointer to a floating-point number",
    'a(double *x) "%p"\n',
    {
        "frames": "a frame holds its address",
        "demux": "a frame holds its address",
        "guest": "a record holds its address",
        "guest demux": "a record holds its address",
        "classic": "the tool of 2011 accepts all types",
        **READERS,
    },
)
MALFORMED = _row(
    codes.MALFORMED_TYPE,
    "words that do not form a type",
    'a(unsigned uint32_t x) "%u"\n',
    {"qemu": _COMPILER, "classic": _CLASSIC, **READERS},
)
ERRNO = _row(codes.ERRNO_FORMAT, "`%m` in a format", 'a(int x) "%d %m"\n', _GUEST_FORMATS)
NEWLINE = _row(codes.NEWLINE_IN_FORMAT, "a newline in a format", 'a(int x) "%d\\n"\n', _GUEST_FORMATS)
DUPLICATE = _row(
    codes.DUPLICATE_EVENT,
    "two events with the same name",
    'a(int x) "%d"\na(int y) "%d"\n',
    {"qemu": _COMPILER, "classic": _CLASSIC, **READERS},
)
CASE = _row(
    codes.NAMES_DIFFER_IN_CASE,
    "two events whose names differ only in case",
    'a(int x) "%d"\nA(int y) "%d"\n',
    {"qemu": _COMPILER, "classic": "its code uses names unchanged", **READERS},
)
TABLE = _row(
    codes.GENERATED_NAME_CLASH,
    "an event called `list`, like the guest's table",
    'list(int x) "%d"\n',
    {
        consumer: "its code has no such table, or one with a different name"
        for consumer in CONSUMERS
        if consumer != "guest"
    },
)
TWICE = _row(
    codes.DUPLICATE_PARAMETER,
    "two parameters with the same name",
    'a(int x, int x) "%d %d"\n',
    {
        "qemu": _COMPILER,
        "classic": _CLASSIC,
        "frames": _RENAMED,
        "guest": _RENAMED,
        "demux": _RENAMED,
        "guest demux": _RENAMED,
        **READERS,
    },
)
KEYWORD = _row(
    codes.PARAMETER_NAME_CLASH,
    "a parameter whose name is a keyword of C, or begins with a digit",
    'a(int if) "%d"\n',
    {
        "qemu": _COMPILER,
        "classic": _CLASSIC,
        "frames": _RENAMED,
        "guest": _RENAMED,
        "demux": _RENAMED,
        "guest demux": _RENAMED,
        **READERS,
    },
)
FRAME = _row(
    codes.TOO_MANY_ARGUMENTS,
    "arguments that may take more bytes than a frame holds",
    f"a({', '.join(f'uint64_t p{number}' for number in range(30))})\n",
    READERS,
)
MOST_EVENTS = _row(
    "",
    "more events than frames have IDs",
    _lines(f'include "part" prefix p{number}_' for number in range(256)),
    {consumer: "it has more IDs" for consumer in CONSUMERS if consumer not in ("frames", "demux")},
    {"part": _lines(f"e{number}(void)" for number in range(256))},
)
SAME_GUEST = _row(
    "",
    "two guests with the same name",
    'include "one" prefix g_ base 1000\ninclude "two" prefix g_ base 2000\n',
    {
        consumer: "it does not name functions after guests"
        for consumer in CONSUMERS
        if consumer not in ("demux", "guest demux")
    },
    {"one": 'a(int x) "%d"\n', "two": 'b(int x) "%d"\n'},
)
