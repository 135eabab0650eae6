"""Directives from outside a file, such as those of the command line; `configured` has a configuration's.

They become a small source of their own, parsed like any other, so that their errors are
reported like all others.
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
    """The directive that `PATH[,prefix=NAME][,base=N]` stands for. Raises BadDirective."""
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
    """Directives as `--include`, `--disable` and `--event-prefix` give them, one string each.

    `wire` is how guests send their events. `name` is what diagnostics show as their file; `file` is the
    root file that they belong to, which paths are relative to. `more` are directives that go before them.
    Raises BadDirective if one of them is invalid.
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
    """The directive that a line holds, which must begin with a directive's keyword. Raises BadDirective."""
    tree = parse(Source("", f"{line}\n"))
    for wrong in tree.errors:
        hint = f" ({wrong.help})" if wrong.help else ""
        raise BadDirective(f"'{line}': {wrong.message}{hint}")
    # An argument can contain a line end, or text that makes its line an event.
    if len(tree.items) != 1 or not isinstance(tree.items[0], (Disable, Include, Prefix)):
        raise BadDirective(f"'{line}' is not a directive")
    return tree.items[0]
