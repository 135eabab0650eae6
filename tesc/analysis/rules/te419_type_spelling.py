from __future__ import annotations

from tesc.analysis.diagnostic import Fix, SourceEdit
from tesc.analysis.rule import EventRule, Report
from tesc.syntax.c_type import ALLOWED_WORDS
from tesc.units.d_types import is_read, replaced, source_type
from tesc.units.text import spelled_as_text, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Parameter, Tree
    from tesc.units.text import Text


class TypeSpelling(EventRule):
    """A type is spelled in a way that some tracers' tools cannot read.

    C has many names for one type: `long unsigned int`, `unsigned long int` and `int long unsigned` are
    all `unsigned long`. SystemTap's dtrace(1) reads at most one word before the type's last one, so it
    reads only the last of these names, and it reads stars only without spaces between them. When it
    cannot read something, it starts again with a simpler parser, which takes any line with the letters
    "provider" for the start of another provider: there is no error, and the header does not compile.

    Text must be a `char *` or a `const char *`, spelled exactly like that. For `char const *` or
    `unsigned char *`, QEMU's tracetool records an address in simpletrace files, and generates a log tapset
    that SystemTap rejects as a whole when it is used. `compat = "fixed"` generates both correctly.

    Wrong:

        ram_resize(long unsigned int size, char const *name) "size %lu of %s"

    Right:

        ram_resize(unsigned long size, const char *name) "size %lu of %s"
    """

    code = "TE419"
    name = "type-spelling"
    reference = "tracers"
    by_pairs = True
    severity = "warning"
    fixable = True

    def applies(self, settings: Settings) -> bool:
        return settings.compat == "qemu"

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        found = texts(
            [(parameter.type.text, parameter.name) for parameter in event.parameters],
            event.format.text if event.format else "",
            "fixed",
        )
        for parameter, text in zip(event.parameters, found):
            type_ = parameter.type
            if parameter.declaration.flaw or type_.base is None or not ALLOWED_WORDS.issuperset(type_.words):
                continue  # not valid as an event's type (TE302, TE308)
            if not is_read(replaced(type_.text)):
                yield _unread(parameter, tree)
            elif text is not None and not spelled_as_text(type_.text) and settings.profile != "classic":
                yield _unseen(parameter, text, tree)


def _unread(parameter: Parameter, tree: Tree) -> Report:
    text = parameter.type.text
    plain = source_type(text)
    # Callers in C can pass the same pointers, but Rust programs see another type.
    instead = plain or "const void *"
    edit = SourceEdit(tree.source, parameter.type_span, instead)
    return Report(
        parameter.type_span,
        f"dtrace(1) cannot read the type '{text}'",
        f"write '{instead}'",
        fix=Fix("unsafe" if plain is None else "safe", (edit,)),
    )


def _unseen(parameter: Parameter, text: Text, tree: Tree) -> Report:
    written = parameter.type.text
    const = "const " if parameter.type.points_to_const else ""
    instead = f"{const}char *"
    edit = SourceEdit(tree.source, parameter.type_span, instead)
    return Report(
        parameter.type_span,
        f"QEMU's tracetool records '{parameter.name}' as an address, since its type is spelled '{written}'",
        f"write '{instead}'",
        # Callers that pass other characters get a warning from their compiler.
        fix=Fix("safe" if text.plain else "unsafe", (edit,)),
    )


RULE = TypeSpelling()
