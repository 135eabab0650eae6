"""Decides which arguments are text, from the type and the conversion together.

A pointer to characters is text if `%s` prints it, however its type is spelled. If `%p` or `%x` prints it, it
is an address: what it points to need not end with a NUL. `%.*s` and `%.3s` print at most their precision, so
no more than that may be read.

QEMU's tracetool looks only at the type's text. With `compat` "qemu", so does this module; rules find out here
where the two differ.
"""

from __future__ import annotations

from functools import lru_cache

from tesc.records import record
from tesc.syntax.c_type import parse_type
from tesc.syntax.reference_conversions import STRING_SPELLINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.syntax.arguments import Printing

# The only types that tracetool's simple backend and tapsets regard as text.
_SPELLINGS = STRING_SPELLINGS
# C11 6.2.5 paragraph 15, and the names of two of them in <stdint.h>: gcc accepts all of them for `%s`.
_CHARACTERS = frozenset({"char", "signed char", "unsigned char", "int8_t", "uint8_t"})


@record
class Text:
    """An argument that is text.

    At most `bytes` of it are printed, if given; with `limit`, the index of another parameter, at most as many
    as that parameter's value, unless it is negative. `plain` is true if its type points to `char`, which
    functions for text take; other types need a cast.
    """

    bytes: int | None = None
    limit: int | None = None
    plain: bool = True

    @property
    def bounded(self) -> bool:
        """Whether the format limits how much is printed."""
        return self.limit is not None or self.bytes is not None


def texts(parameters: Sequence[tuple[str, str]], format_text: str, compat: str) -> tuple[Text | None, ...]:
    """For each parameter its Text, or None for a number or an address.

    `parameters` are types and names, `compat` is "qemu" or "fixed".
    """
    types = tuple([type_ for type_, _ in parameters])
    return _spelled(types) if compat == "qemu" else _texts(types, format_text)


@lru_cache(maxsize=16384)
def _spelled(types: tuple[str, ...]) -> tuple[Text | None, ...]:
    return tuple([Text() if spelled_as_text(type_) else None for type_ in types])


@lru_cache(maxsize=16384)
def _texts(types: tuple[str, ...], format_text: str) -> tuple[Text | None, ...]:
    if not any("*" in type_ for type_ in types):
        return (None,) * len(types)
    from tesc.syntax.arguments import printings  # QEMU's outputs need none of it

    how = printings(format_text)
    return tuple([text_of(type_, how.get(index)) for index, type_ in enumerate(types)])


def text_of(type_text: str, printing: Printing | None) -> Text | None:
    """The Text for an argument with a type and a printing; None if it is not text.

    Without a conversion, a pointer to `char` itself is text.
    """
    type_ = parse_type(type_text)
    if type_.pointers != 1 or type_.base not in _CHARACTERS:
        return None
    plain = type_.base == "char"
    if printing is None:
        return Text() if plain else None
    if printing.letter != "s" or printing.conversion.length:
        return None
    precision = printing.conversion.precision
    most = None
    # A negative precision means none (C11 7.21.6.1 paragraph 5).
    if precision is not None and printing.limit is None and not precision.startswith("-"):
        most = int(precision or 0)
    return Text(most, printing.limit, plain)


def spelled_as_text(type_text: str) -> bool:
    """Whether QEMU's simple backend and its tapsets take an argument of this type for text."""
    return type_text.startswith(_SPELLINGS) and type_text.count("*") == 1
