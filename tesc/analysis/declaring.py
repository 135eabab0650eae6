"""Writes the declaration that a call of an undeclared event wants: where, with which types and format."""

from __future__ import annotations

import os
import re

from tesc.analysis.argument_types import declared_type
from tesc.analysis.diagnostic import SourceEdit
from tesc.analysis.formats.drafting import draft, habits
from tesc.analysis.headings import files_named, sections_of, spelled, written_in
from tesc.analysis.suppression_edits import line_end
from tesc.syntax.c_type import BASE_WORDS, FIXED_WORDS, parse_declaration
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tesc.analysis.headings import Section
    from tesc.syntax.nodes import Tree
    from tesc.uses.use import Argument, Use

_LAST_WORD = re.compile(r"([A-Za-z_]\w*)\W*\Z")
_MEMBER = re.compile(r"[\w\]).>-]*?(?:->|\.)\s*([A-Za-z_]\w*)(\[[^\]]*\])?")
_CALLED = re.compile(r"([A-Za-z_]\w*)\s*\(.*\)\Z", re.S)
_TRUTH = re.compile(r"!|.*(?:[=!<>]=|&&|\|\||(?<![->])[<>](?![<>])).*", re.S)
_NUMBER = re.compile(r"[-~]?(?:0[xX][0-9A-Fa-f]+|\d+)[uUlL]*")
_TEXTS = frozenset(
    "object_get_typename object_get_canonical_path strerror g_strerror memory_region_name qdev_get_id "
    "error_get_pretty bdrv_get_node_name bdrv_get_device_name inet_ntoa".split()
)
_WORDS = frozenset("int unsigned long short char bool void const size_t ssize_t".split())


def tree_for(path: str, trees: Iterable[Tree]) -> Tree | None:
    """The trace-events file that a source's new events belong into: that of its folder, or the next above."""
    by_folder: dict[str, Tree] = {}
    for tree in trees:
        folder, name = os.path.split(os.path.realpath(tree.source.file))
        if name == "trace-events" or folder not in by_folder:
            by_folder[folder] = tree
    folder = os.path.dirname(os.path.realpath(path))
    while folder not in by_folder:
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return by_folder[folder]


def declaration(use: Use, tree: Tree, texts: Sequence[str]) -> str:
    """A line that declares what a call uses.

    Types come from the function around the call and, for members, from the declarations in `texts`: the
    source's own text and those that it includes, the nearest first.
    """
    names: list[str] = []
    parameters = []
    for number, argument in enumerate(use.given):
        type_, member = _type_of(argument, texts)
        name = _name_of(argument, member, number)
        while name in names:
            name = f"{name}{number}"
        names.append(name)
        parameters.append(f"{type_}{name}" if type_.endswith("*") else f"{type_} {name}")
    declared = [parse_declaration(parameter) for parameter in parameters]
    form = draft(declared, habits(tree.events)) if declared else '"'
    return f'{use.name}({", ".join(parameters) or "void"}) "{form}'


def declaring_edit(use: Use, path: str, tree: Tree, texts: Sequence[str]) -> SourceEdit:
    """What writes the declaration into a trace-events file: below the comment that names the source."""
    source = tree.source
    folder = os.path.dirname(os.path.realpath(source.file))
    end = line_end(source.text)
    text = declaration(use, tree, texts) + end
    section = _section_of(os.path.realpath(path), folder, tree)
    if section is not None:
        line = (*section.comments, *section.items)[-1].line
        starts = source.line_starts
        place = starts[line] if line < len(starts) else len(source.text)
    else:
        place = len(source.text.rstrip())
        text = f"{end * 2 if place else ''}# {spelled(os.path.realpath(path), folder)}{end}{text}"
        return SourceEdit(source, Span(place, len(source.text)), text)
    if place == len(source.text) and not source.text.endswith(("\n", "\r")):
        text = end + text
    return SourceEdit(source, Span(place, place), text)


def _section_of(path: str, folder: str, tree: Tree) -> Section | None:
    """The last section whose comments name a source."""
    found = None
    for section in sections_of(tree):
        written = [name for comment in section.comments for name in written_in(comment)]
        if any(path in map(os.path.realpath, files_named(name, folder)) for name in written):
            found = section
    return found


def _name_of(argument: Argument, member: str | None, number: int) -> str:
    called = _CALLED.fullmatch(argument.text)
    found = _LAST_WORD.search(argument.text)
    name = member or (called[1] if called else found[1] if found else "")
    if not name or name in _WORDS or name == "NULL":
        return f"arg{number}"
    return name.lower() if name.isupper() else name


def _type_of(argument: Argument, texts: Sequence[str]) -> tuple[str, str | None]:
    """The type of a parameter that an argument fits, and the member's name where it is one."""
    text = argument.text.strip()
    if argument.type:
        return _traced(argument.type), None
    if re.fullmatch(r'(?:"" ?)+', text):
        return "const char *", None
    if text.startswith("&") or text == "NULL":
        return "void *", None
    if declared_type(argument) is not None:
        return _traced(text[1 : text.index(")")]), None
    if text.startswith("sizeof"):
        return "size_t", None
    if _TRUTH.fullmatch(text) and "?" not in text:
        return "bool", None
    member = _MEMBER.fullmatch(text)
    if member is not None:
        return _member_type(member[1], bool(member[2]), texts), member[1]
    called = _CALLED.fullmatch(text)
    if called is not None:
        if called[1] in _TEXTS:
            return "const char *", None
        return _returned(called[1], texts), None
    return "int", None


def _member_type(name: str, indexed: bool, texts: Sequence[str]) -> str:
    """The type that a member of this name is declared with: the first in the nearest text."""
    declares = re.compile(
        rf"^[ \t]+((?:const |struct |enum |unsigned |signed )*[A-Za-z_]\w*(?: \w+)?)([ \t*]+)"
        rf"(?:\w+, *)*{name}[ \t]*(\[[^\]]*\])?(?:, *\w+)*(?::\s*\d+)?;",
        re.M,
    )
    for text in texts:
        for found in declares.finditer(text):
            if found[1].split()[0] in ("return", "goto", "case", "else"):
                continue
            array = "*" if found[3] and not indexed else ""
            return _traced(f"{found[1]} {'*' * found[2].count('*')}{array}")
    return "int"


def _returned(name: str, texts: Sequence[str]) -> str:
    """The type that a function of this name returns."""
    declares = re.compile(
        rf"^(?:static |inline |extern |G_GNUC_\w+ )*((?:const |struct |unsigned )*[A-Za-z_]\w*)"
        rf"([ \t*\n]+){name}\(",
        re.M,
    )
    for text in texts:
        found = declares.search(text)
        if found:
            return _traced(f"{found[1]} {'*' * found[2].count('*')}")
    return "int"


def _traced(text: str) -> str:
    """The type of a parameter for values of a C type: what the generators take."""
    pointers = text.count("*") + text.count("[")
    words = [
        word for word in re.findall(r"\w+", text) if word not in ("const", "volatile", "static", "register")
    ]
    if pointers:
        return "const char *" if pointers == 1 and words in (["char"], ["gchar"]) else "void *"
    if len(words) == 1 and words[0] in _WIDTHS:
        return _WIDTHS[words[0]]
    known = BASE_WORDS | FIXED_WORDS
    if words and all(word in known for word in words):
        return " ".join(words)
    return "int"


# Names of QEMU's and GLib's types whose values are traced as others.
_WIDTHS = {
    "hwaddr": "uint64_t", "vaddr": "uint64_t", "dma_addr_t": "uint64_t", "ram_addr_t": "uint64_t",
    "target_ulong": "uint64_t", "off_t": "int64_t", "gint": "int", "guint": "unsigned int",
    "gboolean": "bool", "gsize": "size_t", "gssize": "ssize_t", "uint": "unsigned int",
    "ulong": "unsigned long", "u8": "uint8_t",
    "u16": "uint16_t", "u32": "uint32_t", "u64": "uint64_t", "__u8": "uint8_t", "__u16": "uint16_t",
    "__u32": "uint32_t", "__u64": "uint64_t", "__s32": "int32_t", "pid_t": "int",
}  # fmt: skip
