"""Directives from outside of a file: from the command line, or by `configured` from a configuration.

They become a small source that is parsed like any other, so their errors are reported like all others.
"""

from __future__ import annotations

from tesc.syntax.nodes import Disable, Include, Prefix
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units.resolve import NOTHING, Outside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.config.settings import Wire
    from tesc.syntax.nodes import Item, Tree


class BadDirective(Exception):
    """An invalid directive from outside; the message shows it."""


def include_directive(argument: str) -> str:
    """The include directive for `PATH[,prefix=NAME][,base=N]`. Raises BadDirective."""
    path, *parts = argument.split(",")
    values = {}
    for part in parts:
        key, equals, value = part.partition("=")
        if key not in ("prefix", "base") or not equals or key in values:
            raise BadDirective(f"'{argument}': expected PATH[,prefix=NAME][,base=N]")
        values[key] = value
    words = [f'include "{path}"']
    words.extend(f"{key} {values[key]}" for key in ("prefix", "base") if key in values)
    return " ".join(words)


def outside(
    includes: Sequence[str] = (),
    disable: Sequence[str] = (),
    event_prefix: str = "",
    crosses: bool = False,
    wire: Wire = "frames",
    name: str = "<command line>",
    file: str = "",
    more: tuple[Tree, ...] = (),
) -> Outside:
    """The directives of the options `--include`, `--disable` and `--event-prefix`, one string each.

    `wire` is how guests send their events. `name` is their file in diagnostics; `file` is the root file that
    they apply to, to which paths are relative. `more` are directives that precede them. Raises BadDirective
    if one is invalid.
    """
    lines = [include_directive(argument) for argument in includes]
    lines += [f"disable {pattern}" for argument in disable for pattern in argument.split(",")]
    for line in lines:
        directive_of(line)
    trees = more
    if lines:
        trees = (*more, parse(Source(name, "".join(f"{line}\n" for line in lines), file)))
    prefix = ""
    if event_prefix:
        directive = directive_of(f"prefix {event_prefix}")
        assert isinstance(directive, Prefix)
        prefix = directive.name.text
    if not trees and not prefix and not crosses:
        return NOTHING if wire == NOTHING.wire else Outside(wire=wire)
    return Outside(trees, prefix, crosses, wire)


def directive_of(line: str) -> Item:
    """The directive in a line. Raises BadDirective if it does not begin with a directive's keyword."""
    tree = parse(Source("", f"{line}\n"))
    for wrong in tree.errors:
        hint = f" ({wrong.help})" if wrong.help else ""
        raise BadDirective(f"'{line}': {wrong.message}{hint}")
    # An argument may contain a line end, or text that makes its line an event.
    if len(tree.items) != 1 or not isinstance(tree.items[0], (Disable, Include, Prefix)):
        raise BadDirective(f"'{line}' is not a directive")
    return tree.items[0]
