"""The SystemTap tapset that prints events as the log backend does."""

from __future__ import annotations

from tesc.codegen.qemu.tapset import escaped, read_string
from tesc.syntax.inttypes import OWN_MACROS, macro_letter
from tesc.units import identifiers
from tesc.units.compat import stap_sizes_dropped
from tesc.units.output_reasons import BACKSLASH, LOG_TAPSET, MACRO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.codegen.qemu.backends.base import Backend
    from tesc.codegen.qemu.output import Options, Output
    from tesc.units.unit import UnitEvent


def generate(out: Output, events: Sequence[UnitEvent], backends: Sequence[Backend], options: Options) -> None:
    out.head()
    out("")
    prefix = options.probe_prefix
    for event in events:
        if event.disabled:
            continue
        out(f"probe {prefix}.log.{event.name} = {prefix}.{event.name} ?", "{")
        for text, (_, name) in zip(out.texts(event), event.parameters):
            if text is not None:
                read_string(out, event, escaped(out, name), text)
        arguments = ", ".join(["pid()", "gettimeofday_ns()", *_arguments(out, event)])
        out(f'    printf("%d@%d {event.name} {_format(out, event)}\\n", {arguments})', "}")
    out("")


def _arguments(out: Output, event: UnitEvent) -> list[str]:
    """The arguments that are printed after the process and the time."""
    if out.fixed:
        from tesc.codegen.qemu import stap_fixed

        return stap_fixed.arguments(out, event)
    names = [escaped(out, name) for _, name in event.parameters]
    return [
        name if text is None else identifiers.tapset_text(name, out.fixed)
        for text, name in zip(out.texts(event), names)
    ]


def _format(out: Output, event: UnitEvent) -> str:
    """The format as one string, in which macros lose their size: SystemTap's numbers all have 64 bits."""
    text = event.format
    parts = []
    keeps = not (out.fixed or out.release.has("stap-macros"))
    before = ""
    for start, end, is_text in _pieces(text):
        piece = text[start:end]
        if is_text:
            parts.append(piece)
            continue
        name = before + piece
        if "\\" in piece:
            at = start + piece.index("\\")
            out.refuse_format(event, at, BACKSLASH.of(LOG_TAPSET))
        elif name in OWN_MACROS:
            if out.fixed:
                width, _, letter = OWN_MACROS[name]
                parts.append(width + letter)
            else:
                out.refuse_format(event, start, MACRO.of(LOG_TAPSET, piece))
        elif macro_letter(name):
            parts.append(macro_letter(name))
        else:
            out.refuse_format(event, start, MACRO.of(LOG_TAPSET, piece))
        # Up to 5.2, a macro's effect ended at a space, but not at a quote.
        before = name if keeps and text[end : end + 1] == '"' else ""
    joined = "".join(parts)
    if not out.fixed:
        return stap_sizes_dropped(joined, out.release.has("stap-sizes"))
    from tesc.codegen.qemu import stap_fixed

    return stap_fixed.taken(joined)


def _pieces(text: str) -> Iterator[tuple[int, int, bool]]:
    """Start and end of a format's strings (without quotes; True) and macros, as tracetool reads it.

    An unterminated string continues to the end. A backslash escapes the next character that is
    neither a space nor a tab.
    """
    if "\\" not in text and text.count('"') == 2 and text.rstrip(" \t").endswith('"'):
        yield 1, text.rindex('"'), True  # as in most formats
        return
    at = 0
    while at < len(text):
        if text[at] in " \t":
            at += 1
            continue
        is_text = text[at] == '"'
        start = at = at + is_text
        escaped = False
        while at < len(text) and (text[at] not in (' \t"', '"')[is_text] or (is_text and escaped)):
            if text[at] == "\\":
                escaped = not escaped
            elif text[at] not in " \t":
                escaped = False
            at += 1
        yield start, at, is_text
        at += is_text
