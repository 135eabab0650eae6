"""Code actions: those for a place, and fixes for one finding or for a whole file."""

from __future__ import annotations

import pytest
from lsprotocol import types as t

from tests.lsp.asking import ALL, QUICK, VERSIONED, WRONG, actions, after
from tests.lsp.client import span
from tests.lsp.editing import changed


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
        assert "Write '0x%x'" not in found  # the client sent only one of the two diagnostics

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

    def test_is_computed_when_it_is_chosen(self, opened):
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

    def test_of_one_rule_only_where_this_one_is_fixed(self, opened):
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
        # The other file causes the finding in this one, and is not edited.
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

    def test_not_explained_where_the_client_cannot(self, opened):
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
    # The same change, without the text that stays.
    where.start.character += 1
    assert edit_of(all_of_them) == t.TextEdit(where, '" PRIx64')
