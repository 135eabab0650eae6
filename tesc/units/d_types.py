"""Types as SystemTap's dtrace(1) reads them.

Its grammar (4.8 to 5.6) for a parameter: `struct`, `unsigned`, `const` or nothing; one word; an optional
`const`; stars without spaces between them; a name. A file with anything else goes to a second parser, which
takes any line with the letters "provider" for a provider: the exit status is 0, and the header does not
compile.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tesc.syntax.c_type import parse_type
from tesc.syntax.reference_conversions import replaced as replaced  # re-exported

# A word that can be the first of two cannot be the whole type, so `unsigned *` is rejected.
_FIRST = r"(?:struct|unsigned|const)"
_READ = re.compile(rf"(?:{_FIRST}\s+\w+|(?!{_FIRST}\s*\*)\w+)(?:\s+const)?\s*\**")
_GAP = re.compile(r"\*\s+(?=\*)")
# A spelling as one word, or `unsigned` and one word, by C's name.
_NAMES = {"signed char": "int8_t", "long long": "int64_t", "unsigned long long": "uint64_t"}
# The same for trace-events files, in which the formats have to stay valid.
_SOURCE_NAMES = {"signed char": "int8_t", "short": "int16_t"}


@lru_cache(maxsize=None)
def is_read(type_text: str) -> bool:
    """Whether dtrace(1) accepts a parameter of this type in this spelling."""
    return _READ.fullmatch(type_text.strip()) is not None


@lru_cache(maxsize=None)
def provider_type(type_text: str) -> str:
    """The type in a DTrace provider: tracetool's if dtrace(1) accepts that, else one that it accepts."""
    # dtrace(1) requires stars without spaces; the generated code does not depend on them.
    text = _GAP.sub("*", replaced(type_text))
    if is_read(text):
        return text
    return _spelled(type_text, _NAMES) or ("const void *" if "*" in type_text else text)


@lru_cache(maxsize=None)
def source_type(type_text: str) -> str | None:
    """A spelling of a type that dtrace(1) accepts in tracetool's output; None if there is none."""
    made = _spelled(type_text, _SOURCE_NAMES)
    return made if made is not None and is_read(replaced(made)) else None


def _spelled(type_text: str, names: dict[str, str]) -> str | None:
    """A type in the words of `names`; None if a star has a qualifier."""
    type_ = parse_type(type_text)
    if type_.base is None:
        return None
    name = names.get(type_.base, type_.base)
    if not type_.pointers:
        return name  # callers cannot tell a const parameter
    pointed, *between = type_text.split("*")
    if any(part.strip() for part in between):
        return None
    stars = "*" * type_.pointers
    if "const" not in pointed.split():
        return f"{name} {stars}"
    made = f"const {name} {stars}"
    return made if is_read(replaced(made)) else f"{name} const {stars}"
