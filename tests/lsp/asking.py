"""Requests code actions as a client does, and applies them to a text."""

from __future__ import annotations

from tests.lsp.editing import changed, edited

QUICK = "quickfix"
ALL = "source.fixAll.tesc"
VERSIONED = {"workspace": {"workspaceEdit": {"documentChanges": True}}}
WRONG = 'first(uint64_t addr, int n) "addr %x n %d"\nsecond(int n) "n %x"\nthird(int n) "n %x"\n'


def actions(client, uri, start, end=None, only=None, diagnostics=(), trigger=1):
    """The actions in a range, by title; places are (line, column)."""
    start, end = ({"line": line, "character": column} for line, column in (start, end or start))
    context = {"diagnostics": list(diagnostics), "triggerKind": trigger}
    if only is not None:
        context["only"] = only
    params = {"textDocument": {"uri": uri}, "range": {"start": start, "end": end}, "context": context}
    found = client.request("textDocument/codeAction", params)
    titles = [one["title"] for one in found]
    assert len(set(titles)) == len(titles)
    return {one["title"]: one for one in found}


def after(text, action, uri, encoding="utf-16"):
    return edited(text, changed(action["edit"], uri), encoding)
