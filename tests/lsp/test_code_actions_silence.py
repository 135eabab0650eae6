"""Code actions that silence a finding, or disable an event."""

from __future__ import annotations

import pytest

from tests.lsp.asking import QUICK, actions, after
from tests.lsp.navigation import until


class TestSilence:
    """After each edit, the rule finds nothing."""

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
        # Nothing else is silenced than what the mark of the line ends is about.
        ends = ["Ignore TE006 crlf-line-end in this file"] if "\r" in text else []
        assert [title for title in found if title.startswith("Ignore")] == ends

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
        # Neither the pattern nor its place is wrong.
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
