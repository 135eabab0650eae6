"""Drafts the declaration for a call of an undeclared event: its place, types and format."""

from __future__ import annotations

import os
import re

from tesc.analysis.diagnostic import SourceEdit
from tesc.analysis.formats.drafting import draft, habits
from tesc.analysis.headings import files_named, sections_of, spelled, written_in
from tesc.analysis.suppression_edits import line_end
from tesc.records import record
from tesc.syntax.c_type import BASE_WORDS, FIXED_WORDS, parse_declaration, with_name
from tesc.syntax.source import Span
from tesc.uses.arguments import Sight
from tesc.uses.layout import layout_of_c
from tesc.uses.masking import masked_c

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
_CAST = re.compile(r"\(((?:const |struct |unsigned |signed )*[A-Za-z_]\w*(?: \w+)? ?\**)\) ?(?=[\w(*&~-])")
_TEXT_OF_TWO = re.compile(r'\? ?""|: ?""\Z')
_CHAR_OF_TWO = re.compile(r"\? ?''|: ?''\Z")
# The start of an expression: `*`s, a variable, and whether a member follows.
_FIRST = re.compile(r"[(~ -]*(\**)([A-Za-z_]\w*)((?:->|\.))?")
_HEAD = re.compile(r"[(]*([A-Za-z_]\w*)(\([^()]*\))?")
_MEMBERS = re.compile(r"(?:->|\.)\s*([A-Za-z_]\w*)")
_TEXTS = frozenset(
    "object_get_typename object_get_canonical_path strerror g_strerror memory_region_name qdev_get_id "
    "error_get_pretty bdrv_get_node_name bdrv_get_device_name inet_ntoa".split()
)
_WORDS = frozenset("int unsigned long short char bool void const size_t ssize_t".split())


def tree_for(path: str, trees: Iterable[Tree]) -> Tree | None:
    """The trace-events file for new events of the source at `path`: in its folder, or the next above."""
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
    """A line that declares the event that a call names.

    Types come from the function around the call and, for members, from the declarations in `texts`: the
    source's own text and those of its includes, nearest first.
    """
    names: list[str] = []
    parameters = []
    masked = masked_c(texts[0])
    sight = _Sight(Sight(masked, layout_of_c(masked)), use.start, texts)
    for number, argument in enumerate(use.given):
        type_, member = _type_of(argument, sight)
        name = _name_of(argument, member, number)
        while name in names:
            name = f"{name}{number}"
        names.append(name)
        parameters.append(with_name(type_, name))
    declared = [parse_declaration(parameter) for parameter in parameters]
    form = draft(declared, habits(tree.events)) if declared else '"'
    return f'{use.name}({", ".join(parameters) or "void"}) "{form}'


def declaring_edit(use: Use, path: str, tree: Tree, texts: Sequence[str]) -> SourceEdit:
    """The edit that inserts the declaration below the comment that names the source."""
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


@record
class _Sight:
    """What is known at a call: the variables, its offset, and the texts with declarations."""

    variables: Sight
    at: int
    texts: Sequence[str]


def _type_of(argument: Argument, sight: _Sight) -> tuple[str, str | None]:
    """The parameter's type for an argument; and the member's name if it is a member."""
    text = argument.text.strip()
    if argument.type:
        return _traced(argument.type, sight.texts), None
    if re.fullmatch(r'(?:"" ?)+', text):
        return "const char *", None
    if text.startswith("&") or text == "NULL":
        return "void *", None
    cast = _CAST.match(text)
    if cast is not None:
        return _traced(cast[1], sight.texts), None
    if _TEXT_OF_TWO.search(text):
        return "const char *", None
    if _CHAR_OF_TWO.search(text):
        return "char", None
    if text.startswith("sizeof"):
        return "size_t", None
    if _TRUTH.fullmatch(text) and "?" not in text:
        return "bool", None
    member = _MEMBER.fullmatch(text)
    if member is not None:
        return _member_type(text, member[1], bool(member[2]), sight), member[1]
    called = _CALLED.fullmatch(text)
    if called is not None:
        if called[1] in _TEXTS:
            return "const char *", None
        return _returned(called[1], sight.texts), None
    first = _FIRST.match(text)
    if first is None:
        return "int", None
    if first[3]:
        member = _MEMBER.match(text)
        return (_member_type(member[0], member[1], bool(member[2]), sight) if member else "int"), None
    known = sight.variables.type_of(first[2], sight.at)
    for _ in range(len(first[1]) + (text[first.end() :].lstrip()[:1] == "[")):
        known = known[:-2] if known.endswith("[]") else known.removesuffix("*").rstrip()
    return _traced(known, sight.texts) if known else "int", None


def _member_type(text: str, name: str, indexed: bool, sight: _Sight) -> str:
    """The type of a member: that in its structure, else of the first member with that name in `texts`."""
    texts = sight.texts
    structure = _structure_of(text, sight)
    if structure:
        texts = [*_bodies(structure, texts), *texts]
    found = _declared_member(name, texts)
    if found is None:
        return "int"
    stars = found[2].count("*") + bool(found[3]) - indexed
    return _traced(f"{found[1]} {'*' * stars}", texts)


def _declared_member(name: str, texts: Sequence[str]) -> re.Match[str] | None:
    """The first declaration of a member of this name: its type, its stars, and its brackets."""
    declares = re.compile(
        rf"^[ \t]+((?:const |struct |enum |unsigned |signed )*[A-Za-z_]\w*(?: \w+)?)([ \t*]+)"
        rf"(?:\w+, *)*{name}[ \t]*(\[[^\]]*\])?(?:, *\w+)*(?::\s*\d+)?;",
        re.M,
    )
    for text in texts:
        for found in declares.finditer(text):
            if found[1].split()[0] not in ("return", "goto", "case", "else"):
                return found
    return None


def _structure_of(text: str, sight: _Sight) -> str:
    """The structure that has the last member in `s->regs.base` or `DEVICE(s)->id`; empty if unknown."""
    head = _HEAD.match(text)
    if head is None:
        return ""
    if head[2]:
        structure = _instance_of(head[1], sight.texts)
    else:
        structure = _last_word(sight.variables.type_of(head[1], sight.at))
    for member in _MEMBERS.findall(text, head.end())[:-1]:
        found = _declared_member(member, _bodies(structure, sight.texts)) if structure else None
        structure = _last_word(found[1]) if found else ""
    return structure


def _last_word(type_: str) -> str:
    words = type_.replace("*", " ").split()
    return words[-1] if words else ""


def _instance_of(macro: str, texts: Sequence[str]) -> str:
    """The structure that a QEMU object model cast, such as DEVICE(), casts to; empty if unknown."""
    declares = re.compile(rf"\b(?:OBJECT_DECLARE_\w+|DECLARE_\w*CHECKERS?)\(\s*(\w+)\s*,[^()]*\b{macro}\b")
    return next((found[1] for one in texts for found in [declares.search(one)] if found), "")


def _bodies(structure: str, texts: Sequence[str]) -> list[str]:
    return [body for one in texts for body in [_body(structure, one)] if body]


def _body(structure: str, text: str) -> str:
    """The text between the braces of a structure's definition; empty if the text has no definition."""
    found = re.search(rf"\b(?:struct|union)\s+{structure}\s*\{{(.*?)^\}}", text, re.S | re.M)
    if found:
        return found[1]
    named = re.search(rf"^\}}[ \t\w()]*\b{structure}\s*;", text, re.M)
    return text[text.rfind("\n}", 0, named.start()) + 2 : named.start()] if named else ""


def _returned(name: str, texts: Sequence[str]) -> str:
    """The parameter's type for what a function of this name returns; int if it is not declared."""
    declares = re.compile(
        rf"^(?:static |inline |extern |G_GNUC_\w+ )*((?:const |struct |unsigned )*[A-Za-z_]\w*)"
        rf"([ \t*\n]+){name}\(",
        re.M,
    )
    for text in texts:
        found = declares.search(text)
        if found:
            return _traced(f"{found[1]} {'*' * found[2].count('*')}", texts)
    return "int"


def _traced(text: str, texts: Sequence[str] = (), depth: int = 0) -> str:
    """A parameter's type that generators accept, for values of a C type."""
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
    if len(words) == 1 and depth < _MOST_TYPEDEFS:
        named = re.compile(
            rf"^[ \t]*typedef[ \t]+((?:unsigned |signed )*[A-Za-z_]\w*(?: \w+)*?)[ \t]+{words[0]};", re.M
        )
        for one in texts:
            found = named.search(one)
            if found:
                return _traced(found[1], texts, depth + 1)
    return "int"


_MOST_TYPEDEFS = 5
# Types of QEMU and GLib, and the types as which their values are traced.
_WIDTHS = {
    "hwaddr": "uint64_t", "vaddr": "uint64_t", "dma_addr_t": "uint64_t", "ram_addr_t": "uint64_t",
    "target_ulong": "uint64_t", "off_t": "int64_t", "gint": "int", "guint": "unsigned int",
    "gboolean": "bool", "gsize": "size_t", "gssize": "ssize_t", "uint": "unsigned int",
    "ulong": "unsigned long", "u8": "uint8_t",
    "u16": "uint16_t", "u32": "uint32_t", "u64": "uint64_t", "__u8": "uint8_t", "__u16": "uint16_t",
    "__u32": "uint32_t", "__u64": "uint64_t", "__s32": "int32_t", "pid_t": "int",
}  # fmt: skip
