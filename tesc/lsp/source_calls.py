"""Help for calls that are being typed in C and Rust sources: names of events, and parameters."""

from __future__ import annotations

import os
import re

from lsprotocol import types as t

from tesc.lsp.signatures import Signature
from tesc.syntax.source import Span
from tesc.units import identifiers
from tesc.uses.masking import masked_c
from tesc.uses.scan import RUST, language_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.sources import Sources, SourceView
    from tesc.units.unit import UnitEvent

_BEGUN = re.compile(r"\b(trace_|TRACE_)(\w*)\Z")
_CALLED = re.compile(r"\btrace_(\w+)\s*\(")
_LONGEST_CALL = 4000
_MOST = 200


def call_items(
    sources: Sources, view: SourceView, offset: int, snippets: bool, details: bool
) -> t.CompletionList | None:
    """The events that a source can use at an offset; None if no event's name is being typed.

    `details` is true if the client shows details next to labels: within the label they may hide the name.
    """
    begun = _BEGUN.search(view.source.text, max(offset - 200, 0), offset)
    if begun is None:
        return None
    capitals = begun[1] == "TRACE_"
    found = [event for event in _events(sources, view) if event.name.lower().startswith(begun[2].lower())]
    called = view.source.text[offset : offset + 1] == "("
    span = sources.range(view.source, Span(begun.start(), offset))
    items = []
    for number, event in enumerate(found[:_MOST]):
        label = (identifiers.c_id if capitals else identifiers.c_function)(event.name)
        snippet = not (capitals or called)
        text = _call(label, event, snippets) if snippet else label
        items.append(
            t.CompletionItem(
                label,
                kind=t.CompletionItemKind.Constant if capitals else t.CompletionItemKind.Function,
                label_details=t.CompletionItemLabelDetails(f"({_parameters(event)})", event.source.path)
                if details
                else None,
                detail=None if details else f"({_parameters(event)})  {event.source.path}",
                sort_text=f"{number:04}",
                insert_text_format=t.InsertTextFormat.Snippet if snippet and snippets else None,
                text_edit=t.TextEdit(span, text),
            )
        )
    if not capitals and language_of(view.path) == RUST:
        items += _rust_tests(sources, view, begun[2], Span(begun.start(), offset))
    return t.CompletionList(len(found) > _MOST, items)


def _rust_tests(sources: Sources, view: SourceView, begun: str, span: Span) -> list[t.CompletionItem]:
    """Tests for an event's state, as called in Rust."""
    labels = [identifiers.rust_enabled(event.name) for event in _events(sources, view)]
    mine = [label for label in labels if label.lower().startswith(identifiers.c_function(begun).lower())]
    called = view.source.text[span.end : span.end + 1] == "("
    return [
        t.CompletionItem(
            label,
            kind=t.CompletionItemKind.Function,
            detail="() -> bool",
            sort_text=f"~{number:04}",
            text_edit=t.TextEdit(sources.range(view.source, span), label if called else f"{label}()"),
        )
        for number, label in enumerate(mine[:_MOST])
    ]


def _events(sources: Sources, view: SourceView) -> list[UnitEvent]:
    """The events of the source's folder, then the others, each name once."""
    project = sources.project_at(view.path)
    names: dict[str, UnitEvent] = {}
    for unit in project.units if project else ():
        for event in unit.events:
            names.setdefault(event.name, event)
    folder = os.path.dirname(view.path)

    def place(event: UnitEvent) -> tuple[bool, str]:
        return os.path.dirname(os.path.realpath(event.source.file)) != folder, event.name

    return sorted(names.values(), key=place)


def _call(label: str, event: UnitEvent, snippets: bool) -> str:
    names = [parameter.name or "arg" for parameter in event.node.parameters]
    if not snippets:
        return label
    return f"{label}({', '.join(f'${{{n}:{name}}}' for n, name in enumerate(names, 1))})"


def _parameters(event: UnitEvent) -> str:
    return ", ".join(_texts(event)) or "void"


def _texts(event: UnitEvent) -> list[str]:
    return [parameter.declaration.text for parameter in event.node.parameters]


def call_signature(sources: Sources, view: SourceView, offset: int) -> Signature | None:
    """The parameters of the event whose call surrounds an offset; None if there is no such call."""
    text = view.source.text
    start = max(text.rfind("\n}", 0, offset), offset - _LONGEST_CALL, 0)
    masked = masked_c(text[start:offset])
    project = sources.project_at(view.path)
    for found in reversed(list(_CALLED.finditer(masked))):
        active = _argument_at(masked, found.end())
        events = project.events_named(found[1]) if project and active is not None else []
        event = next((one for one in events if one.name == found[1]), None)
        if event is not None and active is not None:
            return _signature(event, active)
    return None


def _argument_at(masked: str, inside: int) -> int | None:
    """The number of the argument at the text's end, in a call opened at `inside`; None if that ended."""
    depth = active = 0
    for char in masked[inside:]:
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth < 0:
                return None
        elif char == ";":
            return None
        elif char == "," and not depth:
            active += 1
    return active


def _signature(event: UnitEvent, active: int) -> Signature:
    label = f"{identifiers.c_function(event.name)}("
    places = []
    for number, text in enumerate(_texts(event)):
        label += ", " if number else ""
        places.append((len(label), len(label) + len(text)))
        label += text
    if active >= len(places):
        # Clients treat a number beyond the last parameter as the first one.
        return Signature(f"{label})", (), 0, None)
    return Signature(f"{label})", tuple(places), active, None)
