"""Quick fixes at calls in C sources: the right name, and the declaration of an event that has none."""

from __future__ import annotations

import pytest

from tests.lsp.navigation import indexed

EVENTS = """\
# net.c
net_send(int bytes) "bytes %d"

# tap.c
tap_addr(uint64_t addr) "addr 0x%" PRIx64
"""
CODE = """\
#include "trace.h"
#include "dev.h"
void f(Dev *dev, hwaddr addr, uint32_t len)
{
    trace_net_sned(1);
    trace_dev_write(dev, addr, len, s->name, s->flags, "x", len == 1);
}
"""
HEADER = """\
typedef struct Dev {
    const char *name;
    uint16_t flags;
} Dev;
"""
CAPABLE = {
    "textDocument": {
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}}
    },
}


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "tree"
    (folder / "net").mkdir(parents=True)
    for name, text in {
        "tesc.toml": "",
        "net/trace-events": EVENTS,
        "net/net.c": CODE,
        "net/tap.c": "void g(void) { trace_tap_addr(1); }\n",
        "net/dev.h": HEADER,
    }.items():
        (folder / name).write_text(text)
    return folder


def actions(client, uri, line, character):
    place = {"line": line, "character": character}
    asked = {
        "textDocument": {"uri": uri},
        "range": {"start": place, "end": place},
        "context": {"diagnostics": []},
    }
    return client.request("textDocument/codeAction", asked)


def test_declares_the_event(lsp, tree):
    client = lsp()
    client.initialize(tree, capabilities=CAPABLE)
    events = client.open(tree / "net/trace-events")
    indexed(client, events)
    uri = client.open(tree / "net/net.c", language="c")
    assert [one["code"] for one in client.published(uri)] == ["TE602", "TE602"]
    found = actions(client, uri, 5, 12)
    assert [one["title"] for one in found] == ["Declare 'dev_write' in net/trace-events"]
    (edit,) = found[0]["edit"]["changes"][events]
    assert edit["range"]["start"] == edit["range"]["end"] == {"line": 2, "character": 0}
    assert edit["newText"] == (
        "dev_write(void *dev, uint64_t addr, uint32_t len, const char *name, uint16_t flags, "
        "const char *arg5, bool arg6)"
        ' "dev %p addr 0x%" PRIx64 " len %" PRIu32 " name %s flags 0x%x arg5 %s arg6 %d"\n'
    )
    titles = [one["title"] for one in actions(client, uri, 4, 10)]
    assert titles == ["Did you mean 'net_send'?", "Declare 'net_sned' in net/trace-events"]


def test_completes_and_shows_calls(lsp, tree):
    client = lsp()
    completion = {"completion": {"completionItem": {"snippetSupport": True}}}
    client.initialize(tree, capabilities={"textDocument": completion})
    events = client.open(tree / "net/trace-events")
    indexed(client, events)
    uri = client.open(tree / "net/net.c", language="c")

    def at(method, line, character):
        place = {"line": line, "character": character}
        return client.request(f"textDocument/{method}", {"textDocument": {"uri": uri}, "position": place})

    client.change(
        uri, 2, CODE.replace("trace_net_sned(1);", "trace_;\n    trace_net_send(f(1, 2), x);\n    TRACE_TA")
    )
    items = at("completion", 4, 10)["items"]
    assert [(one["label"], one["detail"]) for one in items] == [
        ("trace_net_send", "(int bytes)  net/trace-events"),
        ("trace_tap_addr", "(uint64_t addr)  net/trace-events"),
    ]
    start = {"line": 4, "character": 4}
    span = {"start": start, "end": {"line": 4, "character": 10}}
    assert items[0]["textEdit"] == {"range": span, "newText": "trace_net_send(${1:bytes})"}
    assert [one["label"] for one in at("completion", 6, 12)["items"]] == ["TRACE_TAP_ADDR"]
    assert at("completion", 5, 3) is None
    signature = at("signatureHelp", 5, 23)
    assert signature["signatures"][0]["label"] == "trace_net_send(int bytes)"
    assert signature["signatures"][0]["parameters"] == [{"label": "int bytes"}]
    assert at("signatureHelp", 5, 4) is None


def test_details_are_next_to_the_label_if_the_client_supports_that(lsp, tree):
    """In one label together with a long path, they would leave no room for the name."""
    client = lsp()
    completion = {"completion": {"completionItem": {"labelDetailsSupport": True}}}
    client.initialize(tree, capabilities={"textDocument": completion})
    indexed(client, client.open(tree / "net/trace-events"))
    uri = client.open(tree / "net/net.c", language="c")
    client.change(uri, 2, CODE.replace("trace_net_sned(1);", "trace_net_s;"))
    place = {"textDocument": {"uri": uri}, "position": {"line": 4, "character": 15}}
    [item] = client.request("textDocument/completion", place)["items"]
    assert item["labelDetails"] == {"detail": "(int bytes)", "description": "net/trace-events"}
    assert "detail" not in item


def test_completes_calls_and_tests_in_rust(lsp, tree):
    (tree / "net/lib.rs").write_text("fn f() { trace_tap; }\n")
    client = lsp()
    client.initialize(tree)
    indexed(client, client.open(tree / "net/trace-events"))
    uri = client.open(tree / "net/lib.rs", language="rust")
    place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 18}}
    items = client.request("textDocument/completion", place)["items"]
    assert [one["label"] for one in items] == ["trace_tap_addr", "trace_tap_addr_enabled"]
    assert items[1]["textEdit"]["newText"] == "trace_tap_addr_enabled()"
