"""How findings become diagnostics: suppression, order, severity, files that are checked together."""

from __future__ import annotations

import pytest

SEVEN = "(int a, int b, int c, int d, int e, int f, int g)"


def found(diagnostics) -> list[tuple[str, int]]:
    """Codes, and the lines in which they are found."""
    return [(d.code, d.source.place(d.span.start)[0]) for d in diagnostics]


class TestSuppressions:
    @pytest.mark.parametrize(
        "comment",
        [
            "# tesc: ignore[TE301]",
            "# tesc: ignore[te301]",
            "# tesc: ignore[TE3]",
            "# tesc: ignore[too-many-arguments]",
            "# tesc: ignore[TE301] because the tracer copes",
            "#tesc:ignore[TE301]",
            "  ##   tesc:  ignore  [  TE301  ]",
        ],
    )
    def test_spellings(self, run, comment):
        text = f"{comment}\nblit{SEVEN}\n"
        assert run(text, select=["TE301", "TE008"]) == []

    @pytest.mark.parametrize("between", ["", "\n\n", "# a comment\n", "\n# a comment\n\n  # another\n\n"])
    def test_comments_and_blank_lines_may_come_between(self, run, between):
        text = f"# tesc: ignore[TE301]\n{between}blit{SEVEN}\n"
        assert run(text, select=["TE301", "TE008"]) == []

    def test_it_applies_to_the_next_item_only(self, run):
        text = f"# tesc: ignore[TE301]\none{SEVEN}\ntwo{SEVEN}\n"
        assert found(run(text, select=["TE301", "TE008"])) == [("TE301", 3)]

    def test_the_next_item_may_be_malformed(self, run):
        text = "# tesc: ignore[syntax-error]\n}\n"
        assert run(text, select=["TE001", "TE008"]) == []

    def test_several_rules_in_one_comment_and_in_two(self, run):
        one = f'# tesc: ignore[TE301, errno-format]\nblit{SEVEN} "%m"\n'
        two = f'# tesc: ignore[TE301]\n# tesc: ignore[errno-format]\nblit{SEVEN} "%m"\n'
        for text in (one, two):
            assert run(text, select=["TE301", "TE405", "TE008"]) == []
            assert found(run(text.replace("TE301", "TE303"), select=["TE301", "TE405"])) == [
                ("TE301", 2 + (text == two))
            ]

    def test_a_file_before_its_first_item(self, run):
        text = f"# a comment\n\n# tesc: ignore-file[TE301] all of it\none{SEVEN}\ntwo{SEVEN}\n"
        assert run(text, select=["TE301", "TE008"]) == []

    def test_a_file_after_its_first_item_suppresses_nothing(self, run):
        text = f"one{SEVEN}\n# tesc: ignore-file[TE301]\ntwo{SEVEN}\n"
        assert found(run(text, select=["TE301", "TE008"])) == [("TE301", 1), ("TE008", 2), ("TE301", 3)]

    def test_it_does_not_apply_to_other_files(self, run):
        files = {
            "a/trace-events": f"# tesc: ignore-file[TE301]\none{SEVEN}\n",
            "trace-events": f"two{SEVEN}\n",
        }
        diagnostics = run(files, select=["TE301", "TE008"])
        assert [(d.code, d.source.path) for d in diagnostics] == [("TE301", "trace-events")]

    def test_findings_across_files_are_suppressed_where_they_are_reported(self, run):
        files = {
            "a/trace-events": 'one(void) "1"\n',
            "trace-events": '# tesc: ignore[TE101]\none(void) "1"\n',
        }
        assert run(files) == []
        files = {
            "a/trace-events": '# tesc: ignore[TE101]\none(void) "1"\n',
            "trace-events": 'one(void) "1"\n',
        }
        assert [d.code for d in run(files)] == ["TE008", "TE101"]

    def test_the_end_of_the_file_belongs_to_the_last_item(self, run):
        assert run('# tesc: ignore[TE002]\none(void) "1"') == []

    def test_unused_ones_are_reported_only_where_their_rule_ran(self, run):
        text = '# tesc: ignore[TE301]\none(void) "1"\n'
        assert found(run(text, select=["TE301", "TE008"])) == [("TE008", 1)]
        assert run(text, select=["TE302", "TE008"]) == []
        assert run(text, ignore=["TE301"]) == []
        assert run(text, ignore=["TE008"]) == []


class TestOrder:
    def test_files_in_the_given_order_then_places(self, run):
        text = f"b(void)\na{SEVEN}\n"
        diagnostics = run(
            {"z/trace-events": text, "a/trace-events": text.replace("(", "_2(")}, select=["TE301", "TE412"]
        )
        assert [(d.source.path, d.code, d.source.place(d.span.start)) for d in diagnostics] == [
            (path, code, place)
            for path, more in (("z/trace-events", 0), ("a/trace-events", 2))
            for code, place in (("TE412", (1, 1)), ("TE412", (2, 1)), ("TE301", (2, 45 + more)))
        ]

    def test_severity_does_not_change_it(self, run):
        text = 'a(void)\nb(void) "%m"\n'
        levels = {"TE412": "error", "TE405": "information"}
        assert [(d.code, d.severity) for d in run(text, severities=levels)] == [
            ("TE412", "error"),
            ("TE405", "information"),
        ]
        assert [(d.code, d.severity) for d in run(text)] == [("TE412", "information"), ("TE405", "error")]


class TestEvents:
    def test_an_event_of_its_own_name(self, run):
        assert [d.event for d in run('a(void)\nb(void) "%m"\n# \x07\n}\n')] == ["a", "b", None, None]

    def test_an_event_as_its_unit_names_it(self, run):
        assert [d.event for d in run("prefix esp_\ndo_command(void)\n")] == ["esp_do_command"]

    def test_an_event_of_an_included_file(self, run):
        files = {"trace-events": 'include "sub/x" prefix outer_\n', "sub/x": "inner(void)\n"}
        (one,) = run(files)
        assert (one.source.path, one.event) == ("sub/x", "outer_inner")


class TestTogether:
    def test_names_are_compared_as_the_unit_sees_them(self, run):
        files = {
            "a/trace-events": 'include "more" prefix usb_\n',
            "a/more": 'reset(void) "reset"\n',
            "b/trace-events": 'reset(void) "reset"\nusb_reset(void) "reset"\n',
        }
        (one,) = run(files)
        assert (one.code, one.source.path, one.event) == ("TE101", "b/trace-events", "usb_reset")
        assert one.related[0].source.path == "a/more"

    @pytest.mark.parametrize("start", [".", "bsd-user", "linux-user"])
    def test_exclusive_folders_wherever_the_run_starts(self, run, tmp_path, monkeypatch, start):
        text = 'syscall_entry(int num) "num %d"\n'
        run({"bsd-user/trace-events": text, "linux-user/trace-events": text}, profile="qemu")
        monkeypatch.chdir(tmp_path / start)

        from tesc.analysis.check import check
        from tesc.analysis.registry import selected
        from tesc.file_settings import Overrides
        from tesc.files import find_files
        from tesc.workspace import Workspace

        workspace = Workspace(Overrides(profile="qemu"))
        for folder in ("bsd-user", "linux-user"):
            where = folder if start == "." else f"../{folder}" if start != folder else "."
            for path in find_files(where):
                workspace.add_file(path)
        workspace.resolve()
        assert workspace.files == 2
        assert check(workspace.units, selected([], []), workspace.settings, {}) == []

    def test_exclusive_folders_below_a_folder_of_the_same_name(self, run):
        text = 'syscall_entry(int num) "num %d"\n'
        below = "work/bsd-user/qemu"
        files = {f"{below}/bsd-user/trace-events": text, f"{below}/linux-user/trace-events": text}
        assert run(files, profile="qemu") == []

    def test_nothing_to_check(self, run):
        assert run({}) == []
        assert run("") == []
