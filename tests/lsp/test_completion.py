"""Completion, tested by applying the items as a client does. `|` is the place."""

from __future__ import annotations

import pytest

from tests.lsp.completing import Session

BASE = (
    'usb_ehci_read(uint64_t addr, int len) "addr 0x%" PRIx64 " len %d"\n'
    'usb_ehci_write(uint64_t addr, int len) "addr 0x%" PRIx64 " len %d"\n'
    'usb_ehci_size(uint64_t size, int n) "size %" PRIu64 " n %d"\n'
    'usb_ohci_reset(int n) "n %d"\n'
)
PLAIN = {"textDocument": {"completion": {"completionItem": {"snippetSupport": False}}}}


@pytest.fixture(scope="module")
def sessions(lasting_lsp, tmp_path_factory):
    """A function that returns a session in a folder without files, the same one for the same client."""
    known = {}

    def session(encoding, capabilities):
        key = (encoding, repr(capabilities))
        if key not in known:
            folder = tmp_path_factory.mktemp("session")
            (folder / "tesc.toml").write_text("")
            known[key] = Session(lasting_lsp(), folder, encoding, capabilities)
        return known[key]

    return session


@pytest.fixture
def complete(sessions):
    """A function that requests completion at the place in a line below BASE, or in a whole text."""

    def ask(marked, *, base=BASE, typed=None, encoding="utf-16", capabilities=None):
        return sessions(encoding, capabilities or {}).ask(marked, base, typed)

    return ask


@pytest.fixture
def complete_in(lsp, folder):
    """The same in a folder that the test has filled."""
    session = None

    def ask(marked, *, base=BASE, typed=None):
        nonlocal session
        session = session or Session(lsp(), folder, "utf-16", {})
        return session.ask(marked, base, typed)

    return ask


class TestStart:
    def test_of_an_empty_line(self, complete):
        found = complete("|")
        assert found.labels == [
            "event",
            "event without parameters",
            "include",
            "disable",
            "usb_",
            "usb_ehci_",
        ]
        assert found.item("event")["insertTextFormat"] == 2
        assert found.with_item("event") == 'usb_${1:name}(${2:int} ${3:value}) "${3:value} ${4:%d}"$0'
        assert found.with_item("usb_ehci_") == "usb_ehci_"

    def test_clients_without_snippets(self, complete):
        found = complete("ev|", capabilities=PLAIN)
        assert found.with_item("event") == 'usb_name(int value) "value %d"'
        assert found.with_item("event without parameters") == 'usb_name(void) "text"'
        assert found.with_item("include") == 'include "'
        assert not any("insertTextFormat" in one for one in found.items)

    def test_a_prefix_comes_before_everything_else(self, complete):
        assert "prefix" in complete("p|", base="# head\n\n").labels
        assert "prefix" not in complete("p|").labels

    def test_a_name_before_a_parenthesis(self, complete):
        found = complete("usb_e|read(void)")
        assert found.labels == ["usb_", "usb_ehci_"]
        assert found.with_item("usb_ehci_") == "usb_ehci_read(void)"

    def test_an_empty_file(self, complete):
        assert complete("|", base="").with_item("disable") == "disable "

    def test_not_in_comments_and_prose(self, complete):
        assert complete("# us|").labels == []
        assert complete("us + |").labels == []


class TestParameters:
    def test_types_the_commonest_first(self, complete):
        found = complete("f(|", typed="(")
        assert found.labels[:4] == ["void", "int", "uint64_t", "unsigned int"]
        assert found.with_item("const char *") == "f(const char *"

    def test_void_only_for_an_empty_list(self, complete):
        assert "void" in complete("f(vo|)").labels
        assert "void" not in complete("f(|int a)").labels
        assert "void" not in complete("f(int a, |").labels

    def test_types_of_the_project(self, complete_in, folder):
        (folder / "tesc.toml").write_text('types = ["hwaddr"]\n')
        assert complete_in("f(hw|)").with_item("hwaddr") == "f(hwaddr)"

    def test_a_half_typed_type(self, complete):
        found = complete("f(int a, const ch|)")
        assert found.labels == ["const char *", "const void *"]
        assert found.with_item("const char *") == "f(int a, const char *)"
        assert complete("f(unsigned  l|)").with_item("unsigned long long") == "f(unsigned long long)"

    def test_names_that_others_give_the_most_frequent_first(self, complete):
        found = complete("f(uint64_t |", typed=" ")
        assert found.labels == ["addr", "size"]
        assert found.with_item("addr") == "f(uint64_t addr"
        assert found.item("addr")["detail"] == "2 times in this file"

    def test_names_that_are_taken(self, complete):
        assert complete("f(uint64_t addr, uint64_t |").labels == ["size"]
        assert complete("f(uint64_t |, uint64_t addr)").labels == ["size"]

    def test_names_of_the_same_type_only(self, complete):
        assert complete("f(void *|").labels == []
        assert complete("f(const void *|", base="a(const void *p, void *q, void **r)\n").labels == ["p", "q"]

    def test_a_half_typed_name(self, complete):
        assert complete("f(int a, uint64_t si|)").with_item("size") == "f(int a, uint64_t size)"


class TestConversions:
    def test_what_fits_comes_first(self, complete):
        found = complete('f(uint64_t x, int y) "x %|"', typed="%")
        assert found.labels == ['%" PRIu64', '0x%" PRIx64', "%d", "%u", "%s", "%p", "%%"]
        assert found.item("%d")["detail"] == "prints int"
        assert found.item('%" PRIu64')["detail"] == "fits uint64_t x"

    @pytest.mark.parametrize(
        ("marked", "label", "line"),
        [
            ('f(uint64_t x) "x %|"', '%" PRIu64', 'f(uint64_t x) "x %" PRIu64'),
            ('f(uint64_t x) "x %|', '%" PRIu64', 'f(uint64_t x) "x %" PRIu64'),
            ('f(uint64_t x) "x %|"  ', '0x%" PRIx64', 'f(uint64_t x) "x 0x%" PRIx64  '),
            ('f(uint64_t x) "x %|" " y"', '%" PRIu64', 'f(uint64_t x) "x %" PRIu64 " y"'),
            ('f(uint64_t x) "x %|"" y"', '%" PRIu64', 'f(uint64_t x) "x %" PRIu64 " y"'),
            ('f(uint64_t x) "x %| y"', '%" PRIu64', 'f(uint64_t x) "x %" PRIu64 " y"'),
            ('f(uint64_t x) "x 0x%016|"', '%016" PRIx64', 'f(uint64_t x) "x 0x%016" PRIx64'),
            ('f(size_t x) "x %l|"', "%zu", 'f(size_t x) "x %zu"'),
            ('f(void *x) "x 0x%|"', "%p", 'f(void *x) "x %p"'),
            ('f(const char *x) "x %-8|"', "%-8s", 'f(const char *x) "x %-8s"'),
            ('f(int x, uint8_t y) "x %d y %|"', "0x%x", 'f(int x, uint8_t y) "x %d y 0x%x"'),
            ('f(uint64_t x) "x %"|', "PRIx64", 'f(uint64_t x) "x %" PRIx64'),
            ('f(uint64_t x) "x %" PR|', "PRIu64", 'f(uint64_t x) "x %" PRIu64'),
            ('f(uint64_t x "x %|"', '%" PRIu64', 'f(uint64_t x "x %" PRIu64'),
        ],
    )
    def test_taken(self, complete, marked, label, line):
        assert complete(marked).with_item(label) == line

    def test_hex_first_where_it_is_begun_or_a_habit(self, complete):
        assert complete('f(uint64_t x) "0x%|"').labels[0] == '%" PRIx64'
        assert complete('f(uint64_t addr) "%|"').labels[0] == '0x%" PRIx64'

    def test_filter_knows_what_hands_type(self, complete):
        wanted = complete('f(uint64_t x) "%l|"').item('%" PRIu64')["filterText"]
        assert wanted.startswith("%llu")

    @pytest.mark.parametrize(("compat", "wanted"), [("qemu", ["%s"]), ("fixed", ["%s", "%p"])])
    def test_an_address_only_where_no_tracer_reads_text_there(self, complete_in, folder, compat, wanted):
        (folder / "tesc.toml").write_text(f'compat = "{compat}"\n')
        found = complete_in('f(char *x) "%|"')
        assert [one["label"] for one in found.items if one["detail"] == "fits char *x"] == wanted

    def test_no_parameter_left(self, complete):
        assert complete('f(int x) "%d %|"').labels == ["%%"]
        assert complete('f(void) "|"').labels == []

    def test_a_type_that_only_the_project_knows(self, complete):
        found = complete('f(foo x) "%|"')
        assert found.labels[:4] == ["%d", "0x%x", "%u", "%s"]
        assert found.item("%d")["detail"] == "prints int"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_columns(self, complete, encoding, end):
        base = f"# \U0001f600{end}\f{end}"
        found = complete(f'f(uint64_t x) "\U0001f600 %|" {end}', base=base, encoding=encoding)
        assert found.with_item('%" PRIu64') == f'f(uint64_t x) "\U0001f600 %" PRIu64 {end[:-1]}'


class TestRest:
    def test_of_a_format(self, complete):
        found = complete('f(uint64_t addr, size_t n) "|"', typed='"')
        assert found.labels[0] == 'addr 0x%" PRIx64 " n %zu"'
        assert found.item(found.labels[0])["detail"] == "prints addr, n"
        line = 'f(uint64_t addr, size_t n) "addr 0x%" PRIx64 " n %zu"'
        assert found.with_item(found.labels[0]) == line

    @pytest.mark.parametrize(
        ("marked", "line"),
        [
            ("f(uint64_t addr) |", 'f(uint64_t addr) "addr 0x%" PRIx64'),
            ('f(uint64_t addr) "|', 'f(uint64_t addr) "addr 0x%" PRIx64'),
            ('f(int a, int b) "a %d|"', 'f(int a, int b) "a %d b %d"'),
            ('f(int a, int b) "a %d b |" ', 'f(int a, int b) "a %d b %d"'),
            ('f(int a, int b) "a %d" " b |"', 'f(int a, int b) "a %d" " b %d"'),
        ],
    )
    def test_taken(self, complete, marked, line):
        found = complete(marked)
        assert found.with_item(found.labels[0]).rstrip() == line

    @pytest.mark.parametrize("before", ["", "card: ", "card: addr 0x%x, "])
    def test_a_label_that_is_half_typed(self, complete, before):
        parameters = "int a, int number" if "%" in before else "int number"
        found = complete(f'f({parameters}) "{before}num|"')
        assert found.with_item(found.labels[0]) == f'f({parameters}) "{before}number %d"'

    def test_not_before_other_text(self, complete):
        assert not [label for label in complete('f(int a) "| more"').labels if "a %d" in label]


class TestPaths:
    @pytest.fixture(autouse=True)
    def files(self, folder):
        for path in ("hw/usb/trace-events", "hw/more.trace-events", "shared/common.trace-events"):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text("")
        for name in ("core.c", "trace.h", "lib.rs", "y.inc", "z.events"):
            (folder / "hw" / name).write_text("")
        (folder / "hw/.hidden").write_text("")
        (folder / "tesc.toml").write_text('include-path = ["shared"]\n')

    def test_beside_the_file_then_in_the_include_path(self, complete_in):
        found = complete_in('include "|', typed='"')
        assert found.labels == ["common.trace-events", "hw/", "shared/", "tesc.toml"]

    def test_in_a_folder(self, complete_in):
        found = complete_in('include "hw/|"', typed="/")
        assert found.labels == ["more.trace-events", "usb/", "y.inc", "z.events"]
        assert found.with_item("usb/") == 'include "hw/usb/"'
        assert found.with_item("more.trace-events") == 'include "hw/more.trace-events"'

    def test_the_quote_is_closed(self, complete_in):
        assert (
            complete_in('include "hw/mo|').with_item("more.trace-events") == 'include "hw/more.trace-events"'
        )

    def test_no_such_folder(self, complete_in):
        assert complete_in('include "no/such/|"').labels == []
        assert complete_in('include "tesc.toml/|"').labels == []

    def test_behind_the_path(self, complete_in):
        assert complete_in('include "a" |', typed=" ").labels == ["prefix", "base"]
        assert complete_in('include "a" prefix x |').labels == ["base"]
        assert complete_in('include "a" base 1 |').labels == []


class TestNames:
    def test_patterns_and_names(self, complete):
        found = complete("disable |", typed=" ")
        assert found.labels == [
            "usb_*", "usb_ehci_*", "usb_ehci_read", "usb_ehci_write", "usb_ehci_size", "usb_ohci_reset",
        ]  # fmt: skip
        assert found.item("usb_ehci_*")["detail"] == "3 events"
        assert not found.incomplete
        assert complete("disable usb_ehci_read, usb_o|").with_item("usb_ohci_reset") == (
            "disable usb_ehci_read, usb_ohci_reset"
        )

    def test_as_this_file_sees_them(self, complete_in, folder):
        (folder / "more.trace-events").write_text("prefix m_\none(void)\n")
        base = 'prefix p_\ninclude "more.trace-events" prefix i_\n\ntwo(void)\n'
        assert complete_in("disable |", base=base).labels == ["i_m_one", "p_two"]

    def test_of_many_those_that_begin_alike(self, complete):
        base = "".join(f"name_{n}_{n % 7}(void)\n" for n in range(300))
        found = complete("disable name_29|", base=base)
        assert found.incomplete
        assert "name_299_5" in found.labels
        assert "name_1_1" not in found.labels


class TestRules:
    def test_suppressions_in_a_comment(self, complete):
        found = complete("# tesc: ig|")
        assert found.labels == ["ignore", "ignore-file"]
        assert found.with_item("ignore-file") == "# tesc: ignore-file[$1]$0"
        assert complete("# tesc: |", typed=" ", capabilities=PLAIN).with_item("ignore") == "# tesc: ignore["

    def test_those_that_find_something_first(self, complete):
        found = complete('# tesc: ignore[|\nf(int a) "%x"\n', typed="[")
        assert found.labels[0] == "TE407"
        assert found.item("TE407")["detail"] == "hex-without-0x"
        assert "hex-without-0x" in found.labels
        assert found.with_item("TE407") == "# tesc: ignore[TE407"

    def test_after_a_comma(self, complete):
        assert complete("# tesc: ignore-file[TE101, he|] x").with_item("hex-without-0x") == (
            "# tesc: ignore-file[TE101, hex-without-0x] x"
        )

    def test_the_page_is_resolved(self, complete):
        markdown = {"textDocument": {"completion": {"completionItem": {"documentationFormat": ["markdown"]}}}}
        for capabilities, whole in ((markdown, True), (PLAIN, False)):
            found = complete("# tesc: ignore[|", capabilities=capabilities)
            item = found.client.request("completionItem/resolve", found.item("TE407"))
            documented = item["documentation"]
            assert isinstance(documented, dict) == whole
            assert ("Wrong:" in str(documented)) == whole


class TestQuiet:
    """No list pops up where nobody wants one."""

    @pytest.mark.parametrize(
        ("marked", "typed"),
        [
            ("f(int a) |", "("),
            ("usb |", " "),
            ("# a comment |", " "),
            ("# 100 %|", "%"),
            ('f(int a) "a |"', " "),
            ('f(int a) "a (|"', "("),
            ('f(int a) "a/|"', "/"),
            ('f(int a) "a [|"', "["),
            ('f(int a) "%d"|', '"'),
            ('f(int a) "100 %%|"', "%"),
            ("f(int a, int b(|", "("),
            ('include "a"|', '"'),
            ("# tesc [|", "["),
        ],
    )
    def test_after_a_character(self, complete, marked, typed):
        assert complete(marked, typed=typed).labels == []

    def test_unknown_documents_and_places_beyond_the_end(self, complete):
        client = complete("|").client
        assert client.at("textDocument/completion", "file:///no/such", 0, 0) is None
        uri = next(iter(client.diagnostics), None)
        if uri is None:
            pytest.fail("nothing was published")
        client.at("textDocument/completion", uri, 900, 900)


@pytest.mark.asyncio
async def test_as_each_editor_takes_it(editor, folder):
    from lsprotocol import types as t

    line = 'f(uint64_t x) "\U0001f600 %"'
    (folder / "trace-events").write_text(f"{line}\n", encoding="utf-8")
    server = await editor.start(folder)
    assert server.completion_provider.resolve_provider
    uri = editor.open(folder / "trace-events")
    place = t.Position(0, editor.column(line, "%", end=True))
    params = t.CompletionParams(t.TextDocumentIdentifier(uri), place)
    found = await editor.client.text_document_completion_async(params)
    first = found.items[0]
    assert first.label == '%" PRIu64'
    end = editor.column(line, '%"', end=True)
    assert first.text_edit == t.TextEdit(
        t.Range(t.Position(0, editor.column(line, "%")), t.Position(0, end)), '%" PRIu64'
    )
    start = await editor.client.text_document_completion_async(
        t.CompletionParams(t.TextDocumentIdentifier(uri), t.Position(1, 0))
    )
    snippets = editor.client.capabilities.text_document.completion.completion_item.snippet_support
    assert ("${1:" in start.items[0].text_edit.new_text) == bool(snippets)
