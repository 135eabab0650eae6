"""Requests completion at a place marked `|`, and applies items to the text."""

from __future__ import annotations

from tests.lsp.editing import column, edited


class List:
    """What a client gets at a place, and the text with an item applied."""

    def __init__(self, text, line, result, session):
        self.text = text
        self.line = line
        self.client = session.client
        self.encoding = session.encoding
        self.items = [] if result is None else result["items"]
        self.incomplete = result is not None and result["isIncomplete"]
        assert [one["sortText"] for one in self.items] == sorted({one["sortText"] for one in self.items})
        assert not any("commitCharacters" in one for one in self.items)

    @property
    def labels(self):
        return [one["label"] for one in self.items]

    def item(self, label):
        return next(one for one in self.items if one["label"] == label)

    def with_item(self, label):
        """The line after an item is applied, without the file's other lines."""
        after = edited(self.text, [self.item(label)["textEdit"]], self.encoding)
        return after.split("\n")[self.line]


class Session:
    """A client and a document in a folder; each request has another text."""

    def __init__(self, client, folder, encoding, capabilities):
        self.client = client
        self.encoding = encoding
        client.initialize(folder, encodings=[encoding], capabilities=dict(capabilities))
        self.uri = client.open(folder / "trace-events", "")
        self.version = 1

    def ask(self, marked, base, typed):
        self.version += 1
        before = base + marked.split("|")[0]
        text = base + marked.replace("|", "", 1)
        self.client.change(self.uri, self.version, text)
        line = before.count("\n")
        at = column(before.split("\n")[-1], self.encoding)
        context = {"triggerKind": 2, "triggerCharacter": typed} if typed else {"triggerKind": 1}
        result = self.client.at("textDocument/completion", self.uri, line, at, context=context)
        found = List(text, line, result, self)
        # Clients compare an item's filter with the text from the item's start to the place.
        for one in found.items:
            start, end = one["textEdit"]["range"]["start"], one["textEdit"]["range"]["end"]
            assert start["line"] == end["line"] == line
            assert start["character"] <= at <= end["character"]
        return found
