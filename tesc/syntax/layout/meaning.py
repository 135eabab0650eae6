"""Compares what two layouts of a file mean, which must be the same."""

from __future__ import annotations

from itertools import zip_longest

from tesc.syntax.nodes import Comment, Disable, Event, Include, Malformed, Prefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.syntax.nodes import Format, Item, Parameter, Tree

    # Something to compare, and its line.
    Part = tuple[object, int]


def difference(before: Tree, after: Tree) -> int | None:
    """The line of `before` from which on `after` has a different meaning; None if there is none.

    Events and includes are compared in order. Prefixes, and lines that are not items, are compared
    separately, because their order among other items has no meaning; that of comments and disable directives
    never has. An item's suppressions belong to it.
    """
    olds, news = _meaning(before), _meaning(after)
    lines = []
    for old, new in zip(olds, news):
        for mine, its in zip_longest(old, new):
            if mine is None or its is None or mine[0] != its[0]:
                lines.append(mine[1] if mine is not None else len(before.source.line_starts))
                break
    return min(lines) if lines else None


def _meaning(tree: Tree) -> list[list[Part]]:
    declared: list[Part] = []
    prefixes: list[Part] = []
    disabled: list[Part] = []
    malformed: list[Part] = []
    comments: list[Part] = []
    file_wide: list[Part] = []
    ignores: tuple[str, ...] = ()
    began = False
    for item in tree.items:
        if isinstance(item, Comment):
            comments.append((item.text, item.line))
            if "tesc:" in item.text:
                if "ignore-file" not in item.text:
                    ignores += (item.text,)
                elif not began:
                    file_wide.append((item.text, item.line))
            continue
        kind = {Prefix: prefixes, Disable: disabled, Malformed: malformed}.get(item.__class__, declared)
        kind.append(((ignores, *_parts(item, tree)), item.line))
        began, ignores = True, ()
    comments.sort(key=lambda part: str(part[0]))
    disabled.sort(key=lambda part: str(part[0]))
    return [declared, prefixes, disabled, malformed, comments, file_wide, list(_problems(tree))]


def _problems(tree: Tree) -> Iterator[Part]:
    text = tree.source.text
    for error in tree.errors:
        edits = [(text[edit.span.start : edit.span.end], edit.text) for edit in error.edits]
        line, _ = tree.source.place(error.span.start)
        yield (error.code, text[error.span.start : error.span.end], error.message, edits), line


def _parts(item: Item, tree: Tree) -> tuple[object, ...]:
    if isinstance(item, Event):
        properties = [word.text for word in item.properties]
        parameters = [_parameter(parameter) for parameter in item.parameters]
        return ("event", properties, item.name, item.void, parameters, item.format and _format(item.format))
    if isinstance(item, Include):
        return ("include", item.path, item.prefix and item.prefix.text, item.base and item.base.text)
    if isinstance(item, Prefix):
        return ("prefix", item.name.text)
    if isinstance(item, Disable):
        return ("disable", [word.text for word in item.patterns])
    return ("malformed", tree.source.line_text(item.line))


def _parameter(parameter: Parameter) -> tuple[object, ...]:
    # A type's meaning is its words and stars, in order.
    return parameter.type.text.replace("*", " * ").split(), parameter.name, parameter.declaration.flaw


def _format(shape: Format) -> tuple[object, ...]:
    parsed = shape.parsed
    conversions = [conversion.text for conversion in parsed.conversions]
    macros = [macro.name for macro in parsed.macros]
    literals = [shape.text[piece.start : piece.end] for piece in parsed.literals]
    return parsed.joined, conversions, macros, literals
