from __future__ import annotations

from tesc.analysis.rule import Finding, SyntaxRule
from tesc.syntax.c_type import ALLOWED_WORDS, QUALIFIERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Tree


class MalformedType(SyntaxRule):
    """A parameter's words are all allowed, but make no type together.

    C knows no `unsigned uint32_t`, `long char` or `short long`, and nothing has the type `void`.

    Wrong:

        crc_update(unsigned uint32_t crc) "crc 0x%08x"

    Right:

        crc_update(uint32_t crc) "crc 0x%08x"
    """

    code = "TE308"
    name = "malformed-type"

    def check(self, tree: Tree, settings: Settings) -> Iterator[Finding]:
        yield from super().check(tree, settings)
        allowed = ALLOWED_WORDS | settings.types
        for event in tree.events:
            for parameter in event.parameters:
                declared = parameter.type
                if parameter.declaration.flaw is None and allowed.issuperset(declared.words):
                    message = _malformed(declared.words, declared.base, declared.pointers, settings.types)
                    if message:
                        yield Finding(parameter.type_span, message, _help(declared.words, parameter.name))


def _malformed(words: tuple[str, ...], base: str | None, pointers: int, types: frozenset[str]) -> str | None:
    text = " ".join(words)
    plain = [word for word in words if word not in QUALIFIERS]
    if base is None and not (len(plain) == 1 and plain[0] in types):
        return f"'{text}' is no type" if plain else f"'{text}' qualifies no type"
    if base == "void" and not pointers:
        return "a parameter can't have the type 'void'"
    return None


def _help(words: tuple[str, ...], name: str) -> str | None:
    fixed = [word for word in words if word.endswith("_t")]
    if len(fixed) == 1:
        return f"write '{fixed[0]} {name}'"
    if "void" in words:
        return f"write 'void *{name}' for a pointer"
    return None


RULE = MalformedType()
