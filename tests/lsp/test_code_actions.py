"""Code actions: what fixes, what silences, and that both do what the command line does."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from lsprotocol import types as t

from tesc.cli.main import main
from tesc.lsp.edits import workspace_edit
from tesc.lsp.features import code_actions
from tesc.lsp.reports import Reporter
from tesc.lsp.session import Session
from tesc.lsp.uris import uri_of
from tests.analysis.test_rules import EXAMPLES, RULES, SPOILT, page_examples, page_files
from tests.lsp.conftest import span
from tests.lsp.editing import changed, edited
from tests.lsp.navigation import until

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


@pytest.fixture(scope="module")
def sessions(lasting_lsp, tmp_path_factory):
    """A function that gives a client in a folder without files, the same for the same capabilities."""
    known = {}

    def session(**given):
        if repr(given) not in known:
            folder = tmp_path_factory.mktemp("session")
            (folder / "tesc.toml").write_text("")
            client = lasting_lsp()
            client.initialize(folder, **given)
            known[repr(given)] = (client, folder)
        return known[repr(given)]

    return session


@pytest.fixture
def opened(sessions, request):
    """A function that opens a text; returns the client and the document's URI."""
    documents = []

    def start(text, *, encodings=None, capabilities=None, options=None):
        options = {"debounce": 0, "ignore": ["TE412"], **(options or {})}
        client, folder = sessions(encodings=encodings, capabilities=dict(capabilities or {}), options=options)
        # Nothing that is told of one test's document is taken for another's.
        number = abs(hash(request.node.nodeid))
        uri = client.open(folder / f"{number}.trace-events", text)
        documents.append((client, uri))
        client.published(uri)
        return client, uri

    yield start
    for client, uri in documents:
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


class TestQuickFix:
    def test_is_named_by_the_help_and_belongs_to_its_diagnostic(self, lsp, folder):
        client = lsp()
        client.initialize(folder, capabilities=VERSIONED)
        uri = client.open(folder / "trace-events", WRONG)
        told = client.published(uri)
        found = actions(client, uri, (0, 34), diagnostics=told[:1])
        action = found['Write "addr %" PRIx64']
        assert action["kind"] == QUICK
        assert action["isPreferred"] is True
        assert action["diagnostics"] == told[:1]
        assert action["edit"] == {
            "documentChanges": [
                {
                    "textDocument": {"uri": uri, "version": 1},
                    "edits": [{"range": span(0, 34, 36), "newText": '%" PRIx64 "'}],
                }
            ]
        }
        assert "Write '0x%x'" not in found  # the client asked about one of two

    def test_of_a_place_without_diagnostics_those_that_touch_it(self, opened):
        client, uri = opened(WRONG)
        assert 'Write "addr %" PRIx64' in actions(client, uri, (0, 36))
        assert 'Write "addr %" PRIx64' not in actions(client, uri, (0, 37))
        assert "Write '0x%x'" in actions(client, uri, (1, 0), (1, 20))

    def test_without_versions(self, opened):
        client, uri = opened(WRONG)
        action = actions(client, uri, (1, 17))["Write '0x%x'"]
        assert action["edit"] == {"changes": {uri: [{"range": span(1, 17, 17), "newText": "0x"}]}}

    def test_unsafe_ones_say_so(self, opened):
        text = 'trace_lamp(int b) "b %d"\n'
        client, uri = opened(text)
        [action] = [one for title, one in actions(client, uri, (0, 2)).items() if "(unsafe)" in title]
        assert "isPreferred" not in action
        assert after(text, action, uri) == 'lamp(int b) "b %d"\n'

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
    def test_columns(self, opened, encoding):
        text = '\f# \U0001f600\r\none(int a, int b) "\U0001f600 0x%d \U0001f600 %x"\r\n'
        client, uri = opened(text, encodings=[encoding])
        found = actions(client, uri, (1, 0), (2, 60))
        assert after(text, found["Write '0x%x' (TE407 at 2:29)"], uri, encoding) == (
            text.replace(" %x", " 0x%x")
        )
        action = found["Write '0x%x' (TE417 at 2:24)"]
        assert after(text, action, uri, encoding) == text.replace("%d", "%x")


class TestJoin:
    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            ('one(int a,|\n    int b) "a %d b %d"\n', 'one(int a, int b) "a %d b %d"\n'),
            ('one(int a) \\\n    |"a %d"\n', 'one(int a) "a %d"\n'),
            ('one(int a)\r\n\t|"a %d"\r\n', 'one(int a) "a %d"\r\n'),
            ('one(int a, int b) |"a %d, \nb %d"\n', 'one(int a, int b) "a %d, b %d"\n'),
            ('one(int a, int b) "a %d, \nb| %d"\n', 'one(int a, int b) "a %d, b %d"\n'),
            ('one(\n  int a,\n  int b|\n) "%d %d"\n', 'one(int a, int b) "%d %d"\n'),
            ('one(uint64_t a)|\n  "a %"\n  PRIu64\n', 'one(uint64_t a) "a %" PRIu64\n'),
        ],
    )
    def test_what_is_one_event(self, opened, text, wanted):
        client, uri = opened(text.replace("|", ""))
        before = text[: text.index("|")]
        line, column = before.count("\n"), len(before.rpartition("\n")[2])
        diagnostics = client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})["items"]
        here = [one for one in diagnostics if one["range"]["start"]["line"] == line]
        action = actions(client, uri, (line, column), diagnostics=here)["Join the lines of this event"]
        assert after(text.replace("|", ""), action, uri) == wanted

    @pytest.mark.parametrize(
        "text",
        ['one(int a,\ntwo(int b) "b %d"\n', 'one(int a)\n\n"a %d"\n', 'one(int a)\ntwo(int b) "b %d"\n'],
    )
    def test_not_what_is_none(self, opened, text):
        client, uri = opened(text)
        assert "Join the lines of this event" not in actions(client, uri, (0, 0), (3, 0))


class TestFixAll:
    def test_of_the_file(self, opened):
        client, uri = opened(WRONG)
        found = actions(client, uri, (0, 0), only=["source.fixAll"])
        [action] = found.values()
        assert action["kind"] == ALL
        assert after(WRONG, action, uri) == (
            'first(uint64_t addr, int n) "addr 0x%" PRIx64 " n %d"\n'
            'second(int n) "n 0x%x"\nthird(int n) "n 0x%x"\n'
        )

    def test_edits_are_small(self, opened):
        client, uri = opened(WRONG)
        [action] = actions(client, uri, (0, 0), only=[ALL]).values()
        assert [one["range"] for one in changed(action["edit"], uri)][1:] == [
            span(1, 17, 17),
            span(2, 16, 16),
        ]

    def test_of_one_rule(self, opened):
        client, uri = opened(WRONG)
        action = actions(client, uri, (1, 17))["Fix all TE407 hex-without-0x in this file"]
        assert action["kind"] == QUICK
        fixed = after(WRONG, action, uri)
        assert fixed.count("0x%x") == 3
        assert "PRIx64" not in fixed

    def test_of_one_rule_only_where_there_are_several(self, opened):
        client, uri = opened('second(int n) "n %x"\n')
        assert not [title for title in actions(client, uri, (0, 17)) if title.startswith("Fix all TE")]

    def test_is_made_when_it_is_wanted(self, opened):
        capabilities = {
            "textDocument": {
                "codeAction": {
                    "codeActionLiteralSupport": {"codeActionKind": {"valueSet": [""]}},
                    "dataSupport": True,
                    "resolveSupport": {"properties": ["edit"]},
                }
            },
            **VERSIONED,
        }
        client, uri = opened(WRONG, capabilities=capabilities)
        [action] = actions(client, uri, (0, 0), only=[ALL]).values()
        assert "edit" not in action
        client.change(uri, 2, {"range": span(1, 0, 20), "text": "# gone"})
        action = client.request("codeAction/resolve", action)
        assert action["edit"]["documentChanges"][0]["textDocument"]["version"] == 2
        text = WRONG.replace('second(int n) "n %x"', "# gone")
        assert after(text, action, uri).splitlines()[1:] == ["# gone", 'third(int n) "n 0x%x"']

    def test_of_one_rule_only_where_this_one_is_mended(self, opened):
        text = 'one(struct A *a) "%p"\ntwo(struct B *b) "%p"\nthree(hwaddr a) "0x%" PRIx64\n'
        client, uri = opened(text)
        title = "Fix all TE302 type-not-allowed in this file"
        assert title in actions(client, uri, (0, 6))
        assert title not in actions(client, uri, (2, 8))

    @pytest.mark.parametrize("unsafe", [False, True])
    def test_unsafe_ones_by_setting(self, opened, unsafe):
        text = 'trace_lamp(int b) "b %d"\n'
        client, uri = opened(text, options={"fixAllUnsafe": unsafe})
        assert len(actions(client, uri, (0, 0), only=[ALL])) == unsafe

    def test_of_findings_across_files(self, lsp, folder):
        # The other file decides what is wrong in this one, and stays as it is.
        (folder / "other.trace-events").write_text('other(int n) "n %x"\n')
        client = lsp()
        client.initialize(folder)
        text = 'include "other.trace-events"\nsecond(int n) "n %x"\n'
        uri = client.open(folder / "trace-events", text)
        client.published(uri)
        [action] = actions(client, uri, (0, 0), only=[ALL]).values()
        assert action["edit"] == {"changes": {uri: [{"range": span(1, 17, 17), "newText": "0x"}]}}


class TestKinds:
    @pytest.mark.parametrize(
        ("only", "kinds"),
        [
            (["quickfix"], {QUICK}),
            (["source"], {ALL}),
            (["source.fixAll"], {ALL}),
            ([ALL], {ALL}),
            (["refactor"], {"refactor.rewrite"}),
            (["source.organizeImports"], set()),
            (["source.fixAll.other"], set()),
            (["quick"], set()),
            ([], set()),
            ([""], {QUICK, ALL, "refactor.rewrite"}),
            (None, {QUICK, ALL, "refactor.rewrite"}),
        ],
    )
    def test_only(self, opened, only, kinds):
        client, uri = opened(WRONG)
        found = actions(client, uri, (0, 0), (0, 40), only=only)
        assert {one["kind"] for one in found.values()} == kinds

    def test_nothing_is_looked_for_while_people_type(self, opened):
        client, uri = opened(WRONG)
        told = client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})["items"]
        automatic = 2
        assert actions(client, uri, (1, 17), trigger=automatic) == {}
        assert actions(client, uri, (1, 17), trigger=automatic, only=["source"])
        assert "Write '0x%x'" in actions(client, uri, (1, 17), trigger=automatic, diagnostics=told[-2:-1])

    def test_explained_where_the_client_can(self, opened):
        client, uri = opened(WRONG, options={"clientCommands": ["tesc.explainRule"]})
        action = actions(client, uri, (1, 17))["Explain TE407 hex-without-0x"]
        assert action["command"]["command"] == "tesc.explainRule"
        assert action["command"]["arguments"] == ["TE407"]

    def test_not_explained_where_it_can_not(self, opened):
        client, uri = opened(WRONG)
        assert not [title for title in actions(client, uri, (1, 17)) if title.startswith("Explain")]

    def test_clients_that_know_commands_only(self, lsp, folder):
        answers = {"workspace/applyEdit": {"applied": True}}
        client = lsp(answers=answers)
        capabilities = {"textDocument": {"codeAction": {}}, "workspace": {"applyEdit": True}}
        client.initialize(folder, capabilities=capabilities)
        uri = client.open(folder / "trace-events", WRONG)
        client.published(uri)
        command = actions(client, uri, (1, 17))["Write '0x%x'"]
        assert "edit" not in command and "kind" not in command
        params = {"command": command["command"], "arguments": command["arguments"]}
        client.request("workspace/executeCommand", params)
        [request] = [one for one in client.requests if one["method"] == "workspace/applyEdit"]
        assert request["params"]["edit"] == {"changes": {uri: [{"range": span(1, 17, 17), "newText": "0x"}]}}

    def test_unknown_documents_and_places_beyond_the_end(self, opened):
        client, uri = opened(WRONG)
        context = {"diagnostics": []}
        params = {"textDocument": {"uri": "file:///no/such"}, "range": span(0, 0, 0), "context": context}
        assert client.request("textDocument/codeAction", params) is None
        assert actions(client, uri, (900, 900), only=[QUICK]) == {}


class TestSilence:
    """Each edit, applied, leaves nothing of the rule."""

    def silenced(self, opened, text, place, title, codes=()):
        client, uri = opened(text)
        fixed = after(text, actions(client, uri, place)[title], uri)
        client.change(uri, 2, fixed)
        assert [one["code"] for one in client.published(uri, 2)] == list(codes)
        return fixed

    HERE = "Ignore TE407 hex-without-0x here"
    LINE = 'second(int n) "n %x"\n'

    def test_an_event(self, opened):
        assert self.silenced(opened, self.LINE, (0, 17), self.HERE) == f"# tesc: ignore[TE407]\n{self.LINE}"

    def test_crlf(self, opened):
        text = f"# tesc: ignore-file[TE006]\r\n{self.LINE[:-1]}\r\n"
        fixed = self.silenced(opened, text, (1, 17), self.HERE)
        assert fixed == text.replace("second", "# tesc: ignore[TE407]\r\nsecond")

    @pytest.mark.parametrize(
        ("before", "wanted"),
        [
            ("# tesc: ignore[TE301] why\n", "# tesc: ignore[TE301, TE407] why\n"),
            ("# tesc: ignore[ TE301 , ] why\n", "# tesc: ignore[ TE301, TE407] why\n"),
            ("# tesc: ignore[TE301]\n# more\n\n", "# tesc: ignore[TE301, TE407]\n# more\n\n"),
            ("# tesc: ignore[]\n", "# tesc: ignore[]\n# tesc: ignore[TE407]\n"),
            ("# tesc: ignore-file[TE301]\n", "# tesc: ignore-file[TE301]\n# tesc: ignore[TE407]\n"),
        ],
    )
    def test_with_comments_above(self, opened, before, wanted):
        assert self.silenced(opened, before + self.LINE, (before.count("\n"), 17), self.HERE, ["TE008"]) == (
            wanted + self.LINE
        )

    def test_not_with_an_ignore_of_another_item(self, opened):
        text = f'# tesc: ignore[TE407]\nfirst(int n) "n %x"\n{self.LINE}'
        fixed = self.silenced(opened, text, (2, 17), self.HERE)
        assert fixed == text.replace("second", "# tesc: ignore[TE407]\nsecond")

    @pytest.mark.parametrize(
        ("before", "wanted"),
        [
            ("", "# tesc: ignore-file[TE007]\n"),
            ("# head\n\n", "# head\n# tesc: ignore-file[TE007]\n\n"),
            ("# of the event\n", "# tesc: ignore-file[TE007]\n# of the event\n"),
            ("# tesc: ignore-file[TE101]\n", "# tesc: ignore-file[TE101, TE007]\n"),
        ],
    )
    def test_what_is_no_item_in_the_file(self, opened, before, wanted):
        text = f"{before}one(void)\n# \x01\ntwo(void)\n"
        title = "Ignore TE007 control-character in this file"
        codes = ["TE008"] if "TE101" in before else []
        line = before.count("\n") + 1
        assert self.silenced(opened, text, (line, 2), title, codes) == wanted + text[len(before) :]

    def test_no_syntax_errors(self, opened):
        client, uri = opened("one(int a) %d\n")
        found = actions(client, uri, (0, 0), (0, 20), only=[QUICK])
        assert not [title for title in found if title.startswith("Ignore")]

    @pytest.mark.parametrize(
        ("text", "column", "what", "wanted"),
        [
            ("# tesc: ignore[TE301] why\none(void)\n", 16, "TE301", "one(void)\n"),
            ("# tesc: ignore\r\none(void)\r\n", 10, "ignore", "one(void)\r\n"),
            ("# tesc: ignore[TE301, TE304]\none(void)\n", 16, "TE301", "# tesc: ignore[TE304]\none(void)\n"),
            ("# tesc: ignore[TE301, TE304]\none(void)\n", 24, "TE304", "# tesc: ignore[TE301]\none(void)\n"),
        ],
    )
    def test_what_ignores_nothing_is_removed(self, opened, text, column, what, wanted):
        client, uri = opened(text)
        found = actions(client, uri, (0, column), only=[QUICK])
        assert after(text, found[f"Remove '{what}', which ignores nothing"], uri) == wanted
        assert not [title for title in found if title.startswith("Ignore")]

    def test_each_of_several_that_ignore_nothing(self, opened):
        client, uri = opened("# tesc: ignore[TE301, TE304]\none(void)\n")
        found = actions(client, uri, (0, 0), (0, 30), only=[QUICK])
        assert set(found) == {f"Remove '{code}', which ignores nothing" for code in ("TE301", "TE304")}

    @pytest.mark.parametrize(
        ("text", "column", "wanted"),
        [
            ("disable no_*\none(void)\n", 9, "one(void)\n"),
            ("disable no_*, one\none(void)\n", 9, "disable one\none(void)\n"),
            ("disable one, no_*\none(void)\n", 15, "disable one\none(void)\n"),
        ],
    )
    def test_what_matches_nothing_is_removed(self, opened, text, column, wanted):
        client, uri = opened(text)
        action = actions(client, uri, (0, column))["Remove the pattern 'no_*'"]
        assert action["isPreferred"]
        assert after(text, action, uri) == wanted

    def test_what_matches_nothing_is_corrected(self, opened):
        text = "disable esp_comand\nesp_command(void)\n"
        client, uri = opened(text)
        found = actions(client, uri, (0, 9))
        action = found["Write 'esp_command' (unsafe)"]
        assert "isPreferred" not in found["Remove the pattern 'esp_comand'"]
        assert after(text, action, uri) == "disable esp_command\nesp_command(void)\n"


class TestDisable:
    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            ("one(void)\n", "disable one\n\none(void)\n"),
            ("prefix p_\none(void)\n", "prefix p_\n\ndisable p_one\n\none(void)\n"),
            ("prefix p_\n\none(void)\n", "prefix p_\n\ndisable p_one\n\none(void)\n"),
            ("# head\n\none(void)\n", "# head\n\ndisable one\n\none(void)\n"),
            ("# of it\none(void)\n", "disable one\n\n# of it\none(void)\n"),
            ("disable two\n\ntwo(void)\none(void)\n", "disable two, one\n\ntwo(void)\none(void)\n"),
            ("prefix p_\r\none(void)\r\n", "prefix p_\r\n\r\ndisable p_one\r\n\r\none(void)\r\n"),
        ],
    )
    def test_by_a_pattern(self, opened, text, wanted):
        client, uri = opened(text, options={"select": ["TE504", "TE701"]})
        line = text.split("one(")[0].count("\n")
        action = actions(client, uri, (line, 1))["Disable 'one' by a pattern in this file"]
        assert action["kind"] == "refactor.rewrite"
        assert after(text, action, uri) == wanted
        # Neither is the pattern wrong nor its place.
        client.change(uri, 2, wanted)
        assert client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})["items"] == []
        assert actions(client, uri, (wanted.split("one(")[0].count("\n"), 1), only=["refactor"]) == {}

    def test_not_beside_the_name_or_what_is_disabled(self, opened):
        client, uri = opened("one(void)\ndisable two(void)\n")
        assert actions(client, uri, (0, 5), only=["refactor"]) == {}
        assert actions(client, uri, (1, 9), only=["refactor"]) == {}

    def test_by_the_property_where_tracetool_reads_the_file_too(self, lsp, folder):
        (folder / "tesc.toml").write_text('profile = "qemu"\n')
        text = 'one(int n) "n %d"\n'
        client = lsp()
        client.initialize(folder)
        uri = client.open(folder / "trace-events", text)
        action = actions(client, uri, (0, 1), only=["refactor"])["Disable 'one'"]
        assert after(text, action, uri) == f"disable {text}"

    def test_of_an_event_that_nothing_calls_once(self, lsp, folder):
        (folder / "a.c").write_text("void f(void) { trace_two(); }\n")
        client = lsp()
        client.initialize(folder)
        uri = client.open(folder / "trace-events", 'one(void) "x"\ntwo(void) "x"\n')
        title = "Disable 'one' by a pattern in this file"
        found = until(lambda: actions(client, uri, (0, 1)).get("Ignore TE601 unused-event here"))
        assert found and actions(client, uri, (0, 1))[title]["kind"] == QUICK


def project(folder, files, profile, max_args=None, select=()):
    """Write an example's files and their configuration."""
    lines = [f"profile = {json.dumps(profile)}"]
    if max_args:
        lines.append(f"max-args = {max_args}")
    if select:
        lines.append(f"select = {json.dumps(list(select))}")
    (folder / "tesc.toml").write_text("\n".join(lines) + "\n")
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data if isinstance(data, bytes) else data.encode())


def of_fixture(files):
    options = {key: value for file in files for key, value in file.options.items()}
    select = options["select"].split(",") if "select" in options else ()
    data = {file.path: file.data for file in files}
    return data, options.get("profile", "default"), int(options.get("max-args", 0)), select


def page_of(code):
    """The example under `Wrong:` of a rule's page."""
    wrong, _ = page_examples(RULES[code].page())
    files = SPOILT[code](wrong) if code in SPOILT else page_files(wrong)
    files = {"trace-events": files} if isinstance(files, (str, bytes)) else files
    data = {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}
    return data, RULES[code].example_profile, 0, () if RULES[code].on_by_default else ("ALL",)


def fixed_examples():
    """The examples that have fixes, and how they are written: encodings matter beside ASCII only."""
    known = [
        (param.id, of_fixture(param.values[1]))
        for param in EXAMPLES
        if any(line.startswith("fix(") for line in param.values[2])
    ]
    known += [(f"page-{code}", page_of(code)) for code, rule in RULES.items() if rule.fixable]
    for name, (data, *options) in known:
        try:
            texts = {path: text.decode() for path, text in data.items() if "trace-events" in path}
        except UnicodeDecodeError:
            continue  # editors decode files before they send them
        ascii_only = all(text.isascii() for text in texts.values())
        for form in ("utf-16", "crlf") if ascii_only else ("utf-8", "utf-16", "utf-32", "crlf"):
            yield pytest.param(texts, *options, form, id=f"{name}-{form}")


@pytest.fixture
def handlers(monkeypatch):
    """The handlers of code actions, on a session without a client: `open` opens a folder's files."""

    found = {}
    server = SimpleNamespace(
        feature=lambda method, options=None: lambda f: found.setdefault(method, f),
        command=lambda name: lambda f: f,
    )
    code_actions.register(server)
    session = Session()
    literal = t.ClientCodeActionLiteralOptions(t.ClientCodeActionKindOptions([""]))
    able = t.ClientCapabilities(
        text_document=t.TextDocumentClientCapabilities(
            code_action=t.CodeActionClientCapabilities(code_action_literal_support=literal)
        )
    )
    ls = SimpleNamespace(
        session=session,
        client_capabilities=able,
        options={},
        view=lambda d: session.view(d.uri),
        edit=lambda edits: workspace_edit(
            edits, lambda path: (session.uri_of(path), None), session.encoding, False
        ),
    )

    def start(folder, paths, encoding):
        session.encoding = encoding
        one = session.add_folder(uri_of(str(folder)))
        for path in paths:
            session.read(one, str(folder / path))
        one.loaded = True
        uris = {path: uri_of(str(folder / path)) for path in paths}
        for path, uri in uris.items():
            session.open(uri, "trace-events", 1, (folder / path).read_bytes().decode())
        return uris

    def ask(uri, only, diagnostics):
        whole = t.Range(t.Position(0, 0), t.Position(100000, 0))
        context = t.CodeActionContext(diagnostics, only)
        params = t.CodeActionParams(t.TextDocumentIdentifier(uri), whole, context)
        return found[t.TEXT_DOCUMENT_CODE_ACTION](ls, params)

    return SimpleNamespace(start=start, ask=ask, session=session)


def plain(edit, uri):
    """A workspace's edit of one document as JSON has it."""
    places = [(one.range.start, one.range.end, one.new_text) for one in edit.changes.get(uri, [])]
    return [
        {
            "range": {
                "start": {"line": start.line, "character": start.character},
                "end": {"line": end.line, "character": end.character},
            },
            "newText": text,
        }
        for start, end, text in places
    ]


@pytest.mark.parametrize(("texts", "profile", "max_args", "select", "form"), list(fixed_examples()))
def test_examples_are_mended_as_by_the_command_line(
    texts, profile, max_args, select, form, handlers, tmp_path, monkeypatch, capsys
):
    if form == "crlf":
        texts = {path: text.replace("\r\n", "\n").replace("\n", "\r\n") for path, text in texts.items()}
    (tmp_path / "editor").mkdir()
    (tmp_path / "command").mkdir()
    for folder in (tmp_path / "editor", tmp_path / "command"):
        project(folder, {path: text.encode() for path, text in texts.items()}, profile, max_args, select)
    encoding = "utf-16" if form == "crlf" else form
    uris = handlers.start(tmp_path / "editor", texts, encoding)
    mended = {}
    for path, uri in uris.items():
        view = handlers.session.view(uri)
        for one in view.project.found.get(view.source, []):
            if one.fix is None:
                continue
            told = Reporter(handlers.session).reported("", [one], True)
            made = [a for a in handlers.ask(uri, ["quickfix"], told) if a.diagnostics == told]
            wanted = texts[path]
            for edit in sorted(one.fix.edits, key=lambda e: (e.span.start, e.span.end), reverse=True):
                wanted = wanted[: edit.span.start] + edit.text + wanted[edit.span.end :]
            results = {edited(texts[path], plain(a.edit, uri), encoding): a for a in reversed(made) if a.edit}
            assert wanted in results
            assert bool(results[wanted].is_preferred) == (one.fix.safety == "safe")
        found = handlers.ask(uri, [ALL], [])
        mended[path] = edited(texts[path], plain(found[0].edit, uri), encoding) if found else texts[path]
    monkeypatch.chdir(tmp_path / "command")
    main(["check", "--fix", *texts])
    capsys.readouterr()
    assert mended == {path: (tmp_path / "command" / path).read_bytes().decode() for path in texts}


@pytest.mark.asyncio
async def test_as_each_editor_takes_it(editor, folder):
    line = 'f(uint64_t x) "\U0001f600 0x%x"'
    (folder / "trace-events").write_text(f"{line}\n", encoding="utf-8")
    server = await editor.start(folder)
    assert server.code_action_provider.resolve_provider
    uri = editor.open(folder / "trace-events")
    told = await editor.diagnostics(uri, "TE401")
    context = t.CodeActionContext(told, trigger_kind=t.CodeActionTriggerKind.Invoked)
    params = t.CodeActionParams(t.TextDocumentIdentifier(uri), told[0].range, context)
    found = await editor.client.text_document_code_action_async(params)
    action = next(one for one in found if one.kind == t.CodeActionKind.QuickFix)
    assert action.title == 'Write "0x%" PRIx64'
    start, end = (editor.column(line, "%x", end) for end in (False, True))
    where = t.Range(t.Position(0, start), t.Position(0, end + 1))
    capabilities = editor.client.capabilities

    def edit_of(action):
        if not capabilities.workspace.workspace_edit.document_changes:
            [edit] = action.edit.changes[uri]
            return edit
        [document] = action.edit.document_changes
        assert document.text_document == t.OptionalVersionedTextDocumentIdentifier(uri, 1)
        [edit] = document.edits
        return edit

    assert edit_of(action) == t.TextEdit(where, '%" PRIx64')
    all_of_them = next(one for one in found if one.kind == ALL)
    resolve = capabilities.text_document.code_action.resolve_support
    assert (all_of_them.edit is None) == bool(resolve and capabilities.text_document.code_action.data_support)
    if all_of_them.edit is None:
        all_of_them = await editor.client.code_action_resolve_async(all_of_them)
    # Of the same change, only what is another text.
    where.start.character += 1
    assert edit_of(all_of_them) == t.TextEdit(where, '" PRIx64')
