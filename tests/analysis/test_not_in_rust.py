"""TE421 and the generator agree on the types that QEMU's tracetool cannot translate to Rust."""

from __future__ import annotations

from tesc.analysis.check import check
from tesc.analysis.registry import selected
from tesc.codegen.qemu.rust import rust_type
from tesc.file_settings import Overrides
from tesc.syntax.source import Source
from tesc.workspace import Workspace

BASES = """\
char|int|void|uint8_t|unsigned char|unsigned const char|const char|char const|long long|int64_t|size_t|bool
unsigned|signed char|signed long|short int|unsigned long int|const uint64_t|ssize_t|uintptr_t"""
BASES = BASES.replace("\n", "|")
STARS = (" *", " **", " * *", " * const", " * const *", " *const*", " ***", "*", " const *")


def test_pointers():
    types = [base + stars for base in BASES.split("|") for stars in STARS]
    text = "".join(f'e{number}({type_} p) "%p"\n' for number, type_ in enumerate(types))
    workspace = Workspace(Overrides(isolated=True, profile="qemu"))
    workspace.add_source(Source("trace-events", text))
    workspace.resolve()
    found = check(workspace.units, selected(("TE421",), ()), workspace.settings, {})
    reported = {one.event for one in found}
    assert reported == {f"e{number}" for number, type_ in enumerate(types) if rust_type(type_) is None}
    assert len(reported) > 3 * len(BASES.split("|"))
