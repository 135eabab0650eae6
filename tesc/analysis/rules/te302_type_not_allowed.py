from __future__ import annotations

from tesc.analysis.diagnostic import Fix, SourceEdit
from tesc.analysis.rule import EventRule, Finding
from tesc.syntax.c_type import ALLOWED_WORDS, FLOATING_WORDS, QUALIFIERS, TAG_WORDS
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Parameter, Tree

# Types of QEMU, GLib, the Linux kernel and POSIX that authors reach for, and what holds their values.
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
    "gint64": "int64_t",
    "guint64": "uint64_t",
    "guint32": "uint32_t",
    "guint8": "uint8_t",
    "gpointer": "void *",
    "u8": "uint8_t",
    "u16": "uint16_t",
    "u32": "uint32_t",
    "u64": "uint64_t",
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


class TypeNotAllowed(EventRule):
    """A parameter's type is not one that every tracer knows.

    Generated code is compiled where a program's own types are not declared, and most tracers read
    arguments without a debugger's knowledge, so only C's integers, those of <stdint.h>, `bool`,
    `size_t` and its like, and pointers to them are allowed. Declare a pointer to a structure `void *`,
    an enumeration `int`, and a type that hides an integer as that integer. A project may allow more
    in its configuration (`types`).

    Wrong:

        nic_receive(struct NetQueue *queue, hwaddr addr) "queue %p addr 0x%" PRIx64

    Right:

        nic_receive(void *queue, uint64_t addr) "queue %p addr 0x%" PRIx64
    """

    code = "TE302"
    name = "type-not-allowed"
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Finding]:
        for parameter in event.parameters:
            words = [w for w in parameter.type.words if w not in ALLOWED_WORDS and w not in settings.types]
            if words and not set(words) & FLOATING_WORDS:
                yield self._finding(parameter, words, tree)

    def _finding(self, parameter: Parameter, words: list[str], tree: Tree) -> Finding:
        message = f"type '{parameter.type.text}' is not allowed in an event"
        instead, safety = _instead(parameter, words)
        if instead is None:
            return Finding(parameter.type_span, message, "use an integer type, or 'void *' for a pointer")
        declared = instead if instead.endswith("*") else f"{instead} "
        edit = SourceEdit(tree.source, Span(parameter.start, parameter.name_span.start), declared)
        help_ = f"declare it '{declared}{parameter.name}'"
        return Finding(parameter.type_span, message, help_, fix=Fix(safety, (edit,)) if parameter.name else None)


def _instead(parameter: Parameter, words: list[str]) -> tuple[str | None, str]:
    """What to declare instead, and whether that surely keeps what callers pass."""
    declared = parameter.type
    const = "const " if "const" in declared.words else ""
    qualifiers = [word for word in words if word in QUALIFIERS]
    if len(qualifiers) == len(words):
        rest = " ".join(word for word in declared.words if word not in qualifiers)
        return (f"{rest} {'*' * declared.pointers}".rstrip() if rest else None), "safe"
    if declared.pointers:
        target = _INSTEAD.get(words[0], "")
        return (f"{const}char *", "safe") if target == "char" else (f"{const}void *", "safe")
    tag = next((word for word in words if word in TAG_WORDS), None)
    if tag == "enum":
        return "int", "unsafe"
    if tag is not None:
        return "void *", "unsafe"
    if words[0] in _INSTEAD:
        return const + _INSTEAD[words[0]], "unsafe"
    from difflib import get_close_matches

    near = get_close_matches(words[0], sorted(ALLOWED_WORDS), 1, 0.7)
    return (declared.text.replace(words[0], near[0], 1), "unsafe") if near else (None, "unsafe")


RULE = TypeNotAllowed()
