"""The findings after any number of edits are those of a fresh check of the same texts.

The texts are edited as by an editor, in folders with everything that rules look at: several files,
directives, settings, suppressions, C and Rust sources that call the events. After each edit, the findings
are compared with those of a fresh check of the same texts, including places and fixes.
"""

from __future__ import annotations

import os
import random

import pytest

from tesc.analysis import rechecking
from tesc.analysis.check import check
from tesc.analysis.selection import chosen
from tesc.file_settings import Overrides
from tesc.lsp.session import Session
from tesc.lsp.sources import Sources
from tesc.lsp.uris import uri_of
from tesc.lsp.uses import JoinedUses
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.workspace import Workspace

SEED = int(os.environ.get("TESC_FUZZ_SEED", "1"))
EDITS = int(os.environ.get("TESC_FUZZ_EDITS", "60"))

LINES = [
    'usb_on(void *dev, const char *id) "dev %p id %s"',
    'usb_off(int port, unsigned flags) "port %d flags 0x%x"',
    'usb_addr(uint64_t addr, size_t len) "addr 0x%"PRIx64" len %zu"',
    'usb_wrong(uint64_t addr) "%d"',
    'Usb_On(int x) "%d"',
    'trace_usb(int x) "%d"',
    'usb(int a) "%d"',
    "disable usb_idle(void)",
    'usb_on_enabled(int x) "%d"',
    'usb__odd(int int) "%d"',
    'net_tx(int len, int queue) "queue %d len %d"',
    'net_rx(const char *name, void *p) "%s"',
    'net_rx(const char *name, void *p) "%s %p"',
    "# tesc: ignore[TE401] on purpose",
    "# tesc: ignore-file[TE407]",
    "# a comment",
    "#",
    "",
    "half(int x",
    ') "%d"',
    'cut(int x) "%d',
    'odd(int x[4]) "%\t\\q" x',
    "vcpu usb_cpu(void)",
    'flags(uint32_t flags) "flags %u"',
    'read(uint32_t TRACE_USB_ON_ENABLED, int argx_len, const char *x) "%u %d %s"',
]
DIRECTIVES = ['include "more.trace-events" prefix m_', "prefix p_", "disable usb_*, zz*", 'include "gone"']
PIECES = [
    ",",
    ")",
    '"',
    "%d",
    "%s ",
    "const char *s",
    "int x, ",
    "\n",
    "\r\n",
    "_",
    "x",
    "#",
    " ",
    "é",
    "\t",
    "  ",
]
C = [
    "    trace_usb_on(dev, id);",
    "    trace_usb_on(id, dev);",
    "    trace_usb_off(flags, port);",
    "    trace_usb_off(1);",
    "    trace_usb_addr(addr, NULL);",
    "    trace_net_rx(NULL, p);",
    "    trace_net_tx(len, queue);",
    "    trace_unknown_one(1);",
    "    if (TRACE_USB_OFF_ENABLED) { trace_usb_off(1, 2); }",
    "    int port = 1;",
    "}",
    "void f(void) {",
]
SETTINGS = [
    "",
    'select = ["ALL"]\n',
    'profile = "qemu"\n',
    'select = ["ALL"]\nprofile = "qemu"\n[severity]\nTE601 = "error"\n',
    'per-file-ignores = {"hw/**" = ["TE4"]}\n',
]
EVENTS = ("trace-events", "hw/usb/trace-events", "hw/net/trace-events", "more.trace-events")
SOURCES = ("hw/usb/core.c", "hw/net/net.c")


def as_values(found):
    """Diagnostics as values that can be compared."""

    def place(source, span):
        return source.file, span.start, span.end

    return sorted(
        (
            place(one.source, one.span),
            one.code,
            one.severity,
            one.message,
            one.event,
            one.help,
            tuple((place(r.source, r.span), r.message) for r in one.related),
            one.fix and (one.fix.safety, tuple((place(e.source, e.span), e.text) for e in one.fix.edits)),
        )
        for found_in in found
        for one in found_in
    )


class Editor:
    """A session with a folder, and a simulated user."""

    def __init__(self, folder, seed):
        self.random = random.Random(seed)
        self.folder = folder
        (folder / "tesc.toml").write_text(self.random.choice(SETTINGS))
        directives = self.random.random() < 0.4
        self.lines = [*LINES, *(DIRECTIVES if directives else [])]
        for name in (*EVENTS, *SOURCES):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            lines = self.random.choices(C if name in SOURCES else self.lines, k=self.random.randrange(1, 25))
            head = '#include "trace.h"\n' if name in SOURCES else ""
            path.write_text(head + "\n".join(lines) + "\n")
        self.session = Session()
        self.sources = Sources(self.session)
        self.project = self.session.add_folder(uri_of(str(folder)))
        for name in EVENTS:
            self.session.read(self.project, str(folder / name))
        for name in SOURCES:
            self.project.uses.reread(str(folder / name))
        self.project.sources = {str(folder / name) for name in SOURCES}
        self.project.loaded = self.project.indexed = True
        self.project.touch()
        self.project.all_uses = JoinedUses(self.sources, self.project)
        self.texts = {name: (folder / name).read_text() for name in (*EVENTS, *SOURCES)}
        for name in EVENTS[:3]:
            self.session.open(self.uri(name), "trace-events", 1, self.texts[name])
        for name in SOURCES:
            self.sources.open(self.uri(name), "c", 1, self.texts[name])

    def uri(self, name):
        return uri_of(str(self.folder / name))

    def edit(self):
        name = self.random.choice([*EVENTS[:3], *EVENTS[:3], *SOURCES])
        text, lines = self.texts[name], C if name in SOURCES else self.lines
        kind = self.random.random()
        at = self.random.randrange(len(text) + 1)
        if kind < 0.5:
            new = self.random.choice(PIECES)
            text = text[:at] + new + text[at + self.random.choice([0, 0, 1, 2]) :]
        elif kind < 0.8:
            at = text.rfind("\n", 0, at) + 1
            text = text[:at] + self.random.choice(lines) + "\n" + text[at:]
        elif kind < 0.97:
            begin = text.rfind("\n", 0, at) + 1
            text = text[:begin] + text[text.find("\n", at) + 1 or len(text) :]
        else:
            text = "\n".join(self.random.choices(lines, k=self.random.randrange(20)))
        self.texts[name] = text[:6000]
        kept = self.sources if name in SOURCES else self.session
        assert kept.change(self.uri(name), None, self.texts[name])

    def at_once(self):
        """The findings in the current texts, by a fresh run."""
        workspace = Workspace(Overrides(folders=(str(self.folder),)), self.project.shown)
        for name in sorted(EVENTS):
            path = str(self.folder / name)
            workspace.add_source(Source(self.project.shown(path), self.texts[name], path))
        workspace.resolve()
        rules, levels = chosen(workspace.settings)
        return check(workspace.units, rules, workspace.settings, {}, levels, None, self.project.all_uses)

    def compare(self, history):
        found = as_values(self.project.found.values())
        expected = as_values([self.at_once()])
        wrong = [one for one in found if one not in expected], [one for one in expected if one not in found]
        assert found == expected, (history, wrong)
        for name in EVENTS[:3]:
            tree = self.session.view(self.uri(name)).tree
            whole = parse(Source("", self.texts[name]))
            assert (tree.items, tree.errors) == (whole.items, whole.errors)


def type_and_compare(folder, seed, edits):
    print(f"TESC_FUZZ_SEED={seed} TESC_FUZZ_EDITS={edits}")
    editor = Editor(folder, seed)
    editor.compare("at first")
    for number in range(edits):
        for _ in range(editor.random.choice([1, 1, 1, 3])):
            editor.edit()
        editor.compare(f"edit {number}")


@pytest.mark.parametrize("seed", range(SEED, SEED + 4))
def test_each_edit(tmp_path, seed):
    type_and_compare(tmp_path, seed, EDITS)


@pytest.mark.parametrize("before", ["", "# a comment\n", 'usb(int a) "%d"\n', "half(int x\n"])
@pytest.mark.parametrize("last", ["nt", "_", 'usb_on(int x) "%d"', "half(int x", "# a comment", "disable "])
def test_a_last_line_without_line_end_comes_and_goes(tmp_path, before, last):
    """What is missing there is reported at the end of the text, in no line that begins before it."""
    editor = Editor(tmp_path, 1)
    for text in (before, before + last, before, before + last + "\n", before + last):
        editor.texts["trace-events"] = text
        editor.session.change(editor.uri("trace-events"), None, text)
        editor.compare(text)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(SEED + 100, SEED + 112))
def test_a_thousand_edits(tmp_path, seed):
    type_and_compare(tmp_path, seed, 1000)


def test_most_edits_need_no_full_check(tmp_path, monkeypatch):
    """Otherwise this module would compare a check with itself."""
    editor = Editor(tmp_path, 3)
    assert not any(line in editor.lines for line in DIRECTIVES)
    whole, looked = rechecking._whole, []
    monkeypatch.setattr(rechecking, "_whole", lambda given: looked.append(1) or whole(given))
    editor.compare("at first")
    for number in range(40):
        editor.edit()
        editor.compare(f"edit {number}")
    assert 1 <= len(looked) < 10
