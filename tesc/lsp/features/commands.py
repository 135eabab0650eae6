"""`workspace/executeCommand`: a flattened unit, generated code, the pages of rules."""

from __future__ import annotations

import os
from typing import Any  # pygls looks at the handlers' annotations

from lsprotocol import types as t
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from tesc.lsp.reports import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from tesc.lsp.server import Server
    from tesc.lsp.view import View
    from tesc.units.unit import Unit

# Language IDs that every editor knows.
_LANGUAGES = {"c": "c", "h": "c", "d": "c", "rs": "rust"}
_MOST = 10


def register(server: Server) -> None:
    for name, command in (
        ("tesc.flatten", flatten),
        ("tesc.generate", generate),
        ("tesc.outputs", outputs),
        ("tesc.explain", explain),
    ):
        server.command(name)(_handler(name, command))


def _handler(name: str, command: Callable[..., Any]) -> Callable[..., Any]:
    """A handler that accepts any arguments from a client."""
    parameters = command.__code__.co_varnames[1 : command.__code__.co_argcount]

    def handle(ls: Any, *arguments: Any) -> Any:
        if len(arguments) != len(parameters):
            wanted = ", ".join(parameters) or "nothing"
            raise JsonRpcInvalidParams(f"{name} takes {wanted}, not {len(arguments)} arguments")
        for parameter, argument in zip(parameters, arguments):
            if not isinstance(argument, str) and not (parameter == "event" and argument is None):
                raise JsonRpcInvalidParams(f"{name}: {parameter} must be a string")
        return command(ls, *arguments)

    return handle


def flatten(ls: Server, uri: str) -> str:
    """The unit of a document as one file without directives, as `tesc flatten` prints it."""
    from tesc.units.flatten import flatten
    from tesc.units.rejections import few_lines, rejections

    _, unit = _unit(ls, uri)
    found = rejections(unit, "flatten")
    if found:
        raise _failed(few_lines(found))
    return printable(flatten(unit))


def generate(ls: Server, uri: str, event: str | None, backends: str, format: str) -> dict[str, Any]:
    """A generated output of a document's unit, and an event's line in it."""
    from tesc.codegen.qemu.preview import NotGenerated, line_of_event, preview

    view, unit = _unit(ls, uri)
    try:
        made = preview(unit, view.settings, backends, format, _group(view, unit))
    except NotGenerated as error:
        raise _failed(str(error)) from None
    line = None
    if event is not None:
        name = next(
            (one.name for one in unit.events if one.source is view.source and one.node.name == event), event
        )
        line = line_of_event(made.text, name)
    return {
        "text": printable(made.text),
        "languageId": _LANGUAGES.get(made.ending, "plaintext"),
        "line": line,
    }


def outputs(ls: Server) -> dict[str, list[str]]:
    """The outputs that `tesc.generate` supports."""
    from tesc.codegen.qemu import BACKENDS, FORMATS, plugins

    return {"backends": [*BACKENDS, *plugins.names()], "formats": list(FORMATS)}


def explain(ls: Server, code: str) -> str:
    """A rule's page in Markdown, by its code or name."""
    from tesc.analysis.registry import UnknownRule, named
    from tesc.analysis.rule_page import page

    try:
        rules = list(named(code))
    except UnknownRule as unknown:
        raise _failed(str(unknown)) from None
    return "\n".join(page(rule) for rule in rules)


def _unit(ls: Server, uri: str) -> tuple[View, Unit]:
    """A document and its unit: its own, or the first one that includes it."""
    view = ls.view(uri)
    unit = view.project.unit_of(view.tree) if view else None
    if view is None or unit is None:
        raise _failed(f"{uri}: not an open trace-events document")
    return view, unit


def _group(view: View, unit: Unit) -> str:
    """The group that names the unit's generated files."""
    from tesc.units.groups import group_of

    file = os.path.abspath(unit.roots[0].source.file)
    folder = view.settings.root or view.project.folder or os.path.dirname(file)
    try:
        return group_of(os.path.relpath(file, folder))
    except ValueError:  # on another drive of Windows
        return group_of(file)


def _failed(message: str) -> JsonRpcException:
    return JsonRpcException(printable(message), t.LSPErrorCodes.RequestFailed.value)
