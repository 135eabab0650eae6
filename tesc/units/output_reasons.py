"""Events that single outputs reject although their consumer accepts them; `reasons` has all others.

An output is a format with a backend. QEMU's tracetool cannot express some events in some outputs; with compat
`fixed`, an output rejects what it cannot express correctly. The generators take their messages from here, the
documentation its table, and a test runs each row through each output.
"""

from __future__ import annotations

from tesc import codes
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from tesc.config.settings import Compat

# The outputs that differ in what they reject. All others are like `h` with `log`; in `rs`, ftrace and syslog
# are like `log`, since only these print a format.
OUTPUTS = (
    *("h log", "rs log", "rs dtrace", "rs simple"),
    *("stap dtrace", "log-stap dtrace", "simpletrace-stap dtrace", "ust-events-h ust"),
)
# The names of outputs in messages.
RUST = "the Rust output"
RUST_MODULE = "the Rust module"
LOG_TAPSET = "the log tapset"
TAPSET = "the tapset"
LTTNG = "the LTTng provider"


@record
class OutputReason:
    """Why an output rejects an event: the rule that reports it, and the message.

    `what` is its name in the table, `example` a file with such an event, `refused` are the outputs that
    reject it, by compat. With a compat that is missing, nothing is generated from the file.
    """

    rule: str
    what: str
    message: str
    example: str
    refused: Mapping[Compat, tuple[str, ...]]

    def of(self, output: str, *words: str) -> str:
        """The message with the given words and the output's name."""
        return self.message.format(*words, output=output)


# All reasons, in the order below.
OUTPUT_REASONS: list[OutputReason] = []


def _row(
    rule: str, what: str, message: str, example: str, refused: Mapping[Compat, tuple[str, ...]]
) -> OutputReason:
    OUTPUT_REASONS.append(
        OutputReason(rule=rule, what=what, message=message, example=example, refused=refused)
    )
    return OUTPUT_REASONS[-1]


_PRINTING = ("rs log", "log-stap dtrace")
RUST_TYPE = _row(
    codes.NOT_IN_RUST,
    "a type that tracetool cannot translate to Rust, such as a bare `signed`",
    "'{}' has no counterpart in {output}",
    'a(signed x) "%d"\n',
    {"qemu": ("rs log", "rs dtrace", "rs simple"), "fixed": ()},
)
ESCAPE = _row(
    codes.NOT_IN_RUST,
    "a C escape that tracetool does not translate to Rust",
    "{output} does not support the escape '{}'",
    'a(int x) "\\033[1m%d"\n',
    {"qemu": ("rs log",), "fixed": ()},
)
MACRO = _row(
    codes.UNKNOWN_MACRO,
    "a macro that only the program defines",
    "{output} does not support the macro '{}'",
    'a(uint64_t x) "%" OTHER_FMT\n',
    {"qemu": _PRINTING, "fixed": _PRINTING},
)
_row(
    codes.UNKNOWN_MACRO,
    "QEMU's own macro `TARGET_FMT_plx`",
    MACRO.message,
    'a(uint64_t x) "at " TARGET_FMT_plx\n',
    {"qemu": _PRINTING, "fixed": ()},
)
_row(
    codes.NOT_IN_RUST,
    "an octal macro, such as `PRIo32`",
    MACRO.message,
    'a(uint32_t x) "%" PRIo32\n',
    {"qemu": ("rs log",), "fixed": ()},
)
_row(
    codes.NOT_IN_RUST,
    "a macro whose length differs between hosts, such as `PRIxFAST32`",
    MACRO.message,
    'a(uint32_t x) "%" PRIxFAST32\n',
    {"qemu": ("rs log",), "fixed": ("rs log",)},
)
BACKSLASH = _row(
    codes.SYNTAX_ERROR,
    "a backslash between the strings of a format",
    "{output} does not support a '\\' outside of a string",
    'a(int x) "%d" \\ "x"\n',
    {"qemu": _PRINTING},
)
PERCENT = _row(
    codes.SYNTAX_ERROR,
    "a `%` in a parameter's name, which tracetool reads as a Python format",
    "{output} does not support a '%' in a name",
    'a(int x%y) "%d"\n',
    {"qemu": ("rs dtrace", "stap dtrace", "ust-events-h ust")},
)
LONG_NAME = _row(
    codes.NAME_TOO_LONG,
    "a name of more than 250 characters",
    "LTTng allows names of 250 characters, but '{}' is longer",
    f'{"a" * 251}(int x) "%d"\n',
    {"qemu": (), "fixed": ("ust-events-h ust",)},
)
