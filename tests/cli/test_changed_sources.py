"""Findings in C and Rust sources that a change introduces: `--diff-base` and `--patch`."""

from __future__ import annotations

import pytest

from tests.cli.repository import Repository


class TestSources:
    """Rules that look at C and Rust sources compare the old sources with the new ones."""

    OLD = 'a_old(int x) "%d"\na_wrong(int x) "%d"\n'
    CALLS = "void f(void)\n{\n    trace_a_old(1);\n    trace_a_wrong();\n}\n"

    @pytest.fixture
    def sources(self, repository):
        repository.write("a/a.c", self.CALLS)
        repository.write("b/b.c", "void g(void)\n{\n    trace_a_old(2);\n}\n")
        repository.commit(a=self.OLD)
        return repository

    def found(self, repository: Repository, *options: str, data: bytes = b"") -> list[str]:
        _, found, _ = repository.check("--sources", ".", "--select", "TE6", *options, data=data)
        return sorted(line.split()[0] + line.rpartition("[")[2] for line in found)

    def test_old_findings(self, sources):
        assert self.found(sources) == ["a/trace-events:2:9:TE603]"]
        assert self.found(sources, "--diff-base", "HEAD") == []

    @pytest.mark.parametrize("applied", [True, False])
    def test_the_last_use_is_removed(self, sources, applied):
        """The event did not change, but the code that used it did."""
        sources.write("a/a.c", self.CALLS.replace("trace_a_old(1)", "f()"))
        sources.write("b/b.c", "void g(void)\n{\n}\n")
        if applied:
            assert self.found(sources, "--diff-base", "HEAD") == ["a/trace-events:1:1:TE601]"]
        patch = sources.git_bytes("diff")
        if not applied:
            sources.git("checkout", "--quiet", ".")
        assert self.found(sources, "--patch", "-", data=patch) == ["a/trace-events:1:1:TE601]"]

    @pytest.mark.parametrize("applied", [True, False])
    def test_a_wrong_use_is_added(self, sources, applied):
        """In a file that is moved at the same time, and next to a use in a new file."""
        sources.write("a/a.c", "// moved\n" + self.CALLS.replace("a_old(1)", "a_old(1, 2)"))
        sources.write("c/c.c", "void h(void)\n{\n    trace_a_old();\n}\n")
        expected = ["a/trace-events:1:7:TE603]"]
        if applied:
            assert self.found(sources, "--diff-base", "HEAD") == expected
        sources.git("add", "--all")
        patch = sources.git_bytes("diff", "--cached")
        if not applied:
            sources.git("reset", "--quiet", "--hard")
        assert self.found(sources, "--patch", "-", data=patch) == expected
