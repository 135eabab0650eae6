"""Types as SystemTap's dtrace(1) reads them.

Its grammar (4.8 to 5.6) has of a parameter: `struct`, `unsigned` or `const`, or none of them; one
word; `const` or not; stars without a gap; and a name. What does not fit puts the whole file to a
second parser, to which any line with the letters "provider" names a provider: exit status 0, and a
header that does not compile.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tesc.syntax.c_type import parse_type
from tesc.syntax.reference_conversions import replaced as replaced  # its users look here

# A word that can be the first of two is never taken for the type itself, so that `unsigned *` is not read.
_FIRST = r"(?:struct|unsigned|const)"
_READ = re.compile(rf"(?:{_FIRST}\s+\w+|(?!{_FIRST}\s*\*)\w+)(?:\s+const)?\s*\**")
_GAP = re.compile(r"\*\s+(?=\*)")
# One word, or `unsigned` and one word, by C's name.
_NAMES = {"signed char": "int8_t", "long long": "int64_t", "unsigned long long": "uint64_t"}
# The same for a trace-events file, where the formats of these have to stay right.
_SOURCE_NAMES = {"signed char": "int8_t", "short": "int16_t"}


@lru_cache(maxsize=None)
def is_read(type_text: str) -> bool:
    """Whether dtrace(1) reads a parameter of this type, spelled so."""
    return _READ.fullmatch(type_text.strip()) is not None


@lru_cache(maxsize=None)
def provider_type(type_text: str) -> str:
    """The type for a DTrace provider: as tracetool writes it if that is read, or what is read."""
    # It wants stars without a gap; what is generated does not depend on spaces.
    text = _GAP.sub("*", replaced(type_text))
    if is_read(text):
        return text
    return _spelled(type_text, _NAMES) or ("const void *" if "*" in type_text else text)


@lru_cache(maxsize=None)
def source_type(type_text: str) -> str | None:
    """A spelling of the same type that tracetool makes a readable one of; None if there is none."""
    made = _spelled(type_text, _SOURCE_NAMES)
    return made if made is not None and is_read(replaced(made)) else None


def _spelled(type_text: str, names: dict[str, str]) -> str | None:
    """A type in the words of `names`; None where stars have qualifiers of their own."""
    type_ = parse_type(type_text)
    if type_.base is None:
        return None
    name = names.get(type_.base, type_.base)
    if not type_.pointers:
        return name  # that it is not changed within the function concerns nobody
    pointed, *between = type_text.split("*")
    if any(part.strip() for part in between):
        return None
    stars = "*" * type_.pointers
    if "const" not in pointed.split():
        return f"{name} {stars}"
    made = f"const {name} {stars}"
    return made if is_read(replaced(made)) else f"{name} const {stars}"
