"""`textDocument/signatureHelp`: the parameter that is being declared, or printed."""

from __future__ import annotations

from lsprotocol import types as t

from tesc.lsp.hovers.page import preferred
from tesc.lsp.positions import offset_of, units
from tesc.lsp.reports import printable
from tesc.lsp.signatures import signature_at
from tesc.lsp.source_calls import call_signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.server import Server
    from tesc.lsp.signatures import Signature
    from tesc.lsp.view import View

_OPTIONS = t.SignatureHelpOptions(trigger_characters=["(", ",", "%", '"'])


def register(server: Server) -> None:
    @server.feature(t.TEXT_DOCUMENT_SIGNATURE_HELP, _OPTIONS)
    def signature_help(ls: Server, params: t.SignatureHelpParams) -> t.SignatureHelp | None:
        view = ls.view(params.text_document)
        source = ls.source_view(params.text_document)
        signature = _at(view, params.position) if view else None
        if source is not None:
            offset = offset_of(source.source, params.position, ls.session.encoding)
            signature = call_signature(ls.sources, source, offset)
        if signature is None:
            return None
        document = ls.client_capabilities.text_document
        options = document.signature_help if document else None
        information = options.signature_information if options else None
        return _reported(signature, information)


def _at(view: View, position: t.Position) -> Signature | None:
    source = view.source
    if position.line >= len(source.line_starts):
        return None
    column = view.offset(position) - source.line_starts[position.line]
    return signature_at(source.line_text(position.line + 1), column, view.settings)


def _reported(signature: Signature, options: t.ClientSignatureInformationOptions | None) -> t.SignatureHelp:
    """A signature in the protocol's form: parameters by their offsets in the label, or by their text."""
    label = printable(signature.label)
    places = options.parameter_information if options else None
    by_place = bool(places and places.label_offset_support)
    parameters = [
        # Labels use UTF-16 offsets, whatever the position encoding.
        t.ParameterInformation(
            (units(label[:start], "utf-16"), units(label[:end], "utf-16")) if by_place else label[start:end]
        )
        for start, end in signature.places
    ]
    kind = preferred(options.documentation_format if options else None)
    page = signature.page
    text = page.rendered(kind == t.MarkupKind.Markdown) if page else None
    documentation = None if text is None else t.MarkupContent(kind, text)
    # If left out, it is sent as null, which means that no parameter is active.
    information = t.SignatureInformation(label, documentation, parameters, signature.active)
    return t.SignatureHelp([information], 0, signature.active)
