"""The findings in open C documents, at the calls."""

from __future__ import annotations

import pytest

from tests.lsp.navigation import indexed, until

EVENTS = 'net_send(int bytes) "bytes %d"\n'
CODE = """\
#include "trace.h"
void f(void)
{
    trace_net_sned(1);
    trace_net_send(1, 2);
    trace_net_send("x");
}
"""


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "tree"
    (folder / "net").mkdir(parents=True)
    (folder / "tesc.toml").write_text("")
    (folder / "net/trace-events").write_text(EVENTS)
    (folder / "net/net.c").write_text(CODE)
    return folder


def told(found):
    return [(one["code"], one["range"]["start"]["line"], one["range"]["start"]["character"]) for one in found]


@pytest.mark.parametrize("pulls", [False, True])
def test_at_the_calls(lsp, tree, pulls):
    client = lsp()
    client.initialize(tree, capabilities={"textDocument": {"diagnostic": {}}} if pulls else {})
    events = client.open(tree / "net/trace-events")
    indexed(client, events)
    uri = client.open(tree / "net/net.c", language="c")

    def found():
        if pulls:
            return client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})["items"]
        return client.published(uri)

    assert told(found()) == [("TE602", 3, 4), ("TE603", 4, 4), ("TE607", 5, 19)]
    # Places follow the text, and a corrected call is no longer reported.
    client.change(uri, 2, CODE.replace("void f", "\nvoid f").replace("sned", "send"))
    assert told(found()) == [("TE603", 5, 4), ("TE607", 6, 19)]


def test_each_call_has_its_own_number_of_arguments(lsp, tree):
    """The finding at the declaration says that of the first call."""
    (tree / "net/net.c").write_text(CODE.replace('send("x")', "send()"))
    client = lsp()
    client.initialize(tree)
    indexed(client, client.open(tree / "net/trace-events"))
    uri = client.open(tree / "net/net.c", language="c")
    said = [one["message"] for one in client.published(uri) if one["code"] == "TE603"]
    head = "event 'net_send' has 1 parameter, but trace_net_send() is called with"
    assert said == [f"{head} 2 arguments", f"{head} no arguments"]


def test_all_wrong_calls_are_shown(lsp, tree):
    """In each source; at the declaration only the first ones, which editors list wherever they show it."""
    calls = "    trace_net_send(1, 2);\n" * 12
    (tree / "net/a.c").write_text(f'#include "trace.h"\nvoid f(void)\n{{\n{calls}}}\n')
    (tree / "net/net.c").write_text(CODE)
    client = lsp()
    client.initialize(tree)
    events = client.open(tree / "net/trace-events")
    indexed(client, events)
    for name, lines in (("a.c", range(3, 15)), ("net.c", [4])):
        uri = client.open(tree / "net" / name, language="c")
        found = [one for one in client.published(uri) if one["code"] == "TE603"]
        assert [one["range"]["start"]["line"] for one in found] == list(lines)
    assert until(lambda: bool(client.diagnostics.get(events)))
    [declared] = [one for one in client.diagnostics[events] if one["code"] == "TE603"]
    assert len(declared["relatedInformation"]) == 10


def test_comments_ignore(lsp, tree):
    code = CODE.replace("sned(1);", "sned(1); // tesc: ignore[TE602]").replace(
        '    trace_net_send("x")', '    /* tesc: ignore[TE607] */\n    trace_net_send("x")'
    )
    (tree / "net/net.c").write_text(code)
    client = lsp()
    client.initialize(tree)
    indexed(client, client.open(tree / "net/trace-events"))
    uri = client.open(tree / "net/net.c", language="c")
    assert told(client.published(uri)) == [("TE603", 4, 4)]
    client.change(uri, 2, code.replace(" tesc:", " "))
    everything = [("TE602", 3, 4), ("TE603", 4, 4), ("TE607", 6, 19)]
    assert until(lambda: told(client.diagnostics[uri]) == everything)
