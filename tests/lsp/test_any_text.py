"""Completion and code actions at any place in arbitrary texts."""

from __future__ import annotations

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lsprotocol import types as t

from tesc.lsp import offers
from tesc.lsp.completion.items import Items
from tesc.lsp.edits import difference, text_edits, workspace_edit
from tesc.lsp.features.completion import items_at
from tesc.lsp.session import Session
from tesc.syntax.source import Source, Span
from tests.lsp.editing import edited

PIECES = ["f", "(", ")", '"', "%", "\\", ",", " ", "int a", "PRIx64", "*", "disable ", "include ", "#"]
PIECES += ["tesc: ", "ignore[", "ignore-file[TE407", "]", "\t", "\n", "\r\n", "\r", "\f", "\x00", "\u2028"]
PIECES += [
    "\U0001f600",
    "prefix ",
    "0x",
    "08",
    "$",
    "l",
    'e(int a) "%x"\n',
    "uint64_t ",
    'g(int b) "%lx"\r\n',
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-32"])


def opened(text, encoding, folder):
    session = Session()
    session.encoding = encoding
    uri = (folder / "trace-events").as_uri()
    assert session.open(uri, "trace-events", 1, text)
    return session, session.view(uri)


def plain(edits):
    """Edits as JSON."""
    made = []
    for one in edits:
        places = {"start": one.range.start, "end": one.range.end}
        places = {name: {"line": at.line, "character": at.character} for name, at in places.items()}
        made.append({"range": places, "newText": one.new_text})
    return made


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=TEXTS,
    encoding=ENCODINGS,
    line=st.integers(0, 8),
    column=st.integers(0, 40),
    typed=st.sampled_from(["", *'%"( /[']),
)
def test_completion(text, encoding, line, column, typed, tmp_path):
    _, view = opened(text, encoding, tmp_path)
    items = items_at(view, t.Position(line, column), typed, True)
    if items is None:
        return
    assert isinstance(items, Items)
    # Each item can be applied, and no two items look the same but do different things.
    for one in items.made:
        edited(text, plain([one.text_edit]), encoding)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS, encoding=ENCODINGS)
@example(text="disable usb_* usb_*\n", encoding="utf-8")  # two patterns on one line that match nothing
def test_code_actions(text, encoding, tmp_path):
    session, view = opened(text, encoding, tmp_path)
    found = view.project.found_in(view.tree, [view.tree])
    made = offers.offers(view, found, found, True)
    distinct = {(one.code, one.span) for one in found}
    assert len({one.title for one in made}) == len(made) or len(distinct) < len(found)
    made += offers.fix_all(view, found, True)
    for event in view.tree.events:
        made += offers.disabling(view, event.name_span)
    for offer in made:
        edits = offers.fixed(view, found, True, offer.rule) if offer.edits is None else offer.edits
        edit = workspace_edit(edits, lambda path: (session.uri_of(path), None), encoding, False)
        changes = edit.changes.get(view.uri, [])
        wanted = text
        for one in sorted(edits, key=lambda one: (one.span.start, one.span.end), reverse=True):
            wanted = wanted[: one.span.start] + one.text + wanted[one.span.end :]
        assert edited(text, plain(changes), encoding) == wanted


@given(old=TEXTS, new=TEXTS, encoding=ENCODINGS)
@settings(deadline=None, max_examples=150)
def test_a_difference_turns_one_text_into_the_other(old, new, encoding):
    made = text_edits(difference(Source("f", old), new), encoding)
    assert edited(old, plain(made), encoding) == new


@given(text=TEXTS, encoding=ENCODINGS, data=st.data())
@settings(deadline=None, max_examples=150)
def test_edits_within_line_ends(text, encoding, data):
    from tesc.analysis.diagnostic import SourceEdit

    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    edit = SourceEdit(Source("f", text), Span(start, end), "new")
    assert edited(text, plain(text_edits([edit], encoding)), encoding) == f"{text[:start]}new{text[end:]}"
