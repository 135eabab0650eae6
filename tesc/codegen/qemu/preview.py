"""One output for an editor to show: its text, and an event's place in it."""

from __future__ import annotations

import re
import sys

from tesc.codegen.qemu import BACKENDS, FORMATS, BadBackend, find_backend, generate
from tesc.codegen.qemu.output import Options
from tesc.records import record
from tesc.units import identifiers
from tesc.units.rejections import few_lines, rejections

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.config.settings import Settings
    from tesc.units.rejections import Rejection
    from tesc.units.unit import Unit

_ENDINGS = {"c": "c", "h": "h", "rs": "rs", "d": "d", "ust-events-c": "c", "ust-events-h": "h"}
# The start of an event's code in the various formats.
_BEGINNINGS = (
    r"static inline void {function}\(",
    r"pub fn {function}\(",
    r"TraceEvent {object} = ",
    r"probe {name}\(",
    r"probe [\w.]+\.{name} = ",
    r" +{name},$",
)


class NotGenerated(Exception):
    """The output cannot be generated; the message says why, with places."""


@record
class Preview:
    """The text of an output; `ending` is its file's suffix."""

    text: str
    ending: str


def preview(unit: Unit, settings: Settings, backends: str, form: str, group: str) -> Preview:
    """An output of a unit as `tesc tracetool` generates it; `backends` is a comma-separated list.

    For a tapset, the options are those of the configuration's first one. Raises NotGenerated.
    """
    names = tuple(name.strip() for name in backends.split(","))
    _check_names(names, form)
    _refuse(rejections(unit, settings.compat, settings.types))
    ending = _ENDINGS.get(form, "stp")
    tapset = next(iter(settings.generate.tapsets), None)
    options = Options(
        format=form,
        backends=names,
        group=group,
        output=f"trace-{group}.{ending}",
        binary=tapset.binary if tapset else "qemu",
        probe_prefix=tapset.probe_prefix if tapset else "qemu",
        platform=sys.platform,
        compat=settings.compat,
        release=unit.release,
    )
    text, refusals = generate(unit.events, options)
    _refuse(refusals)
    return Preview(text, ending)


def line_of_event(text: str, name: str) -> int | None:
    """The line, from 0, at which an event's code begins; `name` is the effective name. None if not found."""
    lines = text.split("\n")
    words = {
        "name": name,
        "function": identifiers.c_function(name),
        "object": identifiers.c_object(name),
        "id": identifiers.c_id(name),
    }
    words = {word: re.escape(text) for word, text in words.items()}
    begins = re.compile("|".join(f"(?:{pattern.format(**words)})" for pattern in _BEGINNINGS))
    # Even a format without code for each event may name it.
    names = re.compile(r"\b(?:{function}|{name})\b|{id}(?![A-Z0-9])".format(**words))
    for found in (begins.match, names.search):
        line = next((number for number, line in enumerate(lines) if found(line)), None)
        if line is not None:
            return line
    return None


def _check_names(backends: tuple[str, ...], form: str) -> None:
    if form not in FORMATS:
        raise NotGenerated(f"unknown format: {form}")
    for backend in backends:
        try:
            known = backend in BACKENDS or find_backend(backend) is not None
        except BadBackend as error:
            raise NotGenerated(str(error)) from None
        if not known:
            raise NotGenerated(f"unknown backend: {backend}")


def _refuse(found: Sequence[Rejection]) -> None:
    if found:
        raise NotGenerated(few_lines(found))
