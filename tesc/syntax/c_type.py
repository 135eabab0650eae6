"""C types and parameter declarations, parsed once for each distinct text.

`parse_declaration` takes one item of a parameter list. It never fails: if it cannot read a type and a name,
`flaw` says why, and the parser turns that into an error.
"""

from __future__ import annotations

from functools import lru_cache

from tesc.records import record

# Base words: C11 6.7.2; fixed-size and system types: those that QEMU 10.2's tracetool allows.
BASE_WORDS = frozenset("char short int long signed unsigned void bool".split())
SIGNED_FIXED = frozenset("int8_t int16_t int32_t int64_t ssize_t intptr_t ptrdiff_t".split())
UNSIGNED_FIXED = frozenset("uint8_t uint16_t uint32_t uint64_t size_t uintptr_t".split())
FIXED_WORDS = SIGNED_FIXED | UNSIGNED_FIXED
# The words of which allowed types consist.
ALLOWED_WORDS = BASE_WORDS | FIXED_WORDS | {"const"}
# The words that QEMU's tracetool allows.
REFERENCE_WORDS = ALLOWED_WORDS - {"intptr_t"}
FLOATING_WORDS = frozenset({"float", "double"})
TAG_WORDS = frozenset({"struct", "union", "enum"})
QUALIFIERS = frozenset({"const", "volatile", "restrict"})
_KNOWN_WORDS = ALLOWED_WORDS | FLOATING_WORDS | QUALIFIERS
_NO_NAMES = _KNOWN_WORDS | TAG_WORDS

# C11 6.7.2 paragraph 2: the combinations of base words, each sorted and without its optional `int` (except
# `int` alone).
_COMBINATIONS = {
    ("char",): "char",
    ("char", "signed"): "signed char",
    ("char", "unsigned"): "unsigned char",
    ("short",): "short",
    ("short", "signed"): "short",
    ("short", "unsigned"): "unsigned short",
    ("int",): "int",
    ("signed",): "int",
    ("unsigned",): "unsigned int",
    ("long",): "long",
    ("long", "signed"): "long",
    ("long", "unsigned"): "unsigned long",
    ("long", "long"): "long long",
    ("long", "long", "signed"): "long long",
    ("long", "long", "unsigned"): "unsigned long long",
    ("void",): "void",
    ("bool",): "bool",
}


def with_name(type_text: str, name: str) -> str:
    """A type and a name as C writes them: `uint64_t addr`, `char *text`."""
    return f"{type_text}{name}" if type_text.endswith("*") else f"{type_text} {name}"


@record
class CType:
    """A parameter's type: `text` as written, from its first word to its last `*`.

    `words` are its words in order, `pointers` is the number of `*`, and `base` is the canonical name of the
    value or pointed-to type without qualifiers (`unsigned long`), or None if the words are not a single type
    that C knows (`unsigned uint32_t`, `struct foo`, a project's own type).
    """

    text: str
    words: tuple[str, ...]
    pointers: int
    base: str | None

    @property
    def is_pointer(self) -> bool:
        return self.pointers > 0

    @property
    def is_char_pointer(self) -> bool:
        """Whether it is a `char *`, with any qualifiers, but not a `signed char *` or `unsigned char *`."""
        return self.pointers == 1 and self.base == "char"

    @property
    def consts(self) -> tuple[int, ...]:
        """The number of `const` before the first `*` and after each `*`."""
        return tuple([part.split().count("const") for part in self.text.split("*")])

    @property
    def points_to_const(self) -> bool:
        """Whether what its first `*` points to, or the value itself, is const."""
        return self.consts[0] > 0

    def offset_of(self, word: str) -> int:
        """The offset of one of its words in its text. Raises ValueError."""
        return self.text.index(word)

    def before(self, name: str) -> str:
        """The declaration of a name with this type: `char *text`."""
        return with_name(self.text, name)


@record
class Declaration:
    """One parameter's text, split into type and name; offsets count from the text's start.

    `flaw` is None, or says why the text is not a parameter: `missing-name`, `missing-comma` (a second
    declaration starts at `name_end`), `missing-type`, or `qualified-pointer` (`char *const x`).
    """

    text: str
    type: CType
    name: str
    type_end: int
    name_start: int
    name_end: int
    flaw: str | None


def base_of(words: tuple[str, ...]) -> str | None:
    """The canonical name of the type that words (without qualifiers) spell, or None."""
    if len(words) == 1 and words[0] in FIXED_WORDS:
        return words[0]
    ordered = sorted(words)
    if len(ordered) > 1 and ordered.count("int") == 1 and not {"char", "void", "bool"} & set(ordered):
        ordered.remove("int")
    return _COMBINATIONS.get(tuple(ordered))


@lru_cache(maxsize=None)
def parse_type(text: str) -> CType:
    """The type in a text such as `const char *`."""
    words = tuple(text.replace("*", " ").split())
    base = base_of(tuple(word for word in words if word not in QUALIFIERS))
    return CType(text, words, text.count("*"), base)


def _tokens(text: str) -> list[tuple[int, str]]:
    """Words and stars of a declaration with their offsets."""
    tokens = []
    start = -1
    for at, char in enumerate(text):
        if char in " \t*":
            if start >= 0:
                tokens.append((start, text[start:at]))
                start = -1
            if char == "*":
                tokens.append((at, "*"))
        elif start < 0:
            start = at
    if start >= 0:
        tokens.append((start, text[start:]))
    return tokens


def _name_index(tokens: list[tuple[int, str]]) -> int:
    """The index of the token that must be the name: the first word that cannot be part of the type."""
    typed = False  # the type has a base
    previous = ""
    for index, (_, word) in enumerate(tokens):
        if word == "*":
            typed = True
        elif word in QUALIFIERS or word in TAG_WORDS:
            pass
        elif word in _KNOWN_WORDS:
            typed = True
        elif typed and not _is_pointed_to(tokens, index):
            return index
        else:
            typed = True  # a type that C doesn't know: `hwaddr`, or the tag of a struct
        previous = word
    tag_only = len(tokens) > 1 and tokens[-2][1] in TAG_WORDS
    return len(tokens) if previous == "*" or len(tokens) == 1 or tag_only else len(tokens) - 1


def _is_pointed_to(tokens: list[tuple[int, str]], index: int) -> bool:
    """Whether a star and a word follow a token, which then is a superfluous type word, as in `int foo *x`."""
    following = [word for _, word in tokens[index + 1 :]]
    return len(following) > 1 and following[0] == "*" and following[-1] != "*"


@lru_cache(maxsize=None)
def parse_declaration(text: str) -> Declaration:
    """Split one parameter's text, with no space at either end, into type and name."""
    begin = max(text.rfind(" "), text.rfind("*"), text.rfind("\t")) + 1
    name = text[begin:]
    if name and name not in _NO_NAMES:
        # If the last word cannot be part of a type, the text before it decides.
        typed = _typed(text[:begin])
        if typed is not None:
            type_end, type_ = typed
            return Declaration(
                text=text,
                type=type_,
                name=name,
                type_end=type_end,
                name_start=begin,
                name_end=len(text),
                flaw=None,
            )
    return _split(text)


@lru_cache(maxsize=None)
def _typed(begin: str) -> tuple[int, CType] | None:
    """Where the type ends in the text before a name, and the type; None if there is a flaw."""
    found = _split(f"{begin}_")
    return (found.type_end, found.type) if found.flaw is None and found.name_start == len(begin) else None


def _split(text: str) -> Declaration:
    tokens = _tokens(text)
    index = _name_index(tokens)
    flaw = None
    if index >= len(tokens) or tokens[index][1] in _KNOWN_WORDS:
        flaw = "missing-name"
        index = len(tokens)
    elif tokens[0][1] == "*" or index == 0:
        flaw = "missing-type"
    elif index < len(tokens) - 1:
        flaw = "missing-comma"
    elif any(w == "*" for _, w in tokens[:index]) and tokens[index - 1][1] != "*":
        flaw = "qualified-pointer"
    if index == len(tokens):
        name_start = name_end = len(text)
    else:
        name_start, name = tokens[index]
        name_end = name_start + len(name)
    type_end = tokens[index - 1][0] + len(tokens[index - 1][1]) if index else 0
    return Declaration(
        text=text,
        type=parse_type(text[:type_end]),
        name=text[name_start:name_end],
        type_end=type_end,
        name_start=name_start,
        name_end=name_end,
        flaw=flaw,
    )
