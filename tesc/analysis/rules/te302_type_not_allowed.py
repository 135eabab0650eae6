from __future__ import annotations

from tesc.analysis.diagnostic import Fix, SourceEdit
from tesc.analysis.rule import EventRule, Report
from tesc.syntax.c_type import (
    ALLOWED_WORDS,
    FIXED_WORDS,
    FLOATING_WORDS,
    QUALIFIERS,
    TAG_WORDS,
    base_of,
    with_name,
)
from tesc.syntax.source import Span
from tesc.units.wording import not_allowed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tesc.analysis.diagnostic import Safety
    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Parameter, Tree

# Types of QEMU, GLib, the Linux kernel and POSIX that authors use, and what to write instead.
_INSTEAD = {
    "hwaddr": "uint64_t",
    "ram_addr_t": "uint64_t",
    "dma_addr_t": "uint64_t",
    "pcibus_t": "uint64_t",
    "target_ulong": "uint64_t",
    "target_long": "int64_t",
    "abi_ulong": "uint64_t",
    "abi_long": "int64_t",
    "vaddr": "uint64_t",
    "MemTxResult": "uint32_t",
    "Int128": "uint64_t",
    "gboolean": "bool",
    "_Bool": "bool",
    "gchar": "char",
    "guchar": "unsigned char",
    "gint": "int",
    "guint": "unsigned int",
    "gsize": "size_t",
    "gssize": "ssize_t",
    "gshort": "short",
    "gushort": "unsigned short",
    "glong": "long",
    "gulong": "unsigned long",
    "gint8": "int8_t",
    "gint16": "int16_t",
    "gint32": "int32_t",
    "gint64": "int64_t",
    "guint8": "uint8_t",
    "guint16": "uint16_t",
    "guint32": "uint32_t",
    "guint64": "uint64_t",
    "gpointer": "void *",
    "u8": "uint8_t",
    "u16": "uint16_t",
    "u32": "uint32_t",
    "u64": "uint64_t",
    "s8": "int8_t",
    "s16": "int16_t",
    "s32": "int32_t",
    "s64": "int64_t",
    "uint": "unsigned int",
    "ulong": "unsigned long",
    "ushort": "unsigned short",
    "uchar": "unsigned char",
    "off_t": "int64_t",
    "loff_t": "int64_t",
    "time_t": "int64_t",
    "pid_t": "int",
    "uid_t": "unsigned int",
    "mode_t": "unsigned int",
    "uintmax_t": "uint64_t",
    "intmax_t": "int64_t",
    "wchar_t": "int",
    "cell": "intptr_t",
    "ucell": "uintptr_t",
}
# Storage classes, which do not affect the value that an event gets.
_STORAGE = frozenset("auto extern inline register static".split())


class TypeNotAllowed(EventRule):
    """A parameter's type is not one that every tracer knows.

    Generated code is compiled where a program's own types are not declared, and most tracers read
    arguments without debug information. So only C's integer types, those of `<stdint.h>`, `bool`,
    `size_t` and similar types, and pointers to them are allowed. Declare a pointer to a structure as
    `void *`, an enumeration as `int`, and a typedef of an integer as that integer. A project may allow
    more types in its configuration (`types`).

    Wrong:

        nic_receive(struct NetQueue *queue, hwaddr addr) "queue %p addr 0x%" PRIx64

    Right:

        nic_receive(void *queue, uint64_t addr) "queue %p addr 0x%" PRIx64
    """

    code = "TE302"
    name = "type-not-allowed"
    reference = "tracers"
    by_pairs = True
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        for parameter in event.parameters:
            words = [w for w in parameter.type.words if w not in ALLOWED_WORDS and w not in settings.types]
            if words and not set(words) & FLOATING_WORDS and not _reported(parameter, words):
                yield self._finding(parameter, words, tree)

    def _finding(self, parameter: Parameter, words: list[str], tree: Tree) -> Report:
        message = not_allowed(parameter.type.text)
        instead, safety = _instead(parameter, words)
        if instead is None:
            return Report(parameter.type_span, message, "use an integer type, or 'void *' for a pointer")
        before_name = with_name(instead, "")
        edit = SourceEdit(tree.source, Span(parameter.start, parameter.name_span.start), before_name)
        help_ = f"declare it '{before_name}{parameter.name or 'NAME'}'"
        return Report(
            parameter.type_span, message, help_, fix=Fix(safety, (edit,)) if parameter.name else None
        )


def _reported(parameter: Parameter, words: list[str]) -> bool:
    """Whether the rules on missing names and malformed types already report the parameter."""
    declared = parameter.declaration
    if declared.flaw == "qualified-pointer":
        return QUALIFIERS.issuperset(words)
    # A single word may also be a name without a type.
    return declared.flaw == "missing-name" and declared.text == words[0] and words[0] not in _INSTEAD


def _instead(parameter: Parameter, words: list[str]) -> tuple[str | None, Safety]:
    """What to declare instead, and whether callers' values are certain to stay the same."""
    declared = parameter.type
    const = "const " if "const" in declared.words else ""
    stars = "*" * declared.pointers
    # C does not convert a pointer to volatile memory to one to plain memory.
    safe: Safety = "unsafe" if stars and "volatile" in words else "safe"
    unknown = [word for word in words if word not in QUALIFIERS and word not in _STORAGE]
    if not unknown:
        rest = [word for word in declared.words if word not in words]
        if base_of(tuple(word for word in rest if word != "const")) is None:
            return None, safe
        return f"{' '.join(rest)} {stars}".rstrip(), safe
    rest = [word for word in declared.words if word in ALLOWED_WORDS]
    if base_of(tuple(word for word in rest if word != "const")) is not None:
        # An extra word, such as a misspelt const.
        if "const" not in rest and any(_near(word, ("const",)) for word in unknown):
            rest.insert(0, "const")
        return f"{' '.join(rest)} {stars}".rstrip(), "unsafe"
    if stars:
        target = _INSTEAD.get(unknown[0], "")
        return (f"{const}{target} {stars}" if target.endswith("char") else f"{const}void *"), safe
    tag = next((word for word in unknown if word in TAG_WORDS), None)
    if tag is not None:
        return ("int" if tag == "enum" else "void *"), "unsafe"
    instead = _INSTEAD.get(unknown[0]) or _INSTEAD.get(unknown[0].lstrip("_")) or _near(unknown[0])
    return (const + instead if instead else None), "unsafe"


def _near(word: str, candidates: Iterable[str] = ALLOWED_WORDS - {"const", "void"}) -> str | None:
    """The allowed word that is similar to a word, if any."""
    from difflib import get_close_matches

    lower = word.lower()
    if f"{lower}_t" in FIXED_WORDS:
        return f"{lower}_t"
    # Other digits mean another size, unless they are only swapped.
    digits = sorted(filter(str.isdigit, word))
    alike = sorted(c for c in candidates if sorted(filter(str.isdigit, c)) == digits)
    near = get_close_matches(lower, alike, 1, 0.7)
    return near[0] if near else None


RULE = TypeNotAllowed()
