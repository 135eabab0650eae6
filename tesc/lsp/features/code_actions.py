"""`textDocument/codeAction`: quick fixes, fix-all, suppressions, disabling events."""

from __future__ import annotations

from lsprotocol import types as t
from pygls.capabilities import get_capability

from tesc.lsp import offers as make
from tesc.lsp.positions import offset_of, range_of
from tesc.lsp.reports import SOURCE, shown
from tesc.lsp.source_actions import source_offers
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Union

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.lsp.offers import Offer
    from tesc.lsp.server import Server
    from tesc.lsp.sources import SourceView
    from tesc.lsp.view import View

    Actions = list[Union[t.CodeAction, t.Command]]

# Applies an action, for clients that support only commands.
_APPLY = "tesc.applyEdit"
# The client's command that shows a rule's page.
_EXPLAIN = "tesc.explainRule"


def register(server: Server) -> None:
    options = t.CodeActionOptions(code_action_kinds=list(make.KINDS), resolve_provider=True)

    @server.feature(t.TEXT_DOCUMENT_CODE_ACTION, options)
    def code_action(ls: Server, params: t.CodeActionParams) -> Actions | None:
        view = ls.view(params.text_document)
        if view is None:
            source = ls.source_view(params.text_document)
            return _in_source(ls, source, params) if source else None
        found = _offered(ls, view, params)
        return [action for offer in found for action in _spelt(ls, view, offer, params.context)]

    @server.feature(t.CODE_ACTION_RESOLVE)
    def resolve(ls: Server, action: t.CodeAction) -> t.CodeAction:
        data = action.data if isinstance(action.data, dict) else {}
        view = ls.view(str(data.get("uri")))
        if view is not None and action.edit is None and action.command is None:
            action.edit = _costly(ls, view, data.get("rule"))
        return action

    @server.command(_APPLY)
    # No annotations: pygls evaluates those of commands, but ours are imported only for type checkers.
    def apply(ls, title, edit):  # type: ignore[no-untyped-def]
        if isinstance(edit, dict):
            edit = ls.converter.structure(edit, t.WorkspaceEdit)
        ls.workspace_apply_edit(t.ApplyWorkspaceEditParams(edit, str(title)))


def _offered(ls: Server, view: View, params: t.CodeActionParams) -> list[Offer]:
    """The actions for a range, of the kinds that the client wants."""
    only = params.context.only

    def wanted(kind: str) -> bool:
        return only is None or any(not one or f"{kind}.".startswith(f"{one}.") for one in map(_text, only))

    if not any(map(wanted, make.KINDS)):
        return []
    span = Span(view.offset(params.range.start), view.offset(params.range.end))
    unsafe = ls.session.settings.fix_all_unsafe
    made: list[Offer] = []
    if (wanted(make.QUICK) or wanted(make.FIX_ALL)) and not _idle(params.context):
        found = _found(ls, view)
        if wanted(make.QUICK):
            asked = _asked(view, found, params.context.diagnostics) or make.touching(found, span)
            here = asked or make.begun_above(view, found, span)
            made += make.offers(view, found, here, unsafe)
        if wanted(make.FIX_ALL):
            made += make.fix_all(view, found, unsafe)
    if wanted(make.REWRITE):
        titles = {offer.title for offer in made}
        made += [offer for offer in make.disabling(view, span) if offer.title not in titles]
    return made


def _in_source(ls: Server, view: SourceView, params: t.CodeActionParams) -> Actions | None:
    """The actions for a C or Rust source; none for clients that support only commands."""
    only = params.context.only
    kinds = get_capability(ls.client_capabilities, "text_document.code_action.code_action_literal_support")
    if not kinds or (only is not None and not any(f"{make.QUICK}.".startswith(f"{_text(k)}.") for k in only)):
        return None
    encoding = ls.session.encoding
    start = offset_of(view.source, params.range.start, encoding)
    end = offset_of(view.source, params.range.end, encoding)
    found = [
        one
        for project in ls.session.projects
        if project.is_ready
        for one in project.found_soon.get(view.source, ())
        if shown(one).start <= end and start <= shown(one).end
    ]
    actions: Actions = []
    for offer in source_offers(ls.sources, view, found):
        edit = ls.edit(offer.edits or ())
        about = offer.about
        reported = [
            one
            for one in params.context.diagnostics
            if about and (one.code, one.range) == (about.code, range_of(view.source, shown(about), encoding))
        ]
        if edit is not None:
            actions.append(t.CodeAction(offer.title, offer.kind, reported or None, edit=edit))
    return actions


def _idle(context: t.CodeActionContext) -> bool:
    """Whether a client asks by itself, as after a cursor movement, and there are no findings.

    Checking after each keystroke would only slow things down.
    """
    automatic = context.trigger_kind == t.CodeActionTriggerKind.Automatic and context.only is None
    return automatic and not any(one.source == SOURCE for one in context.diagnostics)


def _text(kind: object) -> str:
    return str(getattr(kind, "value", kind))


def _found(ls: Server, view: View) -> list[Diagnostic]:
    """The current findings in a document, whether published or not."""
    if ls.session.opened[view.uri].quiet:
        return []
    opened = [one.tree for one in ls.session.views() if one.project is view.project]
    return view.project.found_in(view.tree, opened)


def _asked(view: View, found: Sequence[Diagnostic], sent: Sequence[t.Diagnostic]) -> list[Diagnostic]:
    """The findings that correspond to a client's diagnostics, `sent`."""
    keys = [(one.code, one.range) for one in sent]
    return [one for one in found if (one.code, view.range(shown(one))) in keys]


def _costly(ls: Server, view: View, rule: str | None) -> t.WorkspaceEdit | None:
    edits = make.fixed(view, _found(ls, view), ls.session.settings.fix_all_unsafe, rule)
    return ls.edit(edits)


def _spelt(ls: Server, view: View, offer: Offer, context: t.CodeActionContext) -> Actions:
    """An offer in the client's form; empty if the client does not support its kind."""
    kinds = get_capability(ls.client_capabilities, "text_document.code_action.code_action_literal_support")
    if offer.explains is not None:
        command = t.Command(offer.title, _EXPLAIN, arguments=[offer.explains])
        if _EXPLAIN not in _client_commands(ls):
            return []
        return [_action(view, offer, context, command=command) if kinds else command]
    edit = None
    if offer.edits is None:
        if kinds and _resolves(ls):
            data = {"uri": view.uri, "rule": offer.rule}
            return [_action(view, offer, context, data=data)]
        edit = _costly(ls, view, offer.rule)
    else:
        edit = ls.edit(offer.edits)
    if edit is None or not (edit.changes or edit.document_changes):
        return []
    if kinds:
        return [_action(view, offer, context, edit=edit)]
    if get_capability(ls.client_capabilities, "workspace.apply_edit"):
        arguments = [offer.title, ls.converter.unstructure(edit)]
        return [t.Command(offer.title, _APPLY, arguments=arguments)]
    return []


def _client_commands(ls: Server) -> list[Any]:
    commands = ls.options.get("clientCommands")
    return commands if isinstance(commands, list) else []


def _resolves(ls: Server) -> bool:
    client = get_capability(ls.client_capabilities, "text_document.code_action")
    properties = get_capability(client, "resolve_support.properties") or ()
    return bool(client and client.data_support) and "edit" in properties


def _action(view: View, offer: Offer, context: t.CodeActionContext, **what: Any) -> t.CodeAction:
    about = None
    if offer.about is not None:
        key = (offer.about.code, view.range(shown(offer.about)))
        about = [one for one in context.diagnostics if (one.code, one.range) == key] or None
    return t.CodeAction(offer.title, offer.kind, about, is_preferred=offer.preferred or None, **what)
