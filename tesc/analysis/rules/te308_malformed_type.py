from __future__ import annotations

from tesc.analysis.rule import Report, SyntaxRule
from tesc.syntax.c_type import ALLOWED_WORDS
from tesc.units.wording import malformed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.c_type import CType
    from tesc.syntax.nodes import Tree


class MalformedType(SyntaxRule):
    """The words of a parameter's type are all allowed, but do not form a type.

    C has no `unsigned uint32_t`, `long char` or `short long`, and no value has the type `void`.

    Wrong:

        crc_update(unsigned uint32_t crc) "crc 0x%08x"

    Right:

        crc_update(uint32_t crc) "crc 0x%08x"
    """

    code = "TE308"
    name = "malformed-type"
    fixable = True

    def check(self, tree: Tree, settings: Settings) -> Iterator[Report]:
        yield from super().check(tree, settings)
        allowed = ALLOWED_WORDS | settings.types
        # Files have few types.
        known: dict[str, str | None] = {}
        for event in tree.events:
            for parameter in event.parameters:
                declared = parameter.declaration.type
                if declared.text not in known:
                    right = not allowed.issuperset(declared.words)
                    known[declared.text] = None if right else malformed(declared, settings.types)
                message = known[declared.text]
                if message and parameter.declaration.flaw is None:
                    yield Report(parameter.type_span, message, _help(declared, parameter.name))


def _help(declared: CType, name: str) -> str | None:
    const = "const " if "const" in declared.words else ""
    fixed = [word for word in declared.words if word.endswith("_t")]
    if len(fixed) == 1:
        return f"write '{const}{fixed[0]} {'*' * declared.pointers}{name}'"
    if "void" in declared.words:
        return f"write '{const}void *{name}' for a pointer"
    return None


RULE = MalformedType()
