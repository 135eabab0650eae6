"""Random texts, edits and requests: the server answers all of them, and has the right texts in the end.

TESC_FUZZ_SEED sets the first seed, TESC_FUZZ_STEPS the number of steps; both are printed.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tesc.syntax.layout import canonical
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tests.lsp.test_formatting import after, offset, pieces

SEED = int(os.environ.get("TESC_FUZZ_SEED", "1"))
STEPS = int(os.environ.get("TESC_FUZZ_STEPS", "120"))
ENCODINGS = ("utf-8", "utf-16", "utf-32")
INTERNAL_ERROR = -32603
PROVIDERS = {
    "hoverProvider": ["hover"],
    "completionProvider": ["completion"],
    "signatureHelpProvider": ["signatureHelp"],
    "definitionProvider": ["definition"],
    "declarationProvider": ["declaration"],
    "implementationProvider": ["implementation"],
    "typeDefinitionProvider": ["typeDefinition"],
    "referencesProvider": ["references"],
    "documentHighlightProvider": ["documentHighlight"],
    "documentSymbolProvider": ["documentSymbol"],
    "codeActionProvider": ["codeAction"],
    "codeLensProvider": ["codeLens"],
    "documentLinkProvider": ["documentLink"],
    "documentFormattingProvider": ["formatting"],
    "documentRangeFormattingProvider": ["rangeFormatting", "rangesFormatting"],
    "documentOnTypeFormattingProvider": ["onTypeFormatting"],
    "renameProvider": ["rename", "prepareRename"],
    "foldingRangeProvider": ["foldingRange"],
    "selectionRangeProvider": ["selectionRange"],
    "callHierarchyProvider": ["prepareCallHierarchy"],
    "linkedEditingRangeProvider": ["linkedEditingRange"],
    "semanticTokensProvider": [
        "semanticTokens/full",
        "semanticTokens/full/delta",
        "semanticTokens/range",
    ],
    "inlayHintProvider": ["inlayHint"],
    "diagnosticProvider": ["diagnostic"],
}
NO_REQUESTS = {
    *("textDocumentSync", "positionEncoding", "workspace", "experimental", "notebookDocumentSync"),
    *("workspaceSymbolProvider", "executeCommandProvider"),
}
# The requests that resolve the items of an answer.
RESOLVED = {
    "completion": "completionItem/resolve",
    "codeAction": "codeAction/resolve",
    "codeLens": "codeLens/resolve",
    "documentLink": "documentLink/resolve",
    "inlayHint": "inlayHint/resolve",
    "prepareCallHierarchy": "callHierarchy/incomingCalls",
}
LINES = [
    'usb_on(int slot, const char *name) "slot %d \U0001f600 %s"',
    'bad(uint64_t addr, int x) "0x%" PRIx64 " %s"',
    'disable old(void) "old"',
    'include "more.trace-events" prefix more_ base 0x1000',
    "disable usb_*, more_?",
    "prefix hw_",
    "# a comment \U0001f600 é",
    "# tesc: ignore[TE407]",
    "broken(int x",
    "",
]
SNIPPETS = [
    *("\n", "\r\n", "\r", " ", "\t", '"', "%", "%d", "%*.*s", "PRIx64", "(", ")", ",", "*", "#", "\\"),
    *("\x00", "\x0c", "\x0b", "\x85", "\u2028", "\ufeff", "\U0001f600", "é", "\u0301", "disable ", "int "),
    *("include ", '""', "trace_", "x" * 40, "prefix ", "\ud800", "tcg ", "void"),
]


class Model:
    """An open document as a client has it."""

    def __init__(self, client, uri, text, encoding):
        self.client, self.uri, self.text, self.encoding = client, uri, text, encoding
        self.version = 1

    def position(self, at):
        """The protocol's position of an offset in the text."""
        lines = pieces(self.text[:at])
        if self.text[at : at + 1] == "\n" and self.text[at - 1 : at] == "\r":
            lines = pieces(self.text[: at - 1])  # no position is within a line end
        last = lines[-1].replace("\0", "\r")
        return {"line": len(lines) - 1, "character": self.units(last)}

    def units(self, text):
        if self.encoding == "utf-32":
            return len(text)
        if self.encoding == "utf-8":
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text.encode("utf-16le", "surrogatepass")) // 2

    def edit(self, *edits):
        """Replace parts of the text, one after the other: offset, length, new text."""
        changes = []
        for at, length, new in edits:
            at = min(at, len(self.text))
            start, end = self.position(at), self.position(min(at + length, len(self.text)))
            changes.append({"range": {"start": start, "end": end}, "text": new})
            first, last = (self.offset(place) for place in (start, end))
            self.text = self.text[:first] + new + self.text[last:]
        self.version += 1
        self.client.change(self.uri, self.version, *changes)

    def offset(self, place):
        lines = [line.replace("\0", "\r") for line in pieces(self.text)]
        at = sum(map(len, lines[: place["line"]]))
        left = place["character"]
        while left > 0:
            left -= self.units(self.text[at])
            at += 1
        return at

    def check(self):
        """The server has the same text: formatting it gives the canonical layout."""
        edits = self.client.request(
            "textDocument/formatting",
            {"textDocument": {"uri": self.uri}, "options": {"tabSize": 8, "insertSpaces": True}},
        )
        assert after(self.text, edits, self.encoding) == canonical(parse(Source("x", self.text)))
        fresh = f"untitled:{random.random()}"
        self.client.open(fresh, self.text)
        mine, its = (
            self.client.request("textDocument/semanticTokens/full", {"textDocument": {"uri": uri}})["data"]
            for uri in (self.uri, fresh)
        )
        self.client.notify("textDocument/didClose", {"textDocument": {"uri": fresh}})
        # Ignore modifiers: other files' patterns may disable events of an included file.
        assert [n for at, n in enumerate(mine) if at % 5 < 4] == [n for at, n in enumerate(its) if at % 5 < 4]


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A client for each encoding, for all examples."""
    from tests.lsp.client import Client

    clients = {}
    for encoding in ENCODINGS:
        folder = tmp_path_factory.mktemp(encoding)
        (folder / "tesc.toml").write_text("")
        clients[encoding] = Client()
        clients[encoding].initialize(folder, encodings=[encoding])
    yield clients
    for client in clients.values():
        client.process.kill()
        client.process.wait()
        for stream in (client.process.stdin, client.process.stdout, client.process.stderr):
            stream.close()


# No lone surrogates: in UTF-16 they look like halves of a character.
characters = st.sampled_from([one for one in "".join([*LINES, *SNIPPETS]) if not "\ud800" <= one <= "\udfff"])
texts = st.one_of(
    st.lists(st.sampled_from([*LINES, *SNIPPETS[:-4]]), max_size=6).map("\n".join),
    st.text(st.one_of(characters, st.sampled_from("\r\n")), max_size=40),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_edits_leave_the_text_that_the_client_has(shared, data):
    encoding = data.draw(st.sampled_from(ENCODINGS))
    client = shared[encoding]
    uri = f"untitled:{data.draw(st.integers(1, 3))}"
    model = Model(client, uri, data.draw(texts), encoding)
    client.open(uri, model.text)
    for _ in range(data.draw(st.integers(0, 6))):
        edits = [
            (
                data.draw(st.integers(0, max(len(model.text), 1))),
                data.draw(st.integers(0, 12)),
                data.draw(texts),
            )
            for _ in range(data.draw(st.integers(1, 3)))
        ]
        model.edit(*edits)
    model.check()


class Fuzz:
    """A client that does random things, determined by its seed."""

    def __init__(self, client, folder, seed):
        self.random = random.Random(seed)
        self.client, self.folder = client, folder
        self.encoding = self.random.choice(ENCODINGS)
        supported = {
            "textDocument": {"diagnostic": {"dynamicRegistration": False}},
            "workspace": {
                "semanticTokens": {"refreshSupport": True},
                "diagnostics": {"refreshSupport": True},
            },
        }
        self.supported = client.initialize(folder, encodings=[self.encoding], capabilities=supported)
        unknown = {name for name, value in self.supported.items() if value} - PROVIDERS.keys() - NO_REQUESTS
        assert not unknown, "capabilities that the fuzz test does not know"
        self.methods = [m for name, methods in PROVIDERS.items() if self.supported.get(name) for m in methods]
        self.waiting = {}
        self.models = []
        for name in ("trace-events", "more.trace-events"):
            text = "\n".join(self.random.choices(LINES, k=12)) + "\n"
            self.models.append(Model(client, (folder / name).as_uri(), text, self.encoding))
            client.open(folder / name, text)

    def step(self):
        choice = self.random.random()
        model = self.random.choice(self.models)
        if choice < 0.35:
            at = self.random.randrange(len(model.text) + 1)
            new = self.random.choice([*SNIPPETS, *LINES, ""]) if len(model.text) < 4000 else ""
            model.edit((at, self.random.choice([0, 0, 1, 3, 200]), new))
        elif choice < 0.4:
            model.text = "\n".join(self.random.choices([*LINES, *SNIPPETS], k=self.random.randrange(20)))
            model.version += 1
            self.client.change(model.uri, model.version, model.text)
        elif choice < 0.45:
            self.client.notify(*self.notification(model))
        elif choice < 0.9:
            self.request(model)
        else:
            self.collect()

    def notification(self, model):
        uri = self.random.choice([model.uri, self.folder.as_uri(), f"{self.folder.as_uri()}/tesc.toml"])
        return self.random.choice(
            [
                ("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": 2}]}),
                ("textDocument/didSave", {"textDocument": {"uri": model.uri}}),
                ("workspace/didChangeConfiguration", {"settings": {"tesc": {"profile": "qemu"}}}),
                ("workspace/didChangeConfiguration", {"settings": {"tesc": {}}}),
                ("$/cancelRequest", {"id": self.random.choice([*self.waiting, 1])}),
            ]
        )

    def place(self, model):
        if self.random.random() < 0.1:
            big = [0, 1, 5, 2**31 - 1]
            return {"line": self.random.choice(big), "character": self.random.choice(big)}
        return model.position(self.random.randrange(len(model.text) + 1))

    def request(self, model):
        kind = self.random.random()
        if kind < 0.08:
            commands = self.supported["executeCommandProvider"]["commands"]
            backends, form = (
                self.random.choice(["log", "x", "simple,ust"]),
                self.random.choice(["h", "rs", "q"]),
            )
            arguments = self.random.choice(
                [
                    [],
                    [model.uri],
                    [model.uri, "usb_on", backends, form],
                    ["TE401"],
                    [None],
                    [{}],
                    [model.uri, 3],
                ]
            )
            self.start(
                "workspace/executeCommand", {"command": self.random.choice(commands), "arguments": arguments}
            )
        elif kind < 0.12 and self.supported.get("workspaceSymbolProvider"):
            self.start("workspace/symbol", {"query": self.random.choice(["", "usb", "x_", "\U0001f600"])})
        else:
            self.start(f"textDocument/{self.random.choice(self.methods)}", self.params(model))

    def params(self, model):
        """The parameters for all requests; each request reads its own."""
        first, second = self.place(model), self.place(model)
        known = self.client.diagnostics.get(model.uri, [])
        uri = model.uri if self.random.random() < 0.95 else "untitled:unknown"
        return {
            "textDocument": {"uri": uri},
            "position": first,
            "positions": [first, second],
            "range": {"start": first, "end": second},
            "ranges": [{"start": first, "end": second}, {"start": second, "end": second}],
            "options": {"tabSize": 4, "insertSpaces": True},
            "ch": self.random.choice(["\n", '"', "%"]),
            "newName": self.random.choice(["good_name", "bad name", "", "\U0001f600", "int"]),
            "previousResultId": self.random.choice(["1", "2", "x"]),
            "context": {
                "includeDeclaration": self.random.random() < 0.5,
                "triggerKind": 1,
                "isRetrigger": False,
                "diagnostics": known,
            },
        }

    def start(self, method, params):
        self.waiting[self.client.start(method, params)] = (method, params)

    def collect(self):
        """Wait for all answers, and resolve some of their items."""
        waiting, self.waiting = self.waiting, {}
        for number, (method, params) in waiting.items():
            answer = self.client.answer(number)
            code = answer.get("error", {}).get("code")
            assert code != INTERNAL_ERROR, (method, params, answer["error"]["message"])
            result = answer.get("result")
            items = result.get("items") if isinstance(result, dict) else result
            follow = RESOLVED.get(method.partition("/")[2])
            if (
                follow
                and isinstance(items, list)
                and items
                and (follow.endswith("Calls") or self.resolves(method))
            ):
                item = self.random.choice(items)
                self.start(follow, {"item": item} if follow.endswith("Calls") else item)
                if follow.endswith("Calls"):
                    self.start("callHierarchy/outgoingCalls", {"item": item})

    def resolves(self, method):
        name = f"{method.partition('/')[2]}Provider"
        provider = self.supported.get(name)
        return isinstance(provider, dict) and provider.get("resolveProvider")

    def finish(self):
        for _ in range(3):
            self.collect()
        self.client.notify("workspace/didChangeConfiguration", {"settings": {"tesc": {}}})
        for model in self.models:
            if "\ud800" not in model.text:
                model.check()
        if not any("\ud800" in model.text for model in self.models):
            self.compare()
        assert self.client.process.poll() is None

    def compare(self):
        """The findings are those of the command line for files with the same texts."""
        for model, name in zip(self.models, ("trace-events", "more.trace-events")):
            (self.folder / name).write_bytes(model.text.encode("utf-8"))
            self.client.notify("textDocument/didSave", {"textDocument": {"uri": model.uri}})
        command = [sys.executable, "-m", "tesc", "check", "--output-format=json", "."]
        done = subprocess.run(command, cwd=self.folder, capture_output=True)
        assert done.returncode in (0, 1), done.stderr
        expected = {model.uri: [] for model in self.models}
        for one in json.loads(done.stdout):
            uri = (self.folder / one["path"]).as_uri()
            start = one["range"]["start"]
            expected[uri].append((start["line"], one["code"], one["message"]))
        for model in self.models:
            report = self.client.request("textDocument/diagnostic", {"textDocument": {"uri": model.uri}})
            found = [
                (one["range"]["start"]["line"] + 1, one["code"], one["message"].split("\nhelp: ")[0])
                for one in report["items"]
            ]
            missing = sorted(set(expected[model.uri]) - set(found))
            assert sorted(found) == sorted(expected[model.uri]), (model.text, missing)
            for one in report["items"]:
                for place in one["range"].values():
                    at = offset(model.text, place, self.encoding)
                    assert model.position(at) == place or model.text[at - 1 : at + 1] == "\r\n"


@pytest.mark.parametrize("seed", range(SEED, SEED + 4))
def test_anything(lsp, folder, seed):
    print(f"TESC_FUZZ_SEED={seed} TESC_FUZZ_STEPS={STEPS}")
    fuzz = Fuzz(lsp(), folder, seed)
    for _ in range(STEPS):
        fuzz.step()
    fuzz.finish()
    assert fuzz.client.stop() == 0
